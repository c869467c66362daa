from accounts.models.address import AddressChange
from accounts.models.board import BoardCertification
from accounts.models.delegation import Delegation
from accounts.models.document import Document, DocumentType
from accounts.models.immunization import ImmunizationFact, ImmunizationRule
from accounts.models.invitation import Invitation
from accounts.models.learner import LearnerProfile
from accounts.models.preceptor import Introduction, Licence, PreceptorProfile, RegistryLookup
from accounts.models.preview import Preview
from accounts.models.user import Consent, User

__all__ = [
    "AddressChange",
    "BoardCertification",
    "Consent",
    "Delegation",
    "Document",
    "DocumentType",
    "ImmunizationFact",
    "ImmunizationRule",
    "Introduction",
    "Invitation",
    "LearnerProfile",
    "Licence",
    "PreceptorProfile",
    "Preview",
    "RegistryLookup",
    "User",
]
