"""Where a listing takes place, as its preceptor says it."""

from typing import Any, cast

from django import forms
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.validators import clean_person_name, clean_phone
from rotations.kinds import Setting
from rotations.models import Site, State

NEW = "new"


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
