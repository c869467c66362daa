from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import LearnerForm
from accounts.kinds import NURSES, OF_ECFMG
from accounts.models import LearnerProfile
from placements.models import Application
from rotations.blocks import Block
from rotations.models import Listing

STATEMENT_MAX = 1500
MOST_WEEKS = 52
FACT_OF_PAPER = {"ecfmg-status": "ecfmg", "english": "english_test"}


class ApplyForm(forms.Form):
    """What the listing's page sends: a block, or nothing yet."""

    start = forms.DateField(required=False)
    weeks = forms.IntegerField(required=False, min_value=1, max_value=MOST_WEEKS)

    def block(self, listing: Listing) -> Block | None:
        """The choice, if there is one; what cannot be read is no choice."""
        self.is_valid()
        start = self.cleaned_data.get("start")
        if start is None:
            return None
        return Block(start, self.cleaned_data.get("weeks") or listing.usual_weeks)


class DatesForm(forms.Form):
    """Up to three of the listing's blocks, ranked; checked by the action, under today's seats."""

    weeks = forms.TypedChoiceField(label=_("Length"), coerce=int)
    start = forms.DateField(
        label=_("Dates"), error_messages={"required": _("Choose the dates that you want.")}
    )
    second = forms.DateField(label=_("Second choice"), required=False)
    third = forms.DateField(label=_("Third choice"), required=False)

    def __init__(self, *args: Any, listing: Listing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lengths = cast("forms.TypedChoiceField", self.fields["weeks"])
        lengths.choices = [(weeks, weeks) for weeks in listing.lengths]

    @property
    def blocks(self) -> list[Block]:
        """First choice first."""
        starts = [self.cleaned_data[name] for name in ("start", "second", "third")]
        return [Block(start, self.cleaned_data["weeks"]) for start in starts if start]


def facts_to_ask(profile: LearnerProfile, listing: Listing) -> list[str]:
    """The facts that this application cannot do without and that her profile lacks."""
    names = [name for name in profile.NEEDED if not getattr(profile, name)]
    if "school" in names:
        names.insert(names.index("school") + 1, "school_country")
    if listing.needs_step1 and not profile.step1:
        names.append("step1")
    if listing.needs_step2 and not profile.step2:
        names.append("step2")
    if profile.family in NURSES and not profile.rn_state:
        names.append("rn_state")
    return [*names, *_facts_behind_papers(profile, listing)]


def _facts_behind_papers(profile: LearnerProfile, listing: Listing) -> list[str]:
    """ECFMG and English, where this listing asks for the paper."""
    if profile.family not in OF_ECFMG:
        return []
    open_ = {slug: name for slug, name in FACT_OF_PAPER.items() if not getattr(profile, name)}
    asked = (
        listing.requirements.filter(type__slug__in=open_).select_related("type") if open_ else ()
    )
    slugs = {requirement.type.slug for requirement in asked}
    return [name for slug, name in open_.items() if slug in slugs]


class AboutForm(forms.Form):
    """Her reasons for this rotation."""

    statement = forms.CharField(
        label=_("Why this rotation"),
        help_text=_(
            "What you want to learn here, and what you bring. The preceptor reads this. "
            "No patient details."
        ),
        max_length=STATEMENT_MAX,
        widget=forms.Textarea(attrs={"rows": 8, "maxlength": STATEMENT_MAX}),
        error_messages={
            "required": _("Write a few sentences: the preceptor decides by them."),
        },
    )

    def __init__(self, *args: Any, finished: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["statement"].required = finished


class SendForm(forms.Form):
    """What she agrees to with the sending."""

    true = forms.BooleanField(
        label=_("What I wrote is true, and I am the person it is about"),
        error_messages={"required": _("Confirm that what you wrote is true.")},
    )
    shares = forms.BooleanField(
        label=_("The preceptor may read this application and see which documents are met"),
        error_messages={"required": _("Without this we cannot send your application.")},
    )
    rules = forms.BooleanField(
        label=_("I keep to the site’s rules and write nothing about patients into this portal"),
        error_messages={"required": _("Agree to the site’s rules to send your application.")},
    )
    pre_accept = forms.BooleanField(
        label=_("Accept at once if confirmed"),
        help_text=_(
            "The seat is yours as soon as the preceptor confirms, without another click of yours. "
            "The price and the amounts on this page then count from that moment. "
            "If another application of yours lies on these days, we ask you first."
        ),
        required=False,
    )

    def __init__(self, *args: Any, note: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if note:
            self.fields["state_note"] = forms.BooleanField(
                label=_("I have read the information about this state"),
                error_messages={"required": _("Read the information about this state first.")},
            )
            self.order_fields(["true", "shares", "rules", "state_note", "pre_accept"])


class AcceptForm(forms.Form):
    """Her yes to an offer: price and refunds read, and what collides given up knowingly."""

    policy = forms.BooleanField(
        label=_("I have read the price and what I get back if I cancel"),
        error_messages={"required": _("Read the price and the refunds, then tick this line.")},
    )

    def __init__(self, *args: Any, collides: list[Application], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if collides:
            self.fields["give_up"] = forms.BooleanField(
                label=_("Withdraw my applications that overlap with these dates"),
                error_messages={
                    "required": _("Some of your applications overlap. Agree to withdraw them."),
                },
            )


WHAT_TO_DO = {
    "family": _("Say who you are."),
    "citizenship": _("Choose the country of your passport."),
    "school": _("Enter the name of your school."),
    "graduation_on": _("Enter when you graduated, or when you expect to."),
    "visa_plan": _("Choose how you plan to enter the US."),
    "step1": _("Say how Step 1 stands: this rotation asks for it."),
    "step2": _("Say how Step 2 CK stands: this rotation asks for it."),
    "ecfmg": _("Say how your ECFMG certification stands: this rotation asks for it."),
    "english_test": _("Say which English test you took: this rotation asks for one."),
    "rn_state": _("Enter the state of your RN license, for example TX."),
}


class FactsForm(LearnerForm):
    """Just the facts of a profile that are still missing, asked where they are needed."""

    class Meta(LearnerForm.Meta):
        fields = [*LearnerForm.Meta.fields, "rn_state"]

    def __init__(self, *args: Any, names: list[str], finished: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - set(names):
            del self.fields[name]
        for name, field in self.fields.items():
            field.required = finished and name != "school_country"
            field.error_messages["required"] = WHAT_TO_DO.get(name, "")
