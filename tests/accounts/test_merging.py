"""Two accounts of one person become one, or stay two with a reason."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import models
from django.urls import reverse
from django.utils import timezone

from accounts.actions import MergeRefused, give_consent, merge_accounts, plan_merge
from accounts.actions.merging import LISTED, links, without_a_rule
from accounts.kinds import ConsentKind, Ecfmg
from accounts.models import Delegation, LearnerProfile, User
from audit.models import Event
from outbox.models import Message
from placements.models import Application, Placement
from placements.states import PlacementStatus, Status
from privacy.actions.erasures import request_erasure
from tests.factories.accounts import (
    DocumentFactory,
    DocumentTypeFactory,
    LearnerFactory,
    PreceptorFactory,
    StaffFactory,
    UserFactory,
)
from tests.factories.placements import ApplicationFactory, PlacementFactory
from tests.factories.rotations import ListingFactory, SpecialtyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept():
    user = LearnerFactory(user__name="Amara O'Nwosu", school="", statement="Mine").user
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def gone():
    user = LearnerFactory(user__name="A. O'Nwosu", school="Lagos", statement="Theirs").user
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def admin():
    return StaffFactory()


def everything():
    """All rows that a merge could touch."""
    tables = (User, LearnerProfile, EmailAddress, Application, Placement, Event, Message)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def test_every_column_that_points_to_a_person_has_a_rule():
    """Whoever adds one says here what becomes of it: ``MOVED``, ``SETTLED`` or ``STAYING``."""
    assert without_a_rule() == []
    assert LISTED - {name for name, _model, _field in links()} == set()


def test_no_column_is_overlooked():
    found = {name for name, _model, _field in links()}
    written = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and field.remote_field.model is User
    }

    assert written == found


def test_what_is_hers_goes_over(kept, gone, admin):
    application = ApplicationFactory(learner=gone, status=Status.UNDER_REVIEW)
    placement = PlacementFactory(learner=gone, status=PlacementStatus.COMPLETED)
    paper = DocumentFactory(owner=gone)
    give_consent(gone, ConsentKind.HEALTH, version="1", address=None)

    merge_accounts(kept, gone, by=admin)

    for row in (application, placement, paper):
        row.refresh_from_db()
    assert {application.learner, placement.learner, paper.owner} == {kept}
    assert kept.consents.get().kind == ConsentKind.HEALTH


def test_the_emptied_account_is_closed_and_its_address_stays_hers(kept, gone, admin, client):
    old = gone.email
    gone.set_password("correct horse 4711")
    gone.save()
    Authenticator.objects.create(user=gone, type="totp", data={"secret": "x"})

    merge_accounts(kept, gone, by=admin)

    gone.refresh_from_db()
    assert (gone.is_active, gone.has_usable_password()) == (False, False)
    assert gone.email.endswith("@merged.invalid")
    assert not Authenticator.objects.exists()
    address = EmailAddress.objects.get(email=old)
    assert (address.user, address.verified, address.primary) == (kept, True, False)
    assert not client.login(email=old, password="correct horse 4711")


def test_an_address_that_was_never_proved_is_forgotten(kept, gone, admin):
    EmailAddress.objects.filter(user=gone).update(verified=False)

    merge_accounts(kept, gone, by=admin)

    assert list(EmailAddress.objects.values_list("email", flat=True)) == [kept.email]


def test_both_addresses_hear_of_it_and_it_is_remembered(kept, gone, admin):
    old = gone.email

    merge_accounts(kept, gone, by=admin)

    mails = {mail.recipient: mail for mail in Message.objects.all()}
    assert set(mails) == {kept.email, old}
    assert kept.email in mails[kept.email].body
    assert kept.email not in mails[old].body
    assert "Mails about its safety cannot be switched off." in mails[kept.email].body
    assert "an account at Wardlight had this address until now" in mails[old].body
    assert [event.by for event in Event.objects.filter(verb__startswith="account.merged")] == [
        admin,
        admin,
    ]


def test_everybody_is_signed_out(kept, gone, admin, client):
    client.force_login(gone)
    home = reverse("accounts:profile")
    assert client.get(home).status_code == 200

    merge_accounts(kept, gone, by=admin)

    assert client.get(home).status_code == 302


def test_the_profile_that_stays_wins_and_is_filled_in(kept, gone, admin):
    mine, theirs = kept.learner_profile, gone.learner_profile
    mine.specialties.add(SpecialtyFactory())
    theirs.specialties.add(SpecialtyFactory(slug="cardiology", name="Cardiology"))
    LearnerProfile.objects.filter(pk=mine.pk).update(
        ecfmg=Ecfmg.IN_PROGRESS, emergency_name="Chidi", emergency_phone="+1 713 555 0101"
    )
    LearnerProfile.objects.filter(pk=theirs.pk).update(
        ecfmg=Ecfmg.CERTIFIED, ecfmg_on=timezone.localdate(), emergency_relation="brother",
        emergency_name="Ada", emergency_phone="+1 713 555 0102", aamc_id="14725836",
    )  # fmt: skip

    merge_accounts(kept, gone, by=admin)

    mine = LearnerProfile.objects.get()
    assert (mine.user, mine.statement, mine.school) == (kept, "Mine", "Lagos")
    assert (mine.ecfmg, mine.ecfmg_on, mine.aamc_id) == (Ecfmg.IN_PROGRESS, None, "14725836")
    assert (mine.emergency_name, mine.emergency_relation) == ("Chidi", "")
    assert mine.specialties.count() == 2


def test_one_profile_goes_over_as_it_is(gone, admin):
    kept = UserFactory()
    merge_accounts(kept, gone, by=admin)

    assert LearnerProfile.objects.get().user == kept


def test_a_preceptor_goes_over_with_her_listings(admin):
    kept, listing = UserFactory(), ListingFactory()
    merge_accounts(kept, listing.preceptor.user, by=admin)

    listing.preceptor.refresh_from_db()
    assert listing.preceptor.user == kept


def test_of_two_papers_of_a_kind_the_accepted_one_counts(kept, gone, admin):
    kind = DocumentTypeFactory()
    later = DocumentFactory(owner=kept, type=kind, verified_at=None, verified_by=None)
    accepted = DocumentFactory(owner=gone, type=kind)

    merge_accounts(kept, gone, by=admin)

    assert list(kept.documents.current()) == [accepted]
    later.refresh_from_db()
    assert later.superseded_at is not None


def test_nobody_acts_for_a_preceptor_twice_or_for_herself(kept, gone, admin):
    host, mine = PreceptorFactory(), PreceptorFactory(user=kept)
    for person, preceptor in ((kept, host), (gone, host), (gone, mine)):
        Delegation.objects.create(person=person, preceptor=preceptor)
    other = Delegation.objects.create(person=gone, preceptor=PreceptorFactory())

    merge_accounts(kept, gone, by=admin)

    assert {one.preceptor for one in kept.delegations.current()} == {host, other.preceptor}
    assert kept.delegations.count() == 4


def _change(person, **facts):
    User.objects.filter(pk=person.pk).update(**facts)


def _both(factory, kept, gone, *, field="learner", **facts):
    return [factory(**{field: person}, **facts) for person in (kept, gone)]


CONFLICTS = {
    "staff": lambda _kept, gone: _change(gone, is_staff=True),
    "closed": lambda _kept, gone: _change(gone, is_active=False),
    "preceptors": lambda *both: _both(PreceptorFactory, *both, field="user"),
    "applications": lambda *both: _both(
        ApplicationFactory, *both, listing=ListingFactory(), status=Status.UNDER_REVIEW
    ),
    "leaving": lambda _kept, gone: request_erasure(gone, by=gone),
    "overlap": lambda *both: _both(PlacementFactory, *both),
    "own learner": lambda kept, gone: ApplicationFactory(
        learner=gone, listing=ListingFactory(preceptor__user=kept)
    ),
}


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("staff", "staff rights"),
        ("closed", "closed already"),
        ("leaving", "about to be deleted"),
        ("preceptors", "Both are preceptors"),
        ("applications", "open application"),
        ("overlap", "rotations overlap"),
        ("own learner", "her own preceptor"),
    ],
)
def test_what_stands_in_the_way_is_told_and_nothing_changes(kept, gone, admin, case, words):
    CONFLICTS[case](kept, gone)
    gone.refresh_from_db()
    before = everything()

    with pytest.raises(MergeRefused, match=words):
        merge_accounts(kept, gone, by=admin)

    assert everything() == before
    assert any(words in line for line in plan_merge(User.objects.get(pk=kept.pk), gone).conflicts)


def test_nobody_is_merged_with_herself(kept, admin):
    with pytest.raises(MergeRefused):
        merge_accounts(kept, kept, by=admin)


def merge_form(kept, gone, **more):
    return {"action": "merge", "_selected_action": [kept.pk, gone.pk], **more}


PEOPLE = reverse("admin:accounts_user_changelist")


def test_an_admin_sees_what_would_move_and_says_which_stays(staff_client, kept, gone):
    DocumentFactory(owner=gone)

    page = staff_client.post(PEOPLE, merge_form(kept, gone))
    assert f"If {kept.email} stays and {gone.email} is closed" in page.text
    assert "1 documents" in page.text
    assert User.objects.get(pk=gone.pk).is_active

    unsure = staff_client.post(PEOPLE, merge_form(kept, gone, asked="1", stays=kept.pk))
    assert unsure.status_code == 422
    done = staff_client.post(
        PEOPLE, merge_form(kept, gone, asked="1", stays=kept.pk, sure="on"), follow=True
    )
    assert "Both addresses have a mail." in done.text
    assert not User.objects.get(pk=gone.pk).is_active


def test_a_refusal_is_told_on_the_page(staff_client, kept, gone):
    CONFLICTS["overlap"](kept, gone)

    page = staff_client.post(PEOPLE, merge_form(kept, gone, asked="1", stays=kept.pk, sure="on"))

    assert page.status_code == 422
    assert "rotations overlap" in page.text


def test_coordinators_merge_nobody(client, dana, kept, gone):
    client.force_login(dana)

    client.post(PEOPLE, merge_form(kept, gone, asked="1", stays=kept.pk, sure="on"))

    assert User.objects.get(pk=gone.pk).is_active


def test_two_at_a_time(staff_client, kept):
    page = staff_client.post(
        PEOPLE, {"action": "merge", "_selected_action": [kept.pk]}, follow=True
    )

    assert "Choose the two accounts of one person." in page.text


def test_rows_of_the_last_minutes_move_too(kept, gone, admin):
    """An application that began after the preview goes over with the rest."""
    plan_merge(kept, gone)
    late = ApplicationFactory(learner=gone, created_at=timezone.now() + timedelta(minutes=1))

    merge_accounts(kept, gone, by=admin)

    late.refresh_from_db()
    assert late.learner == kept
