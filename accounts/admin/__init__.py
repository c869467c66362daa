from accounts.admin.documents import DocumentAdmin, DocumentTypeAdmin
from accounts.admin.each import each
from accounts.admin.immunizations import ImmunizationFactAdmin, ImmunizationRuleAdmin
from accounts.admin.people import ConsentAdmin, LearnerAdmin, PreceptorAdmin, UserAdmin
from accounts.admin.roles import DelegationAdmin, InvitationAdmin

__all__ = [
    "ConsentAdmin",
    "DelegationAdmin",
    "DocumentAdmin",
    "DocumentTypeAdmin",
    "ImmunizationFactAdmin",
    "ImmunizationRuleAdmin",
    "InvitationAdmin",
    "LearnerAdmin",
    "PreceptorAdmin",
    "UserAdmin",
    "each",
]
