"""Receipts as a reader sees them, made once by a worker."""

import pytest

from letters.tasks import receipt_pdf, render_receipt
from placements.actions.payments import correct_entry
from placements.kinds import EntryKind
from placements.models import Receipt
from tests.factories.accounts import StaffFactory
from tests.factories.placements import PlacementFactory, entry
from tests.letters.test_pdf import LETTER, NAMES, read, size, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def placement():
    return PlacementFactory(listing__fee_per_week=40_000, listing__service_fee=15_000)


def test_what_a_receipt_says(placement, settings):
    one = entry(placement, EntryKind.RECEIVED, cents=100_050, reference="W <7>")

    reader = read(receipt_pdf(one.receipt))

    said = words(reader)
    assert size(reader) == LETTER
    assert len(reader.pages) == 1
    for part in (
        f"Receipt {one.receipt.number}", placement.learner.name, "$1,000.50", "Bank transfer",
        "W <7>", settings.PORTAL["name"], settings.PORTAL["address"], "$749.50", "$1,600",
    ):  # fmt: skip
        assert part in said, part
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_a_correction_names_what_is_void(placement):
    one = entry(placement, EntryKind.RECEIVED, cents=500)
    opposite = correct_entry(one, by=StaffFactory(), note="Another learner's transfer.")

    said = words(read(receipt_pdf(opposite.receipt)))

    assert f"Correction {opposite.receipt.number}" in said
    assert f"Receipt {one.receipt.number} is void." in said
    assert "−$5" in said


@pytest.mark.parametrize("name", [name for name, _font in NAMES])
def test_names_in_all_scripts_fit(placement, name):
    receipt = entry(placement, EntryKind.RECEIVED, cents=500).receipt
    receipt.facts["name"] = name

    assert len(read(receipt_pdf(receipt)).pages) == 1


def test_rendered_twice_it_is_made_once(placement):
    receipt = entry(placement, EntryKind.RECEIVED, cents=500).receipt

    render_receipt(receipt.pk)
    first = Receipt.objects.get(pk=receipt.pk)
    render_receipt(receipt.pk)
    second = Receipt.objects.get(pk=receipt.pk)

    assert first.file
    assert first.sha256
    assert (first.file.name, first.rendered_at, first.tries) == (
        second.file.name, second.rendered_at, second.tries,
    )  # fmt: skip


def test_one_that_was_emptied_is_not_made(placement):
    receipt = entry(placement, EntryKind.RECEIVED, cents=500).receipt
    Receipt.objects.filter(pk=receipt.pk).update(facts={})

    render_receipt(receipt.pk)

    assert not Receipt.objects.get(pk=receipt.pk).file
