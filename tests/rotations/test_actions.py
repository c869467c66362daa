from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Event
from outbox.models import Message
from rotations.actions.listings import (
    MoveNotAllowed,
    NotComplete,
    archive_listing,
    pause_listing,
    publish_listing,
    return_listing,
    submit_listing,
)
from rotations.actions.questions import TooMany, answer_question, ask_question
from rotations.models import Question
from tests.factories.accounts import LicenceFactory, PreceptorFactory, StaffFactory, UserFactory
from tests.factories.rotations import ListingFactory, QuestionFactory, RequirementFactory

pytestmark = pytest.mark.django_db


def a_draft(**fields):
    """A draft that lacks nothing."""
    fields = {"status": "draft", "published_at": None, "weeks": 4, **fields}
    listing = ListingFactory(**fields)
    RequirementFactory(listing=listing)
    return listing


def mails():
    return sorted(Message.objects.values_list("template", flat=True))


class TestPublish:
    def test_shows_it_and_tells_the_preceptor(self):
        listing, staff = a_draft(), StaffFactory()

        publish_listing(listing, by=staff)

        listing.refresh_from_db()
        assert listing.is_published
        assert listing.published_at is not None
        message = Message.objects.get()
        assert message.recipient == listing.preceptor.user.email
        assert listing.title in message.subject
        event = Event.objects.get(verb="listing.published")
        assert (event.by, event.detail["was"]) == (staff, "draft")

    @pytest.mark.parametrize(
        ("fields", "gap"),
        [
            ({"weeks": 0}, "No dates can be booked"),
            ({"activities": []}, "the activities are missing"),
            ({"fee_per_week": 0, "service_fee": 0}, "There is no price"),
            ({"families": []}, "Say to whom it is open"),
        ],
    )
    def test_refuses_what_a_learner_would_miss(self, fields, gap):
        listing = a_draft(**fields)

        with pytest.raises(NotComplete) as refusal:
            publish_listing(listing, by=StaffFactory())

        (sentence,) = refusal.value.gaps
        assert gap in sentence
        listing.refresh_from_db()
        assert listing.status == "draft"
        assert not Message.objects.exists()
        assert not Event.objects.filter(verb="listing.published").exists()

    def test_refuses_without_a_requirement(self):
        with pytest.raises(NotComplete, match="no requirement"):
            publish_listing(ListingFactory(status="draft", weeks=4), by=StaffFactory())

    def test_refuses_a_preceptor_who_is_not_verified(self):
        listing = a_draft(preceptor=PreceptorFactory(verified_at=None, verified_by=None))

        with pytest.raises(NotComplete, match="not verified"):
            publish_listing(listing, by=StaffFactory())

    @pytest.mark.parametrize("of", ["another state", "unseen", "expired"])
    def test_refuses_without_a_good_license_for_the_state_of_the_site(self, of):
        preceptor = PreceptorFactory(licence_in="")
        LicenceFactory(
            preceptor=preceptor,
            **{
                "another state": {"state": "OH"},
                "unseen": {"verified_at": None, "verified_by": None},
                "expired": {"expires_on": timezone.localdate() - timedelta(days=2)},
            }[of],
        )

        with pytest.raises(NotComplete, match="No license in Texas"):
            publish_listing(a_draft(preceptor=preceptor), by=StaffFactory())

    def test_again_after_a_pause_keeps_the_first_moment_and_writes_no_mail(self):
        listing = a_draft(status="paused", published_at=timezone.now())
        first = listing.published_at

        publish_listing(listing, by=listing.preceptor.user)

        listing.refresh_from_db()
        assert (listing.status, listing.published_at) == ("published", first)
        assert not Message.objects.exists()

    def test_of_an_archived_one_is_refused(self):
        listing = a_draft(status="archived")

        with pytest.raises(MoveNotAllowed, match="cannot become published"):
            publish_listing(listing, by=StaffFactory())

    def test_sees_the_row_as_it_now_is(self):
        listing = a_draft()
        stale = type(listing).objects.get(pk=listing.pk)
        publish_listing(listing, by=StaffFactory())

        with pytest.raises(MoveNotAllowed):
            publish_listing(stale, by=StaffFactory())


@pytest.mark.parametrize(
    ("act", "was", "then"),
    [
        (submit_listing, "draft", "in_review"),
        (return_listing, "in_review", "draft"),
        (pause_listing, "published", "paused"),
        (return_listing, "paused", "draft"),
        (archive_listing, "paused", "archived"),
        (archive_listing, "draft", "archived"),
    ],
)
def test_a_move_is_made_and_remembered(act, was, then):
    listing = a_draft(status=was, published_at=timezone.now())

    act(listing, by=StaffFactory())

    listing.refresh_from_db()
    assert listing.status == then
    assert Event.objects.last().verb == f"listing.{then}"


@pytest.mark.parametrize(
    ("act", "was"),
    [
        (submit_listing, "published"),
        (return_listing, "published"),
        (pause_listing, "draft"),
        (archive_listing, "published"),
    ],
)
def test_a_move_that_the_table_does_not_know_changes_nothing(act, was):
    listing = ListingFactory(status=was)

    with pytest.raises(MoveNotAllowed):
        act(listing, by=StaffFactory())

    listing.refresh_from_db()
    assert listing.status == was
    assert not Event.objects.exists()
    assert not Message.objects.exists()


def test_staff_hear_of_a_listing_to_review(settings):
    submit_listing(a_draft(), by=UserFactory())

    assert Message.objects.get().recipient == settings.PORTAL["email"]


class TestQuestions:
    ASKED = {
        "name": "Siobhán O'Brien",
        "email": "s.obrien@example.com",
        "text": "Is there parking?",
    }

    def test_is_kept_and_told_to_staff_and_confirmed_to_the_asker(self, settings):
        listing = ListingFactory(title="Ward's medicine")

        question = ask_question(listing, by=None, **self.ASKED)

        assert Question.objects.get() == question
        receipt, notice = (
            Message.objects.order_by("template")[1],
            Message.objects.order_by("template")[0],
        )
        assert (notice.template, receipt.template) == (
            "rotations/question_asked",
            "rotations/question_received",
        )
        assert notice.recipient == settings.PORTAL["email"]
        assert receipt.recipient == "s.obrien@example.com"
        assert "Siobhán O'Brien" in notice.body
        assert "Ward's medicine" in receipt.subject
        assert "Is there parking?" in receipt.body

    def test_more_than_three_an_hour_from_one_address_are_refused(self):
        listing = ListingFactory()
        for _n in range(3):
            ask_question(listing, by=None, **self.ASKED)

        with pytest.raises(TooMany):
            ask_question(listing, by=None, **{**self.ASKED, "email": "S.OBrien@example.com"})

        assert Question.objects.count() == 3

    def test_an_answer_is_kept_and_mailed(self):
        question, staff = QuestionFactory(), StaffFactory()

        answer_question(question, by=staff, answer="Yes, at the hospital's garage.")

        question.refresh_from_db()
        assert question.answered_by == staff
        message = Message.objects.get()
        assert message.recipient == question.email
        assert "Yes, at the hospital's garage." in message.body
        assert "O’Brien" in message.body

    def test_a_second_answer_is_a_second_mail(self):
        question, staff = QuestionFactory(), StaffFactory()
        answer_question(question, by=staff, answer="Yes.")
        answer_question(question, by=staff, answer="No, sorry.")

        assert mails() == ["rotations/question_answered"] * 2
