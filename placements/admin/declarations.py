"""What learners sign in the portal, in the admin: the texts, and who signed which."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from audit.admin import ReadOnly
from placements.models import Declaration, SignedDeclaration


@admin.register(SignedDeclaration)
class SignedDeclarationAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["typed_name", "declaration", "placement", "signed_at", "address"]
    list_filter = ["declaration__type"]
    search_fields = ["typed_name", "placement__learner__name"]
    list_select_related = ["declaration__type", "placement__learner", "placement__listing"]
    date_hierarchy = "signed_at"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("placements.view_placement")


@admin.register(Declaration)
class DeclarationAdmin(admin.ModelAdmin):
    """Texts that learners sign; a version that stands is never edited, a new one is added."""

    list_display = ["type", "version", "published_at"]
    list_select_related = ["type"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
