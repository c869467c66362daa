"""A school's word: whom to ask, and what she says."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.validators import clean_person_name
from placements.models import SchoolAnswer

LONGEST_COURSE = timedelta(days=365)


class AskSchoolForm(forms.Form):
    """Who at the school may say yes."""

    official_name = forms.CharField(
        label=_("Who decides at your school"),
        help_text=_("The dean’s office, your program’s clinical coordinator or your advisor."),
        max_length=150,
        error_messages={"required": _("Enter the name of the person.")},
    )
    official_email = forms.EmailField(
        label=_("Their address at the school"),
        help_text=_("An address of the school itself. We look at it."),
        max_length=254,
        error_messages={"required": _("Enter the address of the person.")},
    )
    program = forms.CharField(
        label=_("Your program"),
        help_text=_("As your school calls it, for example: MSN, family nurse practitioner."),
        max_length=120,
        error_messages={"required": _("Enter what you study.")},
    )

    def clean_official_name(self) -> str:
        return clean_person_name(self.cleaned_data["official_name"])

    def clean_program(self) -> str:
        return clean_person_name(self.cleaned_data["program"])


class SchoolAnswerForm(forms.Form):
    """Yes or no, with a name and a title typed for a signature."""

    answer = forms.ChoiceField(
        label=_("Does the school approve this rotation?"),
        choices=SchoolAnswer.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose yes or no.")},
    )
    reaches_to = forms.DateField(
        label=_("Last day of the course, if it is later"),
        help_text=_(
            "Your yes then also counts if the rotation is moved or extended up to that day, and "
            "nobody has to ask you again. Leave it empty to be asked."
        ),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    note = forms.CharField(
        label=_("A note to the student"),
        help_text=_("She reads it. If it is a no: what would make it a yes."),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    signed_name = forms.CharField(
        label=_("Your full name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Type your name: it is your signature.")},
    )
    signed_title = forms.CharField(
        label=_("Your title at the school"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
        error_messages={"required": _("Enter your title at the school.")},
    )

    def __init__(self, *args: Any, last_day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.last_day = last_day
        days = self.fields["reaches_to"].widget.attrs
        days |= {"min": f"{last_day}", "max": f"{last_day + LONGEST_COURSE}"}

    def clean_reaches_to(self) -> date | None:
        day: date | None = self.cleaned_data["reaches_to"]
        if day and not self.last_day <= day <= self.last_day + LONGEST_COURSE:
            raise forms.ValidationError(
                _("Enter a day after the rotation’s last day, within a year."), code="day"
            )
        return day

    def clean(self) -> dict[str, Any]:
        """A no reaches nowhere."""
        said = super().clean() or {}
        if said.get("answer") != SchoolAnswer.YES:
            said["reaches_to"] = None
        return said

    def clean_signed_name(self) -> str:
        return self._said("signed_name")

    def clean_signed_title(self) -> str:
        return self._said("signed_title")

    def _said(self, name: str) -> str:
        """Without the marks that nobody sees, something must be left."""
        said = clean_person_name(self.cleaned_data[name])
        if not said:
            why: Any = self.fields[name].error_messages["required"]
            raise forms.ValidationError(why, code="required")
        return said
