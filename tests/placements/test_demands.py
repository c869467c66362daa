"""Asked for late, let pass, signed here: what makes a placement ready or not."""

from datetime import date

import pytest
import time_machine

from outbox.models import Message
from placements.actions.demands import NotAsked, require_late, sign_declaration, waive_requirement
from placements.actions.ledger import refund_now
from placements.actions.readiness import open_requirements
from placements.models import Declaration, SignedDeclaration
from placements.states import PlacementStatus
from tests.factories.accounts import DocumentFactory, DocumentTypeFactory, StaffFactory
from tests.factories.placements import pay_in_full
from tests.factories.rotations import RequirementFactory
from tests.placements.changing import at, listing_with, placed

pytestmark = pytest.mark.django_db
START = date(2027, 3, 8)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(at(2, 15), tick=False) as moving:
        yield moving


@pytest.fixture
def bls():
    return DocumentTypeFactory(slug="bls", name="BLS", validity="printed", through_end=True)


@pytest.fixture
def conduct():
    return DocumentTypeFactory(slug="conduct", name="Code of conduct", validity="none")


@pytest.fixture
def ready():
    placement = placed(listing_with(START), START)
    pay_in_full(placement, by=StaffFactory())
    Message.objects.all().delete()
    assert placement.status == PlacementStatus.READY
    return placement


def demand(placement, kind, **more):
    return require_late(placement, kind, by=StaffFactory(), origin="site", **more)


def test_a_late_requirement_takes_it_back_from_ready_and_says_so(client, ready, bls):
    row = demand(ready, bls, note="The American Heart Association's alone.")

    assert ready.status == PlacementStatus.ONBOARDING
    assert row.free_until == at(2, 22, 23, 59)
    mail = Message.objects.get(template="placements/requirement_added")
    assert "BLS" in mail.body
    assert "Mon, Feb 22" in mail.body
    client.force_login(ready.learner)
    page = client.get(ready.get_absolute_url()).text
    assert "Asked for after you accepted" in page
    assert "You may cancel without a loss until" in page


def test_it_is_asked_for_once(ready, bls):
    demand(ready, bls)

    with pytest.raises(NotAsked):
        demand(ready, bls)


def test_in_the_window_the_whole_fee_comes_back_and_after_it_as_the_policy_says(clock, ready, bls):
    late = at(2, 27)
    clock.move_to(late)
    before = refund_now(ready)
    demand(ready, bls)

    assert before < ready.fee
    assert refund_now(ready) == ready.fee
    clock.move_to(at(3, 7, 0, 1))
    assert refund_now(ready) < ready.fee


def test_a_paper_that_is_let_pass_counts_to_its_day(clock, ready, bls):
    RequirementFactory(listing=ready.listing, type=bls)
    assert [check.document for check in open_requirements(ready)] == ["bls"]

    waive_requirement(
        ready, bls, by=StaffFactory(), note="Renewal is booked", until=at(2, 20).date()
    )

    assert open_requirements(ready) == []
    clock.move_to(at(2, 21))
    assert [check.document for check in open_requirements(ready)] == ["bls"]


def test_a_statement_is_read_signed_and_makes_it_ready(client, ready, conduct):
    RequirementFactory(listing=ready.listing, type=conduct)
    declaration = Declaration.objects.create(type=conduct, version=1, body="I come on time.")
    page = f"{ready.get_absolute_url()}statements/conduct/"
    client.force_login(ready.learner)
    assert "I come on time." in client.get(page).text
    assert "Read and sign" in client.get(ready.get_absolute_url()).text

    refused = client.post(page, {"typed_name": "Somebody Else"})
    assert refused.status_code == 422
    assert "Somebody Else" in refused.text
    assert client.post(page, {"typed_name": ready.learner.name.upper()}).status_code == 302

    signed = SignedDeclaration.objects.get()
    assert (signed.declaration, signed.address) == (declaration, "127.0.0.1")
    assert open_requirements(ready) == []
    ready.refresh_from_db()
    assert ready.status == PlacementStatus.READY


def test_signing_twice_is_one_signature(ready, conduct):
    declaration = Declaration.objects.create(type=conduct, version=1, body="Text")
    for _n in range(2):
        sign_declaration(
            ready, declaration, by=ready.learner, typed_name=ready.learner.name, address=None
        )

    assert SignedDeclaration.objects.count() == 1


def test_staff_read_who_signed_and_nobody_edits_a_text(client, dana, ready, conduct):
    declaration = Declaration.objects.create(type=conduct, version=1, body="Text")
    sign_declaration(
        ready, declaration, by=ready.learner, typed_name=ready.learner.name, address=None
    )
    client.force_login(dana)

    page = client.get(f"{ready.get_absolute_url()}statements/conduct/")
    assert f"Signed by {ready.learner.name}, version 1," in page.text
    DocumentFactory(owner=ready.learner)
