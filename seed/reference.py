"""Reference data of a new installation. Rows that are there are left as staff edited them."""

from typing import Any

import us
from django.db import transaction
from django.db.models import Model
from django.utils.text import slugify

from accounts.actions import ensure_groups
from accounts.immunity import ENOUGH
from accounts.kinds import Validity
from accounts.models import DocumentType, ImmunizationRule
from clocks.intervals import declared
from clocks.models import Interval
from guides.models import Guide, GuideGroup, Page
from letters.models import MatchSeason
from placements.models import SIGNED_HERE, Declaration
from privacy.models import RetentionTerm
from privacy.terms import SHIPPED
from rotations.kinds import SHIPPED as RULES
from rotations.models import CancellationPolicy, EligibilityRule, Ratio, Specialty, State
from seed.reading import flag, pages, structure, table

GENERAL = ""
GROUP_STEP = 1000


@transaction.atomic
def load_reference() -> dict[str, int]:
    """Add what is missing; how many rows of each kind were added."""
    ensure_groups()
    return {
        "states": _states(),
        "specialties": _specialties(),
        "document types": _document_types(),
        "statements": _statements(),
        "immunization rules": _immunization_rules(),
        "policies": _policies(),
        "eligibility rules": _eligibility_rules(),
        "preceptor ratios": _ratios(),
        "seasons": _seasons(),
        "guides": _guides(),
        "pages": _pages(),
        "timers": _timers(),
        "terms of keeping": _terms(),
    }


def _add(model: type[Model], key: str, rows: list[dict[str, Any]]) -> int:
    """Create the rows whose key is not there yet."""
    there = set(model._default_manager.values_list(key, flat=True))
    new = [model(**row) for row in rows if row[key] not in there]
    model._default_manager.bulk_create(new)
    return len(new)


def _terms() -> int:
    rows = [
        {"key": term.value, "days": shipped.days, "basis": shipped.basis}
        for term, shipped in SHIPPED.items()
    ]
    return _add(RetentionTerm, "key", rows)


def _states() -> int:
    notes: dict[str, list[str]] = {}
    for note in structure("reference/state_notes.json"):
        notes.setdefault(note["state"], []).append(f"{note['title']}. {note['text']}")
    rows = [
        {
            "abbr": state.abbr,
            "name": state.name,
            "slug": slugify(state.name),
            "fips": state.fips or "",
            "zones": state.time_zones,
            "is_territory": bool(state.is_territory),
            "note": "\n\n".join(notes.get(state.abbr) or notes.get(GENERAL, [])),
        }
        for state in us.states.STATES_AND_TERRITORIES
    ]
    return _add(State, "abbr", rows)


def _specialties() -> int:
    rows = [
        {
            **{
                name: row[name] for name in ("slug", "name", "board_name", "board", "group", "nucc")
            },
            "motif": row["motif"],
            "about": row["about"],
            "looks_for": row["looks_for"],
            "order": int(row["order"]),
            "nucc_confirmed": flag(row["nucc_confirmed"]),
            "aliases": [alias.strip() for alias in row["aliases"].split(";") if alias.strip()],
        }
        for row in table("reference/specialties.csv")
    ]
    return _add(Specialty, "slug", rows)


def _document_types() -> int:
    rows = [
        {
            **{name: row[name] for name in ("slug", "name", "group", "what_counts")},
            "validity": Validity(row["validity_kind"]),
            "validity_months": int(row["validity"]) if row["validity"] else None,
            "through_end": flag(row["through_end"]),
            "is_identity": flag(row["identity"]),
            "is_health": flag(row["health"]),
            "hands_on_only": flag(row["hands_on_only"]),
            "families": [] if row["families"] == "all" else row["families"].split(),
            "order": int(row["order"]),
        }
        for row in table("reference/document_types.csv")
    ]
    return _add(DocumentType, "slug", rows)


def _statements() -> int:
    """The first version of each text that learners sign here."""
    types = {kind.slug: kind for kind in DocumentType.objects.filter(slug__in=SIGNED_HERE)}
    there = set(Declaration.objects.values_list("type__slug", flat=True))
    new = [
        Declaration(type=types[front["slug"]], version=1, body=body)
        for front, body in pages("reference/statements")
        if front["slug"] in types and front["slug"] not in there
    ]
    Declaration.objects.bulk_create(new)
    return len(new)


def _immunization_rules() -> int:
    rows = [
        {name: getattr(one, name) for name in ("item", "doses", "titre_counts", "least", "months",
                                               "is_asked")}
        for one in ENOUGH.values()
    ]  # fmt: skip
    return _add(ImmunizationRule, "item", rows)


def _eligibility_rules() -> int:
    rows = [{"rule": rule, "severity": severity} for rule, severity in RULES.items()]
    return _add(EligibilityRule, "rule", rows)


def _ratios() -> int:
    """Only into an empty table: a rule that an admin took out stays out."""
    if Ratio.objects.exists():
        return 0
    states = {state.abbr: state for state in State.objects.all()}
    rows = [
        Ratio(
            state=states[row["state"]] if row["state"] else None,
            family=row["family"],
            credential=row["credential"],
            most=int(row["most"]),
            source=row["source"],
        )
        for row in table("reference/ratios.csv")
    ]
    Ratio.objects.bulk_create(rows)
    return len(rows)


def _policies() -> int:
    rows = [
        {
            "slug": row["slug"],
            "name": row["name"],
            "tiers": [[tier["days"], tier["percent"]] for tier in row["tiers"]],
        }
        for row in structure("reference/policies.json")
    ]
    return _add(CancellationPolicy, "slug", rows)


def _seasons() -> int:
    days = ("opens", "submit", "review", "closes")
    rows = [
        {
            "name": row["name"],
            "opens_on": row["opens_on"],
            "submit_from": row["submit_from"],
            "review_from": row["review_from"],
            "closes_on": row["closes_on"] or None,
            "is_provisional": any(flag(row[f"{day}_provisional"]) for day in days),
        }
        for row in table("reference/match_seasons.csv")
    ]
    return _add(MatchSeason, "name", rows)


def _guides() -> int:
    groups = {str(label): value for value, label in GuideGroup.choices}
    rows = [
        {
            **{name: front[name] for name in ("slug", "title", "summary", "reviewed_on")},
            "reviewed_by": front.get("reviewed_by", ""),
            "group": groups[front["group"]],
            "order": list(groups).index(front["group"]) * GROUP_STEP + int(front["order"]),
            "minutes": int(front["minutes"]),
            "body": body,
        }
        for front, body in pages("reference/guides")
    ]
    return _add(Guide, "slug", rows)


def _pages() -> int:
    rows = [
        {"slug": front["slug"], "title": front["title"], "body": body}
        for front, body in pages("reference/pages")
    ]
    return _add(Page, "slug", rows)


def _timers() -> int:
    rows = [{"key": one.key, "numbers": list(one.default)} for one in declared().values()]
    return _add(Interval, "key", rows)
