"""Identifiers as people type them, and passwords that everybody here would try."""

import pytest
from django.core.exceptions import ValidationError

from accounts.validators import (
    NotOurWords,
    clean_aamc_id,
    clean_letter_id,
    clean_npi,
    clean_usmle_id,
)


@pytest.mark.parametrize("npi", ["1234567893", "1987654328", "1678901236", "1558598797"])
def test_a_good_npi(npi):
    assert clean_npi(npi) == npi


@pytest.mark.parametrize("typed", ["1234-567-893", " 1234567893 ", "123 456 7893", "123.456.7893"])
def test_an_npi_is_kept_without_what_people_type_between(typed):
    assert clean_npi(typed) == "1234567893"


@pytest.mark.parametrize(
    "typed",
    ["1234567890", "1234567839", "0234567893", "3234567893", "123456789", "12345678930",
     "12345 67893x", "", "١٢٣٤٥٦٧٨٩٣", "1234567893\n1"],
)  # fmt: skip
def test_a_bad_npi(typed):
    with pytest.raises(ValidationError) as refusal:
        clean_npi(typed)
    assert refusal.value.code == "npi"


@pytest.mark.parametrize("wrong", range(9))
def test_the_last_digit_of_an_npi_catches_any_other(wrong):
    other = "012456789"[wrong]
    with pytest.raises(ValidationError):
        clean_npi(f"123456789{other}")


@pytest.mark.parametrize(
    ("typed", "kept"), [("14725836", "14725836"), ("1472-5836", "14725836"), ("", "")]
)
def test_a_good_aamc_id(typed, kept):
    assert clean_aamc_id(typed) == kept


@pytest.mark.parametrize("typed", ["1472583", "147258366", "1472583a", "١٤٧٢٥٨٣٦"])
def test_a_bad_aamc_id(typed):
    with pytest.raises(ValidationError, match="eight digits"):
        clean_aamc_id(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("0-987-654-3", "09876543"), ("09876543", "09876543"), (" 0 987 654 3", "09876543"), ("", "")],
)
def test_a_good_ecfmg_id(typed, kept):
    assert clean_usmle_id(typed) == kept


@pytest.mark.parametrize("typed", ["0-987-654", "0-987-654-32", "O-987-654-3", "0/987/654/3"])
def test_a_bad_ecfmg_id(typed):
    with pytest.raises(ValidationError) as refusal:
        clean_usmle_id(typed)
    assert refusal.value.code == "usmle_id"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(" f7k2-90qm ", "F7K2-90QM"), ("AB12", "AB12"), ("", ""), ("A" * 20, "A" * 20)],
)
def test_a_good_letter_id(typed, kept):
    assert clean_letter_id(typed) == kept


@pytest.mark.parametrize("typed", ["AB1", "A" * 21, "AB 12", "AB_12", "ÄB12", "AB12\n34"])
def test_a_bad_letter_id(typed):
    with pytest.raises(ValidationError) as refusal:
        clean_letter_id(typed)
    assert refusal.value.code == "letter_id"


@pytest.mark.parametrize(
    "password",
    ["rotation2026!", "Clinic-1234", "MyPreceptor!", "residency2027", "Wardlight1!", "password99",
     "R.o.t.a.t.i.o.n.99", "rotationrotation"],
)  # fmt: skip
def test_a_password_is_not_built_on_our_words(password):
    with pytest.raises(ValidationError) as refusal:
        NotOurWords().validate(password)
    assert refusal.value.code == "password_word"


@pytest.mark.parametrize(
    "password", ["heron-gravel-tide-41", "9283746501", "the clinic where blue herons nest", "ÄÖÜ!!"]
)
def test_another_password_is_fine(password):
    NotOurWords().validate(password)


def test_a_renamed_portals_name_counts_too(settings):
    settings.PORTAL = {**settings.PORTAL, "name": "North Star 7"}
    with pytest.raises(ValidationError):
        NotOurWords().validate("northstar2026")


def test_a_portal_whose_name_has_no_latin_letters_forbids_nothing(settings):
    settings.PORTAL = {**settings.PORTAL, "name": "北辰"}
    NotOurWords().validate("heron-gravel-tide-41")
