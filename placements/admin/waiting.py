"""The waitlist in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.admin import each
from accounts.http import person
from audit.admin import ReadOnly
from placements.actions.offers import offer_seat
from placements.actions.waitlist import take_off_waitlist
from placements.admin.asking import timeline
from placements.models import WaitlistEntry
from placements.states import ENTRY_OPEN


@admin.register(WaitlistEntry)
class WaitlistEntryAdmin(ReadOnly, admin.ModelAdmin):
    """Who waits for which dates, in which order, and why a freed seat passed her by."""

    list_display = [
        "learner",
        "listing",
        "start_on",
        "weeks",
        "status",
        "queued_at",
        "first",
        "passed_over",
        "passed_over_at",
    ]
    list_filter = ["status", "passed_over", "start_on"]
    search_fields = ["application__learner__name", "application__listing__title"]
    list_select_related = ["application__learner", "application__listing"]
    date_hierarchy = "queued_at"
    readonly_fields = ["history"]
    actions = ["offer", "reopen"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WaitlistEntry]:
        rows: Any = WaitlistEntry.objects.with_priority().order_by("queued_at", "pk")
        found: QuerySet[WaitlistEntry] = rows.defer("application__listing__document")
        return found

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("placements.view_application")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_move_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("placements.change_application")

    @admin.display(description=_("learner"), ordering="application__learner__name")
    def learner(self, entry: WaitlistEntry) -> str:
        return str(entry.application.learner)

    @admin.display(description=_("listing"), ordering="application__listing__title")
    def listing(self, entry: WaitlistEntry) -> str:
        return str(entry.application.listing)

    @admin.display(description=_("comes first, its host canceled"))
    def first(self, entry: Any) -> str:
        if not entry.first_because or entry.status not in ENTRY_OPEN:
            return ""
        page = reverse("admin:placements_placement_change", args=[entry.first_because])
        return format_html('<a href="{}">{}</a>', page, _("placement canceled"))

    @admin.display(description=_("what happened"))
    def history(self, entry: WaitlistEntry) -> str:
        return timeline(entry.application, entry.application.listing)

    @admin.action(
        description=_("Offer a seat now, on behalf of the preceptor"), permissions=["move"]
    )
    def offer(self, request: HttpRequest, rows: QuerySet[WaitlistEntry]) -> None:
        each(request, rows, lambda row: offer_seat(row.application, by=person(request)))

    @admin.action(description=_("Back to the preceptor"), permissions=["move"])
    def reopen(self, request: HttpRequest, rows: QuerySet[WaitlistEntry]) -> None:
        each(request, rows, lambda row: take_off_waitlist(row.application, by=person(request)))
