"""A learner's immunization record: after her consent, hers and staff's alone."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actions import ConsentMissing, add_fact, give_consent
from accounts.kinds import ConsentKind, Immunity, ShotKind, ShotResult
from accounts.models import ImmunizationFact, ImmunizationRule
from accounts.queries import immunity
from audit.models import Event
from privacy.actions.consents import withdraw_health
from tests.factories.accounts import LearnerFactory

pytestmark = pytest.mark.django_db
PAGE = reverse("accounts:immunizations")
DOSE = {"kind": "mmr", "on": "1999-05-01"}


@pytest.fixture
def hers(client):
    """A learner who has agreed."""
    user = LearnerFactory().user
    give_consent(user, ConsentKind.HEALTH, version="1", address=None)
    client.force_login(user)
    client.user = user
    return client


def fact(user, kind=ShotKind.MMR, on=date(1999, 5, 1), **more):
    return ImmunizationFact.objects.create(owner=user, kind=kind, on=on, **more)


def test_nothing_is_asked_or_kept_before_she_agrees(client):
    user = LearnerFactory().user
    client.force_login(user)

    for answer in (client.get(PAGE), client.post(PAGE, DOSE)):
        assert answer.url.startswith(reverse("privacy:health"))
    with pytest.raises(ConsentMissing):
        add_fact(user, by=user, kind="mmr", on=date(1999, 5, 1))
    assert not ImmunizationFact.objects.exists()


def test_her_record_goes_when_she_takes_her_yes_back(hers):
    hers.post(PAGE, DOSE)
    others = fact(LearnerFactory().user)

    withdraw_health(hers.user, by=hers.user)

    assert list(ImmunizationFact.objects.all()) == [others]
    history = ImmunizationFact.pgh_event_model.objects
    assert set(history.values_list("owner", flat=True)) == {others.owner_id}


def test_a_dose_is_kept_and_judged(hers):
    hers.post(PAGE, DOSE)
    page = hers.post(PAGE, {**DOSE, "on": "2003-05-01"}, follow=True)

    assert "2 doses." in page.text
    assert "May 1, 1999" in page.text
    verdicts = {one.item: one.state for one in page.context["verdicts"]}
    assert verdicts[Immunity.MEASLES] == verdicts[Immunity.RUBELLA] == "met"
    assert verdicts[Immunity.HEPB] == "unknown"
    assert Event.objects.filter(verb="immunization.added", by=hers.user).count() == 2


def test_a_number_is_kept_for_antibodies_alone(hers):
    hers.post(PAGE, {"kind": "anti_hbs", "on": "2020-09-01", "value": "48.5", "result": "positive"})
    hers.post(PAGE, {**DOSE, "value": "3", "result": "negative"})

    rows = {row.kind: (row.result, row.value) for row in ImmunizationFact.objects.all()}
    assert rows == {"anti_hbs": ("", Decimal("48.50")), "mmr": ("", None)}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"kind": ""}, "Choose a dose or a test."),
        ({"kind": "smallpox"}, "Select a valid choice"),
        ({"on": ""}, "Enter the day."),
        ({"on": "0001-01-01"}, "Check the year."),
        ({"on": f"{timezone.localdate() + timedelta(days=9)}"}, "This day has not come yet."),
        ({"kind": "igra"}, "Choose the result of the test."),
        ({"kind": "anti_hbs"}, "Enter the number on the report."),
        ({"kind": "anti_hbs", "value": "-1"}, "0"),
        ({"kind": "anti_hbs", "value": "9" * 20}, "100000"),
        ({"kind": "anti_hbs", "value": "NaN"}, "Enter a number."),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_kept(hers, wrong, words):
    page = hers.post(PAGE, {**DOSE, **wrong})

    assert page.status_code == 422
    assert words in page.text
    assert "<title>Error: " in page.text
    assert not ImmunizationFact.objects.exists()


def test_the_same_dose_is_entered_once(hers):
    hers.post(PAGE, DOSE)

    page = hers.post(PAGE, DOSE)

    assert page.status_code == 422
    assert "This is entered already." in page.text
    assert ImmunizationFact.objects.count() == 1


def test_she_takes_her_own_back_and_nobody_elses(hers):
    mine, theirs = fact(hers.user), fact(LearnerFactory().user)
    remove = {
        one: reverse("accounts:immunization_remove", args=[one.code]) for one in (mine, theirs)
    }

    assert hers.post(remove[theirs]).status_code == 404
    assert hers.get(remove[mine]).status_code == 405
    hers.post(remove[mine])

    assert list(ImmunizationFact.objects.all()) == [theirs]


@pytest.mark.parametrize("size", [1, 3])
def test_the_page_asks_as_much_for_three_as_for_one(hers, size, django_assert_num_queries):
    for n in range(size):
        fact(hers.user, on=date(1999, 5, 1 + n))
    hers.get(PAGE)

    with django_assert_num_queries(9):
        assert len(hers.get(PAGE).context["rows"]) == size


def test_an_admin_changes_what_is_enough():
    shots = [fact(LearnerFactory().user).shot]
    day = date(2027, 1, 4)
    before = {one.item: one.state for one in immunity(shots, first=day, last=day)}
    ImmunizationRule.objects.create(item=Immunity.MEASLES, doses=1)
    ImmunizationRule.objects.create(item=Immunity.COVID, doses=1, is_asked=True)

    after = {one.item: one.state for one in immunity(shots, first=day, last=day)}

    assert (before[Immunity.MEASLES], after[Immunity.MEASLES]) == ("unmet", "met")
    assert Immunity.COVID in after.keys() - before.keys()


def test_staff_see_it_on_the_paper(client, dana):
    row = fact(LearnerFactory().user)
    client.force_login(dana)
    listed = reverse("admin:accounts_immunizationfact_changelist")

    client.post(listed, {"action": "see", "_selected_action": [row.pk]})

    row.refresh_from_db()
    assert row.verified_by == dana
    assert Event.objects.filter(verb="immunization.seen", by=dana).count() == 1
    assert client.get(reverse("admin:accounts_immunizationrule_changelist")).status_code == 403


@pytest.mark.parametrize(
    "facts",
    [
        {"kind": ShotKind.MMR, "result": ShotResult.POSITIVE},
        {"kind": ShotKind.IGRA},
        {"kind": ShotKind.ANTI_HBS},
        {"kind": ShotKind.MMR, "value": 4},
        {"kind": ShotKind.ANTI_HBS, "value": -1},
    ],
)
def test_the_table_refuses_what_a_kind_does_not_say(facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        fact(LearnerFactory().user, **facts)
