from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from audit.actions import record
from audit.models import Event


class ReadOnly:
    """An admin page that shows rows which only actions write."""

    def has_add_permission(self, request: HttpRequest, *_args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, *_args: Any) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, *_args: Any) -> bool:
        return False


class AuditedAdmin(admin.ModelAdmin):
    """Remembers each change that staff make by hand, with the fields it touched."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        record("admin.added", obj, by=request.user)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        record("admin.changed", obj, by=request.user, changes=_without_names(message))
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for obj in queryset:
            record("admin.deleted", obj, by=request.user)
        return super().log_deletions(request, queryset)


def _without_names(message: Any) -> Any:
    """Which fields of what kind of row changed; what a row is called may name a person."""
    if not isinstance(message, list):
        return []
    return [
        {change: {k: v for k, v in facts.items() if k != "object"} for change, facts in row.items()}
        for row in message
    ]


@admin.register(Event)
class EventAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["at", "verb", "subject", "subject_id", "who"]
    list_filter = ["subject"]
    search_fields = ["verb", "=subject_id", "by__email"]
    list_select_related = ["by", "on_behalf_of"]
    date_hierarchy = "at"

    @admin.display(description=_("by"), ordering="by")
    def who(self, event: Event) -> str:
        return event.who

    def get_queryset(self, request: HttpRequest) -> Any:
        """That there is a report in confidence may be about whoever looks here."""
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.exclude(verb__startswith="report.")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_active and request.user.is_staff)
