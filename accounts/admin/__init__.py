from accounts.admin.documents import DocumentAdmin, DocumentTypeAdmin
from accounts.admin.each import each
from accounts.admin.people import ConsentAdmin, LearnerAdmin, PreceptorAdmin, UserAdmin

__all__ = [
    "ConsentAdmin",
    "DocumentAdmin",
    "DocumentTypeAdmin",
    "LearnerAdmin",
    "PreceptorAdmin",
    "UserAdmin",
    "each",
]
