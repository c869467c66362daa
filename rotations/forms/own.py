"""How a preceptor writes her listing: one short form a step, each of them kept as a draft."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput
from accounts.kinds import DocumentGroup, Family, Validity
from accounts.models import DocumentType, PreceptorProfile
from accounts.validators import clean_person_name, clean_phone
from rotations.forms.listing import MOST_SEATS, DayField, DollarsField, LinesField, WeeksForm
from rotations.kinds import HandsOn, RotationType, Setting
from rotations.models import Listing, Requirement, Site, State

NEW = "new"
MOST_MONTHS = 120
MOST_STEP_WEEKS = 52
WORKWEEK = 80


def names_in(text: str) -> list[str]:
    """What stands between commas, as a list."""
    names = (clean_person_name(name)[:40] for name in text.split(","))
    return [name for name in names if name][:12]


class StepForm(forms.ModelForm):
    """Part of a listing. What is empty may come later; sending it for review asks for all."""

    class Meta:
        model = Listing
        fields: list[str] = []


class RotationForm(StepForm):
    """What it is. A draft begins with it."""

    class Meta:
        model = Listing
        fields = ["title", "specialty", "rotation_type", "hands_on"]
        labels = {
            "title": _("Title"),
            "rotation_type": _("Type"),
            "hands_on": _("What learners may do"),
        }
        help_texts = {
            "title": _("For example: Family medicine in a county clinic."),
            "rotation_type": _(
                "Electives, clerkships and sub-internships are for students of a school; an "
                "externship is hands-on work for graduates."
            ),
        }
        widgets = {"hands_on": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choices("hands_on", HandsOn.choices)
        self._choices("rotation_type", [("", _("Choose one")), *RotationType.choices])
        cast("forms.ModelChoiceField", self.fields["specialty"]).empty_label = _("Choose one")

    def _choices(self, name: str, choices: Any) -> None:
        cast("forms.ChoiceField", self.fields[name]).choices = choices

    def clean_title(self) -> str:
        return clean_person_name(self.cleaned_data["title"])


class WordsForm(StepForm):
    """What learners read about the work. Changing it changes nothing of the offer."""

    activities = LinesField(
        label=_("Activities"),
        longest=160,
        required=False,
        help_text=_("What learners do, one a line. For example: Take histories and present them."),
    )
    objectives = LinesField(label=_("What they learn"), longest=200, required=False)
    typical_day = DayField(
        label=_("A typical day"),
        longest=200,
        required=False,
        help_text=_("One line for each time: 7:00 AM | See your patients"),
    )
    languages = forms.CharField(
        label=_("Languages spoken at work"),
        required=False,
        help_text=_("With commas between them."),
    )

    class Meta:
        model = Listing
        fields = ["summary", "description", "activities", "objectives", "typical_day", "languages"]
        labels = {"summary": _("In one sentence"), "description": _("What learners will do")}
        help_texts = {
            "summary": _("Stands on the card in the catalogue."),
            "description": _("A few sentences. No patient details, and never promise a letter."),
        }
        widgets = {
            "summary": forms.TextInput,
            "description": forms.Textarea(attrs={"rows": 8}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["languages"] = ", ".join(self.instance.languages)
        is_draft = not self.instance.is_published
        for name in ("summary", "description", "activities"):
            self.fields[name].required = not is_draft

    def clean_languages(self) -> list[str]:
        return names_in(self.cleaned_data["languages"])


class LearnersForm(StepForm):
    """Who can come."""

    families = forms.MultipleChoiceField(
        label=_("Open to"),
        choices=Family,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = Listing
        fields = ["families", "needs_step1", "needs_step2", "min_step2_score", "needs_english",
                  "min_graduation_year", "needs_school_approval"]  # fmt: skip
        labels = {
            "needs_step1": _("Step 1 must be passed"),
            "needs_step2": _("Step 2 CK must be passed"),
            "min_step2_score": _("Step 2 CK score, at least"),
            "needs_english": _("An English test (OET, TOEFL or IELTS) must be passed"),
            "min_graduation_year": _("Graduated in this year or later"),
            "needs_school_approval": _("The learner’s school must approve it in writing"),
        }

    def clean_min_graduation_year(self) -> int | None:
        year: int | None = self.cleaned_data["min_graduation_year"]
        if year is not None and not 1950 <= year <= timezone.localdate().year + 1:  # noqa: PLR2004
            raise ValidationError(_("Check the year."), code="year")
        return year


class TermsForm(StepForm):
    """Length, hours, price and what comes with it."""

    fee_per_week = DollarsField(
        label=_("Your fee per week, in dollars"),
        help_text=_("For one learner. The portal adds its service fee when it publishes."),
    )

    class Meta:
        model = Listing
        fields = ["min_weeks", "usual_weeks", "max_weeks", "step_weeks", "hours_per_week",
                  "fee_per_week", "policy", "not_included", "letterhead", "letterhead_note",
                  "apply_lead_days", "apply_lead_days_visa", "screening"]  # fmt: skip
        labels = {
            "min_weeks": _("Least weeks"),
            "usual_weeks": _("Usual weeks"),
            "max_weeks": _("Most weeks"),
            "step_weeks": _("In steps of so many weeks"),
            "hours_per_week": _("Hours a week"),
            "policy": _("If a learner cancels"),
            "not_included": _("What the price does not include"),
            "letterhead": _("If you write a letter, on whose paper"),
            "letterhead_note": _("About letters"),
            "apply_lead_days": _("Requests so many days ahead"),
            "apply_lead_days_visa": _("… and of learners who need a visa"),
            "screening": _("Who reads a request first"),
        }
        help_texts = {
            "letterhead_note": _("Letters are considered on merit. Never promise one."),
            "not_included": _("For example: insurance, parking, lunch."),
        }

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        names = ("min_weeks", "usual_weeks", "max_weeks")
        weeks = [facts[name] for name in names if facts.get(name) is not None]
        if weeks != sorted(weeks) or not all(1 <= n <= MOST_STEP_WEEKS for n in weeks):
            self.add_error("usual_weeks", _("Least, usual and most weeks must not fall."))
        for name, most_there in (("step_weeks", MOST_STEP_WEEKS), ("hours_per_week", WORKWEEK)):
            if facts.get(name) is not None and not 1 <= facts[name] <= most_there:
                self.add_error(name, _("Check this number."))
        for name in ("apply_lead_days", "apply_lead_days_visa"):
            if (facts.get(name) or 0) > 365:  # noqa: PLR2004
                self.add_error(name, _("At most a year."))
        return facts


def zones() -> list[tuple[str, str]]:
    """Those of the 56 states, under the names of their cities."""
    known = {zone for row in State.objects.values_list("zones", flat=True) for zone in row}
    return [(zone, zone.split("/", 1)[-1].replace("_", " ")) for zone in sorted(known)]


class PlaceForm(forms.Form):
    """Where it is: a site of hers, or one that she describes."""

    site = forms.ChoiceField(label=_("Where"), widget=forms.RadioSelect)
    name = forms.CharField(label=_("Name of the hospital or practice"), max_length=120)
    setting = forms.ChoiceField(
        label=_("Setting"), choices=[("", _("Choose one")), *Setting.choices]
    )
    street = forms.CharField(
        label=_("Street"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "address-line1"}),
    )
    city = forms.CharField(label=_("City"), max_length=60)
    state = forms.ModelChoiceField(
        label=_("State"),
        queryset=State.objects.all(),
        to_field_name="abbr",
        empty_label=_("Choose a state"),
        help_text=_("Your license must be from this state."),
    )
    zip = forms.CharField(
        label="ZIP",
        max_length=10,
        validators=[RegexValidator(r"^[0-9]{5}(-[0-9]{4})?$", _("A ZIP has five digits: 77030."))],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "postal-code"}),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        help_text=_("Only where the state has more than one."),
    )
    phone = forms.CharField(
        label=_("Phone for learners on their way"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel"}),
    )
    arrival = forms.CharField(
        label=_("The first day"),
        max_length=2000,
        required=False,
        help_text=_("Where to go, dress, parking. Learners who are accepted read it."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    OPTIONAL = frozenset({"time_zone", "phone", "arrival"})

    def __init__(self, *args: Any, sites: QuerySet[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites = {str(site.pk): site for site in sites}
        choices = [(key, f"{site.name}, {site.place}") for key, site in self.sites.items()]
        cast("forms.ChoiceField", self.fields["site"]).choices = [
            *choices,
            (NEW, _("Another place")),
        ]
        cast("forms.ChoiceField", self.fields["time_zone"]).choices = [
            ("", _("The state’s own")),
            *zones(),
        ]
        if not self.sites:
            self.fields["site"].widget = forms.HiddenInput()
            self.fields["site"].initial = NEW
        for name in self.fields:
            self.fields[name].required = name == "site" or (
                self.is_new and name not in self.OPTIONAL
            )

    @property
    def is_new(self) -> bool:
        """Whether she describes a place, so that its fields are needed."""
        chosen = self.data.get(self.add_prefix("site")) if self.is_bound else None
        return (chosen or ("" if self.sites else NEW)) == NEW

    @property
    def choice(self) -> forms.BoundField:
        return self["site"]

    @property
    def description(self) -> list[forms.BoundField]:
        return [field for field in self if field.name != "site"]

    def clean_name(self) -> str:
        return clean_person_name(self.cleaned_data["name"])

    def clean_phone(self) -> str:
        return clean_phone(self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        state = facts.get("state")
        if self.is_new and state and not facts.get("time_zone"):
            if len(state.zones) != 1:
                self.add_error(
                    "time_zone", _("%(state)s has several. Choose one.") % {"state": state.name}
                )
            else:
                facts["time_zone"] = state.zones[0]
        return facts

    @property
    def chosen(self) -> Site | None:
        """The one of hers that she picked; ``None`` if she describes another."""
        return self.sites.get(self.cleaned_data["site"])

    @property
    def described(self) -> Site:
        facts = {name: self.cleaned_data[name] for name in self.fields if name != "site"}
        return Site(**facts)


@dataclass(frozen=True)
class Paper:
    """One kind of document as a row of the form."""

    type: DocumentType
    need: forms.BoundField
    months: forms.BoundField
    sees: forms.BoundField | None


class PapersForm(forms.Form):
    """What learners must bring: a tick, how long it may be old, and whether she opens the file."""

    def __init__(self, *args: Any, listing: Listing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = {row.type_id: row for row in listing.requirements.all()}
        self.types = list(DocumentType.objects.exclude(validity=Validity.PLACEMENT))
        for kind in self.types:
            self._offer(kind, there.get(kind.pk))

    def _offer(self, kind: DocumentType, row: Requirement | None) -> None:
        self.fields[f"need_{kind.slug}"] = forms.BooleanField(
            label=kind.name, required=False, initial=row is not None, help_text=kind.what_counts
        )
        self.fields[f"months_{kind.slug}"] = forms.IntegerField(
            label=_("Not older than months"),
            required=False,
            min_value=1,
            max_value=MOST_MONTHS,
            initial=row.months if row else None,
        )
        if not kind.is_identity:
            self.fields[f"sees_{kind.slug}"] = forms.BooleanField(
                label=_("I need to open the file"),
                required=False,
                initial=row is not None and row.site_sees_file,
            )

    @property
    def groups(self) -> Iterator[tuple[str, list[Paper]]]:
        for group in DocumentGroup:
            rows = [self._row(kind) for kind in self.types if kind.group == group]
            if rows:
                yield str(group.label), rows

    def _row(self, kind: DocumentType) -> Paper:
        sees = f"sees_{kind.slug}"
        return Paper(
            kind,
            self[f"need_{kind.slug}"],
            self[f"months_{kind.slug}"],
            self[sees] if sees in self.fields else None,
        )

    @property
    def asked(self) -> dict[int, tuple[int | None, bool]]:
        found = self.cleaned_data
        return {
            kind.pk: (found[f"months_{kind.slug}"], bool(found.get(f"sees_{kind.slug}")))
            for kind in self.types
            if found[f"need_{kind.slug}"]
        }


class ForWhomForm(forms.Form):
    """Whose listing it is, for somebody who works for several."""

    preceptor = forms.ModelChoiceField(
        label=_("Preceptor"), queryset=PreceptorProfile.objects.none(), to_field_name="slug"
    )

    def __init__(self, *args: Any, practices: QuerySet[PreceptorProfile], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField", self.fields["preceptor"]).queryset = practices


class OwnWeeksForm(WeeksForm):
    """Her weeks: from one day to another, so many seats, blocks that start in a rhythm."""

    first = forms.DateField(label=_("From the week of"), widget=DayInput)
    last = forms.DateField(label=_("To the week of"), widget=DayInput)
    capacity = forms.IntegerField(
        label=_("Seats in each week"),
        min_value=1,
        max_value=MOST_SEATS,
        help_text=_("So many learners at a time."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    every = forms.TypedChoiceField(
        label=_("A rotation starts"),
        coerce=int,
        choices=[
            (1, _("on any Monday")),
            (2, _("on every second Monday, counted from the first week above")),
            (4, _("on every fourth Monday, counted from the first week above")),
        ],
        widget=forms.RadioSelect,
    )

    def clean_first(self) -> date:
        return _not_past(self.cleaned_data["first"])


class ClosedWeeksForm(WeeksForm):
    """Weeks in which nobody comes: a holiday, a move."""

    first = forms.DateField(label=_("From the week of"), widget=DayInput)
    last = forms.DateField(label=_("To the week of"), widget=DayInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["capacity"]

    def clean_first(self) -> date:
        return _not_past(self.cleaned_data["first"])


def _not_past(day: date) -> date:
    today = timezone.localdate()
    if day < today - timedelta(days=today.weekday()):
        raise ValidationError(_("This week has passed."), code="past")
    return day
