from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import F, Min, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts import actions
from accounts.admin.each import each
from accounts.forms import RejectForm
from accounts.http import allow, person
from accounts.models import Document, DocumentType
from accounts.permissions import runs
from accounts.queries import dates_confirmed
from audit.admin import AuditedAdmin, ReadOnly


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
                return rows & Document.objects.to_review()
            case "verified":
                return rows.exclude(verified_at=None)
            case "rejected":
                return rows.exclude(rejected_at=None)
        return rows


@dataclass(frozen=True)
class Around:
    """Where a paper stands among those that wait, and its neighbours; 0 if it does not wait."""

    number: int
    waiting: int
    previous: int | None
    following: int | None


@admin.register(Document)
class DocumentAdmin(ReadOnly, admin.ModelAdmin):
    list_display = [
        "type",
        "owner",
        "state",
        "scan",
        "issued_on",
        "expires_on",
        "uploaded_at",
        "open_file",
    ]
    list_filter = [ReviewFilter, "scan", "type"]
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
        if not document.is_openable:
            return document.name
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
            "act": _("Do not accept"),
        }
        return render(request, "admin/ask.html", facts, status=422 if form.is_bound else 200)

    def get_urls(self) -> list[Any]:
        begin = self.admin_site.admin_view(self.begin)
        return [path("review/", begin, name="accounts_document_review"), *super().get_urls()]

    def begin(self, request: HttpRequest) -> HttpResponse:
        """The first paper that waits."""
        allow(self.has_review_permission(request))
        waiting = self._waiting(request)
        if not waiting:
            messages.success(request, _("No document waits for review."))
            return redirect("admin:accounts_document_changelist")
        return redirect("admin:accounts_document_change", waiting[0])

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One paper to look at and to judge; then the next that waits."""
        paper = self.get_object(request, object_id)
        if paper is None:
            raise Http404
        allow(self.has_view_permission(request, paper))
        if request.method != "POST":
            return self._review_page(request, paper, RejectForm())
        allow(self.has_review_permission(request))
        return self._judge(request, paper)

    def _judge(self, request: HttpRequest, paper: Document) -> HttpResponse:
        form, following = RejectForm(request.POST), self._around(request, paper).following
        try:
            if "_accept" in request.POST:
                actions.verify_document(paper, by=person(request))
            elif form.is_valid():
                actions.reject_document(paper, by=person(request), **form.cleaned_data)
            else:
                return self._review_page(request, paper, form, status=422)
        except ValidationError as refusal:
            messages.error(request, refusal.messages[0])
            return redirect("admin:accounts_document_change", paper.pk)
        messages.success(request, _("%(paper)s: done, and the learner is told.") % {"paper": paper})
        if following is None:
            return self.begin(request)
        return redirect("admin:accounts_document_change", following)

    def _waiting(self, request: HttpRequest) -> list[int]:
        """The queue: first what a rotation ahead waits for, the soonest before; then the oldest."""
        ahead = Q(sent_with__application__start_on__gte=timezone.localdate())
        start = Min(
            "sent_with__application__start_on", filter=ahead & runs("sent_with__application")
        )
        rows = self.get_queryset(request) & Document.objects.to_review()
        in_order = rows.annotate(needed_on=start).order_by(
            F("needed_on").asc(nulls_last=True), "uploaded_at", "pk"
        )
        return list(in_order.values_list("pk", flat=True))

    def _around(self, request: HttpRequest, paper: Document) -> "Around":
        waiting = self._waiting(request)
        if paper.pk not in waiting:
            return Around(0, len(waiting), None, waiting[0] if waiting else None)
        here = waiting.index(paper.pk)
        before, after = waiting[:here], waiting[here + 1 :]
        return Around(
            here + 1, len(waiting), before[-1] if before else None, after[0] if after else None
        )

    def _review_page(
        self, request: HttpRequest, paper: Document, form: RejectForm, *, status: int = 200
    ) -> HttpResponse:
        versions = self.get_queryset(request).filter(owner=paper.owner, type=paper.type)
        may_review = (
            self.has_review_permission(request) and paper.is_openable and not paper.superseded_at
        )
        facts = {
            **self.admin_site.each_context(request),
            "title": str(paper),
            "paper": paper,
            "profile": getattr(paper.owner, "learner_profile", None),
            "form": form,
            "around": self._around(request, paper),
            "facts": paper.owner.immunization_facts.all() if paper.type.is_health else (),
            "others": versions.exclude(pk=paper.pk),
            "confirmed": dates_confirmed(paper),
            "needed": paper.sent_with.filter(runs("application"))
            .select_related("application__listing")
            .order_by("application__start_on"),
            "opts": self.opts,
            # The paper needs the room.
            "is_nav_sidebar_enabled": False,
            "may_review": may_review,
        }
        return render(request, "admin/accounts/document/review.html", facts, status=status)


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
