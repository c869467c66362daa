"""How somebody becomes one of us: a preceptor's few facts, an invited newcomer, an invitation."""

from typing import Any, cast

import us
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms.people import SignupForm
from accounts.kinds import CredentialKind, InvitationKind
from accounts.models import LearnerProfile, User
from accounts.permissions import may_invite
from accounts.validators import clean_npi, clean_person_name

# Whoever teaches what our list lacks says it in words.
ANOTHER = "other"


def _specialties() -> list[tuple[str, Any]]:
    """Ours by name; their model lies above this app, so the field that points to it knows it."""
    ours: Any = LearnerProfile._meta.get_field("specialties").related_model
    names = [str(one) for one in ours.objects.order_by("name").values_list("name", flat=True)]
    return [
        ("", _("Choose one")),
        *((name, name) for name in names),
        (ANOTHER, _("Another specialty")),
    ]


class FactsForm(forms.Form):
    """What staff need to begin their checks of a preceptor, and no more."""

    credential = forms.ChoiceField(
        label=_("Your credential"),
        choices=[("", _("Choose one")), *CredentialKind.choices],
        error_messages={"required": _("Choose your credential.")},
    )
    specialty = forms.ChoiceField(
        label=_("Specialty"),
        choices=_specialties,
        error_messages={"required": _("Choose your specialty.")},
    )
    other_specialty = forms.CharField(
        label=_("Which one, if it is not in the list"), max_length=80, required=False
    )
    state = forms.ChoiceField(
        label=_("State where you would teach"),
        choices=[
            ("", _("Choose a state")),
            *((state.abbr, state.name) for state in us.states.STATES_AND_TERRITORIES),
        ],
        error_messages={"required": _("Choose the state.")},
    )
    npi = forms.CharField(
        label="NPI",
        required=False,
        max_length=20,
        help_text=_("Ten digits. You can add it later; we need it before learners find you."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    words = forms.CharField(
        label=_("What would learners do with you?"),
        required=False,
        max_length=500,
        help_text=_("A sentence is enough. No patient details."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = self.initial.get("specialty", "")
        if said not in dict(_specialties()):
            self.initial = {**self.initial, "specialty": ANOTHER, "other_specialty": said}

    def clean_other_specialty(self) -> str:
        return clean_person_name(self.cleaned_data["other_specialty"])

    def clean(self) -> dict[str, Any]:
        """One specialty in words, from the list or from her."""
        facts = super().clean() or {}
        hers = facts.pop("other_specialty", "")
        if facts.get("specialty") == ANOTHER and "other_specialty" not in self.errors:
            if not hers:
                self.add_error("other_specialty", _("Enter your specialty."))
            facts["specialty"] = hers
        return facts

    def clean_npi(self) -> str:
        number = self.cleaned_data["npi"]
        return clean_npi(number) if number else ""


class NamedForm(forms.Form):
    name = forms.CharField(
        label=_("Your full name"),
        min_length=2,
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter your full name.")},
    )

    def clean_name(self) -> str:
        name = clean_person_name(self.cleaned_data["name"])
        if len(name) < 2:  # noqa: PLR2004  the shortest names have two letters
            raise ValidationError(_("Enter your full name."), code="required")
        return name


class OfferForm(NamedForm, FactsForm):
    """The same from somebody whom we do not know yet."""

    field_order = ["name", "email"]

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("We mail you a link to go on with."),
        error_messages={"required": _("Enter your e-mail address.")},
    )


class NewcomerForm(NamedForm, SignupForm):
    """An account for who came by an invitation: its link has shown the address already."""

    field_order = ["name", "password1"]

    call_me = None  # type: ignore[assignment]  # how Django leaves a field out
    password1 = forms.CharField(
        label=_("Password"),
        required=False,
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("12 characters or more. Or leave it empty: we mail you a code to sign in."),
    )

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        if password := facts.get("password1"):
            owner = User(
                email=self.initial.get("email", ""),
                name=facts.get("name", ""),
            )
            try:
                validate_password(password, owner)
            except ValidationError as refusal:
                self.add_error("password1", refusal)
        return facts


class NewPreceptorForm(NewcomerForm, FactsForm):
    field_order = ["name", "credential", "specialty", "other_specialty", "state", "npi", "words",
                   "password1", "terms"]  # fmt: skip


def acceptance_form(kind: str, *, is_new: bool) -> type[forms.Form]:
    """What the page of an invitation asks: nothing of who is known and needs no more."""
    if kind == InvitationKind.PRECEPTOR:
        return NewPreceptorForm if is_new else FactsForm
    return NewcomerForm if is_new else forms.Form


class DelegateForm(forms.Form):
    """Whom a preceptor asks to act for her office."""

    email = forms.EmailField(
        label=_("E-mail address of your delegate"),
        max_length=254,
        help_text=_("An office manager, for example. We mail a link that works for 14 days."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Enter the address.")},
    )


class OfficeMailForm(forms.Form):
    wanted = forms.BooleanField(
        label=_("Send the mails about requests and learners to my delegates too"), required=False
    )


class InvitationAdminForm(forms.Form):
    """Staff invite preceptors, and an admin coordinators."""

    kind = forms.ChoiceField(label=_("To be"))
    email = forms.EmailField(label=_("E-mail address"), max_length=254)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["kind"]).choices = [
            (kind.value, kind.label) for kind in InvitationKind if may_invite(by, kind)
        ]
