"""What a preceptor fills in: a decline, a day that is not right, an evaluation."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outbox.templatetags.plain import rrange
from placements.actions.evaluations import competencies
from placements.models import Placement
from placements.models.evaluation import Competency, Support
from placements.states import DeclineReason
from rotations.blocks import OpenBlock

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

    @property
    def facts(self) -> dict[str, Any]:
        """As the action takes them."""
        return self.cleaned_data


class SuggestForm(forms.Form):
    """No to these dates, yes to others: the learner reads which of her blocks are free."""

    dates = forms.MultipleChoiceField(
        label=_("Your free dates"),
        error_messages={
            "required": _("Choose at least one of your free dates."),
            "invalid_choice": _("These dates are not free any more. Choose others."),
        },
    )

    def __init__(self, *args: Any, blocks: Iterable[OpenBlock], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dates"].choices = [  # type: ignore[attr-defined]
            (f"{one.block.start_on}", rrange(one.block)) for one in blocks
        ]

    @property
    def facts(self) -> dict[str, Any]:
        """A decline for the dates, with the others named in the word that goes along."""
        words = dict(self.fields["dates"].choices)  # type: ignore[attr-defined]
        chosen = "; ".join(words[start] for start in self.cleaned_data["dates"])
        note = gettext("These dates are free: %(dates)s.") % {"dates": chosen}
        return {"reason": DeclineReason.DATES, "note": note}


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
