"""Forms about people and their papers."""

import zoneinfo
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.actions import give_consent
from accounts.http import Request, address_of
from accounts.kinds import ConsentKind, Family, RejectReason, Validity
from accounts.models import DocumentType, LearnerProfile, PreceptorProfile, User
from accounts.queries import page_version
from accounts.uploads import CleanFile, clean_upload
from accounts.validators import clean_aamc_id, clean_usmle_id

format_html_lazy: Any = lazy(format_html, str)
FAR_AHEAD_YEARS = 30


def common_zones() -> list[tuple[str, str]]:
    """The world's zones, by region and city."""
    regions = (
        "Africa/",
        "America/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    )
    names = sorted(name for name in zoneinfo.available_timezones() if name.startswith(regions))
    return [("", str(_("As the portal’s"))), *((n, n.replace("_", " ")) for n in names)]


class SignupForm(forms.Form):
    """What allauth's sign-up asks beside address and password."""

    field_order = ["email", "name", "call_me", "password1", "terms"]

    name = forms.CharField(
        label=_("Full name as in your passport"),
        min_length=2,
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    call_me = forms.CharField(
        label=_("What should we call you"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    terms = forms.BooleanField(
        label=format_html_lazy(
            _(
                'I agree to the <a href="{}">terms</a> and have read the <a href="{}">privacy notice</a>.'
            ),
            reverse_lazy("guides:page", args=["terms"]),
            reverse_lazy("guides:page", args=["privacy"]),
        ),
        error_messages={"required": _("Agree to the terms to create an account.")},
    )

    def signup(self, request: Request, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.call_me = self.cleaned_data["call_me"]
        user.save(update_fields=["name", "call_me"])
        for kind in (ConsentKind.TERMS, ConsentKind.PRIVACY):
            give_consent(user, kind, version=page_version(kind), address=address_of(request))


class PersonForm(forms.ModelForm):
    """Who somebody is, whatever she does here."""

    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)

    class Meta:
        model = User
        fields = ["name", "call_me", "pronouns", "time_zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["time_zone"]).choices = common_zones()


class LearnerForm(forms.ModelForm):
    """What an application needs to know about a learner."""

    class Meta:
        model = LearnerProfile
        fields = ["family", "citizenship", "school", "school_country", "graduation_on", "visa_plan",
                  "aamc_id", "usmle_id", "step1", "step2", "step2_score", "languages", "phone",
                  "goals", "statement"]  # fmt: skip
        widgets = {
            "family": forms.RadioSelect,
            "graduation_on": forms.DateInput(attrs={"type": "date"}),
            "aamc_id": forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 12}),
            "usmle_id": forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 14}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
            "statement": forms.Textarea(attrs={"rows": 5}),
        }
        help_texts = {
            "aamc_id": _("8 digits. You need it for a letter."),
            "usmle_id": _("8 digits, printed as 0-123-456-7."),
            "visa_plan": _("Information that decides which rotations fit; no legal advice."),
        }

    # IDs are checked as typed, with hyphens, before the column cuts them.
    aamc_id = forms.CharField(label=_("AAMC ID"), required=False, max_length=20)
    usmle_id = forms.CharField(label=_("USMLE/ECFMG ID"), required=False, max_length=20)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["family"]).choices = Family.choices
        for name in ("aamc_id", "usmle_id"):
            self.fields[name].help_text = self.Meta.help_texts[name]
            self.fields[name].widget = self.Meta.widgets[name]

    def clean_aamc_id(self) -> str:
        return clean_aamc_id(self.cleaned_data["aamc_id"])

    def clean_usmle_id(self) -> str:
        return clean_usmle_id(self.cleaned_data["usmle_id"])

    def clean_graduation_on(self) -> date | None:
        day: date | None = self.cleaned_data["graduation_on"]
        this_year = timezone.localdate().year
        if day and not this_year - 70 < day.year < this_year + FAR_AHEAD_YEARS:
            raise ValidationError(_("Check the year."))
        return day


class PreceptorForm(forms.ModelForm):
    """What a preceptor says about herself; what staff verify is not here."""

    languages = forms.CharField(
        label=_("Languages"), required=False, help_text=_("With commas between.")
    )

    class Meta:
        model = PreceptorProfile
        fields = ["affiliation", "statement", "languages", "phone", "accepting", "away_until"]
        widgets = {
            "away_until": forms.DateInput(attrs={"type": "date"}),
            "statement": forms.Textarea(attrs={"rows": 5}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["languages"] = ", ".join(self.instance.languages)

    def clean_languages(self) -> list[str]:
        names = [name.strip()[:40] for name in self.cleaned_data["languages"].split(",")]
        return [name for name in names if name][:12]


class DocumentForm(forms.Form):
    """One paper: which, the file, and the dates that its validity needs."""

    type = forms.ModelChoiceField(
        label=_("Which document"), queryset=DocumentType.objects.all(), empty_label=_("Choose one")
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "PDF, JPG or PNG, up to 10 MB. A sharp phone picture is fine. No patient data."
        ),
        widget=forms.ClearableFileInput(
            attrs={"accept": ".pdf,.jpg,.jpeg,.png,application/pdf,image/*"}
        ),
    )
    issued_on = forms.DateField(
        label=_("Date on it"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    expires_on = forms.DateField(
        label=_("Expires"),
        required=False,
        help_text=_("If a date is printed on it."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    health = forms.BooleanField(
        label=_("I agree that my health records are kept and checked for my rotations."),
        required=False,
    )

    def __init__(
        self, *args: Any, only: DocumentType | None = None, asks_health: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.only = only
        if only is not None:
            del self.fields["type"]
        if not asks_health:
            del self.fields["health"]

    @property
    def kind(self) -> DocumentType | None:
        return self.only or self.cleaned_data.get("type")

    def clean_file(self) -> CleanFile:
        return clean_upload(self.cleaned_data["file"])

    def clean(self) -> dict[str, Any]:
        facts, kind = super().clean() or {}, self.kind
        issued, expires = facts.get("issued_on"), facts.get("expires_on")
        if issued and issued > timezone.localdate():
            self.add_error("issued_on", _("This day has not come yet."))
        if issued and expires and expires < issued:
            self.add_error("expires_on", _("It cannot expire before it was issued."))
        if kind and kind.validity == Validity.MONTHS and not (issued or expires):
            self.add_error(
                "issued_on", _("Say when it was issued: that decides how long it counts.")
            )
        if kind and kind.validity in {Validity.PRINTED, Validity.POLICY} and not expires:
            self.add_error("expires_on", _("Say until when it is valid."))
        if kind and kind.is_health and "health" in self.fields and not facts.get("health"):
            self.add_error("health", _("We may keep health records only if you agree."))
        return facts


class RejectForm(forms.Form):
    """Why a paper does not count."""

    reason = forms.ChoiceField(label=_("Reason"), choices=RejectReason.choices)
    note = forms.CharField(
        label=_("What to send instead"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
