"""Placements in the admin: every step that staff can take."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.admin import each
from accounts.http import person
from audit.admin import ReadOnly
from placements.actions.demands import require_late, waive_requirement
from placements.actions.endings import (
    give_up_placement,
    issue_attendance_note,
    mark_no_show,
    terminate_placement,
)
from placements.actions.holds import hold_placement, resume_placement
from placements.actions.placements import (
    cancel_placement,
    complete_placement,
    record_arrival,
    refresh_readiness,
)
from placements.actions.reschedules import ask_reschedule, offer_extension
from placements.admin.asking import Asking, CancelForm, NoteForm, timeline
from placements.admin.changes import (
    ExtendForm,
    HoldForm,
    MoveForm,
    RequireForm,
    TerminateForm,
    WaiveForm,
)
from placements.admin.money import LedgerInline, MoneyFilter, MoneyPages
from placements.models import Placement
from rotations.blocks import Block


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
    actions = [
        "look",
        "require",
        "waive",
        "arrive",
        "hold",
        "resume",
        "move",
        "extend",
        "complete",
        "give_up",
        "attest",
        "no_show",
        "terminate",
        "cancel",
    ]

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
            request, rows, HoldForm, lambda row, **f: hold_placement(row, by=person(request), **f)
        )

    @admin.action(description=_("Ask for one more document …"), permissions=["move"])
    def require(self, request: HttpRequest, rows: QuerySet[Placement]) -> HttpResponse | None:
        return self.ask(
            request, rows, RequireForm, lambda row, **f: require_late(row, by=person(request), **f)
        )

    @admin.action(description=_("Let a document pass …"), permissions=["move"])
    def waive(self, request: HttpRequest, rows: QuerySet[Placement]) -> HttpResponse | None:
        return self.ask(
            request,
            rows,
            WaiveForm,
            lambda row, **f: waive_requirement(row, by=person(request), **f),
        )

    @admin.action(description=_("Ask for other dates …"), permissions=["move"])
    def move(self, request: HttpRequest, rows: QuerySet[Placement]) -> HttpResponse | None:
        def act(row: Placement, *, start_on: Any, **facts: Any) -> None:
            ask_reschedule(row, Block(start_on, row.weeks), by=person(request), **facts)

        return self.ask(request, rows, MoveForm, act)

    @admin.action(description=_("Offer a later last day …"), permissions=["move"])
    def extend(self, request: HttpRequest, rows: QuerySet[Placement]) -> HttpResponse | None:
        return self.ask(
            request,
            rows,
            ExtendForm,
            lambda row, **f: offer_extension(row, by=person(request), **f),
        )

    @admin.action(description=_("Write a note of attendance"), permissions=["move"])
    def attest(self, request: HttpRequest, rows: QuerySet[Placement]) -> None:
        each(request, rows, lambda row: issue_attendance_note(row, by=person(request)))

    @admin.action(description=_("Did not arrive …"), permissions=["move"])
    def no_show(self, request: HttpRequest, rows: QuerySet[Placement]) -> HttpResponse | None:
        return self.ask(
            request, rows, NoteForm, lambda row, **f: mark_no_show(row, by=person(request), **f)
        )

    @admin.action(description=_("End early …"), permissions=["move"])
    def terminate(self, request: HttpRequest, rows: QuerySet[Placement]) -> HttpResponse | None:
        return self.ask(
            request,
            rows,
            TerminateForm,
            lambda row, **f: terminate_placement(row, by=person(request), **f),
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
