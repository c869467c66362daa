from accounts.models.address import AddressChange
from accounts.models.document import Document, DocumentType
from accounts.models.learner import LearnerProfile
from accounts.models.preceptor import Licence, PreceptorProfile
from accounts.models.preview import Preview
from accounts.models.user import Consent, User

__all__ = [
    "AddressChange",
    "Consent",
    "Document",
    "DocumentType",
    "LearnerProfile",
    "Licence",
    "PreceptorProfile",
    "Preview",
    "User",
]
