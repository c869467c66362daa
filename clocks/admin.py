from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clocks.forms import IntervalForm, read_numbers
from clocks.intervals import declared
from clocks.models import Due, Interval
from clocks.queries import forget_numbers

STANDS = _(
    "Deadlines and reminders that are set already stay as they are. The days by which documents "
    "and payments are due move at once."
)


@admin.register(Due)
class DueAdmin(admin.ModelAdmin):
    list_display = ["at", "kind", "subject_id", "occurrence", "done_at", "outcome", "tries"]
    list_filter = [("done_at", admin.EmptyFieldListFilter), "kind"]
    search_fields = ["=subject_id", "occurrence"]
    date_hierarchy = "at"

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False


@admin.register(Interval)
class IntervalAdmin(admin.ModelAdmin):
    """Admins change the numbers; which timers there are is the code's to say."""

    form = IntervalForm
    list_display = ["purpose", "now", "shipped"]
    readonly_fields = ["shipped"]
    fieldsets = [(None, {"fields": ["numbers", "shipped"], "description": STANDS})]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Interval]:
        """Without those that an earlier version had."""
        return super().get_queryset(request).filter(key__in=declared())

    @admin.display(description=_("timer"))
    def purpose(self, row: Interval) -> str:
        return str(row)

    @admin.display(description=_("now"))
    def now(self, row: Interval) -> str:
        return declared()[row.key].in_words(row.numbers)

    @admin.display(description=_("as shipped"))
    def shipped(self, row: Interval) -> str:
        this = declared()[row.key]
        return this.in_words(this.default)

    def construct_change_message(self, request: HttpRequest, form: Any, *_more: Any) -> Any:
        """From what to what."""
        if not form.changed_data:
            return []
        this = declared()[form.instance.key]
        was = this.in_words(read_numbers(form.initial["numbers"]))
        now = this.in_words(form.instance.numbers)
        return [{"changed": {"fields": [f"{was} → {now}"]}}]

    def save_model(self, request: HttpRequest, obj: Interval, *more: Any) -> None:
        super().save_model(request, obj, *more)
        transaction.on_commit(forget_numbers)

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        return False
