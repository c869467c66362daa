"""Hours, evaluations and schools’ answers in the admin: to be read."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.admin import each
from accounts.http import person
from audit.admin import ReadOnly
from placements.actions.hours import count_hours
from placements.actions.schools import revoke_school
from placements.admin.asking import Asked, Asking, timeline
from placements.models import (
    Evaluation,
    HoursEntry,
    SchoolApproval,
)


class CountForm(Asked):
    note = forms.CharField(
        label=_("Why it counts; the learner and the preceptor read this"), max_length=300
    )


@admin.register(HoursEntry)
class HoursEntryAdmin(Asking, ReadOnly, admin.ModelAdmin):
    list_display = ["placement", "day", "hours", "state", "attested_by", "hold", "counted_note"]
    list_filter = [
        ("attested_at", admin.EmptyFieldListFilter),
        ("disputed_at", admin.EmptyFieldListFilter),
    ]
    search_fields = ["placement__learner__name", "placement__listing__title"]
    list_select_related = ["placement__learner", "placement__listing", "attested_by"]
    date_hierarchy = "day"
    actions = ["count"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[HoursEntry]:
        held: Any = HoursEntry.objects.with_holds()
        rows: QuerySet[HoursEntry] = held.order_by(*self.get_ordering(request) or ["-day"])
        return rows.defer("placement__listing__document")

    @admin.display(description=_("on hold"), boolean=True)
    def hold(self, entry: Any) -> bool:
        return bool(entry.on_hold)

    @admin.action(description=_("Have it count in spite of a hold …"), permissions=["move"])
    def count(self, request: HttpRequest, rows: QuerySet[HoursEntry]) -> HttpResponse | None:
        return self.ask(
            request, rows, CountForm, lambda row, **f: count_hours(row, by=person(request), **f)
        )

    def has_move_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("placements.change_placement")

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
