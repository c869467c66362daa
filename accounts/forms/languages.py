"""Languages out of the list, one to a line, with the list's names offered while one types."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.languages import LANGUAGES, known, named
from accounts.validators import clean_person_name

MOST, SPARE, AT_FIRST = 12, 2, 3


class LanguagesInput(forms.Widget):
    """A line for each, some to spare; commas in one are understood too."""

    def value_from_datadict(self, data: Any, _files: Any, name: str) -> list[str]:
        sent = data.getlist(name) if hasattr(data, "getlist") else data.get(name, "")
        return _apart([sent] if isinstance(sent, str) else sent)

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: Any = None,  # noqa: ARG002  Django names it
    ) -> SafeString:
        said = list(value or [])
        lines = min(MOST, max(AT_FIRST, len(said) + SPARE))
        said += [""] * (lines - len(said))
        given = {**(attrs or {}), "name": name, "maxlength": 40, "autocomplete": "off"}
        own = given.pop("id", f"id_{name}")
        given["list"] = f"{own}_names"
        offered = format_html_join("", "<option>{}</option>", ((one,) for one in LANGUAGES))
        inputs = [_line(given, own, number, one) for number, one in enumerate(said)]
        return format_html(
            '<div class="vstack gap-2">{}</div><datalist id="{}">{}</datalist>',
            format_html_join("", "{}", ((one,) for one in inputs)), given["list"], offered,
        )  # fmt: skip


def _line(given: dict[str, Any], own: str, number: int, value: str) -> SafeString:
    """The label of the field stands for the first one; the others say what they are."""
    attrs = {**given, "id": own if not number else f"{own}_{number}"}
    if number:
        attrs["aria-label"] = gettext("Another language")
    if value:
        attrs["value"] = value
    return format_html('<input type="text"{}>', flatatt(attrs))


def _apart(lines: Iterable[str]) -> list[str]:
    names = (clean_person_name(name) for line in lines for name in line.split(","))
    return [name for name in names if name]


class LanguagesField(forms.Field):
    """Names from the list. What somebody had said before in other words may stay."""

    widget = LanguagesInput
    kept: frozenset[str] = frozenset()

    def start_from(self, said: Sequence[str]) -> list[str]:
        """What the form shows at first."""
        self.kept = frozenset(said)
        return list(said)

    def to_python(self, value: Any) -> list[str]:
        return known(value or ())

    def validate(self, value: Any) -> None:
        super().validate(value)
        for name in value:
            if not named(name) and name not in self.kept:
                raise ValidationError(
                    _("“%(name)s” is not in our list of languages. Choose one that is offered."),
                    code="unknown",
                    params={"name": name},
                )
        if len(value) > MOST:
            raise ValidationError(_("Twelve at most."), code="many")

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or ()) != known(data or ())


def spoken(text: str) -> list[str]:
    """Out of a line of text, as a learner's profile keeps them."""
    return known(text.split(","))
