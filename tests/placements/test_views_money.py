"""Money on pages: the learner's, the preceptor's, the office's, and who gets none of it."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from placements.actions.ledger import today_at
from placements.actions.payments import correct_entry, record_payment
from placements.kinds import EntryKind
from placements.models import Earning, LedgerEntry, Placement, PreceptorTerms, Receipt
from placements.states import PlacementStatus
from tests.factories.accounts import DelegationFactory, StaffFactory
from tests.factories.placements import PlacementFactory, entry, pay_in_full
from tests.placements.pages import url

pytestmark = pytest.mark.django_db


@pytest.fixture
def placement():
    return PlacementFactory(listing__fee_per_week=40_000, listing__service_fee=15_000)


def money(client, placement, who=None):
    client.force_login(who or placement.learner)
    return client.get(url("money", placement))


def test_what_is_due_and_until_when(client, placement):
    page = money(client, placement)

    assert "$1,750 (USD) is due" in page.text
    assert "Cancel today" in page.text
    assert "No card numbers" in page.text


def test_a_part_a_waiver_and_a_correction_are_listed(client, placement):
    office = StaffFactory()
    slip = entry(placement, EntryKind.RECEIVED, cents=100_000)
    correct_entry(slip, by=office, note="Not yours.")
    entry(placement, EntryKind.WAIVED, cents=5_000, method="", note="A present.")

    page = money(client, placement)

    for words in ("Correction", "−$1,000", "Not yours.", "A present.", "Void", "$1,700 (USD)"):
        assert words in page.text, words


def test_after_its_day_it_was_due(client, placement, time_machine):
    time_machine.move_to(timezone.now() + timedelta(days=30))

    assert "was due" in money(client, placement).text


@pytest.mark.parametrize("size", [1, 3])
def test_the_page_asks_as_often_for_many_entries(
    client, placement, size, django_assert_max_num_queries
):
    for _ in range(size):
        entry(placement, EntryKind.RECEIVED, cents=100)
    client.force_login(placement.learner)

    with django_assert_max_num_queries(15):
        page = client.get(url("money", placement))

    assert page.text.count("Receipt R-") == size


def test_a_preceptors_office_is_not_shown_what_a_learner_pays(client, placement):
    host = placement.preceptor
    for who in (host.user, DelegationFactory(preceptor=host).person):
        assert money(client, placement, who).status_code == 403
        receipt = entry(placement, EntryKind.RECEIVED, cents=100).receipt
        assert client.get(receipt.get_absolute_url()).status_code == 404
        page = client.get(placement.get_absolute_url())
        assert "$" not in page.text


def test_a_receipt_and_its_file(client, placement):
    receipt = entry(placement, EntryKind.RECEIVED, cents=100).receipt
    client.force_login(placement.learner)
    pdf = reverse("placements:receipt_pdf", args=[receipt.code])

    assert "being made" in client.get(receipt.get_absolute_url()).text
    assert client.get(pdf).url == receipt.get_absolute_url()
    receipt.file.save("x.pdf", ContentFile(b"%PDF-"))
    answer = client.get(pdf)
    answer.close()
    assert answer["Content-Disposition"] == f'attachment; filename="receipt-{receipt.number}.pdf"'
    assert "no-store" in answer["Cache-Control"]


def test_a_void_receipt_says_so_and_gives_no_file(client, placement):
    one = entry(placement, EntryKind.RECEIVED, cents=100)
    one.receipt.file.save("x.pdf", ContentFile(b"%PDF-"))
    opposite = correct_entry(one, by=StaffFactory(), note="A slip.")
    client.force_login(placement.learner)

    page = client.get(one.receipt.get_absolute_url())

    assert "This receipt is void" in page.text
    assert opposite.receipt.number in page.text
    assert client.get(reverse("placements:receipt_pdf", args=[one.receipt.code])).status_code == 302
    assert (
        f"Receipt {one.receipt.number} is void"
        in client.get(opposite.receipt.get_absolute_url()).text
    )


def test_before_cancelling_the_amounts_are_said(client, placement):
    pay_in_full(placement, by=StaffFactory())
    client.force_login(placement.learner)

    page = client.get(url("cancel", placement))
    sure = client.post(url("cancel", placement), {"reason": "other", "note": ""})

    for one in (page, sure):
        assert "If you cancel today" in one.text
        assert "Cancel today" in one.text
        assert "everything back, $1,750" in one.text


def earnings(client, who):
    client.force_login(who)
    return client.get(reverse("placements:earnings"))


def earned(placement, cents=500):
    return Earning.objects.create(
        preceptor=placement.preceptor,
        placement=placement,
        kind="earned",
        cents=cents,
        day=placement.start_on,
    )


def test_a_preceptor_sees_what_she_is_owed(client, placement):
    earned(placement)
    PreceptorTerms.objects.create(listing=placement.listing, percent=25)

    page = earnings(client, placement.preceptor.user)

    assert "$5 (USD) is owed to you" in page.text
    assert "25 % of the rotation fee" in page.text
    assert placement.learner.name in page.text


def test_nobody_else_does(client, placement, dana):
    earned(placement)
    delegate = DelegationFactory(preceptor=placement.preceptor).person

    for who in (placement.learner, delegate, dana):
        assert earnings(client, who).status_code == 404
    other = PlacementFactory().preceptor.user
    assert placement.learner.name not in earnings(client, other).text
    for name in ("placement", "money"):
        client.force_login(placement.learner)
        assert "$5 " not in client.get(url(name, placement)).text


@pytest.mark.parametrize("size", [1, 3])
def test_earnings_ask_as_often_for_many_rows(
    client, placement, size, django_assert_max_num_queries
):
    for n in range(size):
        day = placement.start_on + timedelta(weeks=n)
        Earning.objects.create(
            preceptor=placement.preceptor, placement=placement, kind="earned", cents=100, day=day
        )
    client.force_login(placement.preceptor.user)

    with django_assert_max_num_queries(11):
        page = client.get(reverse("placements:earnings"))
    assert page.text.count("Week of") == size


@pytest.fixture
def office(client, dana):
    client.force_login(dana)
    return client


def page_of(placement, what):
    return reverse("admin:placements_placement_money", args=[placement.pk, what])


def test_staff_record_a_payment_on_its_own_page(office, dana, placement):
    change = reverse("admin:placements_placement_change", args=[placement.pk])
    assert page_of(placement, "payment") in office.get(change).text
    form = office.get(page_of(placement, "payment"))
    assert 'value="1750"' in form.text

    day = today_at(placement)
    answer = office.post(
        page_of(placement, "payment"),
        {"cents": "1750.00", "method": "Wire", "reference": "W 7", "day": day},
    )

    assert answer.url == change
    row = placement.ledger.get(kind="received")
    assert (row.cents, row.method, row.reference, row.recorded_by) == (175_000, "Wire", "W 7", dana)
    assert "received: $1,750" in office.get(change).text


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"cents": "1750.01"}, "Only $1,750 is still to be paid."),
        ({"cents": "0"}, "Enter an amount."),
        ({"cents": "17.005"}, "decimal places"),
        ({"reference": "4111 1111 1111 1111"}, "number of a card"),
        ({"day": "2999-01-01"}, "still to come"),
        ({"method": ""}, "required"),
    ],
)
def test_what_is_refused_is_said_beside_what_was_typed(office, placement, facts, words):
    whole = {"cents": "5", "method": "Wire", "day": today_at(placement), **facts}

    answer = office.post(page_of(placement, "payment"), whole)

    assert answer.status_code == 422
    assert words in answer.text
    assert not placement.ledger.filter(kind="received").exists()


def test_each_thing_that_staff_record(office, placement):
    day = str(today_at(placement))
    steps = [
        ("waiver", {"cents": "50", "note": "A present."}),
        ("payment", {"cents": "1700", "method": "Wire", "day": day}),
        ("goodwill", {"cents": "100", "note": "The ward was closed."}),
        ("refund", {"cents": "100", "method": "Wire", "day": day}),
    ]
    for what, facts in steps:
        assert office.get(page_of(placement, what)).status_code == 200
        assert office.post(page_of(placement, what), facts).status_code == 302, what
    slip = placement.ledger.get(kind="refunded")
    facts = {"entry": slip.pk, "note": "It came back."}
    assert office.post(page_of(placement, "correction"), facts).status_code == 302
    assert office.post(page_of(placement, "visa"), {}).status_code == 422
    assert office.get(page_of(placement, "nonsense")).status_code == 404
    balance = placement.ledger.balance()
    assert (balance.open, balance.to_refund) == (0, 10_000)


def test_the_queues_and_their_counts(office, placement):
    late = PlacementFactory()
    LedgerEntry.objects.all()  # charged today, due in three days at least
    entry(late, EntryKind.ROTATION_FEE, cents=100, due_on=timezone.localdate() - timedelta(days=1))
    owed = PlacementFactory(status=PlacementStatus.NO_SHOW)
    entry(owed, EntryKind.REFUND_DUE, cents=100, ground="goodwill")
    rows = reverse("admin:placements_placement_changelist")

    def shown(which):
        page = office.get(f"{rows}?money={which}")
        return {one.pk for one in page.context["cl"].result_list}

    assert shown("overdue") == {late.pk}
    assert shown("refund") == {owed.pk}
    assert shown("open") == {late.pk, placement.pk}
    start = " ".join(office.get(reverse("admin:index")).text.split())
    assert "<b>1</b> payment that is overdue" in start
    assert "<b>1</b> refund to pay" in start


def test_the_ledger_as_a_sheet(office, placement):
    entry(placement, EntryKind.RECEIVED, cents=100, reference="=HYPERLINK(1)")
    keys = list(LedgerEntry.objects.values_list("pk", flat=True))

    answer = office.post(
        reverse("admin:placements_ledgerentry_changelist"),
        {"action": "export", "_selected_action": keys},
    )

    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["cents"] for row in rows] == ["160000", "15000", "100"]
    assert rows[2]["reference"] == "'=HYPERLINK(1)"
    assert rows[2]["receipt"] == Receipt.objects.get().number


def test_staff_record_a_payout(office, placement):
    earned(placement)
    payout = reverse("admin:placements_earning_payout")
    whole = {"preceptor": placement.preceptor.pk, "method": "Wire", "day": timezone.localdate()}
    assert payout in office.get(reverse("admin:placements_earning_changelist")).text
    assert office.get(payout).status_code == 200

    refused = office.post(payout, {**whole, "cents": "5.01"})
    taken = office.post(payout, {**whole, "cents": "5"})

    assert (refused.status_code, taken.status_code) == (422, 302)
    assert placement.preceptor.earnings.account().owed == 0


def test_staff_without_the_right_record_nothing(client, second_factor, placement):
    client.force_login(second_factor(StaffFactory(is_superuser=False)))
    day = today_at(placement)

    client.post(page_of(placement, "payment"), {"cents": "5", "method": "Wire", "day": day})
    client.post(reverse("admin:placements_earning_payout"), {})

    assert not LedgerEntry.objects.filter(kind="received").exists()


def test_paid_at_follows_the_ledger(placement):
    record_payment(
        placement, by=StaffFactory(), cents=175_000, method="Wire", day=today_at(placement)
    )
    assert Placement.objects.get(pk=placement.pk).paid_at
