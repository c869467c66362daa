"""Changed plans in the admin: other dates, later last days, documents asked for late or let pass."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.admin import each
from accounts.http import person
from accounts.models import DocumentType
from audit.admin import ReadOnly
from placements.actions.reschedules import (
    approve_reschedule,
    decline_reschedule,
    take_back_reschedule,
)
from placements.admin.asking import Asked, Asking, NoteForm
from placements.models import LateRequirement, RescheduleRequest, RuleChange
from placements.models.demand import DemandOrigin
from placements.states import HoldReason, RescheduleReason


class HoldForm(NoteForm):
    reason = forms.ChoiceField(label=_("Reason"), choices=HoldReason.choices)


class MoveForm(Asked):
    start_on = forms.DateField(
        label=_("New first day, a Monday"), widget=forms.DateInput(attrs={"type": "date"})
    )
    reason = forms.ChoiceField(label=_("Reason"), choices=RescheduleReason.choices)
    note = forms.CharField(label=_("Note"), max_length=600, required=False)

    def clean_start_on(self) -> Any:
        day = self.cleaned_data["start_on"]
        if day.weekday():
            raise ValidationError(_("A block starts on a Monday."))
        return day


class ExtendForm(Asked):
    end_on = forms.DateField(
        label=_("New last day"), widget=forms.DateInput(attrs={"type": "date"})
    )
    note = forms.CharField(label=_("Note"), max_length=600, required=False)


class TerminateForm(NoteForm):
    incident = forms.CharField(label=_("Incident report"), max_length=40, required=False)


class RequireForm(Asked):
    kind = forms.ModelChoiceField(label=_("Document"), queryset=DocumentType.objects.all())
    origin = forms.ChoiceField(label=_("Who asks for it"), choices=DemandOrigin.choices)
    note = forms.CharField(
        label=_("What counts; the learner reads this"), max_length=200, required=False
    )


class WaiveForm(Asked):
    kind = forms.ModelChoiceField(label=_("Document"), queryset=DocumentType.objects.all())
    note = forms.CharField(label=_("Why; staff read this"), max_length=200)
    until = forms.DateField(
        label=_("Only until, if it has to come later"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )


@admin.register(RescheduleRequest)
class RescheduleRequestAdmin(Asking, ReadOnly, admin.ModelAdmin):
    """Who asks for other dates; staff answer in somebody's place."""

    list_display = ["placement", "kind", "start_on", "weeks", "reason", "status", "answer_by"]
    list_filter = ["status", "kind", "reason"]
    search_fields = ["placement__learner__name", "placement__listing__title"]
    list_select_related = ["placement__learner", "placement__listing"]
    date_hierarchy = "asked_at"
    actions = ["approve", "decline", "take_back"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[RescheduleRequest]:
        return super().get_queryset(request).defer("placement__listing__document")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("placements.view_placement")

    def has_move_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("placements.change_placement")

    @admin.action(description=_("Agree on somebody’s behalf"), permissions=["move"])
    def approve(self, request: HttpRequest, rows: QuerySet[RescheduleRequest]) -> None:
        each(request, rows, lambda row: approve_reschedule(row, by=person(request)))

    @admin.action(description=_("Decline on somebody’s behalf …"), permissions=["move"])
    def decline(
        self, request: HttpRequest, rows: QuerySet[RescheduleRequest]
    ) -> HttpResponse | None:
        return self.ask(
            request,
            rows,
            NoteForm,
            lambda row, **f: decline_reschedule(row, by=person(request), **f),
        )

    @admin.action(description=_("Take back"), permissions=["move"])
    def take_back(self, request: HttpRequest, rows: QuerySet[RescheduleRequest]) -> None:
        each(request, rows, lambda row: take_back_reschedule(row, by=person(request)))


@admin.register(LateRequirement)
class LateRequirementAdmin(ReadOnly, admin.ModelAdmin):
    """What was asked of somebody late, or let pass, by whom and why."""

    list_display = ["placement", "type", "waived", "waived_until", "origin", "added_at", "added_by"]
    list_filter = ["waived", "origin"]
    search_fields = ["placement__learner__name"]
    list_select_related = ["placement__learner", "placement__listing", "type", "added_by"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("placements.view_placement")


@admin.register(RuleChange)
class RuleChangeAdmin(ReadOnly, admin.ModelAdmin):
    """Whose listing came to ask for more after the acceptance, and until when she may leave."""

    list_display = ["placement", "changed_at", "added", "changed", "free_until"]
    search_fields = ["placement__learner__name", "placement__listing__title"]
    list_select_related = ["placement__learner", "placement__listing"]
    date_hierarchy = "changed_at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[RuleChange]:
        return super().get_queryset(request).defer("placement__listing__document")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("placements.view_placement")
