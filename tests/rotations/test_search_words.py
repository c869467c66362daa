"""What people type, and what they mean by it."""

import pytest

from accounts.kinds import Family
from rotations.kinds import HandsOn, Letterhead, RotationType
from rotations.models import Listing, Specialty
from rotations.search import Search, catalogue
from rotations.search.words import parts
from seed.reference import load_reference
from tests.factories.accounts import PreceptorFactory, UserFactory
from tests.factories.rotations import ListingFactory, SiteFactory, StateFactory
from tests.rotations.test_search import TODAY

pytestmark = pytest.mark.django_db

FIELDS = {
    "IM": "internal-medicine", "FM": "family-medicine", "peds": "pediatrics",
    "OB/GYN": "obstetrics-gynecology", "obgyn": "obstetrics-gynecology", "EM": "emergency-medicine",
    "psych": "psychiatry", "ICU": "critical-care", "cardio": "cardiology", "endo": "endocrinology",
    "PMHNP": "np-psychiatric", "FNP": "np-family", "GI": "gastroenterology", "heme": "hematology-oncology",
    "ortho": "orthopedic-surgery", "ENT": "otolaryngology", "rads": "radiology-diagnostic", "derm": "dermatology",
}  # fmt: skip


@pytest.fixture
def fields():
    load_reference()
    return {
        field.slug: ListingFactory(specialty=field, title=f"A month of {field.name.lower()}").pk
        for field in Specialty.objects.all()
    }


def test_understands_the_abbreviations_of_the_field(fields):
    names = {pk: slug for slug, pk in fields.items()}
    missed = {}
    for typed, meant in FIELDS.items():
        found = catalogue(Search(q=typed, sort="relevance"), today=TODAY)
        foremost = [names[key] for key in found.page(4).keys]
        if meant not in foremost:
            missed[typed] = foremost
    assert not missed


@pytest.mark.parametrize("typed", ["NP", "PA"])
def test_finds_what_is_open_to_a_profession(typed):
    fits = ListingFactory(families=[Family.NP_STUDENT, Family.PA_STUDENT])
    ListingFactory(families=[Family.IMG_GRADUATE])

    assert list(catalogue(Search(q=typed), today=TODAY).keys) == [fits.pk]


def test_knows_what_counts_as_experience_and_who_writes_letters():
    usce = ListingFactory(
        rotation_type=RotationType.EXTERNSHIP, hands_on=HandsOn.EXAMINE, letterhead=Letterhead.NONE
    )
    lor = ListingFactory()

    assert list(catalogue(Search(q="USCE"), today=TODAY).keys) == [usce.pk]
    assert list(catalogue(Search(q="LOR"), today=TODAY).keys) == [lor.pk]


@pytest.fixture
def heart():
    ListingFactory(title="Ward medicine")
    return ListingFactory(
        title="Outpatient cardiology",
        activities=["Read echocardiograms"],
        site=SiteFactory(city="Corpus Christi", state=StateFactory(abbr="FL", name="Florida")),
        preceptor=PreceptorFactory(user=UserFactory(name="José Müller")),
    ).pk


@pytest.mark.parametrize(
    "typed",
    ["cardiol", "outpatient card", "corpus chr", "echocardio", "jose muller", "José Müller", "JOSÉ",
     '"corpus christi"', "cardiology -dialysis", "cardiology in florida", "FL cardiology"],
)  # fmt: skip
def test_finds_beginnings_phrases_and_names_with_and_without_accents(heart, typed):
    assert list(catalogue(Search(q=typed), today=TODAY).keys) == [heart]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("cardiolgy", "cardiology"), ("outpateint", "outpatient"), ("floridda cardiology", "florida cardiology"),
     ("chrsti corpus", "christi corpus")],
)  # fmt: skip
def test_forgives_a_typing_error_and_says_what_it_read(heart, typed, meant):
    found = catalogue(Search(q=typed), today=TODAY)

    assert list(found.keys) == [heart]
    assert found.mended == meant


@pytest.mark.parametrize("typed", ["xqzvw", "cardiology -cardiology", "%", '""', "echo Tampa"])
def test_invents_no_result(heart, typed):
    assert not catalogue(Search(q=typed), today=TODAY)


def test_what_the_title_says_comes_before_what_the_text_says():
    text = ListingFactory(title="Ward medicine", activities=["See a dermatology clinic"])
    title = ListingFactory(title="Dermatology clinic")

    found = catalogue(Search(q="dermatology", sort="relevance"), today=TODAY)

    assert found.page(2).keys == [title.pk, text.pk]
    assert Listing.objects.count() == 2


@pytest.mark.parametrize(
    "typed",
    [
        "'; DROP TABLE",
        "a:*b & !c | (d",
        "\\",
        "x" * 200,
        "<b>",
        "-" * 50,
        "🩺",
        "a " * 90,
        "!!",
        "<->",
    ],
)
def test_reads_anything(typed):
    ListingFactory()

    catalogue(Search(q=typed, sort="relevance"), today=TODAY).page(3)


def test_small_words_alone_filter_nothing():
    ListingFactory()

    assert parts("rotations in the") == []
    assert len(catalogue(Search(q="rotations in the"), today=TODAY)) == 1
