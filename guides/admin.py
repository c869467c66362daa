from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path

from guides.forms import TextForm
from guides.models import Guide, Page
from guides.queries import guide_in_full, page_in_full


class TextAdmin(admin.ModelAdmin):
    """A text with a preview: a button sends what is typed and opens the page as readers see it."""

    form = TextForm
    formfield_overrides = {
        models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 30, "class": "long-text"})}
    }
    change_form_template = "admin/guides/change_form.html"
    page: ClassVar[str]
    in_full: ClassVar[Callable[[Any], dict[str, Any]]]

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_preview"
        preview = path("preview/", self.admin_site.admin_view(self.preview), name=name)
        return [preview, *super().get_urls()]

    def preview(self, request: HttpRequest) -> HttpResponse:
        """Nothing is saved, and nothing is refused: half a text has a preview, too."""
        if not (self.has_change_permission(request) or self.has_add_permission(request)):
            raise PermissionDenied
        if request.method != "POST":
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        form = self.get_form(request)(request.POST)
        form.is_valid()
        form.instance.body = request.POST.get("body", "")
        return render(request, self.page, type(self).in_full(form.instance))


@admin.register(Guide)
class GuideAdmin(TextAdmin):
    list_display = ["title", "group", "order", "reviewed_on", "is_published"]
    list_filter = ["group", "is_published"]
    search_fields = ["title", "summary", "body"]
    prepopulated_fields = {"slug": ["title"]}
    page = "guides/guide.html"
    in_full = guide_in_full


@admin.register(Page)
class PageAdmin(TextAdmin):
    list_display = ["title", "slug", "version", "updated_at"]
    search_fields = ["title", "body"]
    page = "guides/page.html"
    in_full = page_in_full
