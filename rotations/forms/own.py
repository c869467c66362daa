"""How a preceptor writes her listing: one short form a step, each of them kept as a draft."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import LanguagesField
from accounts.kinds import Family
from accounts.models import PreceptorProfile
from accounts.validators import clean_person_name
from rotations.forms.listing import DayField, DollarsField, LinesField
from rotations.kinds import HandsOn, RotationType
from rotations.models import Listing

MOST_STEP_WEEKS = 52
WORKWEEK = 80


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
    languages = LanguagesField(
        label=_("Languages spoken at work"),
        required=False,
        help_text=_("One to a line; names are offered."),
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
        languages = cast("LanguagesField", self.fields["languages"])
        self.initial["languages"] = languages.start_from(self.instance.languages)
        is_draft = not self.instance.is_published
        for name in ("summary", "description", "activities"):
            self.fields[name].required = not is_draft


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


class ForWhomForm(forms.Form):
    """Whose listing it is, for somebody who works for several."""

    preceptor = forms.ModelChoiceField(
        label=_("Preceptor"), queryset=PreceptorProfile.objects.none(), to_field_name="slug"
    )

    def __init__(self, *args: Any, practices: QuerySet[PreceptorProfile], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField", self.fields["preceptor"]).queryset = practices
