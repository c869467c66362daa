"""The back office: the same moves as the site's, by the same actions, never by editing a status."""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.admin import each
from accounts.http import person
from accounts.models import User
from audit.admin import ReadOnly
from audit.queries import history_of
from placements.actions.applications import (
    choose_dates,
    close_application,
    decline_application,
    mark_ineligible,
    request_changes,
    save_about,
    save_documents,
    start_application,
    start_review,
    submit_application,
    withdraw_application,
)
from placements.actions.exceptions import except_from_visa_rule
from placements.actions.offers import accept_offer, offer_seat
from placements.actions.placements import (
    cancel_placement,
    complete_placement,
    give_up_placement,
    hold_placement,
    record_arrival,
    refresh_readiness,
    resume_placement,
)
from placements.actions.schools import revoke_school
from placements.actions.waitlist import take_off_waitlist, waitlist_application
from placements.admin.money import LedgerInline, MoneyFilter, MoneyPages
from placements.models import (
    Application,
    Evaluation,
    HoursEntry,
    Placement,
    SchoolApproval,
    WaitlistEntry,
)
from placements.states import CancelledBy, CancelReason, DeclineReason
from rotations.blocks import Block
from rotations.models import Listing


class Asking:
    """Admin actions that ask something first, on a page of their own."""

    def ask(
        self,
        request: HttpRequest,
        rows: QuerySet,
        form_class: type[forms.Form],
        act: Callable[..., Any],
    ) -> HttpResponse | None:
        form = form_class(request.POST if "asked" in request.POST else None)
        if form.is_valid():
            facts = {k: v for k, v in form.cleaned_data.items() if k != "asked"}
            each(request, rows, lambda row: act(row, **facts))
            return None
        action = request.POST["action"]
        _act, _name, words = self.get_actions(request)[action]  # type: ignore[attr-defined]
        page = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": str(words).removesuffix(" …"),
            "form": form,
            "rows": rows,
            "opts": self.model._meta,  # type: ignore[attr-defined]
            "action": action,
            "act": str(words).removesuffix(" …"),
        }
        return render(request, "admin/ask.html", page, status=422 if form.is_bound else 200)


class Asked(forms.Form):
    asked = forms.CharField(initial="1", widget=forms.HiddenInput)


class NoteForm(Asked):
    note = forms.CharField(
        label=_("What the learner reads"), max_length=600, widget=forms.Textarea(attrs={"rows": 3})
    )


class VisaExceptionForm(Asked):
    note = forms.CharField(
        label=_("Why the visa rule does not stop it; staff read this"), max_length=300
    )


class DeclineForm(Asked):
    reason = forms.ChoiceField(label=_("Reason"), choices=DeclineReason.choices)
    note = forms.CharField(label=_("A kind word"), max_length=600, required=False)


class CancelForm(Asked):
    cancelled_by = forms.ChoiceField(label=_("Who cancels"), choices=CancelledBy.choices)
    reason = forms.ChoiceField(label=_("Reason"), choices=CancelReason.choices)
    note = forms.CharField(label=_("Note"), max_length=600, required=False)


def timeline(*subjects: Any) -> str:
    """What happened to it, by whom: newest first."""
    rows = [
        (f"{event.at:%Y-%m-%d %H:%M} UTC", event.verb, event.who,
         ", ".join(f"{k}: {v}" for k, v in event.detail.items()))
        for event in history_of(*subjects).reverse()[:100]
    ]  # fmt: skip
    body = format_html_join("", "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>", rows)
    return format_html("<table>{}</table>", body)


class LateFilter(admin.SimpleListFilter):
    title = _("answer")
    parameter_name = "answer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("Waiting for the preceptor")), ("check", _("Waiting for us"))]

    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        match self.value():
            case "waiting":
                return rows.filter(status="under_review").order_by("reply_by")
            case "check":
                return rows.filter(status="submitted")
        return rows


