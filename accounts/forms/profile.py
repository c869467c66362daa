"""The profile: two forms on one page."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.people import (
    EMERGENCY,
    OF_PHYSICIANS,
    OF_SCHOOLS_ABROAD,
    OF_VISAS,
    LearnerForm,
    PersonForm,
    PreceptorForm,
)
from accounts.models import LearnerProfile, User

ABOUT = ("name", "call_me", "pronouns", "time_zone")
Groups = list[tuple[str, Any, tuple[str, ...]]]
PERSON_GROUPS: Groups = [("who", _("About you"), ABOUT)]
# The names are those of ``accounts.completeness``, which sends people to them.
LEARNER_GROUPS: Groups = [
    ("who", _("About you"), (*ABOUT, "family", "citizenship", "phone", "languages")),
    ("school", _("Your school"), ("school", "school_country", "studies_from", "graduation_on")),
    ("exams", _("Exams and licenses"), (*OF_PHYSICIANS, *OF_SCHOOLS_ABROAD, "rn_state")),
    ("visa", _("Visa and travel"), ("visa_plan", *OF_VISAS)),
    ("goals", _("What you aim for"), ("specialties", "season", "goals")),
    ("words", _("In your words"), ("statement",)),
    ("emergency", _("In an emergency"), EMERGENCY),
]
PRECEPTOR_GROUPS: Groups = [
    ("who", _("About you"), (*ABOUT, "phone")),
    ("read", _("What learners read"), ("affiliation", "statement", "languages")),
    ("when", _("When you teach"), ("accepting", "away_from", "away_until", "max_learners")),
]


class ProfileForm:
    """One page of two forms, filled in and judged as one: the person, and what her role asks."""

    def __init__(
        self, user: User, data: Mapping[str, Any] | None = None, *, as_learner: bool = False
    ) -> None:
        self.person = PersonForm(data, instance=user, prefix="person")
        self.role: LearnerForm | PreceptorForm | None = None
        self._groups = PERSON_GROUPS
        if user.is_preceptor and not (as_learner and user.is_learner):
            self.role = PreceptorForm(data, instance=user.preceptor_profile, prefix="role")
            self._groups = PRECEPTOR_GROUPS
        elif user.is_learner or not (user.is_staff or user.practices):
            mine = user.learner_profile if user.is_learner else LearnerProfile(user=user)
            self.role = LearnerForm(data, instance=mine, prefix="role")
            self.role.leave_out_foreign()
            self._groups = LEARNER_GROUPS

    @property
    def is_preceptors(self) -> bool:
        return isinstance(self.role, PreceptorForm)

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
    def specialties(self) -> Any:
        """Those she aims for; ``None`` where nobody asked."""
        return self.role.cleaned_data.get("specialties") if self.role else None

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
        for _key, _title, fields in self.groups:
            yield from fields

    @property
    def missing(self) -> list[forms.BoundField]:
        """What an application needs and her profile lacks."""
        if not isinstance(self.role, LearnerForm):
            return []
        role = self.role
        return [role[name] for name in LearnerProfile.NEEDED if not role.initial.get(name)]

    @property
    def groups(self) -> list[tuple[str, Any, list[forms.BoundField]]]:
        """Sections with something to fill in."""
        found = {field.name: field for form in self.parts for field in form}
        sections = [
            (key, title, [found[name] for name in names if name in found])
            for key, title, names in self._groups
        ]
        return [section for section in sections if section[2]]
