from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from clocks.models import Due


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
