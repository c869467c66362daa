"""Placements in the admin: every step that staff can take."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.admin import each
from accounts.http import person
from audit.admin import ReadOnly
from placements.actions.placements import (
    cancel_placement,
    complete_placement,
    give_up_placement,
    hold_placement,
    record_arrival,
    refresh_readiness,
    resume_placement,
)
from placements.admin.asking import (
    Asking,
    CancelForm,
    NoteForm,
    timeline,
)
from placements.admin.money import LedgerInline, MoneyFilter, MoneyPages
from placements.models import (
    Placement,
)


@admin.register(Placement)
class PlacementAdmin(MoneyPages, Asking, ReadOnly, admin.ModelAdmin):
    list_display = ["learner", "listing", "start_on", "end_on", "status", "paid_at", "arrived_at"]
    list_filter = ["status", MoneyFilter, "start_on"]
    search_fields = [
        "learner__name",
        "learner__email",
        "listing__title",
        "preceptor__user__name",
        "=code",
    ]
    list_select_related = ["learner", "listing"]
    date_hierarchy = "start_on"
    readonly_fields = ["sums", "record", "history"]
    inlines = [LedgerInline]
    actions = ["look", "arrive", "hold", "resume", "complete", "give_up", "cancel"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Placement]:
        return super().get_queryset(request).defer("listing__document")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("placements.view_placement")

    def has_move_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("placements.change_placement")

    @admin.display(description=_("what happened"))
    def history(self, placement: Placement) -> str:
        return timeline(placement, placement.application)

    @admin.action(description=_("Look again whether it is ready"), permissions=["move"])
    def look(self, request: HttpRequest, rows: QuerySet[Placement]) -> None:
        each(request, rows, refresh_readiness)

    @admin.action(description=_("Arrived"), permissions=["move"])
    def arrive(self, request: HttpRequest, rows: QuerySet[Placement]) -> None:
        each(request, rows, lambda row: record_arrival(row, by=person(request)))

    @admin.action(description=_("Put on hold …"), permissions=["move"])
    def hold(self, request: HttpRequest, rows: QuerySet[Placement]) -> HttpResponse | None:
        return self.ask(
            request, rows, NoteForm, lambda row, **f: hold_placement(row, by=person(request), **f)
        )

    @admin.action(description=_("Lift the hold"), permissions=["move"])
    def resume(self, request: HttpRequest, rows: QuerySet[Placement]) -> None:
        each(request, rows, lambda row: resume_placement(row, by=person(request)))

    @admin.action(description=_("Complete"), permissions=["move"])
    def complete(self, request: HttpRequest, rows: QuerySet[Placement]) -> None:
        each(request, rows, lambda row: complete_placement(row, by=person(request)))

    @admin.action(description=_("Close as incomplete …"), permissions=["move"])
    def give_up(self, request: HttpRequest, rows: QuerySet[Placement]) -> HttpResponse | None:
        return self.ask(
            request,
            rows,
            NoteForm,
            lambda row, **f: give_up_placement(row, by=person(request), **f),
        )

    @admin.action(description=_("Cancel …"), permissions=["move"])
    def cancel(self, request: HttpRequest, rows: QuerySet[Placement]) -> HttpResponse | None:
        return self.ask(
            request,
            rows,
            CancelForm,
            lambda row, **f: cancel_placement(row, by=person(request), **f),
        )
