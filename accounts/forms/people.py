"""Who somebody is, from her sign-up on."""

import zoneinfo
from datetime import date
from itertools import groupby
from typing import Any, cast

import us
from django import forms
from django.contrib.auth.password_validation import UserAttributeSimilarityValidator
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from accounts.actions import give_consent
from accounts.forms.days import DayInput, check_year
from accounts.forms.languages import LanguagesField, spoken
from accounts.http import Request, address_of
from accounts.kinds import (
    ADVANCED_PRACTICE,
    ENROLLED,
    NURSES,
    OF_ECFMG,
    ConsentKind,
    Ecfmg,
    Family,
    VisaPlan,
)
from accounts.models import LearnerProfile, PreceptorProfile, User
from accounts.queries import page_version
from accounts.validators import clean_aamc_id, clean_person_name, clean_phone, clean_usmle_id

format_html_lazy: Any = lazy(format_html, str)
SIMILARITY = UserAttributeSimilarityValidator(("name", "call_me"))
BEST_SCORE = 300
REGIONS = frozenset({"Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian",
                     "Pacific"})  # fmt: skip
OF_PHYSICIANS = ("aamc_id", "usmle_id", "step1", "step2", "step2_score")
OF_SCHOOLS_ABROAD = ("step3", "ecfmg", "ecfmg_on", "english_test", "english_on")
OF_VISAS = ("visa_interview_on", "visa_outcome")
EMERGENCY = ("emergency_name", "emergency_relation", "emergency_phone")
MOST_SPECIALTIES, LONGEST_LINE = 5, 200


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

    def clean(self) -> dict[str, Any]:
        """A password may not be her name; allauth compares it with her address alone."""
        facts = super().clean() or {}
        owner = User(name=facts.get("name", ""), call_me=facts.get("call_me", ""))
        try:
            SIMILARITY.validate(facts.get("password1") or "", owner)
        except ValidationError as refusal:
            self.add_error("password1", refusal)
        return facts

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
        if self._is_checked():
            self.fields["name"].disabled = True
            self.fields["name"].help_text = _(
                "We compared it with your NPI. Write to us if it changes."
            )

    def _is_checked(self) -> bool:
        """A preceptor whose name staff have compared: it is what learners rely on."""
        user = self.instance
        profile = user.preceptor_profile if user.pk and user.is_preceptor else None
        return bool(profile and (profile.identity_checked_at or profile.verified_at))

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
    languages = LanguagesField(
        label=_("Languages"),
        required=False,
        help_text=_("Those that you speak well enough to work in."),
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
                  "studies_from", "graduation_on", *OF_PHYSICIANS, *OF_SCHOOLS_ABROAD, "rn_state", "visa_plan",
                  *OF_VISAS, "specialties", "season", "goals", "statement",
                  *EMERGENCY]  # fmt: skip
        widgets = {
            "family": forms.RadioSelect,
            "studies_from": DayInput,
            "graduation_on": DayInput,
            "ecfmg_on": DayInput,
            "english_on": DayInput,
            "visa_interview_on": DayInput,
            "specialties": forms.CheckboxSelectMultiple,
            "emergency_name": forms.TextInput(attrs={"autocomplete": "off"}),
            "emergency_phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
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
            "ecfmg_on": _("The day on your certificate."),
            "english_test": _("A few sites ask for one."),
            "visa_interview_on": _("The day at the consulate, as soon as you have it."),
            "specialties": _("Up to five. Preceptors read them when you apply."),
            "season": _("If you will apply to residency programs."),
            "goals": _("One line, in your own words."),
            "emergency_name": _(
                "Whom we call if something happens to you. Your preceptor sees it once your "
                "rotation is ready, nobody before. Ask that person first."
            ),
            "emergency_relation": _("For example: mother, husband, friend."),
            "emergency_phone": _("With the country code."),
            "statement": _(
                "A few sentences that your applications start from. No patient details."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages = cast("LanguagesField", self.fields["languages"])
        self.initial["languages"] = languages.start_from(spoken(self.instance.languages))
        self._offer("family", Family.choices)
        self._offer("visa_plan", [("", _("Choose one")), *VisaPlan.choices])
        for name in ("citizenship", "school_country"):
            self._offer(name, [("", _("Choose a country")), *countries])
        for name in LearnerProfile.NEEDED:
            cast("Any", self.fields[name]).needed = _("needed to apply")

    def _offer(self, name: str, choices: Any) -> None:
        cast("forms.ChoiceField", self.fields[name]).choices = choices

    def leave_out_foreign(self) -> None:
        """Ask nurses and assistants about no USMLE, only nurses about an RN license, only those
        of schools abroad about ECFMG, and about a consulate only who has to go there.
        """
        family = self.instance.family
        foreign = [*(OF_PHYSICIANS if family in ADVANCED_PRACTICE else ())]
        if family and family not in OF_ECFMG:
            foreign += OF_SCHOOLS_ABROAD
        if family and family not in NURSES:
            foreign.append("rn_state")
        if family and family not in ENROLLED:
            foreign.append("studies_from")
        if not self.instance.needs_visa:
            foreign += OF_VISAS
        for name in foreign:
            del self.fields[name]

    def clean_aamc_id(self) -> str:
        return clean_aamc_id(self.cleaned_data["aamc_id"])

    def clean_usmle_id(self) -> str:
        return clean_usmle_id(self.cleaned_data["usmle_id"])

    def clean_languages(self) -> str:
        """One line in her profile and her applications."""
        line = ", ".join(self.cleaned_data["languages"])
        if len(line) > LONGEST_LINE:
            raise ValidationError(_("These are too many for one line. Leave some out."))
        return line

    def clean_phone(self) -> str:
        return clean_phone(self.cleaned_data["phone"])

    def clean_studies_from(self) -> date | None:
        return check_year(self.cleaned_data["studies_from"])

    def clean_graduation_on(self) -> date | None:
        return check_year(self.cleaned_data["graduation_on"])

    def clean_specialties(self) -> Any:
        chosen = self.cleaned_data["specialties"]
        if len(chosen) > MOST_SPECIALTIES:
            raise ValidationError(
                _("Choose up to %(most)d."), code="many", params={"most": MOST_SPECIALTIES}
            )
        return chosen

    def clean_ecfmg_on(self) -> date | None:
        return check_year(self.cleaned_data["ecfmg_on"])

    def clean_english_on(self) -> date | None:
        return check_year(self.cleaned_data["english_on"])

    def clean_visa_interview_on(self) -> date | None:
        return check_year(self.cleaned_data["visa_interview_on"])

    def clean_emergency_name(self) -> str:
        return clean_person_name(self.cleaned_data["emergency_name"])

    def clean_emergency_phone(self) -> str:
        return clean_phone(self.cleaned_data["emergency_phone"])

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if "studies_from" not in self.fields:  # a graduate's would only be in the way
            self.instance.studies_from = None
        if facts.get("ecfmg_on") and facts.get("ecfmg") != Ecfmg.CERTIFIED:
            self.add_error("ecfmg_on", _("Only whoever is certified has a day for it."))
        self._check_emergency(facts)
        return facts

    def _check_emergency(self, facts: dict[str, Any]) -> None:
        """Somebody who can be called: a name and a number, or neither."""
        if not {"emergency_name", "emergency_phone"} <= facts.keys():
            return
        name, phone = facts["emergency_name"], facts["emergency_phone"]
        if name and not phone:
            self.add_error("emergency_phone", _("Enter the phone number of that person."))
        if phone and not name:
            self.add_error("emergency_name", _("Enter the name of that person."))


class PreceptorForm(forms.ModelForm):
    """What a preceptor says about herself; what staff verify is not here."""

    languages = LanguagesField(
        label=_("Languages"), required=False, help_text=_("One to a line; names are offered.")
    )

    class Meta:
        model = PreceptorProfile
        fields = ["affiliation", "statement", "languages", "phone", "accepting", "away_from",
                  "away_until", "max_learners"]  # fmt: skip
        labels = {
            "statement": _("How you teach"),
            "accepting": _("I take new learners"),
        }
        widgets = {
            "away_from": DayInput,
            "away_until": DayInput,
            "statement": forms.Textarea(attrs={"rows": 6}),
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        }
        help_texts = {
            "affiliation": _("A school or residency program that you teach for."),
            "statement": _("Learners read it on your page. No patient details."),
            "phone": _("For your coordinator; learners do not see it."),
            "accepting": _("Without the tick your listings stay visible and take no applications."),
            "away_from": _("The first day. Empty: already now."),
            "away_until": _(
                "The last day. Nobody can ask while you are away, or for dates in that time."
            ),
            "max_learners": _("Over all your listings. Empty: as many as there are seats."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages = cast("LanguagesField", self.fields["languages"])
        self.initial["languages"] = languages.start_from(self.instance.languages)

    def clean_phone(self) -> str:
        return clean_phone(self.cleaned_data["phone"])

    def clean_away_from(self) -> date | None:
        return check_year(self.cleaned_data["away_from"])

    def clean_away_until(self) -> date | None:
        return check_year(self.cleaned_data["away_until"])

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        first, last = facts.get("away_from"), facts.get("away_until")
        if first and not last and "away_until" not in self.errors:
            self.add_error("away_until", _("Enter the last day too."))
        elif first and last and last < first:
            self.add_error("away_until", _("The last day away lies before the first."))
        return facts
