"""A preceptor's board certifications: she enters them, staff look, learners read what was seen."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from accounts import actions
from accounts.kinds import Board
from accounts.models import PreceptorProfile
from audit.models import Event
from tests.factories.accounts import BoardFactory, PreceptorFactory, UserFactory
from tests.factories.rotations import ListingFactory

pytestmark = pytest.mark.django_db
PAGE, ADD = reverse("accounts:credentials"), reverse("accounts:board_add")
SENT = {"board": "ABIM", "certificate": "internal medicine", "status": "certified"}


@pytest.fixture
def helen():
    return PreceptorFactory(user=UserFactory(name="Helen Castellano"))


@pytest.fixture
def hers(client, helen):
    client.force_login(helen.user)
    return client


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


def test_the_list_is_the_abms_and_the_bodies_of_the_other_professions():
    others = {"AOA", "ANCC", "AANPCB", "AMCB", "NCCPA", "other"}
    assert len(set(Board.values) - others) == 24
    assert others < set(Board.values)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, "Board certified in internal medicine (ABIM)"),
        ({"status": "eligible"}, "Board eligible in internal medicine (ABIM)"),
        (
            {"board": "ANCC", "certificate": "family nurse practitioner"},
            "Certified as family nurse practitioner (ANCC)",
        ),
        ({"board": "other", "certificate": "FRCS"}, "Board certified: FRCS"),
    ],
)
def test_says_it_in_words(facts, words):
    assert BoardFactory.build(**facts).words == words


class TestHerPage:
    def test_adds_one_that_staff_have_not_seen(self, hers, helen):
        response = hers.post(ADD, {**SENT, "since": "2014-09-01"}, follow=True)

        one = helen.certifications.get()
        assert (one.board, one.certificate, f"{one.since}", one.expires_on, one.verified_at) == (
            "ABIM", "internal medicine", "2014-09-01", None, None,
        )  # fmt: skip
        assert "Learners read it once we have found it at the board." in response.text
        assert "We look at it" in response.text

    def test_a_change_has_to_be_seen_anew_and_the_same_again_has_not(self, hers, helen):
        one = BoardFactory(preceptor=helen)
        url = reverse("accounts:board", args=[one.pk])

        hers.post(url, SENT)
        one.refresh_from_db()
        assert one.verified_at

        hers.post(url, {**SENT, "expires_on": f"{in_days(900)}"})
        one.refresh_from_db()
        assert (one.verified_at, one.expires_on) == (None, in_days(900))

    def test_takes_one_out_and_keeps_that_it_was_so(self, hers, helen):
        one = BoardFactory(preceptor=helen)

        hers.post(reverse("accounts:board_remove", args=[one.pk]))

        assert not helen.certifications.exists()
        assert Event.objects.get(verb="board.removed").by == helen.user

    @pytest.mark.parametrize(
        ("facts", "field", "message"),
        [
            ({"board": ""}, "board", "Choose the board."),
            ({"board": "ABXX"}, "board", "Select a valid choice"),
            ({"certificate": " "}, "certificate", "Enter the specialty."),
            ({"certificate": "Internal Medicine"}, "certificate", "entered this one already"),
            ({"status": ""}, "status", "Choose one."),
            ({"since": f"{in_days(2)}"}, "since", "still to come"),
            ({"since": "2015-01-01", "expires_on": "2014-01-01"}, "__all__", "before the first"),
        ],
    )
    def test_refuses_and_keeps_what_was_typed(self, hers, helen, facts, field, message):
        BoardFactory(preceptor=helen)

        page = hers.post(ADD, {**SENT, "certificate": "rheumatology", **facts})

        assert page.status_code == 422
        assert message in page.context["form"].errors[field][0]
        assert helen.certifications.count() == 1

    def test_keeps_twelve_at_most(self, hers, helen):
        for number in range(12):
            BoardFactory(preceptor=helen, certificate=f"field {number}")

        assert hers.post(ADD, SENT).status_code == 422

    @pytest.mark.parametrize("size", [1, 3])
    def test_takes_as_many_queries_for_three(self, hers, helen, size, django_assert_num_queries):
        for number in range(size):
            BoardFactory(preceptor=helen, certificate=f"field {number}")
        hers.get(PAGE)

        with django_assert_num_queries(10):
            hers.get(PAGE)


def test_the_database_keeps_each_once(helen):
    BoardFactory(preceptor=helen)
    with pytest.raises(IntegrityError, match="is_entered_once"):
        BoardFactory(preceptor=helen)


class TestStaff:
    def test_sees_one_and_it_is_recorded_who_and_when(self, helen, dana):
        one = BoardFactory(preceptor=helen, verified_at=None, verified_by=None)

        actions.see_board(one, by=dana)

        one.refresh_from_db()
        assert (one.verified_by, one.verified_at.date()) == (dana, timezone.now().date())
        assert Event.objects.get(verb="board.seen").by == dana

    @pytest.mark.parametrize("facts", [{"status": "expired"}, {"expires_on": in_days(-1)}])
    def test_does_not_see_what_has_expired(self, helen, dana, facts):
        one = BoardFactory(preceptor=helen, verified_at=None, verified_by=None, **facts)

        with pytest.raises(ValidationError, match="has expired"):
            actions.see_board(one, by=dana)

    def test_unseen_ones_wait_in_the_queue_and_expired_ones_do_not(self, helen):
        fresh, old = PreceptorFactory(), PreceptorFactory()
        unseen = {"verified_at": None, "verified_by": None}
        BoardFactory(preceptor=fresh, **unseen)
        BoardFactory(preceptor=old, **unseen, expires_on=in_days(-1))
        BoardFactory(preceptor=helen)

        assert set(PreceptorProfile.objects.with_unseen_board()) == {fresh}
        assert set(PreceptorProfile.objects.waiting_for_staff()) == {fresh}

    def test_marks_them_in_the_admin(self, staff_client, helen):
        one = BoardFactory(preceptor=helen, verified_at=None, verified_by=None)
        url = reverse("admin:accounts_preceptorprofile_changelist")
        assert helen.user.name in staff_client.get(f"{url}?work=board").text

        staff_client.post(url, {"action": "see_boards", "_selected_action": [helen.pk]})

        one.refresh_from_db()
        assert one.verified_at


class TestLearnersRead:
    def test_what_was_seen_and_is_current_alone(self, client, helen):
        listing = ListingFactory(preceptor=helen)
        seen_on = timezone.now().replace(year=2026, month=11, day=3)
        BoardFactory(preceptor=helen, verified_at=seen_on)
        unseen = {"verified_at": None, "verified_by": None}
        BoardFactory(preceptor=helen, certificate="sleep medicine", **unseen)
        BoardFactory(preceptor=helen, certificate="cardiology", status="expired")
        BoardFactory(preceptor=helen, certificate="nephrology", expires_on=in_days(-1))

        for address in (helen.get_absolute_url(), listing.get_absolute_url()):
            page = client.get(address).text
            assert "Board certified in internal medicine (ABIM)" in page
            assert "checked Nov 2026" in page
            for other in ("sleep medicine", "cardiology", "nephrology"):
                assert other not in page
