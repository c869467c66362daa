"""Asking to be forgotten, thinking again, and the day itself."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from clocks.models import Due
from guides.models import FormerSlug
from letters.states import LetterStatus
from outbox.actions import enqueue
from outbox.models import Message
from placements.states import PlacementStatus, Status
from privacy.actions.erasures import (
    NotForStaff,
    StillBusy,
    cancel_erasure,
    carry_out,
    request_erasure,
)
from privacy.models import Erasure, Ground
from privacy.tasks import erase
from rotations.kinds import ListingStatus
from tests.factories.accounts import PreceptorFactory, StaffFactory, UserFactory
from tests.factories.letters import IssuedDocumentFactory, LetterRequestFactory
from tests.factories.placements import ApplicationFactory, PlacementFactory
from tests.factories.privacy import ErasureFactory
from tests.factories.rotations import ListingFactory
from tests.privacy.conftest import PASSWORD

pytestmark = pytest.mark.django_db
HOME, ERASE = reverse("privacy:home"), reverse("privacy:erase")
CALL_OFF = reverse("privacy:call_off")


def busy_learner(user):
    """What holds a learner up, one of each."""
    yield ApplicationFactory(learner=user, status=Status.UNDER_REVIEW)
    yield ApplicationFactory(learner=user)
    for status in (PlacementStatus.ONBOARDING, PlacementStatus.ACTIVE, PlacementStatus.WRAP_UP):
        yield PlacementFactory(learner=user, status=status)
    yield LetterRequestFactory(placement__learner=user, status=LetterStatus.AGREED)


@pytest.mark.parametrize("number", range(6))
def test_what_is_under_way_comes_first(confirmed, amara, number):
    thing = next(one for n, one in enumerate(busy_learner(amara)) if n == number)

    with pytest.raises(StillBusy):
        request_erasure(amara, by=amara)

    page = confirmed.get(ERASE)
    assert thing.get_absolute_url() in page.text
    assert "Delete my account</button>" not in page.text
    assert confirmed.post(ERASE, {"sure": "on"}).status_code == 422
    assert not Erasure.objects.exists()


def test_requests_to_a_preceptor_hold_her_up():
    application = ApplicationFactory(status=Status.UNDER_REVIEW)
    preceptor = application.listing.preceptor.user

    with pytest.raises(StillBusy, match="A request to you"):
        request_erasure(preceptor, by=preceptor)


def test_the_password_is_asked_again(hers):
    for method in (hers.get, hers.post):
        answer = method(ERASE, {"sure": "on"})
        assert answer.url.startswith("/accounts/reauthenticate/")
    assert not Erasure.objects.exists()


def test_asking_changes_nothing_for_a_week(confirmed, amara):
    assert confirmed.post(ERASE, {"sure": "on"}).url == HOME

    erasure = Erasure.objects.get()
    amara.refresh_from_db()
    assert (erasure.person, erasure.ground, amara.erased_at) == (amara, Ground.HERSELF, None)
    assert timedelta(days=6) < erasure.due_at - timezone.now() <= timedelta(days=7)
    assert "Keep my account" in confirmed.get(HOME).text
    mail = Message.objects.get(template="privacy/erasure_requested")
    assert erasure.get_absolute_url() in mail.body
    assert (mail.user, mail.secret) == (amara, True)


def test_without_the_tick_nothing_happens(confirmed):
    answer = confirmed.post(ERASE, {})

    assert answer.status_code == 422
    assert "Tick the box" in answer.text
    assert not Erasure.objects.exists()


def test_asked_twice_it_is_asked_once(amara):
    first, second = (request_erasure(amara, by=amara) for _ in range(2))

    assert first == second
    assert Due.objects.filter(kind="privacy.erasure").count() == 1
    assert Message.objects.filter(template="privacy/erasure_requested").count() == 1


def test_it_is_called_off_from_her_page(hers, amara):
    erasure = request_erasure(amara, by=amara)

    assert hers.post(CALL_OFF).url == HOME

    erasure.refresh_from_db()
    assert erasure.cancelled_at
    assert Message.objects.filter(template="privacy/erasure_cancelled", user=amara).exists()
    assert hers.post(CALL_OFF).status_code == 404


def test_the_mails_link_needs_no_sign_in_and_opening_it_changes_nothing(amara):
    erasure = request_erasure(amara, by=amara)
    anybody, address = Client(), erasure.get_absolute_url()

    for _ in range(2):
        assert anybody.get(address).status_code == 200
    erasure.refresh_from_db()
    assert erasure.is_open

    anybody.post(address)

    erasure.refresh_from_db()
    assert erasure.cancelled_at
    assert anybody.get(address).status_code == 404
    assert anybody.get(reverse("privacy:keep", args=["a" * 22])).status_code == 404


def test_the_clock_does_it_on_its_day_and_once(amara):
    request_erasure(amara, by=amara)
    due = Due.objects.get(kind="privacy.erasure")

    erase(due.pk)
    amara.refresh_from_db()
    assert amara.erased_at is None

    with time_machine.travel(due.at + timedelta(minutes=1), tick=False):
        erase(due.pk)
        erase(due.pk)

    amara.refresh_from_db()
    assert (amara.name, amara.is_active) == ("Former learner", False)
    assert Message.objects.filter(template="privacy/erased").count() == 1
    assert Event.objects.filter(verb="privacy.erased").count() == 1


def test_called_off_it_does_not_happen(amara):
    erasure = request_erasure(amara, by=amara, at_once=True)
    cancel_erasure(erasure, by=amara)

    assert not carry_out(erasure)
    assert not cancel_erasure(erasure, by=amara)
    amara.refresh_from_db()
    assert amara.erased_at is None


def test_what_came_up_meanwhile_holds_it_up(amara):
    erasure = request_erasure(amara, by=amara, at_once=True)
    ApplicationFactory(learner=amara, status=Status.UNDER_REVIEW)

    assert not carry_out(erasure)

    amara.refresh_from_db()
    erasure.refresh_from_db()
    assert (amara.erased_at, erasure.done_at) == (None, None)
    mail = Message.objects.get(template="privacy/erasure_held_up")
    assert "Ward medicine in Houston" in mail.body


def test_her_old_cookie_and_password_open_nothing(hers, amara):
    carry_out(request_erasure(amara, by=amara, at_once=True))

    assert hers.get(HOME).status_code == 302
    Client().post("/accounts/login/", {"login": amara.email, "password": PASSWORD})
    assert "_auth_user_id" not in Client().session


def test_the_address_can_sign_up_again(amara):
    address = amara.email
    carry_out(request_erasure(amara, by=amara, at_once=True))

    assert UserFactory(email=address).pk != amara.pk


def test_nobody_writes_to_the_erased(amara):
    carry_out(request_erasure(amara, by=amara, at_once=True))
    amara.refresh_from_db()

    message = enqueue("privacy/erasure_cancelled", to=amara, key="x", context={"url": ""})

    assert message.discarded_at
    assert not Message.objects.owed().exclude(fleeting=True).exists()


def test_a_certificate_still_verifies_by_what_is_printed(client, amara, dana):
    certificate = IssuedDocumentFactory(placement__learner=amara, placement__status="completed")
    carry_out(request_erasure(amara, by=amara, at_once=True))

    page = client.get(certificate.get_absolute_url())
    assert "Amara Nwosu" in page.text
    assert "genuine" in page.text.lower()
    type(certificate).objects.update(rendered_at=timezone.now(), sha256="0" * 64)
    client.force_login(dana)
    answer = client.get(reverse("letters:certificate", args=[certificate.code]))
    assert answer.url == certificate.get_absolute_url()


def test_a_preceptors_listings_leave_and_her_learners_pages_stay(client):
    placement = PlacementFactory(status=PlacementStatus.COMPLETED)
    preceptor = placement.preceptor.user
    shown, other = placement.listing, ListingFactory(preceptor=placement.preceptor, status="draft")
    public = placement.preceptor.get_absolute_url()
    elsewhere = ListingFactory()
    elsewhere.co_preceptors.add(placement.preceptor)

    carry_out(request_erasure(preceptor, by=preceptor, at_once=True))

    shown.refresh_from_db()
    other.refresh_from_db()
    assert (shown.status, other.status) == (ListingStatus.ARCHIVED, ListingStatus.DRAFT)
    assert not elsewhere.co_preceptors.exists()
    assert client.get(public).status_code == 404
    assert client.get(shown.get_absolute_url()).status_code == 404
    client.force_login(placement.learner)
    assert "Former preceptor" in client.get(placement.get_absolute_url()).text


def test_staff_do_not_erase_themselves():
    staff = StaffFactory()

    with pytest.raises(NotForStaff):
        request_erasure(staff, by=staff)


def test_the_erased_are_not_erased_again(amara):
    carry_out(request_erasure(amara, by=amara, at_once=True))

    with pytest.raises(ValidationError, match="deleted already"):
        request_erasure(amara, by=StaffFactory())


def test_it_is_all_or_nothing(amara, monkeypatch):
    """Whatever breaks in the middle leaves her as she was, and the clock tries again."""
    erasure = request_erasure(amara, by=amara, at_once=True)
    monkeypatch.setattr("privacy.actions.erasures._former", lambda _person: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        carry_out(erasure)

    amara.refresh_from_db()
    assert (amara.name, amara.learner_profile.school) == ("Amara Nwosu", "University of Lagos")
    assert ErasureFactory._meta.model.objects.open().count() == 1


def test_no_former_address_keeps_a_preceptors_name():
    preceptor = PreceptorFactory(slug="ana-ruiz")
    preceptor.slug = "ana-ruiz-diaz"
    preceptor.save()
    other = ListingFactory()
    other.slug = "stays"
    other.save()

    carry_out(request_erasure(preceptor.user, by=preceptor.user, at_once=True))

    assert [row.subject_id for row in FormerSlug.objects.all()] == [other.pk]
