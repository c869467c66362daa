"""What somebody says when plans change: a hold, other dates, an early end, a signature."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from outbox.templatetags.plain import rrange
from placements.actions.reschedules import MOST_ADDED
from placements.models import Placement
from placements.states import CancelReason, HoldReason, RescheduleReason
from rotations.blocks import Block, OpenBlock

NOTE = forms.Textarea(attrs={"rows": 3, "maxlength": 600})
# What each side can say; the clock has its own reasons.
LEARNERS_HOLDS = (HoldReason.VISA, HoldReason.ILLNESS)
HOSTS_HOLDS = (HoldReason.SITE, HoldReason.ILLNESS, HoldReason.OTHER)
LEARNERS_MOVES = (RescheduleReason.WISH, RescheduleReason.VISA, RescheduleReason.ILLNESS)
HOSTS_CANCELS = (
    CancelReason.SITE_CLOSED,
    CancelReason.PRECEPTOR_LEFT,
    CancelReason.ILLNESS,
    CancelReason.REQUIREMENT_UNMET,
    CancelReason.OTHER,
)


def chosen(reasons: Iterable[Any]) -> list[tuple[str, Any]]:
    return [("", _("Choose a reason")), *((one.value, one.label) for one in reasons)]


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("What happened"),
        help_text=_("The learner reads this. Nothing about a patient, please."),
        max_length=600,
        widget=NOTE,
        error_messages={"required": _("Say in a sentence what happened.")},
    )


class ReasonForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Reason"), error_messages={"required": _("Choose the reason that fits best.")}
    )
    note = forms.CharField(
        label=_("What happened"),
        help_text=_("The other side and your coordinator read this."),
        max_length=600,
        widget=NOTE,
        error_messages={"required": _("Say in a sentence what happened.")},
    )

    def __init__(self, *args: Any, reasons: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = chosen(reasons)  # type: ignore[attr-defined]


class TerminateForm(NoteForm):
    incident = forms.CharField(
        label=_("Number of the incident report, if there is one"), max_length=40, required=False
    )


class MoveForm(forms.Form):
    """Another free block of the same listing, and why."""

    start_on = forms.ChoiceField(
        label=_("New dates"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose one of the free dates."),
            "invalid_choice": _("These dates are not free any more. Choose others."),
        },
    )
    reason = forms.ChoiceField(
        label=_("Reason"), error_messages={"required": _("Choose the reason that fits best.")}
    )
    note = forms.CharField(
        label=_("A word to your preceptor"), max_length=600, required=False, widget=NOTE
    )

    def __init__(
        self, *args: Any, blocks: Iterable[OpenBlock], weeks: int, reasons: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.weeks = weeks
        self.fields["start_on"].choices = [  # type: ignore[attr-defined]
            (f"{one.block.start_on}", rrange(one.block)) for one in blocks
        ]
        self.fields["reason"].choices = chosen(reasons)  # type: ignore[attr-defined]

    @property
    def block(self) -> Block:
        return Block(date.fromisoformat(self.cleaned_data["start_on"]), self.weeks)


class ExtendForm(forms.Form):
    """Which day is possible, the action knows."""

    end_on = forms.DateField(
        label=_("New last day"),
        help_text=_("A weekday, four weeks later at most. The week’s seat is held whole."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Choose the new last day.")},
    )
    note = forms.CharField(
        label=_("A word to the learner"), max_length=600, required=False, widget=NOTE
    )

    def __init__(self, *args: Any, placement: Placement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        last = self.fields["end_on"]
        last.widget.attrs |= {
            "min": (placement.end_on + timedelta(days=1)).isoformat(),
            "max": (placement.end_on + MOST_ADDED).isoformat(),
        }
        last.initial = placement.end_on + timedelta(weeks=1)


class SignForm(forms.Form):
    """Her name, typed as the portal knows it, is her signature."""

    typed_name = forms.CharField(
        label=_("Your full name, as your signature"),
        max_length=150,
        error_messages={"required": _("Type your full name to sign.")},
    )

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name = name

    def clean_typed_name(self) -> str:
        typed = " ".join(self.cleaned_data["typed_name"].split())
        if typed.casefold() != " ".join(self.name.split()).casefold():
            raise forms.ValidationError(
                _("Type your name as it stands in your profile: %(name)s."),
                params={"name": self.name},
            )
        return typed
