"""The five questions that decide most of the rules (handbook 3.4)."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.answers import BOTH_STEPS, NO_EXAM, STEP_1, Answers
from accounts.forms.days import DayInput, check_year
from accounts.kinds import Family, VisaPlan

EXAMS = (
    (NO_EXAM, _("None, or I do not become a physician")),
    (STEP_1, _("Step 1")),
    (BOTH_STEPS, _("Step 1 and Step 2 CK")),
)
WEEKS = (2, 4, 6, 8, 12)
CHOOSE = ("", _("Choose one"))


def _number(text: str) -> int:
    return int(text)


class AnswersForm(forms.Form):
    """R6, R1 and R2 ask who she is, R3 and R11 her visa, R5 her exams, R9 to R11 her dates."""

    family = forms.ChoiceField(
        label=_("1. Who are you?"),
        choices=[CHOOSE, *Family.choices],
        error_messages={"required": _("Choose who you are.")},
    )
    graduation_on = forms.DateField(
        label=_("2. When did you graduate, or when will you?"),
        help_text=_("The first of the month is enough."),
        widget=DayInput(),
        error_messages={"required": _("Enter when you graduate.")},
    )
    visa_plan = forms.ChoiceField(
        label=_("3. On which visa do you plan to come?"),
        choices=[CHOOSE, *VisaPlan.choices],
        error_messages={"required": _("Choose your visa plan; it may be “None yet”.")},
    )
    exams = forms.ChoiceField(
        label=_("4. Which USMLE exams have you passed?"),
        choices=EXAMS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose which exams you have passed.")},
    )
    start_on = forms.DateField(
        label=_("5. From when can you come?"), required=False, widget=DayInput()
    )
    weeks = forms.TypedChoiceField(
        label=_("And for how many weeks?"),
        choices=[("", _("Any length")), *((n, n) for n in WEEKS)],
        coerce=_number,
        empty_value=None,
        required=False,
    )

    def clean_graduation_on(self) -> date | None:
        return check_year(self.cleaned_data["graduation_on"])

    def clean_start_on(self) -> date | None:
        start: date | None = check_year(self.cleaned_data["start_on"])
        if start and start < timezone.localdate():
            raise ValidationError(_("Choose a day that is still to come."))
        return start

    @property
    def answers(self) -> Answers:
        return Answers(**self.cleaned_data)

    @staticmethod
    def initial_of(answers: Answers | None) -> dict[str, Any]:
        return vars(answers) if answers else {}
