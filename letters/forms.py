"""What a stranger types to check a certificate; what learner and author fill in for a letter."""

from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput
from accounts.validators import clean_aamc_id, clean_letter_id
from letters import deadlines
from letters.actions.requests import gaps
from letters.codes import ALPHABET, LENGTH, clean_code
from letters.models import LetterRequest
from letters.states import Destination, LetterStatus
from letters.uploads import MAX_SIZE, HashedFile

MESSAGE_MAX, NOTE_MAX = 1000, 600
YES_NO = [
    ("yes", _("I waive my right: I will never see this letter")),
    ("no", _("I keep my right to read it")),
]


def is_yes(text: str) -> bool:
    return text == "yes"


def yes_no(answer: bool | None) -> str:  # noqa: FBT001  a fact, not a flag
    """Nothing is chosen for her."""
    return {None: "", True: "yes", False: "no"}[answer]


class CodeForm(forms.Form):
    """A code as somebody types it from paper."""

    code = forms.CharField(
        label=_("Code"),
        max_length=64,
        help_text=_(
            "17 letters and numbers in four groups, under the square on the certificate. Dashes, "
            "spaces and small letters do not matter. The letters O, I and L and the numbers 0 and 1 "
            "are never used."
        ),
        widget=forms.TextInput(
            attrs={
                "class": "code w-auto mw-100",
                "size": 24,
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
        error_messages={"required": _("Type the code that stands under the square.")},
    )

    def clean_code(self) -> str:
        """Refuses what no certificate of ours can carry, and says how many signs are missing."""
        code = clean_code(self.cleaned_data["code"])
        if strange := sorted(set(code) - set(ALPHABET)):
            raise ValidationError(
                _("Our codes have no %(signs)s. Look at the certificate again."),
                params={"signs": ", ".join(strange[:5])},
            )
        if len(code) != LENGTH:
            raise ValidationError(
                _("A code has %(all)d letters and numbers. This one has %(n)d."),
                params={"all": LENGTH, "n": len(code)},
            )
        return code


class FileForm(forms.Form):
    """A PDF to compare with the one that we issued."""

    file = forms.FileField(
        label=_("PDF file"),
        widget=forms.FileInput(attrs={"accept": "application/pdf,.pdf"}),
        error_messages={"required": _("Choose the PDF file that you want to compare.")},
    )

    def clean_file(self) -> HashedFile:
        file: HashedFile = self.cleaned_data["file"]
        if (file.size or 0) > MAX_SIZE:
            raise ValidationError(
                _("The file is %(size)s MB. Certificates are far smaller; choose one under 10 MB."),
                params={"size": f"{(file.size or 0) / 1_000_000:.1f}"},
            )
        return file


class LetterForm(forms.ModelForm):
    """What a learner says when she asks for a letter. A draft may have gaps; one that is sent not."""

    waived = forms.TypedChoiceField(
        label=_("Your right to read the letter"),
        help_text=_(
            "Programs see your answer. Both are accepted, and neither is a condition for anything "
            "here. You can change it until your preceptor has answered."
        ),
        choices=YES_NO,
        coerce=is_yes,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    aamc_id = forms.CharField(
        label=_("AAMC ID"),
        max_length=20,
        required=False,
        help_text=_("Eight digits. We keep it in your profile."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    share = forms.BooleanField(
        label=_("My preceptor gets this request with my training, dates, hours and evaluation"),
        required=False,
    )

    class Meta:
        model = LetterRequest
        fields = ["waived", "destination", "letter_id", "specialty_label", "target_on", "message"]
        widgets = {
            "destination": forms.RadioSelect,
            "letter_id": forms.TextInput(
                attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
            ),
            "target_on": DayInput,
            "message": forms.Textarea(attrs={"rows": 4, "maxlength": MESSAGE_MAX}),
        }
        labels = {
            "destination": _("Where the letter goes"),
            "specialty_label": _("Specialty you apply to"),
            "target_on": _("Hoped for by"),
        }
        help_texts = {
            "letter_id": _("From the letter request form in MyERAS. Each letter has its own."),
            "message": _("Say what you learned together. No patient details."),
        }

    field_order = [
        "waived",
        "destination",
        "letter_id",
        "aamc_id",
        "specialty_label",
        "target_on",
        "message",
        "share",
    ]

    # Not optional for a reader of the page, though a draft may lack them.
    NEEDED = ("waived", "destination", "letter_id", "aamc_id", "target_on", "share")

    def __init__(
        self, *args: Any, today: date, aamc_id: str = "", sends: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.sends = today, sends
        self.initial["aamc_id"] = aamc_id
        self.initial["waived"] = yes_no(self.instance.waived)
        cast("forms.ChoiceField", self.fields["destination"]).choices = Destination.choices
        self.fields["target_on"].widget.attrs["min"] = today.isoformat()
        if not self.is_bound:
            self._show_as_needed()

    def clean_letter_id(self) -> str:
        return clean_letter_id(self.cleaned_data["letter_id"])

    def clean_aamc_id(self) -> str:
        return clean_aamc_id(self.cleaned_data["aamc_id"])

    def clean_target_on(self) -> date | None:
        day: date | None = self.cleaned_data["target_on"]
        if day and not self.today <= day <= self.today + deadlines.FARTHEST:
            raise ValidationError(_("Choose a day from today on, within a year."))
        return day

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if self.sends:
            self._refuse_gaps(facts)
        self._show_as_needed()
        return facts

    def _show_as_needed(self) -> None:
        for name in self.NEEDED:
            self.fields[name].required = True

    def _refuse_gaps(self, facts: dict[str, Any]) -> None:
        answers = {name: facts.get(name) for name in self.Meta.fields}
        for field, why in gaps(answers, facts.get("aamc_id", "")).items():
            if field not in self.errors:
                self.add_error(field, why)
        if not facts.get("share"):
            self.add_error("share", _("Your preceptor needs these to write about you."))

    @property
    def answers(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class CorrectForm(forms.Form):
    """What can still be corrected after asking; what cannot is not in it."""

    waived = forms.TypedChoiceField(
        label=_("Your right to read the letter"),
        choices=YES_NO,
        coerce=is_yes,
        widget=forms.RadioSelect,
    )
    letter_id = forms.CharField(
        label=_("Letter ID"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )

    def __init__(self, *args: Any, letter: LetterRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if letter.status != LetterStatus.REQUESTED:
            del self.fields["waived"]
        if letter.destination != Destination.ERAS:
            del self.fields["letter_id"]
        self.initial = {"waived": yes_no(letter.waived), "letter_id": letter.letter_id}

    def clean_letter_id(self) -> str:
        return clean_letter_id(self.cleaned_data["letter_id"])


class AgreeForm(forms.Form):
    promised_on = forms.DateField(
        label=_("I plan to have it ready by"), required=False, widget=DayInput
    )


class DeclineForm(forms.Form):
    note = forms.CharField(
        label=_("Your reason"),
        help_text=_("For yourself alone, unless you tick the box."),
        max_length=NOTE_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": NOTE_MAX}),
    )
    shares_note = forms.BooleanField(label=_("The learner may read it"), required=False)


class AttestForm(forms.Form):
    uploaded_on = forms.DateField(label=_("I uploaded it on"), widget=DayInput)
