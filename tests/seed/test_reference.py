"""The texts and tables every portal starts with hold together."""

import re
from itertools import pairwise

from django.urls import resolve

from accounts.kinds import (
    DocumentGroup,
    Family,
    Validity,
)
from config.facts import Facts
from guides.markdown import names_in, to_html
from rotations.kinds import (
    HandsOn,
    RotationType,
    SpecialtyGroup,
)
from seed.reading import pages, structure
from seed.reference import load_reference
from tests.seed.content import (
    DOCUMENT_TYPES,
    SLUG,
    SPECIALTIES,
    assert_different,
    words,
)

OWN_MOTIFS = {
    "cardiology": "card",
    "emergency-medicine": "em",
    "dermatology": "derm",
    "pediatrics": "peds",
    "endocrinology": "endo",
    "gastroenterology": "gi",
    "infectious-disease": "id",
    "hematology-oncology": "onc",
    "family-medicine": "fm",
    "general-surgery": "surg",
    "pulmonology": "pulm",
    "internal-medicine": "im",
    "nephrology": "neph",
    "neurology": "neuro",
    "psychiatry": "psych",
    "obstetrics-gynecology": "obgyn",
}
MOTIFS = set(OWN_MOTIFS.values())
GROUP_MOTIFS = {"P": "fm", "M": "im", "S": "surg", "H": "em", "X": "psych", "A": "fm"}
GUIDE_GROUPS = {"Start here", "Documents", "On site", "Letters and Match", "Visa basics"}


def test_there_are_48_specialties_with_everything_said():
    assert len({row["slug"] for row in SPECIALTIES}) == 48
    for row in SPECIALTIES:
        assert SLUG.fullmatch(row["slug"])
        assert row["group"] in SpecialtyGroup.values
        assert re.fullmatch(r"[0-9A-Z]{9}X", row["nucc"])
        assert row["motif"] in MOTIFS
        assert 60 <= words(row["about"]) <= 100
        assert row["looks_for"]
        assert all(len(alias.strip()) <= 40 for alias in row["aliases"].split(";"))
    assert_different([row["about"] for row in SPECIALTIES])
    assert_different([row["looks_for"] for row in SPECIALTIES])


def test_a_specialty_has_a_motif_of_its_own_or_its_groups():
    assert {row["motif"] for row in SPECIALTIES} == MOTIFS
    for row in SPECIALTIES:
        assert row["motif"] == OWN_MOTIFS.get(row["slug"], GROUP_MOTIFS[row["group"]])


def test_there_are_33_document_types():
    assert len(DOCUMENT_TYPES) == 33
    for row in DOCUMENT_TYPES.values():
        assert row["group"] in DocumentGroup.values
        assert row["validity_kind"] in Validity.values
        assert bool(row["validity"]) == (row["validity_kind"] == "months")
        assert row["families"] == "all" or set(row["families"].split()) <= set(Family.values)
        assert len(row["name"]) <= 80
        assert len(row["what_counts"]) <= 300
    hidden = {slug for slug, row in DOCUMENT_TYPES.items() if row["identity"] == "y"}
    assert hidden == {"passport", "visa"}


def test_policies_never_give_more_back_for_shorter_notice():
    policies = structure("reference/policies.json")
    assert {policy["slug"] for policy in policies} == {"flexible", "standard", "strict"}
    for policy in policies:
        tiers = policy["tiers"]
        assert tiers[-1]["days"] == 0
        for tier, later in pairwise(tiers):
            assert tier["days"] > later["days"]
            assert tier["percent"] >= later["percent"]


def test_all_eight_types_and_five_levels_are_explained():
    types = structure("reference/rotation_types.json")
    assert {kind["slug"] for kind in types} == set(RotationType.values)
    assert all(kind["label"] == f"{kind['name']}, {kind['half']}" for kind in types)
    levels = structure("reference/hands_on_levels.json")
    assert [level["level"] for level in levels] == HandsOn.values


def test_there_are_thirteen_guides_and_seven_pages():
    guides = list(pages("reference/guides"))
    assert len({front["slug"] for front, _body in guides}) == 13
    for front, body in guides:
        assert {"title", "summary", "group", "order", "minutes", "reviewed_on"} <= set(front)
        assert front["group"] in GUIDE_GROUPS
        assert 700 <= words(body) <= 1400, front["slug"]
        assert "## Sources" in body
        # What nobody has done is not claimed: an installation names its own reviewer.
        assert "reviewed_by" not in front
    legal = {front["slug"] for front, _body in pages("reference/pages")}
    assert legal == {"terms", "privacy", "fees", "contact", "accessibility", "no-dark-patterns",
                     "urgent-help"}  # fmt: skip
    here = {f"/guides/{front['slug']}/" for front, _body in guides}
    texts = [body for _front, body in [*guides, *pages("reference/pages")]]
    linked = {link for body in texts for link in re.findall(r"\((/.*?)\)", body)}
    assert {link for link in linked if link.startswith("/guides/")} <= here
    assert all(resolve(link) for link in linked)
    assert_different([line for text in texts for line in text.splitlines() if words(line) > 12])


def test_each_type_has_a_heading_that_its_explainer_leads_to():
    (body,) = [
        body
        for front, body in pages("reference/guides")
        if front["slug"] == "types-of-us-clinical-experience"
    ]
    html = to_html(body)

    assert all(f'<h3 id="{kind}">' in html for kind in RotationType.values)


def test_what_texts_name_in_braces_is_known(db):
    """A placeholder that nobody fills in would stand on the page."""
    load_reference()
    known = Facts()
    for front, body in [*pages("reference/guides"), *pages("reference/pages")]:
        assert {name for name in names_in(body) if name not in known} == set(), front["slug"]
