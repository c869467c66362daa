"""What a preceptor fills in: a decline, a day that is not right, an evaluation."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from placements.actions.evaluations import competencies
from placements.models import Placement
from placements.models.evaluation import Competency, Support
from placements.states import DeclineReason

NOT_OBSERVED = "not_observed"
HINTS = {
    Competency.PATIENT_CARE: _("Takes a history, examines, plans the next step"),
    Competency.KNOWLEDGE: _("Explains findings and reasons through a plan"),
    Competency.LEARNING: _("Looks things up, takes feedback, improves"),
    Competency.COMMUNICATION: _("With patients, families and the team"),
    Competency.PROFESSIONALISM: _("Punctual, honest, respectful"),
    Competency.SYSTEM: _("Hand-offs, records, cost and safety"),
}
SCALE = [*((str(n), str(n)) for n in range(1, 6)), (NOT_OBSERVED, _("Not observed"))]


class DeclineForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Reason that the learner sees"),
        choices=DeclineReason.choices,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("A kind word or advice"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class DisputeForm(forms.Form):
    note = forms.CharField(
        label=_("What is not right"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class EvaluationForm(forms.Form):
    """One line for each competency; a line may stay open until it is signed."""

    comment = forms.CharField(
        label=_("One thing done well, one to work on"),
        help_text=_("No patient details, please: no names, ages, rooms or dates."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    would_host_again = forms.TypedChoiceField(
        label=_("Would you host this learner again?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda text: text == "yes",
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    would_support_letter = forms.ChoiceField(
        label=_("Would you support a letter?"),
        help_text=_("Private. The learner does not see this answer."),
        choices=Support.choices,
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, placement: Placement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = competencies(placement)
        for one in self.lines:
            self.fields[one.value] = forms.ChoiceField(
                label=one.label,
                help_text=HINTS[one],
                choices=SCALE,
                required=False,
                widget=forms.RadioSelect,
            )

    @property
    def competency_fields(self) -> list[forms.BoundField]:
        return [self[one.value] for one in self.lines]

    @property
    def facts(self) -> dict[str, Any]:
        """As the evaluation keeps them: a score, or null for “not observed”."""
        answers = {one.value: self.cleaned_data.get(one.value) for one in self.lines}
        return {
            "scores": {
                name: None if answer == NOT_OBSERVED else int(answer)
                for name, answer in answers.items()
                if answer
            },
            "comment": self.cleaned_data["comment"],
            "would_host_again": self.cleaned_data["would_host_again"],
            "would_support_letter": self.cleaned_data["would_support_letter"],
        }
