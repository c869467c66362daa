"""What a preceptor has to show: NPI, credential, licenses, a picture."""

from datetime import date
from typing import Any, cast

import us
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms.days import DayInput, check_year
from accounts.kinds import Board, BoardStatus
from accounts.models import BoardCertification, Licence, PreceptorProfile
from accounts.uploads import clean_upload, portrait
from accounts.validators import clean_npi, clean_person_name

FIRST_YEAR = 1950
MOST_BOARDS = 12


class CredentialsForm(forms.ModelForm):
    """What makes her a preceptor. Staff compare the first three with the registry."""

    # Checked as typed, with hyphens, before the column cuts it.
    npi = forms.CharField(
        label="NPI",
        required=False,
        max_length=20,
        help_text=_("Ten digits. Only staff see it. Another number is checked anew."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"unique": _("This NPI is on another profile. Write to us.")},
    )

    class Meta:
        model = PreceptorProfile
        fields = ["npi", "credential", "suffix", "role", "taxonomy", "teaching_since"]
        help_texts = {
            "suffix": _("As on your door, for example: MD, FACP."),
            "taxonomy": _("The code of your specialty in the registry, for example 207R00000X."),
            "teaching_since": _("A year."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("Any", self.fields["npi"]).needed = _("needed before learners find you")

    def clean_npi(self) -> str | None:
        number = self.cleaned_data["npi"]
        return clean_npi(number) if number else None

    def clean_suffix(self) -> str:
        return clean_person_name(self.cleaned_data["suffix"])

    def clean_taxonomy(self) -> str:
        return str(self.cleaned_data["taxonomy"]).strip().upper()

    def clean_teaching_since(self) -> int | None:
        year: int | None = self.cleaned_data["teaching_since"]
        if year is not None and not FIRST_YEAR <= year <= timezone.localdate().year:
            raise ValidationError(_("Check the year."), code="year")
        return year


class LicenceForm(forms.ModelForm):
    """One license in one state."""

    state = forms.ChoiceField(
        label=_("State"),
        choices=[
            ("", _("Choose a state")),
            *((state.abbr, state.name) for state in us.states.STATES_AND_TERRITORIES),
        ],
        error_messages={"required": _("Choose the state.")},
    )

    class Meta:
        model = Licence
        fields = ["state", "number", "expires_on"]
        widgets = {"expires_on": DayInput, "number": forms.TextInput(attrs={"autocomplete": "off"})}
        labels = {"number": _("License number"), "expires_on": _("Expires on")}
        help_texts = {"expires_on": _("The last day, as the state’s board shows it.")}
        error_messages = {
            "number": {"required": _("Enter the number.")},
            "expires_on": {"required": _("Enter until when it is valid.")},
        }

    def clean_number(self) -> str:
        return clean_person_name(self.cleaned_data["number"])

    def clean_expires_on(self) -> date | None:
        day = check_year(self.cleaned_data["expires_on"])
        if day and day < timezone.localdate():
            raise ValidationError(_("It has expired on this day."), code="expired")
        return day

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        others = Licence.objects.filter(preceptor=self.instance.preceptor_id)
        if others.filter(state=facts.get("state")).exclude(pk=self.instance.pk).exists():
            self.add_error("state", _("You have a license in this state already. Change that one."))
        return facts


class BoardForm(forms.ModelForm):
    """One certificate of one board."""

    class Meta:
        model = BoardCertification
        fields = ["board", "certificate", "status", "since", "expires_on"]
        widgets = {"status": forms.RadioSelect, "since": DayInput, "expires_on": DayInput}
        labels = {"since": _("Certified since"), "expires_on": _("Expires on")}
        help_texts = {
            "certificate": _("As the board names it, for example: internal medicine."),
            "since": _("You can leave it empty."),
            "expires_on": _("Leave it empty if you keep it up continuously."),
        }
        error_messages = {
            "board": {"required": _("Choose the board.")},
            "certificate": {"required": _("Enter the specialty.")},
            "status": {"required": _("Choose one.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        board, status = (
            cast("forms.ChoiceField", self.fields[name]) for name in ("board", "status")
        )
        board.choices = [("", _("Choose a board")), *Board.choices]
        status.choices = BoardStatus.choices

    def clean_certificate(self) -> str:
        return clean_person_name(self.cleaned_data["certificate"])

    def clean_since(self) -> date | None:
        day = check_year(self.cleaned_data["since"])
        if day and day > timezone.localdate():
            raise ValidationError(_("This day is still to come."), code="future")
        return day

    def clean_expires_on(self) -> date | None:
        return check_year(self.cleaned_data["expires_on"])

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        others = BoardCertification.objects.filter(preceptor=self.instance.preceptor_id)
        others = others.exclude(pk=self.instance.pk)
        same = others.filter(
            board=facts.get("board"), certificate__iexact=facts.get("certificate", "")
        )
        if same.exists():
            self.add_error("certificate", _("You have entered this one already. Change that one."))
        elif others.count() >= MOST_BOARDS:
            self.add_error(None, _("That are as many as we keep. Take one out first."))
        return facts


class PhotoForm(forms.Form):
    """A picture of her; what is kept is a small square of it, without what the camera wrote."""

    photo = forms.FileField(
        label=_("Photo"),
        help_text=_("JPG or PNG. We show a square from its middle, and nothing but the picture."),
        widget=forms.ClearableFileInput(attrs={"accept": ".jpg,.jpeg,.png,image/jpeg,image/png"}),
        error_messages={"required": _("Choose a picture.")},
    )

    def clean_photo(self) -> bytes:
        upload: UploadedFile = self.cleaned_data["photo"]
        return portrait(clean_upload(upload))
