from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts import actions
from accounts.forms import RejectForm
from accounts.http import person
from accounts.models import (
    Consent,
    Document,
    DocumentType,
    LearnerProfile,
    Licence,
    PreceptorProfile,
    User,
)
from accounts.validators import clean_npi
from audit.admin import AuditedAdmin, ReadOnly


def each(request: HttpRequest, rows: QuerySet, act: Any) -> None:
    """Run an action on each row; refusals are told, the others are done."""
    done = 0
    for row in rows:
        try:
            act(row)
        except ValidationError as refusal:
            messages.error(request, f"{row}: {' '.join(refusal.messages)}")
        else:
            done += 1
    if done:
        messages.success(request, _("Done: %(n)d.") % {"n": done})


@admin.register(User)
class UserAdmin(AuditedAdmin, DjangoUserAdmin):
    ordering = ["name"]
    list_display = ["name", "email", "is_staff", "is_active", "last_login"]
    list_filter = ["is_staff", "is_active", "groups"]
    search_fields = ["name", "email"]
    fieldsets = [
        (None, {"fields": ["email", "password", "name", "call_me", "pronouns", "time_zone"]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "is_superuser", "groups"]}),
    ]
    add_fieldsets = [
        (
            None,
            {"fields": ["email", "name", "call_me", "usable_password", "password1", "password2"]},
        )
    ]
    filter_horizontal = ["groups"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only an admin makes a coordinator."""
        return [] if request.user.is_superuser else ["is_staff", "is_superuser", "groups"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Coordinators cannot touch staff accounts."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or request.user.is_superuser or not obj.is_staff)


@admin.register(LearnerProfile)
class LearnerAdmin(AuditedAdmin):
    list_display = ["user", "family", "school", "visa_plan", "updated_at"]
    list_filter = ["family", "visa_plan"]
    search_fields = ["user__name", "user__email", "=aamc_id", "=usmle_id"]
    autocomplete_fields = ["user"]
    list_select_related = ["user"]


class PreceptorAdminForm(forms.ModelForm):
    """Takes an NPI as people type it, and checks its last digit."""

    npi = forms.CharField(label="NPI", max_length=20, required=False)

    def clean_npi(self) -> str | None:
        number = self.cleaned_data["npi"]
        return clean_npi(number) if number else None


class LicenceInline(admin.TabularInline):
    model = Licence
    extra = 0
    readonly_fields = ["verified_at", "verified_by"]


@admin.register(PreceptorProfile)
class PreceptorAdmin(AuditedAdmin):
    form = PreceptorAdminForm
    list_display = ["user", "suffix", "level", "accepting", "verified_at", "suspended_at"]
    list_filter = [
        ("verified_at", admin.EmptyFieldListFilter),
        ("suspended_at", admin.EmptyFieldListFilter),
        "credential",
        "accepting",
    ]
    search_fields = ["user__name", "user__email", "=npi"]
    autocomplete_fields = ["user"]
    list_select_related = ["user"]
    inlines = [LicenceInline]
    readonly_fields = ["identity_checked_at", "identity_checked_by", "verified_at", "verified_by",
                       "suspended_at", "suspended_by", "median_answer_hours", "answered_percent",
                       "requests_counted"]  # fmt: skip
    actions = ["see_licences", "check_identity", "verify", "suspend", "lift"]

    @admin.action(description=_("Their licenses were seen today"), permissions=["change"])
    def see_licences(self, request: HttpRequest, rows: QuerySet[PreceptorProfile]) -> None:
        licences = Licence.objects.filter(preceptor__in=rows)
        each(request, licences, lambda row: actions.see_licence(row, by=person(request)))

    @admin.action(description=_("Identity checked"), permissions=["change"])
    def check_identity(self, request: HttpRequest, rows: QuerySet[PreceptorProfile]) -> None:
        each(request, rows, lambda row: actions.check_identity(row, by=person(request)))

    @admin.action(description=_("Verified: NPI and license seen"), permissions=["change"])
    def verify(self, request: HttpRequest, rows: QuerySet[PreceptorProfile]) -> None:
        each(request, rows, lambda row: actions.verify_preceptor(row, by=person(request)))

    @admin.action(description=_("Suspend: hide the listings"), permissions=["change"])
    def suspend(self, request: HttpRequest, rows: QuerySet[PreceptorProfile]) -> None:
        each(request, rows, lambda row: actions.suspend_preceptor(row, by=person(request)))

    @admin.action(description=_("Lift the suspension"), permissions=["change"])
    def lift(self, request: HttpRequest, rows: QuerySet[PreceptorProfile]) -> None:
        each(request, rows, lambda row: actions.lift_suspension(row, by=person(request)))


class ReviewFilter(admin.SimpleListFilter):
    title = _("review")
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("open", _("To review")),
            ("verified", _("Accepted")),
            ("rejected", _("Not accepted")),
        ]

    def queryset(self, request: HttpRequest, rows: QuerySet[Document]) -> QuerySet[Document]:
        match self.value():
            case "open":
                return rows.filter(verified_at=None, rejected_at=None, superseded_at=None)
            case "verified":
                return rows.exclude(verified_at=None)
            case "rejected":
                return rows.exclude(rejected_at=None)
        return rows


@admin.register(Document)
class DocumentAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["type", "owner", "state", "issued_on", "expires_on", "uploaded_at", "open_file"]
    list_filter = [ReviewFilter, "type"]
    search_fields = ["owner__name", "owner__email", "type__name"]
    list_select_related = ["owner", "type"]
    date_hierarchy = "uploaded_at"
    actions = ["accept", "refuse"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        """Passports and visas show only to those who may open them."""
        rows = super().get_queryset(request)
        if request.user.has_perm("accounts.view_identity_document"):
            return rows
        return rows.filter(type__is_identity=False)

    @admin.display(description=_("file"))
    def open_file(self, document: Document) -> str:
        return format_html('<a href="{}">{}</a>', document.get_absolute_url(), document.name)

    def has_review_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.change_document")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("accounts.view_document")

    @admin.action(description=_("Accept"), permissions=["review"])
    def accept(self, request: HttpRequest, rows: QuerySet[Document]) -> None:
        each(request, rows, lambda row: actions.verify_document(row, by=person(request)))

    @admin.action(description=_("Do not accept …"), permissions=["review"])
    def refuse(self, request: HttpRequest, rows: QuerySet[Document]) -> HttpResponse | None:
        """Asks for the reason first, on a page of its own."""
        form = RejectForm(request.POST if "reason" in request.POST else None)
        if form.is_valid():
            each(
                request,
                rows,
                lambda row: actions.reject_document(row, by=person(request), **form.cleaned_data),
            )
            return None
        facts = {
            **self.admin_site.each_context(request),
            "title": _("Why are these not accepted?"),
            "form": form,
            "rows": rows,
            "opts": self.model._meta,
            "action": "refuse",
        }
        return render(request, "admin/ask.html", facts)


@admin.register(DocumentType)
class DocumentTypeAdmin(AuditedAdmin):
    list_display = [
        "name",
        "group",
        "validity",
        "validity_months",
        "through_end",
        "is_identity",
        "order",
    ]
    list_filter = ["group", "is_health", "is_identity"]
    search_fields = ["name", "slug"]


@admin.register(Consent)
class ConsentAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["at", "user", "kind", "version", "address"]
    list_filter = ["kind"]
    search_fields = ["user__name", "user__email"]
    list_select_related = ["user"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("accounts.view_consent")
