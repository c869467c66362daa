"""Money and people: what an erasure and the years leave of a ledger."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from placements.kinds import EntryKind
from placements.models import Earning, LedgerEntry, Placement, Receipt
from placements.states import PlacementStatus
from privacy.actions.erasures import StillBusy, carry_out, request_erasure
from privacy.actions.retention import delete_what_is_due
from privacy.models import FileToDelete, RetentionTerm
from privacy.registry.copied import RECORDS
from privacy.terms import Term
from tests.factories.placements import PlacementFactory, entry

pytestmark = pytest.mark.django_db


def paid(learner, **more):
    return PlacementFactory(learner=learner, status=PlacementStatus.COMPLETED, seats=False, **more)


def test_an_erasure_takes_words_and_names_and_leaves_the_numbers(amara):
    placement = paid(amara)
    receipt = placement.ledger.get(kind="received").receipt
    receipt.file.save("x.pdf", ContentFile(b"%PDF-"))
    before = list(placement.ledger.values_list("kind", "cents", "day", "due_on"))

    assert carry_out(request_erasure(amara, by=amara, at_once=True))

    assert list(placement.ledger.values_list("kind", "cents", "day", "due_on")) == before
    assert set(placement.ledger.values_list("method", "reference", "note")) == {("", "", "")}
    receipt.refresh_from_db()
    assert (receipt.facts, receipt.file.name) == ({}, "")
    assert FileToDelete.objects.filter(name__startswith="receipts/").exists()


def test_a_refund_that_is_owed_comes_first(amara):
    placement = paid(amara)
    entry(placement, EntryKind.REFUND_DUE, cents=100, ground="goodwill")

    with pytest.raises(StillBusy):
        request_erasure(amara, by=amara)


def test_earnings_that_are_owed_come_first():
    placement = PlacementFactory(status=PlacementStatus.COMPLETED, seats=False)
    host = placement.preceptor
    Earning.objects.create(
        preceptor=host, placement=placement, kind="earned", cents=5, day=placement.start_on
    )

    with pytest.raises(StillBusy):
        request_erasure(host.user, by=host.user)


@pytest.mark.parametrize(("years", "left"), [(8, 0), (6, 1)])
def test_the_books_stay_seven_years_however_short_the_term(amara, years, left):
    placement = paid(amara)
    slip = placement.ledger.get(kind="received")
    entry(placement, EntryKind.RECEIVED, cents=-slip.cents, corrects=slip)
    Earning.objects.create(
        preceptor=placement.preceptor,
        placement=placement,
        kind="earned",
        cents=5,
        day=timezone.localdate() - timedelta(days=365 * years),
    )
    last = timezone.localdate() - timedelta(days=366 * years)
    Placement.objects.filter(pk=placement.pk).update(
        start_on=last - timedelta(days=25),
        end_on=last,
        ended_at=timezone.now() - timedelta(days=366 * years),
    )
    RetentionTerm.objects.update_or_create(key=Term.PLACEMENTS, defaults={"days": 30})

    delete_what_is_due(timezone.localdate())

    assert Placement.objects.count() == left
    for model in (LedgerEntry, Receipt, Earning):
        assert model.objects.exists() == bool(left), model


def test_her_copy_has_her_payments(amara):
    placement = paid(amara)
    rows = {one.name: one.rows(amara) for one in RECORDS}

    assert rows["payments"].count() == placement.ledger.count() == 3
    assert rows["receipts"].count() == 1
