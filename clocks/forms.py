from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clocks.intervals import MOST_NUMBERS, Declared, declared
from clocks.models import Interval
from clocks.queries import forget_numbers, in_words, numbers

Numbers = Sequence[int]


def read_numbers(text: str) -> list[int]:
    """“−3, 0, 7”, with either minus."""
    return [int(word) for word in text.replace("−", "-").replace(",", " ").split()]


class IntervalForm(forms.ModelForm):
    numbers = forms.CharField(label=gettext_lazy("numbers"), max_length=100)

    class Meta:
        model = Interval
        fields = ["numbers"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        this = declared()[self.instance.key]
        self.initial["numbers"] = _with_commas(self.instance.numbers)
        self.fields["numbers"].help_text = _("In %(unit)s.") % {"unit": this.unit.label}

    def clean_numbers(self) -> list[int]:
        this = declared()[self.instance.key]
        try:
            found = this.in_order(read_numbers(self.cleaned_data["numbers"]))
        except ValueError as error:
            raise ValidationError(_how_to_write(this), code="words") from error
        _refuse_amount(this, found)
        _refuse_size(this, found)
        # What another process saved a moment ago counts too.
        forget_numbers()
        _refuse_misfits(this, found)
        return found


def _with_commas(found: Numbers) -> str:
    return ", ".join(str(number) for number in found)


def _how_to_write(this: Declared) -> str:
    such_as = {"n": _with_commas(this.default)}
    if this.is_span:
        return _("Write one whole number, such as %(n)s.") % such_as
    return _("Write whole numbers with commas between them, such as %(n)s.") % such_as


def _refuse_amount(this: Declared, found: Numbers) -> None:
    if not found or (this.is_span and len(found) > 1):
        raise ValidationError(_how_to_write(this), code="amount")
    if len(found) > MOST_NUMBERS:
        raise ValidationError(_("At most %(n)s numbers."), code="many", params={"n": MOST_NUMBERS})
    if len(set(found)) < len(found):
        raise ValidationError(_("Write each number once."), code="twice")


def _refuse_size(this: Declared, found: Numbers) -> None:
    if min(found) < this.least or max(found) > this.most:
        raise ValidationError(
            _("Between %(least)s and %(most)s, please."),
            code="size",
            params={"least": this.least, "most": this.in_words([this.most])},
        )


def _refuse_misfits(this: Declared, found: Numbers) -> None:
    """What lies within a span is no longer than it, whichever of the two is edited."""
    if this.within and not _fits(this, found, this.within, numbers(this.within)):
        raise ValidationError(
            _("No number may be longer than “%(other)s”, which is %(length)s."),
            code="long",
            params=_named(this.within),
        )
    for other in declared().values():
        if other.within == this and not _fits(other, numbers(other), this, found):
            raise ValidationError(
                _("“%(other)s” is longer than that: %(length)s. Change it first."),
                code="short",
                params=_named(other),
            )


def _fits(inner: Declared, inside: Numbers, outer: Declared, span: Numbers) -> bool:
    return inner.length(max(inside)) <= outer.length(span[0])


def _named(other: Declared) -> dict[str, str]:
    return {"other": str(other.purpose), "length": in_words(other)}
