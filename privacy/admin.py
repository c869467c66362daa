"""Copies, erasures, terms and nights of deletions, as the office sees them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin import each
from accounts.http import person
from accounts.models import User
from audit.admin import AuditedAdmin, ReadOnly
from privacy.actions.erasures import cancel_erasure, refuse_while_busy, request_erasure
from privacy.models import Erasure, Export, FileToDelete, Ground, RetentionRun, RetentionTerm
from privacy.terms import Term


@admin.register(Export)
class ExportAdmin(ReadOnly, admin.ModelAdmin):
    """That somebody has a copy, never the copy."""

    list_display = ["requested_at", "owner", "state", "size", "tries", "expires_at"]
    list_filter = [
        ("ready_at", admin.EmptyFieldListFilter),
        ("failed_at", admin.EmptyFieldListFilter),
    ]
    search_fields = ["owner__name", "owner__email"]
    list_select_related = ["owner"]
    fields = ["owner", "state", "requested_at", "tries", "ready_at", "failed_at", "expires_at"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("privacy.view_export")


class ErasureForm(forms.ModelForm):
    """Who, on which ground, and whether to wait."""

    at_once = forms.BooleanField(
        label=_("Without waiting"),
        required=False,
        help_text=_("Otherwise she can call it off until its day. Done, nobody can bring it back."),
    )

    class Meta:
        model = Erasure
        fields = ["person", "ground"]

    def clean_person(self) -> User:
        found: User = self.cleaned_data["person"]
        if found.erased_at:
            raise ValidationError(_("This account is deleted already."), code="erased")
        if Erasure.objects.open().filter(person=found).exists():
            raise ValidationError(_("This is under way already."), code="open")
        refuse_while_busy(found)
        return found


@admin.register(Erasure)
class ErasureAdmin(admin.ModelAdmin):
    """Only a superuser erases somebody, with a ground; the same is done as if she had asked."""

    form = ErasureForm
    list_display = ["requested_at", "person", "ground", "requested_by", "due_at", "done_at",
                    "cancelled_at"]  # fmt: skip
    list_filter = ["ground", ("done_at", admin.EmptyFieldListFilter)]
    search_fields = ["person__name", "person__email", "=person__pk"]
    list_select_related = ["person", "requested_by"]
    autocomplete_fields = ["person"]
    actions = ["call_off"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return person(request).is_superuser

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return person(request).is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ["person", "ground", "at_once"]
        return ["person", "ground", "requested_by", "requested_at", "due_at", "done_at",
                "cancelled_at"]  # fmt: skip

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"ground": Ground.WRITTEN}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Not written here: the action writes it, and tells the person."""
        erasure = request_erasure(
            form.cleaned_data["person"],
            by=person(request),
            ground=form.cleaned_data["ground"],
            at_once=form.cleaned_data["at_once"],
        )
        obj.pk, obj.code, obj.due_at = erasure.pk, erasure.code, erasure.due_at
        obj.requested_by = erasure.requested_by

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The action has recorded it; the admin's own log would keep the name."""
        return None

    @admin.action(description=_("Call off"), permissions=["add"])
    def call_off(self, request: HttpRequest, rows: QuerySet[Erasure]) -> None:
        each(request, rows, lambda row: cancel_erasure(row, by=person(request)))


@admin.register(RetentionTerm)
class RetentionTermAdmin(AuditedAdmin):
    list_display = ["what", "days", "since", "basis"]
    list_editable = ["days", "basis"]
    list_display_links = ["what"]
    fields = ["what", "since", "days", "basis"]
    readonly_fields = ["what", "since"]

    @admin.display(description=_("what"))
    def what(self, term: RetentionTerm) -> str:
        return str(term)

    @admin.display(description=_("counted from"))
    def since(self, term: RetentionTerm) -> str:
        return str(term.since)

    def has_add_permission(self, request: HttpRequest, *_args: Any) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(RetentionRun)
class RetentionRunAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["day", "total", "in_words", "trouble", "started_at", "finished_at"]
    date_hierarchy = "day"
    fields = ["day", "in_words", "trouble", "started_at", "finished_at"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("privacy.view_retentionrun")

    @admin.display(description=_("deleted"))
    def in_words(self, run: RetentionRun) -> str:
        counts = [(term, run.counts[term]) for term in Term if term in run.counts]
        return "; ".join(f"{term.label}: {n}" for term, n in counts) or "–"

    @admin.display(description=_("could not be deleted"))
    def trouble(self, run: RetentionRun) -> str:
        return "; ".join(str(Term(key).label) for key in run.failed)


@admin.register(FileToDelete)
class FileToDeleteAdmin(ReadOnly, admin.ModelAdmin):
    """Empty but for moments; what stays here is a storage that refuses."""

    list_display = ["name", "at"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("privacy.view_filetodelete")