class OnBehalfForm(forms.Form):
    """A learner phones: who, which listing, which dates, in her words."""

    learner = forms.ModelChoiceField(label=_("Learner"), queryset=User.objects.all())
    listing = forms.ModelChoiceField(label=_("Listing"), queryset=Listing.objects.published())
    start_on = forms.DateField(
        label=_("Start, a Monday"), widget=forms.DateInput(attrs={"type": "date"})
    )
    weeks = forms.IntegerField(label=_("Weeks"), min_value=1, max_value=52)
    statement = forms.CharField(
        label=_("In her words"), max_length=1500, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, site: admin.AdminSite, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("learner", "listing"):
            choice = cast("forms.ModelChoiceField", self.fields[name])
            choice.widget = AutocompleteSelect(Application._meta.get_field(name), site)
            choice.widget.choices = choice.choices


@admin.register(Application)
class ApplicationAdmin(Asking, ReadOnly, admin.ModelAdmin):
    list_display = [
        "learner",
        "listing",
        "start_on",
        "weeks",
        "status",
        "reply_by",
        "offer_expires_at",
    ]
    list_filter = [LateFilter, "status", "listing__specialty"]
    search_fields = ["learner__name", "learner__email", "listing__title", "=code"]
    list_select_related = ["learner", "listing"]
    date_hierarchy = "created_at"
    exclude = ["answers", "done"]
    readonly_fields = ["history"]
    actions = [
        "hand_over",
        "ask_back",
        "confirm",
        "waitlist",
        "decline",
        "accept",
        "withdraw",
        "refuse",
        "close",
        "except_visa",
    ]
    change_list_template = "admin/placements/application/change_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        return super().get_queryset(request).defer("listing__document")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("placements.view_application")

    def has_move_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("placements.change_application")

    def get_urls(self) -> list[Any]:
        mine = path(
            "on-behalf/",
            self.admin_site.admin_view(self.on_behalf),
            name="placements_application_on_behalf",
        )
        return [mine, *super().get_urls()]

    @admin.display(description=_("what happened"))
    def history(self, application: Application) -> str:
        return timeline(application)

    def on_behalf(self, request: HttpRequest) -> HttpResponse:
        """Put in an application for a learner who phones, by the same steps as hers."""
        if not self.has_move_permission(request):
            return redirect("admin:placements_application_changelist")
        form = OnBehalfForm(request.POST or None, site=self.admin_site)
        if form.is_valid():
            try:
                application = self._apply_for(request, **form.cleaned_data)
            except ValidationError as refusal:
                form.add_error(None, refusal)
            else:
                messages.success(request, _("The application is sent."))
                return redirect(
                    reverse("admin:placements_application_change", args=[application.pk])
                )
        page = {
            **self.admin_site.each_context(request),
            "title": _("Apply on behalf of a learner"),
            "form": form,
            "media": self.media + form.media,
            "opts": self.model._meta,
            "act": _("Send the application"),
        }
        return render(request, "admin/ask.html", page, status=422 if form.errors else 200)

    @transaction.atomic
    def _apply_for(self, request: HttpRequest, **facts: Any) -> Application:
        by = person(request)
        application = start_application(facts["listing"], learner=facts["learner"], by=by)
        choose_dates(application, Block(facts["start_on"], facts["weeks"]), by=by)
        save_about(application, by=by, statement=facts["statement"])
        save_documents(application, by=by)
        return submit_application(application, by=by)

    @admin.action(description=_("Hand to the preceptor"), permissions=["move"])
    def hand_over(self, request: HttpRequest, rows: QuerySet[Application]) -> None:
        each(request, rows, lambda row: start_review(row, by=person(request)))

    @admin.action(description=_("Ask the learner …"), permissions=["move"])
    def ask_back(self, request: HttpRequest, rows: QuerySet[Application]) -> HttpResponse | None:
        return self.ask(
            request, rows, NoteForm, lambda row, **f: request_changes(row, by=person(request), **f)
        )

    @admin.action(description=_("Confirm on behalf of the preceptor"), permissions=["move"])
    def confirm(self, request: HttpRequest, rows: QuerySet[Application]) -> None:
        each(request, rows, lambda row: offer_seat(row, by=person(request)))

    @admin.action(
        description=_("Put on the waitlist on behalf of the preceptor"), permissions=["move"]
    )
    def waitlist(self, request: HttpRequest, rows: QuerySet[Application]) -> None:
        each(request, rows, lambda row: waitlist_application(row, by=person(request)))

    @admin.action(description=_("Decline on behalf of the preceptor …"), permissions=["move"])
    def decline(self, request: HttpRequest, rows: QuerySet[Application]) -> HttpResponse | None:
        return self.ask(
            request,
            rows,
            DeclineForm,
            lambda row, **f: decline_application(row, by=person(request), **f),
        )

    @admin.action(description=_("Accept on behalf of the learner"), permissions=["move"])
    def accept(self, request: HttpRequest, rows: QuerySet[Application]) -> None:
        each(request, rows, lambda row: accept_offer(row, by=person(request)))

    @admin.action(description=_("Withdraw on behalf of the learner"), permissions=["move"])
    def withdraw(self, request: HttpRequest, rows: QuerySet[Application]) -> None:
        each(request, rows, lambda row: withdraw_application(row, by=person(request)))

    @admin.action(description=_("Not eligible …"), permissions=["move"])
    def refuse(self, request: HttpRequest, rows: QuerySet[Application]) -> HttpResponse | None:
        return self.ask(
            request, rows, NoteForm, lambda row, **f: mark_ineligible(row, by=person(request), **f)
        )

    @admin.action(description=_("Close …"), permissions=["move"])
    def close(self, request: HttpRequest, rows: QuerySet[Application]) -> HttpResponse | None:
        return self.ask(
            request,
            rows,
            NoteForm,
            lambda row, **f: close_application(row, by=person(request), **f),
        )

    @admin.action(description=_("Let the visa rule pass …"), permissions=["move"])
    def except_visa(self, request: HttpRequest, rows: QuerySet[Application]) -> HttpResponse | None:
        return self.ask(
            request,
            rows,
            VisaExceptionForm,
            lambda row, **f: except_from_visa_rule(row, by=person(request), **f),
        )


@admin.register(Placement)
class PlacementAdmin(MoneyPages, Asking, ReadOnly, admin.ModelAdmin):
    list_display = ["learner", "listing", "start_on", "end_on", "status", "paid_at", "arrived_at"]
    list_filter = ["status", MoneyFilter, "start_on"]
    search_fields = [
        "learner__name",
        "learner__email",
        "listing__title",
        "preceptor__user__name",
        "=code",
    ]
    list_select_related = ["learner", "listing"]
    date_hierarchy = "start_on"
    readonly_fields = ["sums", "record", "history"]
    inlines = [LedgerInline]
    actions = ["look", "arrive", "hold", "resume", "complete", "give_up", "cancel"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Placement]:
        return super().get_queryset(request).defer("listing__document")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("placements.view_placement")

    def has_move_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("placements.change_placement")

    @admin.display(description=_("what happened"))
    def history(self, placement: Placement) -> str:
        return timeline(placement, placement.application)

    @admin.action(description=_("Look again whether it is ready"), permissions=["move"])
    def look(self, request: HttpRequest, rows: QuerySet[Placement]) -> None:
        each(request, rows, refresh_readiness)

    @admin.action(description=_("Arrived"), permissions=["move"])
    def arrive(self, request: HttpRequest, rows: QuerySet[Placement]) -> None:
        each(request, rows, lambda row: record_arrival(row, by=person(request)))

    @admin.action(description=_("Put on hold …"), permissions=["move"])
    def hold(self, request: HttpRequest, rows: QuerySet[Placement]) -> HttpResponse | None:
        return self.ask(
            request, rows, NoteForm, lambda row, **f: hold_placement(row, by=person(request), **f)
        )

    @admin.action(description=_("Lift the hold"), permissions=["move"])
    def resume(self, request: HttpRequest, rows: QuerySet[Placement]) -> None:
        each(request, rows, lambda row: resume_placement(row, by=person(request)))

    @admin.action(description=_("Complete"), permissions=["move"])
    def complete(self, request: HttpRequest, rows: QuerySet[Placement]) -> None:
        each(request, rows, lambda row: complete_placement(row, by=person(request)))

    @admin.action(description=_("Close as incomplete …"), permissions=["move"])
    def give_up(self, request: HttpRequest, rows: QuerySet[Placement]) -> HttpResponse | None:
        return self.ask(
            request,
            rows,
            NoteForm,
            lambda row, **f: give_up_placement(row, by=person(request), **f),
        )

    @admin.action(description=_("Cancel …"), permissions=["move"])
    def cancel(self, request: HttpRequest, rows: QuerySet[Placement]) -> HttpResponse | None:
        return self.ask(
            request,
            rows,
            CancelForm,
            lambda row, **f: cancel_placement(row, by=person(request), **f),
        )


@admin.register(HoursEntry)
class HoursEntryAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["placement", "day", "hours", "state", "attested_by"]
    list_filter = [
        ("attested_at", admin.EmptyFieldListFilter),
        ("disputed_at", admin.EmptyFieldListFilter),
    ]
    search_fields = ["placement__learner__name", "placement__listing__title"]
    list_select_related = ["placement__learner", "placement__listing", "attested_by"]
    date_hierarchy = "day"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("placements.view_hoursentry")


@admin.register(Evaluation)
class EvaluationAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["placement", "kind", "signed_at", "signed_by"]
    list_filter = ["kind", ("signed_at", admin.EmptyFieldListFilter)]
    search_fields = ["placement__learner__name", "placement__listing__title"]
    list_select_related = ["placement__learner", "placement__listing", "signed_by"]
    # Hers alone.
    exclude = ["would_support_letter"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("placements.view_evaluation")


@admin.register(SchoolApproval)
class SchoolApprovalAdmin(ReadOnly, admin.ModelAdmin):
    """Whom learners named as their school, and what she said; staff take a doubtful one back."""

    list_display = ["asked_at", "learner", "official_name", "domain", "state", "answered_at"]
    list_filter = ["answer", ("revoked_at", admin.EmptyFieldListFilter)]
    search_fields = ["application__learner__name", "official_name", "official_email"]
    list_select_related = ["application__learner", "application__listing"]
    date_hierarchy = "asked_at"
    readonly_fields = ["history"]
    actions = ["revoke"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SchoolApproval]:
        return super().get_queryset(request).defer("application__listing__document")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("placements.view_schoolapproval")

    def has_move_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("placements.change_schoolapproval")

    @admin.display(description=_("learner"), ordering="application__learner__name")
    def learner(self, approval: SchoolApproval) -> str:
        return str(approval.application.learner)

    @admin.display(description=_("what happened"))
    def history(self, approval: SchoolApproval) -> str:
        return timeline(approval)

    @admin.action(description=_("Take back: it no longer counts"), permissions=["move"])
    def revoke(self, request: HttpRequest, rows: QuerySet[SchoolApproval]) -> None:
        each(request, rows, lambda row: revoke_school(row, by=person(request)))


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
        return super().get_queryset(request).defer("application__listing__document")

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
