"""Weeks whose counter and rows say different things, in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin import each
from accounts.http import person
from audit.admin import ReadOnly
from placements.actions.counters import mend_seats
from placements.models import SeatDifference


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("To look at")), ("ended", _("Mended"))]

    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        if self.value() is None:
            return rows
        return rows.filter(ended_at__isnull=self.value() == "open")


@admin.register(SeatDifference)
class SeatDifferenceAdmin(ReadOnly, admin.ModelAdmin):
    """What the night's check found; one action sets the counter to those who hold a seat."""

    list_display = ["listing", "monday", "counted", "held", "found_at", "ended_at"]
    list_filter = [StateFilter]
    search_fields = ["listing__title"]
    list_select_related = ["listing"]
    actions = ["mend"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SeatDifference]:
        return super().get_queryset(request).defer("listing__document")

    def has_mend_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("placements.change_seatdifference")

    @admin.action(description=_("Set the counter to those who hold a seat"), permissions=["mend"])
    def mend(self, request: HttpRequest, rows: QuerySet[SeatDifference]) -> None:
        each(request, rows.filter(ended_at=None), lambda row: mend_seats(row, by=person(request)))
