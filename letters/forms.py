"""What a stranger types to check a certificate; what learner and author fill in for a letter."""

from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.validators import clean_aamc_id, clean_letter_id
from letters import deadlines
from letters.codes import ALPHABET, LENGTH, clean_code
from letters.models import LetterRequest
from letters.states import Destination
from letters.uploads import MAX_SIZE, HashedFile

NOTE_MAX = 600


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
                "class": "code w-auto",
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
    """What a learner says when she asks for a letter. A draft may have gaps."""

    waived = forms.TypedChoiceField(
        label=_("Your right to read the letter"),
        help_text=_(
            "Programs trust a letter more that you have not read. Both answers are accepted, "
            "and neither is a condition for anything here."
        ),
        choices=[
            ("yes", _("I waive my right: I will never see this letter")),
            ("no", _("I keep my right to read it")),
        ],
        coerce=lambda text: text == "yes",
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    aamc_id = forms.CharField(
        label=_("AAMC ID"),
        max_length=20,
        required=False,
        help_text=_("8 digits; only ERAS needs it. We keep it in your profile."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
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
            "target_on": forms.DateInput(attrs={"type": "date"}),
            "message": forms.Textarea(attrs={"rows": 4}),
        }
        help_texts = {
            "letter_id": _("Only for ERAS: it stands on the letter request form in MyERAS."),
            "message": _("No patient details."),
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

    def __init__(self, *args: Any, aamc_id: str = "", sends: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sends = sends
        self.initial["aamc_id"] = aamc_id
        self.initial["waived"] = {None: "", True: "yes", False: "no"}[self.instance.waived]
        cast("forms.ChoiceField", self.fields["destination"]).choices = Destination.choices

    def clean_letter_id(self) -> str:
        return clean_letter_id(self.cleaned_data["letter_id"])

    def clean_aamc_id(self) -> str:
        return clean_aamc_id(self.cleaned_data["aamc_id"])

    def clean_target_on(self) -> date | None:
        day: date | None = self.cleaned_data["target_on"]
        today = timezone.localdate()
        if day and not today <= day <= today + deadlines.FARTHEST:
            raise ValidationError(_("Choose a day from today on, within a year."))
        return day

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if self.sends and not facts.get("share"):
            self.add_error("share", _("Your preceptor needs these to write about you."))
        return facts

    @property
    def answers(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class AgreeForm(forms.Form):
    promised_on = forms.DateField(
        label=_("I plan to have it ready by"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )


class DeclineLetterForm(forms.Form):
    note = forms.CharField(
        label=_("A word, if you like"),
        max_length=NOTE_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    shares_note = forms.BooleanField(label=_("The learner may read it"), required=False)


class AttestForm(forms.Form):
    uploaded_on = forms.DateField(
        label=_("I uploaded it on"), widget=forms.DateInput(attrs={"type": "date"})
    )
