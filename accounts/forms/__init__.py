"""Forms about people and their papers."""

from accounts.forms.credentials import BoardForm, CredentialsForm, LicenceForm, PhotoForm
from accounts.forms.days import DayInput
from accounts.forms.documents import MAX_ROWS, DatesForm, DocumentForm, RejectForm, RowForm
from accounts.forms.joining import (
    DelegateForm,
    FactsForm,
    InvitationAdminForm,
    OfferForm,
    OfficeMailForm,
    acceptance_form,
)
from accounts.forms.languages import LanguagesField
from accounts.forms.people import LearnerForm, PersonForm, PreceptorForm, SignupForm
from accounts.forms.profile import ProfileForm

__all__ = [
    "MAX_ROWS",
    "BoardForm",
    "CredentialsForm",
    "DatesForm",
    "DayInput",
    "DelegateForm",
    "DocumentForm",
    "FactsForm",
    "InvitationAdminForm",
    "LanguagesField",
    "LearnerForm",
    "LicenceForm",
    "OfferForm",
    "OfficeMailForm",
    "PersonForm",
    "PhotoForm",
    "PreceptorForm",
    "ProfileForm",
    "RejectForm",
    "RowForm",
    "SignupForm",
    "acceptance_form",
]
