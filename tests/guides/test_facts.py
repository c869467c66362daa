"""A number in a guide is the number that counts."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine

from accounts.models import DocumentType, ImmunizationRule
from clocks.models import Interval
from clocks.queries import forget_numbers
from config.facts import Facts, share, steps
from guides.models import Guide, GuideGroup
from letters.models import MatchSeason
from privacy.models import RetentionTerm
from privacy.terms import Term
from tests.factories.rotations import PolicyFactory

pytestmark = pytest.mark.django_db


def season(name, year, **facts):
    days = {
        "opens_on": date(year, 6, 2),
        "submit_from": date(year, 9, 1),
        "review_from": date(year, 9, 22),
    }
    return MatchSeason.objects.create(name=name, **days, **facts)


def test_a_guide_says_the_timer_as_it_is_now(client):
    body = "An answer comes within {timer:answer}."
    guide = Guide.objects.create(
        slug="waiting", title="Waiting", summary="x", group=GuideGroup.START, body=body
    )
    assert "within 10 business days." in client.get(guide.get_absolute_url()).text

    Interval.objects.update_or_create(key="answer", defaults={"numbers": [6]})
    forget_numbers()

    assert "within 6 business days." in client.get(guide.get_absolute_url()).text


def test_papers_thresholds_and_terms_come_from_their_rows():
    DocumentType.objects.create(
        slug="tb", name="TB", group="health", what_counts="x", validity="months", validity_months=24
    )
    DocumentType.objects.create(
        slug="visa", name="Visa", group="identity", what_counts="x", validity="printed"
    )
    ImmunizationRule.objects.update_or_create(item="hepb", defaults={"least": Decimal("12.0")})
    RetentionTerm.objects.update_or_create(
        key=Term.HEALTH_USED, defaults={"days": 30, "basis": "ours"}
    )
    facts = Facts()

    assert facts["valid:tb"] == "2 years"
    assert facts["valid:visa"] == "The date printed on it"
    assert facts["least:hepb"] == "12 mIU/mL"
    assert facts["keep:health_used"] == "30 days"
    assert facts["keep:placements"] == "7 years"


@time_machine.travel("2027-01-04T12:00Z", tick=False)
def test_the_next_season_is_counted_backward():
    season("ERAS 2027", 2026)
    season("ERAS 2028", 2027, is_provisional=True)
    facts = Facts()

    assert facts["season:name"] == "ERAS 2028"
    assert facts["season:review"] == "Wednesday, September 22, 2027 (provisional)"
    assert facts["season:letter"] == "Tuesday, September 14, 2027 (provisional)"
    assert facts["season:last_day"] == "Friday, August 13, 2027 (provisional)"
    assert "| ERAS 2027 |" in facts["seasons"]


def test_without_seasons_nothing_is_made_up():
    assert Facts()["season:review"] == "not known yet"


def test_policies_are_a_table_of_what_counts():
    PolicyFactory(name="Kind | soft", tiers=[[20, 100], [5, 50], [0, 0]])

    assert "| Kind / soft | all until 20 days" in Facts()["policies"]


@pytest.mark.parametrize(
    ("tiers", "said"),
    [
        ([[0, 0]], ["then nothing"]),
        ([[30, 100], [0, 25]], ["all until 30 days before the start", "then 25 %"]),
    ],
)
def test_steps_say_what_comes_back(tiers, said):
    assert steps(tiers) == said
    assert share(50) == "half"


def test_what_the_portal_does_not_know_is_no_fact():
    facts = Facts()

    assert "portal_email" in facts
    assert not {"portal_secret", "timer:nothing", "nothing:at_all", "nothing"} & set(facts)
    assert all(name not in facts for name in ("timer:nothing", "nothing:at_all", "nothing"))
    assert len(facts) == len(set(facts))
