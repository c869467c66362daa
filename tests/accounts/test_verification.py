"""Levels, licenses and their clock: who is verified, what expires, who is told."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import actions
from accounts.models import Licence, PreceptorProfile
from accounts.tasks import end_licence, warn_of_expiry
from audit.models import Event
from clocks.models import Due
from outbox.models import Message
from rotations.models import Listing
from tests.factories.accounts import LicenceFactory, PreceptorFactory, StaffFactory, UserFactory
from tests.factories.rotations import ListingFactory

pytestmark = pytest.mark.django_db


def in_days(number):
    return timezone.localdate() + timedelta(days=number)


@pytest.fixture
def dana():
    return StaffFactory(name="Dana D'Angelo")


@pytest.fixture
def helen():
    """Verified by one license in Texas that lasts 100 days."""
    preceptor = PreceptorFactory(
        user=UserFactory(name="Helen O'Castellano"), npi="1234567893", licence_in=""
    )
    LicenceFactory(preceptor=preceptor, state="TX", number="K1", expires_on=in_days(100))
    return preceptor


def mine(preceptor, state="TX"):
    return preceptor.licences.get(state=state)


def change(preceptor, **facts):
    licence = mine(preceptor)
    for name, value in facts.items():
        setattr(licence, name, value)
    actions.save_licence(licence, by=preceptor.user)
    return mine(preceptor, facts.get("state", "TX"))


def mails():
    return sorted(Message.objects.values_list("template", flat=True))


def run(task, due, time_machine):
    time_machine.move_to(due.at, tick=False)
    task(due.pk)
    due.refresh_from_db()
    return due.outcome


class TestClock:
    def test_seeing_a_license_starts_its_clock_once(self, helen, dana):
        licence = mine(helen)

        for _n in range(2):
            actions.see_licence(licence, by=dana)

        rows = Due.objects.filter(subject_id=licence.pk).order_by("at")
        assert [row.occurrence for row in rows] == [
            f"{licence.expires_on}:60", f"{licence.expires_on}:30", f"{licence.expires_on}:7",
            f"{licence.expires_on}",
        ]  # fmt: skip
        assert timezone.localtime(rows[0].at).hour == 9
        assert timezone.localtime(rows[3].at).date() == licence.expires_on + timedelta(days=1)

    def test_a_reminder_that_has_passed_is_left_out(self, helen, dana):
        licence = change(helen, expires_on=in_days(20))

        actions.see_licence(licence, by=dana)

        kinds = Due.objects.filter(occurrence__startswith=f"{licence.expires_on}")
        assert kinds.filter(kind="licence.expiring").count() == 1

    @pytest.mark.parametrize(
        ("days", "told"),
        [
            (60, ["accounts/licence_expiring"]),
            (30, ["accounts/licence_expiring"]),
            (7, ["accounts/licence_expiring", "accounts/licence_expiring_office"]),
        ],
    )
    def test_she_hears_before_it_expires_and_the_office_at_the_last(
        self, helen, dana, days, told, time_machine, settings
    ):
        licence = mine(helen)
        actions.start_licence_clock(licence)
        due = Due.objects.get(occurrence=f"{licence.expires_on}:{days}")

        run(warn_of_expiry, due, time_machine)

        assert mails() == told
        hers = Message.objects.get(template="accounts/licence_expiring")
        assert hers.user == helen.user
        assert "[Renew by " in hers.subject
        assert "Texas" in hers.subject
        assert "Mails about your license cannot be switched off." in hers.body
        office = Message.objects.filter(template="accounts/licence_expiring_office").first()
        assert office is None or office.recipient == settings.PORTAL["email"]
        assert office is None or "O'Castellano" in office.subject

    def test_nobody_is_reminded_of_a_license_that_was_renewed_or_taken_out(
        self, helen, time_machine
    ):
        licence = mine(helen)
        actions.start_licence_clock(licence)
        due = Due.objects.get(occurrence=f"{licence.expires_on}:30")
        change(helen, expires_on=in_days(700))

        assert run(warn_of_expiry, due, time_machine) == "no longer so"
        assert mails() == []

    def test_nor_who_is_not_verified(self, time_machine):
        preceptor = PreceptorFactory(verified_at=None, verified_by=None)
        licence = preceptor.licences.get()
        actions.start_licence_clock(licence)
        due = Due.objects.get(occurrence=f"{licence.expires_on}:30")

        assert run(warn_of_expiry, due, time_machine) == "no longer so"


class TestExpiry:
    def expire(self, preceptor, time_machine, state="TX"):
        licence = mine(preceptor, state)
        actions.start_licence_clock(licence)
        due = Due.objects.filter(kind="licence.expired", subject_id=licence.pk).latest("at")
        return run(end_licence, due, time_machine)

    def test_the_last_one_suspends_her_and_hides_her_listings(self, helen, time_machine, settings):
        listing = ListingFactory(preceptor=helen)

        assert self.expire(helen, time_machine) == "told"

        helen.refresh_from_db()
        assert helen.is_suspended_by_clock
        assert not helen.may_host
        assert not Listing.objects.published().filter(pk=listing.pk).exists()
        assert mails() == ["accounts/licence_expired", "accounts/licence_expired_office"]
        assert "Your listings are hidden" in Message.objects.get(user=helen.user).subject
        listing.refresh_from_db()
        assert listing.status == "published", "it comes back by itself"

    def test_another_good_one_keeps_her_going(self, helen, time_machine):
        LicenceFactory(preceptor=helen, state="OH", expires_on=in_days(400))

        assert self.expire(helen, time_machine) == "told"

        helen.refresh_from_db()
        assert helen.suspended_at is None
        assert "No new requests in Texas" in Message.objects.get(user=helen.user).subject

    def test_a_renewal_that_nobody_has_seen_does_not_carry_her_on(self, helen, time_machine):
        actions.start_licence_clock(mine(helen))
        old = Due.objects.get(kind="licence.expired")
        change(helen, expires_on=in_days(800))

        assert run(end_licence, old, time_machine) == "told"

        helen.refresh_from_db()
        assert helen.is_suspended_by_clock

    def test_a_renewal_that_was_seen_does(self, helen, dana, time_machine):
        actions.start_licence_clock(mine(helen))
        old = Due.objects.get(kind="licence.expired")
        actions.see_licence(change(helen, expires_on=in_days(800)), by=dana)

        assert run(end_licence, old, time_machine) == "no longer so"
        helen.refresh_from_db()
        assert helen.suspended_at is None

    def test_seeing_the_renewal_brings_her_listings_back(self, helen, dana, time_machine):
        self.expire(helen, time_machine)
        Message.objects.all().delete()

        actions.see_licence(change(helen, expires_on=in_days(700)), by=dana)

        helen.refresh_from_db()
        assert helen.may_host
        assert mails() == ["accounts/preceptor_reinstated"]

    def test_it_does_not_lift_what_staff_did(self, helen, dana):
        actions.suspend_preceptor(helen, by=dana)

        actions.see_licence(mine(helen), by=dana)

        helen.refresh_from_db()
        assert helen.suspended_by == dana

    def test_an_expired_one_cannot_be_seen(self, helen, dana):
        licence = mine(helen)
        licence.expires_on = in_days(-1)

        with pytest.raises(ValidationError, match="expired"):
            actions.see_licence(licence, by=dana)


class TestWhatSheChanges:
    def test_a_new_date_leaves_the_old_one_counting(self, helen):
        licence = change(helen, expires_on=in_days(800))

        assert licence.verified_at is None
        assert licence.good_until == in_days(100)
        assert licence.is_good_on(in_days(100))
        assert not licence.is_good_on(in_days(101))
        helen.refresh_from_db()
        assert helen.verified_at

    def test_renewed_twice_it_is_still_the_seen_date(self, helen):
        change(helen, expires_on=in_days(800))

        assert change(helen, expires_on=in_days(900)).good_until == in_days(100)
        assert change(helen, expires_on=in_days(50)).good_until == in_days(50)

    @pytest.mark.parametrize("facts", [{"number": "K2"}, {"state": "OH"}])
    def test_another_license_is_unseen_and_takes_the_badge_with_it(self, helen, facts):
        licence = change(helen, **facts)

        assert licence.good_until is None
        helen.refresh_from_db()
        assert helen.verified_at is None

    def test_saving_the_same_changes_nothing(self, helen):
        assert change(helen).verified_at
        assert not Event.objects.filter(verb="licence.saved").exists()

    def test_the_last_that_counts_cannot_be_taken_out(self, helen):
        with pytest.raises(ValidationError, match="verified by this license"):
            actions.remove_licence(mine(helen), by=helen.user)

        LicenceFactory(preceptor=helen, state="OH")
        actions.remove_licence(mine(helen), by=helen.user)
        assert [one.state for one in helen.licences.all()] == ["OH"]

    @pytest.mark.parametrize(
        ("facts", "drops"),
        [
            ({"npi": "1987654328"}, True),
            ({"npi": None}, True),
            ({"credential": "DO"}, True),
            ({"suffix": "MD, PhD"}, True),
            ({"taxonomy": "207R00000X", "teaching_since": 2010}, False),
        ],
    )
    def test_another_clinician_must_be_checked_again(self, helen, dana, facts, drops):
        actions.check_identity(helen, by=dana)
        for name, value in facts.items():
            setattr(helen, name, value)

        told = actions.save_credentials(helen, by=helen.user)

        helen.refresh_from_db()
        assert told is drops
        assert (helen.verified_at is None, helen.identity_checked_at is None) == (drops, drops)
        asked = Due.objects.filter(kind="npi.look_up").exists()
        assert asked == (facts.get("npi") is not None)


class TestQueue:
    def found(self, name):
        return set(getattr(PreceptorProfile.objects, name)())

    def test_waits_for_staff_while_something_is_unseen(self, helen):
        joined = PreceptorFactory(verified_at=None, verified_by=None)
        renewed = PreceptorFactory()
        change(renewed, expires_on=in_days(800))
        year = PreceptorFactory(verified_at=timezone.now() - timedelta(days=340))

        assert self.found("to_verify") == {joined}
        assert self.found("with_unseen_licence") == {renewed}
        assert self.found("to_reverify") == {year}
        assert self.found("waiting_for_staff") == {joined, renewed, year}

    def test_the_first_page_counts_it_and_leads_there(self, staff_client, helen):
        waiting = PreceptorFactory(verified_at=None, verified_by=None)
        page = staff_client.get("/admin/").text
        assert "preceptor to look at" in page

        listed = staff_client.get("/admin/accounts/preceptorprofile/?work=waiting").text
        assert waiting.user.name in listed
        assert helen.user.name not in listed

    @pytest.mark.parametrize("work", ["verify", "licence", "reverify"])
    def test_each_kind_can_be_picked(self, staff_client, helen, work):
        rows = {
            "verify": PreceptorFactory(verified_at=None, verified_by=None),
            "licence": PreceptorFactory(),
            "reverify": PreceptorFactory(verified_at=timezone.now() - timedelta(days=400)),
        }
        change(rows["licence"], expires_on=in_days(800))

        listed = staff_client.get(f"/admin/accounts/preceptorprofile/?work={work}").text

        assert {name for name, one in rows.items() if one.user.name in listed} == {work}

    def test_verified_again_it_is_off_the_list(self, helen, dana):
        PreceptorProfile.objects.update(verified_at=timezone.now() - timedelta(days=400))

        actions.verify_preceptor(helen, by=dana)

        assert self.found("waiting_for_staff") == set()


def test_identity_needs_an_npi(dana):
    with pytest.raises(ValidationError, match="Enter the NPI first"):
        actions.check_identity(PreceptorFactory(npi=None), by=dana)


def test_a_suspension_by_somebody_has_a_moment(helen, dana):
    with pytest.raises(IntegrityError), transaction.atomic():
        PreceptorProfile.objects.filter(pk=helen.pk).update(suspended_by=dana)


def test_time_away_has_two_ends_in_order(helen):
    for facts in ({"away_from": in_days(3)}, {"away_from": in_days(3), "away_until": in_days(2)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PreceptorProfile.objects.filter(pk=helen.pk).update(**facts)


@pytest.mark.parametrize(
    ("first", "last", "away"),
    [(9, 9, False), (10, 10, True), (12, 12, True), (13, 13, False), (8, 11, True), (11, 40, True)],
)
def test_she_is_away_on_days_that_overlap(first, last, away):
    preceptor = PreceptorProfile(away_from=in_days(10), away_until=in_days(12))

    assert preceptor.is_away(in_days(first), in_days(last)) is away


def test_licence_rows_know_their_state():
    assert Licence(state="TX").state_name == "Texas"
    assert Licence(state="DC").state_name == "District of Columbia"
