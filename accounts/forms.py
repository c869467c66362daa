"""Forms about people and their papers."""

import zoneinfo
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby
from typing import Any, cast

import us
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from accounts.actions import give_consent
from accounts.http import Request, address_of
from accounts.kinds import ADVANCED_PRACTICE, ConsentKind, Family, RejectReason, Validity, VisaPlan
from accounts.models import DocumentType, LearnerProfile, PreceptorProfile, User
from accounts.queries import page_version
from accounts.uploads import MAX_AT_ONCE, CleanFile, Refused, clean_upload, join
from accounts.validators import clean_aamc_id, clean_person_name, clean_phone, clean_usmle_id

format_html_lazy: Any = lazy(format_html, str)
YEARS_BACK, YEARS_AHEAD = 70, 30
BEST_SCORE = 300
REGIONS = frozenset({"Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian",
                     "Pacific"})  # fmt: skip
NURSES = frozenset({Family.NP_STUDENT, Family.NP_GRADUATE})
OF_PHYSICIANS = ("aamc_id", "usmle_id", "step1", "step2", "step2_score")


class DayInput(forms.DateInput):
    """The browser's own date field."""

    def __init__(self, **attrs: str) -> None:
        super().__init__(attrs={"type": "date", **attrs}, format="%Y-%m-%d")


def zone_choices() -> list[Any]:
    """The world's time zones by region, each under the name of its city."""
    known = sorted(name for name in zoneinfo.available_timezones() if "/" in name)
    regions = groupby(known, lambda name: name.split("/", 1)[0])
    return [
        ("", gettext("The portal’s own")),
        *(
            (region, [(name, name.split("/", 1)[1].replace("_", " ")) for name in names])
            for region, names in regions
            if region in REGIONS
        ),
    ]


def check_year(day: date | None) -> date | None:
    this_year = timezone.localdate().year
    if day and not this_year - YEARS_BACK < day.year < this_year + YEARS_AHEAD:
        raise ValidationError(_("Check the year."), code="year")
    return day


