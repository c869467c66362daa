"""Every table of the portal is in the registry: what she gets of it, what becomes of it."""

import re

import pytest
from django.apps import apps

from accounts.models import User
from privacy.registry import EXCEPTIONS, FATES, NOT_COPIED, NOT_ERASED, RECORDS

MODELS = list(apps.get_models(include_auto_created=True))
SECRETS = re.compile(r"password|secret|token|session_key|recovery|signing", re.IGNORECASE)


def leads_to_a_person(model, seen=()):
    """Whether a chain of keys of this table ends at a person."""
    if model is User:
        return True
    keys = [one for one in model._meta.concrete_fields if one.is_relation and one.related_model]
    return any(
        key.related_model not in seen and leads_to_a_person(key.related_model, (*seen, model))
        for key in keys
    )


def test_every_table_is_copied_or_left_out_for_a_reason():
    copied = {record.model._meta.label for record in RECORDS}
    known = copied | NOT_COPIED.keys()

    assert {model._meta.label for model in MODELS} - known == set()
    assert NOT_COPIED.keys() - {model._meta.label for model in MODELS} == set()
    assert copied & NOT_COPIED.keys() == set()


def test_every_table_that_leads_to_a_person_has_a_fate():
    """A history shares the fate of its table; what leads there by a certificate does too."""
    histories = {
        model.pgh_event_model._meta.label for model in MODELS if "pgh_event_model" in vars(model)
    }
    fated = {fate.model._meta.label for fate in FATES}
    found = {model._meta.label for model in MODELS if leads_to_a_person(model)}

    others = found - fated - histories - NOT_ERASED.keys()
    assert others == {"pghistory.MiddlewareEvents"} | OF_A_LISTING


# They hang on a listing, which hangs on its preceptor, and say nothing of a person.
OF_A_LISTING = {
    "placements.PreceptorTerms",
    "placements.SeatDifference",
    "rotations.FamilyLimit",
    "rotations.Opening",
    "rotations.Requirement",
}


def test_no_copied_field_is_a_secret():
    found = [
        f"{record.name}.{field.name}"
        for record in RECORDS
        for field in record.fields
        if SECRETS.search(field.name)
    ]

    # Whether a mail was of the kind whose text the copy leaves out.
    assert found == ["mails.secret"]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_what_a_record_leaves_out_exists(record):
    names = {field.name for field in record.model._meta.concrete_fields}

    assert {*record.without, *record.only} - names == set()
    assert all(record.without.values())


@pytest.mark.parametrize("fate", FATES, ids=lambda fate: fate.model._meta.label)
def test_what_a_fate_keeps_exists(fate):
    names = {field.name for field in fate.model._meta.concrete_fields}

    assert {*fate.keeps, *fate.sets} - names == set()
    assert not (fate.keeps & fate.sets.keys())


def test_every_reason_is_said():
    assert all([*NOT_COPIED.values(), *NOT_ERASED.values(), *EXCEPTIONS.values()])


def test_a_new_field_is_erased_without_a_word():
    """Emptied is all that is written in a row; a fate names only what stays."""
    profile = next(fate for fate in FATES if fate.model._meta.label == "accounts.LearnerProfile")

    kept = {field.name for field in profile.model._meta.concrete_fields} - profile.emptied.keys()
    assert kept == {"id", "user", "updated_at"}
