"""A preceptor answers one request: on its page."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.kinds import DocumentGroup
from outbox.models import Message
from placements.models import Application
from placements.states import DeclineReason, PlacementStatus, Status
from rotations.models import SeatWeek
from tests.factories.accounts import DocumentFactory, DocumentTypeFactory, StaffFactory
from tests.factories.placements import ApplicationFactory, PlacementFactory, learner
from tests.factories.rotations import ListingFactory, RequirementFactory, open_seats
from tests.placements.pages import url

pytestmark = pytest.mark.django_db
INBOX = reverse("placements:inbox")
NEVER_HERS = {Status.DRAFT, Status.SUBMITTED, Status.INELIGIBLE}
OTHER_WORD = {"reason": DeclineReason.DATES, "note": "Ask me for May, please."}


@pytest.fixture
def asked():
    return ApplicationFactory(status=Status.UNDER_REVIEW)


@pytest.fixture
def hers(client, asked):
    client.force_login(asked.listing.preceptor.user)
    return client


def fill(request):
    SeatWeek.objects.filter(pk__in=[week.pk for week in weeks_of(request)]).update(taken=2)


def weeks_of(request):
    return SeatWeek.objects.filter(listing=request.listing, monday__in=request.block.mondays)


def test_the_page_says_who_when_and_what_is_met(hers, asked):
    other = PlacementFactory(listing=asked.listing, start_on=asked.start_on, seats=False)

    page = hers.get(url("review", asked))

    assert page.status_code == 200
    for words in (asked.learner.name, "University of Lagos", asked.statement, other.learner.name):
        assert words in page.text
    assert page["X-Robots-Tag"] == "noindex"
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_as_much_for_three_as_for_one(hers, asked, rows, django_assert_num_queries):
    for number in range(rows):
        kind = DocumentTypeFactory(slug=f"kind-{number}", name=f"Kind {number}")
        RequirementFactory(listing=asked.listing, type=kind, site_sees_file=True)
        asked.sent_documents.create(document=DocumentFactory(owner=asked.learner, type=kind))
        PlacementFactory(listing=asked.listing, start_on=asked.start_on, seats=False)
    hers.get(url("review", asked))

    with django_assert_num_queries(18):
        assert hers.get(url("review", asked)).status_code == 200


def test_confirm_makes_an_offer_and_says_how_to_undo(hers, asked):
    answer = hers.post(url("confirm", asked), follow=True)

    asked.refresh_from_db()
    assert answer.redirect_chain == [(INBOX, 302)]
    assert asked.status == Status.OFFERED
    assert f"Offer made to {asked.learner.name}" in answer.text
    assert "You can undo until" in answer.text
    assert url("undo", asked) in answer.text
    assert {week.taken for week in weeks_of(asked)} == {1}


def test_confirm_twice_holds_one_seat(hers, asked):
    answers = [hers.post(url("confirm", asked)).status_code for _ in range(3)]

    assert answers[0] == 302
    assert {week.taken for week in weeks_of(asked)} == {1}
    assert Message.objects.filter(template="placements/offer_made").count() <= 1


def test_a_block_that_filled_meanwhile_is_409_with_other_dates(hers, asked):
    fill(asked)
    open_seats(asked.listing, 4, start_on=asked.start_on + timedelta(weeks=asked.weeks))

    answer = hers.post(url("confirm", asked))

    asked.refresh_from_db()
    assert answer.status_code == 409
    assert asked.status == Status.UNDER_REVIEW
    assert "Filled a moment ago" in answer.text
    assert len(answer.context["other_dates"]) == 1
    assert f"{url('review', asked)}#decline" in answer.text


def test_a_request_that_was_withdrawn_meanwhile_is_409(hers, asked):
    Application.objects.filter(pk=asked.pk).update(status=Status.WITHDRAWN, ended_at=timezone.now())

    for move, facts in (("confirm", {}), ("decline", OTHER_WORD)):
        answer = hers.post(url(move, asked), facts)
        assert answer.status_code == 409
        assert "Something changed" in answer.text
    asked.refresh_from_db()
    assert asked.status == Status.WITHDRAWN


@pytest.mark.parametrize(("seconds", "status"), [(119, "under_review"), (121, "offered")])
def test_undo_works_for_two_minutes(hers, asked, seconds, status):
    hers.post(url("confirm", asked))
    Application.objects.update(offered_at=timezone.now() - timedelta(seconds=seconds))

    answer = hers.post(url("undo", asked), follow=True)

    asked.refresh_from_db()
    assert asked.status == status
    assert {week.taken for week in weeks_of(asked)} == {0 if status == "under_review" else 1}
    words = "Taken back." if status == "under_review" else "The two minutes are over"
    assert words in answer.text


def test_undone_the_learner_never_hears_of_it(hers, asked):
    hers.post(url("confirm", asked))
    hers.post(url("undo", asked))

    told = Message.objects.filter(user=asked.learner, discarded_at=None)
    assert not told.filter(template__contains="offer").exists()


def test_undo_of_what_was_never_confirmed_changes_nothing(hers, asked):
    hers.post(url("undo", asked))

    asked.refresh_from_db()
    assert asked.status == Status.UNDER_REVIEW


def test_decline_says_why(hers, asked):
    answer = hers.post(url("decline", asked), OTHER_WORD, follow=True)

    asked.refresh_from_db()
    assert answer.redirect_chain == [(INBOX, 302)]
    assert (asked.status, asked.decline_reason) == (Status.DECLINED, DeclineReason.DATES)
    assert "Declined." in answer.text


@pytest.mark.parametrize("reason", ["", "made_up"])
def test_decline_without_a_reason_keeps_the_words(hers, asked, reason):
    answer = hers.post(url("decline", asked), {**OTHER_WORD, "reason": reason})

    asked.refresh_from_db()
    assert answer.status_code == 422
    assert OTHER_WORD["note"] in answer.text
    assert '<details class="panel" name="decision" open><summary>Decline' in answer.text
    assert asked.status == Status.UNDER_REVIEW


def test_decline_takes_no_novel(hers, asked):
    answer = hers.post(url("decline", asked), {**OTHER_WORD, "note": "a" * 601})

    assert answer.status_code == 422


@pytest.mark.parametrize("status", sorted(set(Status) - NEVER_HERS))
def test_the_page_shows_in_every_status(hers, asked, status):
    one = ApplicationFactory(listing=asked.listing, status=status)

    page = hers.get(url("review", one))

    assert page.status_code == 200
    assert (url("confirm", one) in page.text) == (status == Status.UNDER_REVIEW)


@pytest.mark.parametrize("status", sorted(NEVER_HERS))
def test_what_was_not_handed_to_her_is_not_found(hers, asked, status):
    one = ApplicationFactory(listing=asked.listing, status=status)

    assert hers.get(url("review", one)).status_code == 404


@pytest.mark.parametrize("move", ["confirm", "undo", "decline"])
def test_looking_moves_nothing(hers, asked, move):
    assert hers.get(url(move, asked)).status_code == 405
    assert hers.head(url(move, asked)).status_code == 405


@pytest.mark.parametrize("move", ["review", "confirm", "undo", "decline"])
def test_another_preceptor_does_not_find_it(client, asked, move):
    client.force_login(ListingFactory().preceptor.user)

    assert client.get(url("review", asked)).status_code == 404
    if move != "review":
        assert client.post(url(move, asked), OTHER_WORD).status_code == 404
    asked.refresh_from_db()
    assert asked.status == Status.UNDER_REVIEW


@pytest.mark.parametrize("move", ["review", "confirm", "undo", "decline"])
def test_learners_do_not_answer_requests(client, asked, move):
    for person, status in ((asked.learner, 403), (learner(), 404)):
        client.force_login(person)
        answer = client.get(url(move, asked)) if move == "review" else client.post(url(move, asked))
        assert answer.status_code == status
    asked.refresh_from_db()
    assert asked.status == Status.UNDER_REVIEW


@pytest.mark.parametrize("move", ["confirm", "undo", "decline"])
def test_without_a_sign_in_there_is_no_answer(client, asked, move):
    assert client.post(url(move, asked)).url.startswith(reverse("account_login"))


def test_staff_answer_on_her_behalf(client, asked, second_factor):
    client.force_login(second_factor(StaffFactory()))

    assert client.get(url("review", asked)).status_code == 200
    client.post(url("confirm", asked))
    asked.refresh_from_db()
    assert asked.status == Status.OFFERED


def test_she_opens_the_files_that_the_listing_shows_and_no_passport(hers, asked):
    shown = DocumentTypeFactory(slug="cv", name="Curriculum vitae")
    hidden = DocumentTypeFactory(slug="tb")
    passport = DocumentTypeFactory(
        slug="passport", name="Passport", group=DocumentGroup.IDENTITY, is_identity=True
    )
    for kind, sees in ((shown, True), (hidden, False), (passport, True)):
        RequirementFactory(listing=asked.listing, type=kind, site_sees_file=sees)
        asked.sent_documents.create(document=DocumentFactory(owner=asked.learner, type=kind))

    papers = hers.get(url("review", asked)).context["papers"]

    assert [paper.type for paper in papers] == [shown]


def test_a_rotation_that_was_cancelled_is_nobody_else_in_the_block(hers, asked):
    PlacementFactory(
        listing=asked.listing, start_on=asked.start_on, status=PlacementStatus.CANCELLED
    )

    assert "Nobody else is booked for these days." in hers.get(url("review", asked)).text


def test_confirm_in_place_answers_with_the_row_and_what_still_waits(hers, asked):
    ApplicationFactory(listing=asked.listing, status=Status.UNDER_REVIEW)

    answer = hers.post(url("confirm", asked), headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert f"Offer made to {asked.learner.name}" in answer.text
    assert url("undo", asked) in answer.text
    assert ">1 request<" in answer.text
    assert "<html" not in answer.text


def test_a_full_block_leads_from_the_inbox_to_the_request(hers, asked):
    fill(asked)

    answer = hers.post(url("confirm", asked), headers={"HX-Request": "true"})

    assert answer.status_code == 409
    assert answer["HX-Redirect"] == url("review", asked)


def test_staff_come_back_to_the_request(client, asked, second_factor):
    client.force_login(second_factor(StaffFactory()))

    answer = client.post(url("confirm", asked), follow=True)

    assert answer.redirect_chain == [(url("review", asked), 302)]
    assert answer.status_code == 200
    assert "You can undo until" in answer.text


def test_the_page_speaks_of_the_learner_not_to_her(hers, asked):
    kind = DocumentTypeFactory(slug="tb", name="Tuberculosis test")
    RequirementFactory(listing=asked.listing, type=kind)

    page = hers.get(url("review", asked))

    assert "Not there yet" in page.text
    assert "we have no record" not in page.text


def test_waiting_for_an_answer_makes_nobody_late(hers, asked):
    Application.objects.filter(pk=asked.pk).update(submitted_at=timezone.now() - timedelta(days=60))
    rules = {check.rule: check for check in hers.get(url("review", asked)).context["case"].checks}

    assert rules["R11"].is_met
