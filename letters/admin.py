"""Certificates, letter requests and seasons, by the same actions as the site's."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.admin import each
from accounts.http import person
from audit.admin import AuditedAdmin, ReadOnly
from letters.actions.issuing import reissue_certificate, render_again, revoke_document
from letters.actions.requests import cancel_letter
from letters.models import IssuedDocument, LetterRequest, MatchSeason
from placements.admin import Asked, Asking, timeline


class RevokeForm(Asked):
    reason = forms.CharField(label=_("Why; the public page does not say it"), max_length=300)


@admin.register(IssuedDocument)
class IssuedDocumentAdmin(Asking, ReadOnly, admin.ModelAdmin):
    list_display = ["number", "learner", "issued_at", "state", "rendered_at", "public_page"]
    list_filter = [
        ("revoked_at", admin.EmptyFieldListFilter),
        ("rendered_at", admin.EmptyFieldListFilter),
    ]
    search_fields = ["=number", "=code", "placement__learner__name"]
    list_select_related = ["placement__learner", "replaced_by"]
    date_hierarchy = "issued_at"
    readonly_fields = ["history"]
    actions = ["revoke", "reissue", "render_once_more"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("letters.view_issueddocument")

    def has_move_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("letters.change_issueddocument")

    @admin.display(description=_("learner"))
    def learner(self, document: IssuedDocument) -> str:
        return document.placement.learner.name

    @admin.display(description=_("public page"))
    def public_page(self, document: IssuedDocument) -> str:
        return format_html('<a href="{}">{}</a>', document.get_absolute_url(), _("Look"))

    @admin.display(description=_("what happened"))
    def history(self, document: IssuedDocument) -> str:
        return timeline(document)

    @admin.action(description=_("Revoke …"), permissions=["move"])
    def revoke(self, request: HttpRequest, rows: QuerySet[IssuedDocument]) -> HttpResponse | None:
        return self.ask(
            request,
            rows,
            RevokeForm,
            lambda row, **facts: revoke_document(row, by=person(request), **facts),
        )

    @admin.action(description=_("Issue a corrected one"), permissions=["move"])
    def reissue(self, request: HttpRequest, rows: QuerySet[IssuedDocument]) -> None:
        each(request, rows, lambda row: reissue_certificate(row, by=person(request)))

    @admin.action(description=_("Make the PDF again, if there is none"), permissions=["move"])
    def render_once_more(self, request: HttpRequest, rows: QuerySet[IssuedDocument]) -> None:
        each(request, rows, lambda row: render_again(row, by=person(request)))


@admin.register(LetterRequest)
class LetterRequestAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["learner", "author", "status", "destination", "target_on", "requested_at"]
    list_filter = ["status", "destination"]
    search_fields = ["placement__learner__name", "placement__preceptor__user__name"]
    list_select_related = ["placement__learner", "placement__preceptor__user"]
    # What an author wrote in confidence is not staff's to read.
    exclude = ["token", "decline_note", "shares_note"]
    readonly_fields = ["history"]
    actions = ["cancel"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("letters.view_letterrequest")

    def has_move_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("letters.change_letterrequest")

    @admin.display(description=_("learner"))
    def learner(self, letter: LetterRequest) -> str:
        return letter.placement.learner.name

    @admin.display(description=_("author"))
    def author(self, letter: LetterRequest) -> str:
        return letter.placement.preceptor.user.name

    @admin.display(description=_("what happened"))
    def history(self, letter: LetterRequest) -> str:
        return timeline(letter)

    @admin.action(description=_("Take back on behalf of the learner"), permissions=["move"])
    def cancel(self, request: HttpRequest, rows: QuerySet[LetterRequest]) -> None:
        each(request, rows, lambda row: cancel_letter(row, by=person(request)))


@admin.register(MatchSeason)
class MatchSeasonAdmin(AuditedAdmin):
    list_display = ["name", "opens_on", "submit_from", "review_from", "closes_on", "is_provisional"]
