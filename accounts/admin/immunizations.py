from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import actions
from accounts.admin.each import each
from accounts.http import person
from accounts.models import ImmunizationFact, ImmunizationRule
from audit.admin import AuditedAdmin, ReadOnly


@admin.register(ImmunizationFact)
class ImmunizationFactAdmin(ReadOnly, admin.ModelAdmin):
    """What learners entered; staff hold it against the paper."""

    list_display = ["owner", "kind", "on", "result", "value", "verified_at", "verified_by"]
    list_filter = [("verified_at", admin.EmptyFieldListFilter), "kind"]
    search_fields = ["owner__name", "owner__email"]
    list_select_related = ["owner", "verified_by"]
    actions = ["see"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("accounts.view_immunizationfact")

    def has_see_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.change_immunizationfact")

    @admin.action(description=_("Seen on the paper"), permissions=["see"])
    def see(self, request: HttpRequest, rows: QuerySet[ImmunizationFact]) -> None:
        each(request, rows, lambda row: actions.see_fact(row, by=person(request)))


@admin.register(ImmunizationRule)
class ImmunizationRuleAdmin(AuditedAdmin):
    """How much is enough. A listing asks for more in its own requirements."""

    list_display = ["item", "doses", "titre_counts", "least", "months", "is_asked"]
