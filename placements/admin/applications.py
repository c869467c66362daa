"""Applications in the admin: what staff do in somebody’s name."""

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
from django.utils.translation import gettext_lazy as _

from accounts.admin import each
from accounts.http import person
from accounts.models import User
from audit.admin import ReadOnly
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
from placements.actions.waitlist import waitlist_application
from placements.admin.asking import Asking, DeclineForm, NoteForm, VisaExceptionForm, timeline
from placements.models import (
    Application,
)
from rotations.blocks import Block
from rotations.models import Listing


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