class SignupForm(forms.Form):
    """What allauth's sign-up asks beside address and password."""

    field_order = ["email", "name", "call_me", "password1", "terms"]

    name = forms.CharField(
        label=_("Full name as in your passport"),
        min_length=2,
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter your name as in your passport.")},
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
    # The browser's guess, where it can say.
    time_zone = forms.CharField(
        required=False, widget=forms.HiddenInput(attrs={"data-time-zone": ""})
    )

    def clean_name(self) -> str:
        return _long_enough(clean_person_name(self.cleaned_data["name"]))

    def clean_call_me(self) -> str:
        return clean_person_name(self.cleaned_data["call_me"])

    def clean_time_zone(self) -> str:
        guess: str = self.cleaned_data["time_zone"]
        return guess if guess in zoneinfo.available_timezones() else ""

    def signup(self, request: Request, user: User) -> None:
        for name in ("name", "call_me", "time_zone"):
            setattr(user, name, self.cleaned_data[name])
        user.save(update_fields=["name", "call_me", "time_zone"])
        for kind in (ConsentKind.TERMS, ConsentKind.PRIVACY):
            give_consent(user, kind, version=page_version(kind), address=address_of(request))


def _long_enough(name: str) -> str:
    if len(name) < 2:  # noqa: PLR2004  the shortest names have two letters
        raise ValidationError(_("Enter your name as in your passport."), code="required")
    return name


class PersonForm(forms.ModelForm):
    """Who somebody is, whatever she does here."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        help_text=_("Deadlines show this time beside the clinic’s."),
        widget=forms.Select(attrs={"data-time-zone": ""}),
    )

    class Meta:
        model = User
        fields = ["name", "call_me", "pronouns", "time_zone"]
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "call_me": forms.TextInput(attrs={"autocomplete": "nickname"}),
        }
        error_messages = {"name": {"required": _("Enter your name as in your passport.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["time_zone"]).choices = zone_choices()

    def clean_name(self) -> str:
        return _long_enough(clean_person_name(self.cleaned_data["name"]))

    def clean_call_me(self) -> str:
        return clean_person_name(self.cleaned_data["call_me"])

    def clean_pronouns(self) -> str:
        return clean_person_name(self.cleaned_data["pronouns"])


class LearnerForm(forms.ModelForm):
    """What an application needs to know about a learner."""

    # IDs are checked as typed, with hyphens, before the column cuts them.
    aamc_id = forms.CharField(
        label=_("AAMC ID"),
        help_text=_("8 digits. A letter of recommendation needs it."),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    usmle_id = forms.CharField(
        label=_("USMLE/ECFMG ID"),
        help_text=_("8 digits, printed as 0-123-456-7."),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    step2_score = forms.IntegerField(
        label=_("Step 2 CK score"),
        required=False,
        min_value=1,
        max_value=BEST_SCORE,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    rn_state = forms.ChoiceField(
        label=_("State of your RN license"),
        help_text=_("Only nurse practitioners need one."),
        required=False,
        choices=[
            ("", _("Choose a state")),
            *((state.abbr, state.name) for state in us.states.STATES_AND_TERRITORIES),
        ],
    )

    class Meta:
        model = LearnerProfile
        fields = ["family", "citizenship", "phone", "languages", "school", "school_country",
                  "graduation_on", "aamc_id", "usmle_id", "step1", "step2", "step2_score",
                  "rn_state", "visa_plan", "goals", "statement"]  # fmt: skip
        widgets = {
            "family": forms.RadioSelect,
            "graduation_on": DayInput,
            "school": forms.TextInput(attrs={"autocomplete": "organization"}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
            "statement": forms.Textarea(attrs={"rows": 6}),
        }
        help_texts = {
            "citizenship": _("The country of the passport that you travel with."),
            "phone": _(
                "With the country code. For your coordinator, before and while you are here."
            ),
            "visa_plan": _("It decides which rotations fit. We give no legal advice."),
            "goals": _("One line, for example: internal medicine residency, Match 2028."),
            "statement": _(
                "A few sentences that your applications start from. No patient details."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("family", Family.choices)
        self._offer("visa_plan", [("", _("Choose one")), *VisaPlan.choices])
        for name in ("citizenship", "school_country"):
            self._offer(name, [("", _("Choose a country")), *countries])
        for name in LearnerProfile.NEEDED:
            cast("Any", self.fields[name]).needed = _("needed to apply")

    def _offer(self, name: str, choices: Any) -> None:
        cast("forms.ChoiceField", self.fields[name]).choices = choices

    def leave_out_foreign(self) -> None:
        """Ask nurses and assistants about no USMLE, and only nurses about an RN license."""
        family = self.instance.family
        foreign = OF_PHYSICIANS if family in ADVANCED_PRACTICE else ()
        for name in (*foreign, *(() if not family or family in NURSES else ("rn_state",))):
            del self.fields[name]

    def clean_aamc_id(self) -> str:
        return clean_aamc_id(self.cleaned_data["aamc_id"])

    def clean_usmle_id(self) -> str:
        return clean_usmle_id(self.cleaned_data["usmle_id"])

    def clean_phone(self) -> str:
        return clean_phone(self.cleaned_data["phone"])

    def clean_graduation_on(self) -> date | None:
        return check_year(self.cleaned_data["graduation_on"])


class PreceptorForm(forms.ModelForm):
    """What a preceptor says about herself; what staff verify is not here."""

    languages = forms.CharField(
        label=_("Languages"), required=False, help_text=_("With commas between them.")
    )

    class Meta:
        model = PreceptorProfile
        fields = ["affiliation", "statement", "languages", "phone", "accepting", "away_until"]
        labels = {
            "statement": _("How you teach"),
            "accepting": _("I take new learners"),
        }
        widgets = {
            "away_until": DayInput,
            "statement": forms.Textarea(attrs={"rows": 6}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        }
        help_texts = {
            "affiliation": _("A school or residency program that you teach for."),
            "statement": _("Learners read it on your page. No patient details."),
            "phone": _("For your coordinator; learners do not see it."),
            "accepting": _("Without the tick your listings stay visible and take no applications."),
            "away_until": _("Your page says so, and when you are back."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["languages"] = ", ".join(self.instance.languages)

    def clean_languages(self) -> list[str]:
        names = [name.strip()[:40] for name in self.cleaned_data["languages"].split(",")]
        return [name for name in names if name][:12]

    def clean_phone(self) -> str:
        return clean_phone(self.cleaned_data["phone"])

    def clean_away_until(self) -> date | None:
        return check_year(self.cleaned_data["away_until"])


ABOUT = ("name", "call_me", "pronouns", "time_zone")
Groups = list[tuple[Any, tuple[str, ...]]]
PERSON_GROUPS: Groups = [(_("About you"), ABOUT)]
LEARNER_GROUPS: Groups = [
    (_("About you"), (*ABOUT, "family", "citizenship", "phone", "languages")),
    (
        _("Training and exams"),
        ("school", "school_country", "graduation_on", *OF_PHYSICIANS, "rn_state"),
    ),
    (_("Visa and travel"), ("visa_plan",)),
    (_("In your words"), ("goals", "statement")),
]
PRECEPTOR_GROUPS: Groups = [
    (_("About you"), (*ABOUT, "phone")),
    (_("What learners read"), ("affiliation", "statement", "languages")),
    (_("When you teach"), ("accepting", "away_until")),
]


class ProfileForm:
    """One page of two forms, filled in and judged as one: the person, and what her role asks."""

    def __init__(self, user: User, data: Mapping[str, Any] | None = None) -> None:
        self.person = PersonForm(data, instance=user, prefix="person")
        self.role: LearnerForm | PreceptorForm | None = None
        self._groups = PERSON_GROUPS
        if user.is_preceptor:
            self.role = PreceptorForm(data, instance=user.preceptor_profile, prefix="role")
            self._groups = PRECEPTOR_GROUPS
        elif user.is_learner or not user.is_staff:
            mine = user.learner_profile if user.is_learner else LearnerProfile(user=user)
            self.role = LearnerForm(data, instance=mine, prefix="role")
            self.role.leave_out_foreign()
            self._groups = LEARNER_GROUPS

    @property
    def parts(self) -> list[forms.ModelForm]:
        return [form for form in (self.person, self.role) if form is not None]

    def is_valid(self) -> bool:
        """Every form is asked, so that each shows its errors."""
        valid = [form.is_valid() for form in self.parts]
        return all(valid)

    @property
    def changed(self) -> list[Any]:
        """The rows that the forms were cleaned into, where something is new."""
        return [form.instance for form in self.parts if form.has_changed()]

    @property
    def errors(self) -> dict[str, Any]:
        return {
            form.add_prefix(name): found
            for form in self.parts
            for name, found in form.errors.items()
        }

    def non_field_errors(self) -> list[Any]:
        return [error for form in self.parts for error in form.non_field_errors()]

    def __iter__(self) -> Iterator[forms.BoundField]:
        for _title, fields in self.groups:
            yield from fields

    @property
    def missing(self) -> list[forms.BoundField]:
        """What an application needs and her profile lacks."""
        if not isinstance(self.role, LearnerForm):
            return []
        role = self.role
        return [role[name] for name in LearnerProfile.NEEDED if not role.initial.get(name)]

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        found = {field.name: field for form in self.parts for field in form}
        return [
            (title, [found[name] for name in names if name in found])
            for title, names in self._groups
        ]


class DatesForm(forms.Form):
    """The dates of one paper, as far as its validity depends on them."""

    issued_on = forms.DateField(
        label=_("Date on it"), required=False, widget=DayInput, help_text=_("When it was issued.")
    )
    expires_on = forms.DateField(
        label=_("Expires"),
        required=False,
        widget=DayInput,
        help_text=_("If a date is printed on it."),
    )

    def __init__(self, *args: Any, only: DocumentType, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.only = only
        for name in _dates_left_out(only):
            del self.fields[name]
        self._require_dates()

    def _require_dates(self) -> None:
        validity = self.only.validity
        if validity in PRINTED:
            self._require("expires_on", _("Enter until when it is valid."))
            self.fields["expires_on"].help_text = _("The last day, as printed on it.")
        elif validity == Validity.SEASON:
            self._require("issued_on", _("Enter the day of your dose."))
            self.fields["issued_on"].label = _("Day of your dose")
            self.fields["issued_on"].help_text = ""
        elif validity == Validity.MONTHS:
            cast("Any", self.fields["issued_on"]).needed = _("or when it expires")

    def _require(self, name: str, why: Any) -> None:
        self.fields[name].required = True
        self.fields[name].error_messages["required"] = why

    def clean_issued_on(self) -> date | None:
        day = check_year(self.cleaned_data["issued_on"])
        # Somewhere it is tomorrow already.
        if day and day > timezone.localdate() + timedelta(days=1):
            raise ValidationError(_("This day has not come yet."), code="future")
        return day

    def clean_expires_on(self) -> date | None:
        day = check_year(self.cleaned_data["expires_on"])
        if day and day < timezone.localdate() - timedelta(days=1):
            raise ValidationError(
                _("It has expired on this day. Send one that is still valid."), code="expired"
            )
        return day

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        issued, expires = facts.get("issued_on"), facts.get("expires_on")
        if issued and expires and expires < issued:
            self.add_error("expires_on", _("It cannot expire before it was issued."))
        is_dated = issued or expires or {"issued_on", "expires_on"} & set(self.errors)
        if self.only.validity == Validity.MONTHS and not is_dated:
            self.add_error("issued_on", _("Enter the date on it: that decides how long it counts."))
        return facts

    @property
    def dates(self) -> dict[str, date | None]:
        return {name: self.cleaned_data.get(name) for name in ("issued_on", "expires_on")}


PRINTED = frozenset({Validity.PRINTED, Validity.POLICY})


def _dates_left_out(kind: DocumentType) -> tuple[str, ...]:
    """What would not change how long this kind counts."""
    match kind.validity:
        case Validity.BLOCK | Validity.PLACEMENT:
            return ("issued_on", "expires_on")
        case Validity.NONE | Validity.SEASON:
            return ("expires_on",)
        case Validity.PRINTED | Validity.POLICY:
            return ("issued_on",)
    return ()


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file, or several that become the pages of one document."""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> CleanFile:  # noqa: ARG002  Django passes it
        uploads = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if not uploads:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(uploads) > MAX_AT_ONCE:
            raise Refused(
                gettext("Choose %(most)d files at most.") % {"most": MAX_AT_ONCE}, code="many"
            )
        return join([self._clean_one(upload, len(uploads)) for upload in uploads])

    def _clean_one(self, upload: UploadedFile, number: int) -> CleanFile:
        try:
            return clean_upload(upload)
        except Refused as refusal:
            if number == 1:
                raise
            words = {"name": upload.name, "why": " ".join(refusal.messages)}
            raise Refused(gettext("%(name)s: %(why)s") % words, code=refusal.code) from None


class DocumentForm(DatesForm):
    """One paper: the file, the dates that its validity needs, and a yes to keep health records."""

    field_order = ["file", "issued_on", "expires_on", "health"]

    file = FilesField(
        label=_("File"),
        help_text=_(
            "PDF, JPG or PNG, up to 10 MB. A sharp phone picture is fine; several become the pages "
            "of one document. No patient data."
        ),
        widget=SeveralFilesInput(
            attrs={"accept": ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"}
        ),
        error_messages={"required": _("Choose a file.")},
    )
    health = forms.BooleanField(
        label=_("I agree that my health records are kept and checked for my rotations"),
        help_text=_("Asked once. Tell your coordinator if you change your mind."),
        error_messages={"required": _("We may keep health records only if you agree.")},
    )

    def __init__(self, *args: Any, asks_health: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not (asks_health and self.only.is_health):
            del self.fields["health"]


class RejectForm(forms.Form):
    """Why a paper does not count."""

    reason = forms.ChoiceField(label=_("Reason"), choices=RejectReason.choices)
    note = forms.CharField(
        label=_("What to send instead"),
        help_text=_("The learner reads it. No patient details."),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
