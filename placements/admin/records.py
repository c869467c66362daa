"""Hours, evaluations and schools’ answers in the admin: to be read."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin import each
from accounts.http import person
from audit.admin import ReadOnly
from placements.actions.schools import revoke_school
from placements.admin.asking import (
    timeline,
)
from placements.models import (
    Evaluation,
    HoursEntry,
    SchoolApproval,
)


@admin.register(HoursEntry)
class HoursEntryAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["placement", "day", "hours", "state", "attested_by"]
    list_filter = [
        ("attested_at", admin.EmptyFieldListFilter),
        ("disputed_at", admin.EmptyFieldListFilter),
    ]
    search_fields = ["placement__learner__name", "placement__listing__title"]
    list_select_related = ["placement__learner", "placement__listing", "attested_by"]
    date_hierarchy = "day"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("placements.view_hoursentry")


@admin.register(Evaluation)
class EvaluationAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["placement", "kind", "signed_at", "signed_by"]
    list_filter = ["kind", ("signed_at", admin.EmptyFieldListFilter)]
    search_fields = ["placement__learner__name", "placement__listing__title"]
    list_select_related = ["placement__learner", "placement__listing", "signed_by"]
    # Hers alone.
    exclude = ["would_support_letter"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("placements.view_evaluation")


@admin.register(SchoolApproval)
class SchoolApprovalAdmin(ReadOnly, admin.ModelAdmin):
    """Whom learners named as their school, and what she said; staff take a doubtful one back."""

    list_display = ["asked_at", "learner", "official_name", "domain", "state", "answered_at"]
    list_filter = ["answer", ("revoked_at", admin.EmptyFieldListFilter)]
    search_fields = ["application__learner__name", "official_name", "official_email"]
    list_select_related = ["application__learner", "application__listing"]
    date_hierarchy = "asked_at"
    readonly_fields = ["history"]
    actions = ["revoke"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SchoolApproval]:
        return super().get_queryset(request).defer("application__listing__document")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("placements.view_schoolapproval")

    def has_move_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("placements.change_schoolapproval")

    @admin.display(description=_("learner"), ordering="application__learner__name")
    def learner(self, approval: SchoolApproval) -> str:
        return str(approval.application.learner)

    @admin.display(description=_("what happened"))
    def history(self, approval: SchoolApproval) -> str:
        return timeline(approval)

    @admin.action(description=_("Take back: it no longer counts"), permissions=["move"])
    def revoke(self, request: HttpRequest, rows: QuerySet[SchoolApproval]) -> None:
        each(request, rows, lambda row: revoke_school(row, by=person(request)))
