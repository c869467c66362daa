"""Tags whose answer is always the same are asked once."""

import pytest
from django.template import Context, engines
from django.urls import NoReverseMatch, set_script_prefix
from django.utils import translation

from guides.templatetags.constant import Constant


def template(text):
    return engines["pages"].from_string(text).template


def constants(text):
    return template(text).nodelist.get_nodes_by_type(Constant)


@pytest.mark.parametrize(
    ("text", "is_constant"),
    [
        ("{% translate 'Save' %}", True),
        ('{% url "rotations:catalogue" %}', True),
        ("{% url 'guides:page' 'fees' %}", True),
        ("{% translate word %}", False),
        ("{% translate 'Save'|upper %}", False),
        ("{% translate 'Save' as word %}", False),
        ("{% url page %}", False),
        ("{% url 'guides:page' slug %}", False),
        ("{% url 'guides:page' slug=slug %}", False),
        ("{% url 'rotations:catalogue' as here %}", False),
    ],
)
def test_only_what_names_no_variable_is_constant(text, is_constant):
    assert bool(constants(text)) is is_constant


def test_words_are_those_of_each_language():
    word = template("{% translate 'Yes' %}")

    said = []
    for language in ("en", "de", "en"):
        with translation.override(language):
            said.append(word.render(Context()))

    assert said == ["Yes", "Ja", "Yes"]


def test_addresses_follow_the_folder_that_the_portal_lies_in():
    address = template("{% url 'rotations:catalogue' %}")
    try:
        assert address.render(Context()) == "/rotations/"
        set_script_prefix("/portal/")
        assert address.render(Context()) == "/portal/rotations/"
    finally:
        set_script_prefix("/")


def test_an_address_that_does_not_exist_is_an_error():
    with pytest.raises(NoReverseMatch):
        template("{% url 'rotations:nowhere' %}").render(Context())
