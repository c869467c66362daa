"""The catalogue's back office. Status and seats move through the site's own actions."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.admin import each
from accounts.http import UserRequest
from audit.admin import AuditedAdmin
from rotations.actions.limits import look_at_all_waitlists
from rotations.actions.listings import (
    archive_listing,
    pause_listing,
    publish_listing,
    return_listing,
)
from rotations.actions.questions import answer_question
from rotations.actions.requirements import note_changes, terms_of
from rotations.actions.seats import owe_promotion
from rotations.eligibility import forget_severities
from rotations.forms.listing import ListingForm, ReturnForm
from rotations.forms.question import AnswerForm
from rotations.models import (
    CancellationPolicy,
    EligibilityRule,
    FamilyLimit,
    Listing,
    Question,
    Ratio,
    Requirement,
    Site,
    Specialty,
    State,
)
from rotations.queries import forget_ratios, gaps_of


class NeverDeleted:
    """Rows that others stand on."""

    def has_delete_permission(self, *_args: Any, **_more: Any) -> bool:
        return False


@admin.register(State)
class StateAdmin(NeverDeleted, AuditedAdmin):
    """The 56 are given; what staff keep is the note for learners."""

    list_display = ["name", "abbr", "is_territory", "has_note"]
    list_filter = ["is_territory"]
    search_fields = ["name", "=abbr"]
    readonly_fields = ["name", "abbr", "fips", "zones", "is_territory"]

    def has_add_permission(self, *_args: Any) -> bool:
        return False

    @admin.display(description=_("note"), boolean=True)
    def has_note(self, state: State) -> bool:
        return bool(state.note)


@admin.register(Specialty)
class SpecialtyAdmin(AuditedAdmin):
    list_display = ["name", "board_name", "board", "group", "nucc", "nucc_confirmed"]
    list_filter = ["group", "nucc_confirmed"]
    search_fields = ["name", "board_name", "nucc"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Site)
class SiteAdmin(AuditedAdmin):
    list_display = ["name", "city", "state", "setting", "time_zone"]
    list_filter = ["setting", "state"]
    list_select_related = ["state"]
    search_fields = ["name", "city"]
    autocomplete_fields = ["state"]
    prepopulated_fields = {"slug": ["name"]}
    change_form_template = "rotations/admin/site.html"


@admin.register(CancellationPolicy)
class PolicyAdmin(AuditedAdmin):
    """Accepted placements keep the tiers they were accepted with."""

    list_display = ["name", "tiers"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(EligibilityRule)
class EligibilityRuleAdmin(NeverDeleted, AuditedAdmin):
    """Which rules stop a request, which warn, which are not asked."""

    list_display = ["rule", "severity"]
    readonly_fields = ["rule"]

    def has_add_permission(self, *_args: Any) -> bool:
        return False

    def save_model(self, request: Any, obj: EligibilityRule, form: Any, change: bool) -> None:  # noqa: FBT001
        super().save_model(request, obj, form, change)
        forget_severities()


@admin.register(Ratio)
class RatioAdmin(AuditedAdmin):
    """Rules of states and programs: at most so many learners of one kind per preceptor."""

    list_display = ["family", "where", "credential", "most", "source"]
    list_filter = ["family", "credential"]
    list_select_related = ["state"]
    search_fields = ["state__name", "source"]
    autocomplete_fields = ["state"]

    @admin.display(description=_("state"), ordering="state__name")
    def where(self, ratio: Ratio) -> str:
        return str(ratio.state or _("Every state"))

    def save_model(self, request: Any, obj: Ratio, form: Any, change: bool) -> None:  # noqa: FBT001
        super().save_model(request, obj, form, change)
        _ratios_changed()

    def delete_model(self, request: Any, obj: Ratio) -> None:
        super().delete_model(request, obj)
        _ratios_changed()

    def delete_queryset(self, request: Any, queryset: QuerySet[Ratio]) -> None:
        super().delete_queryset(request, queryset)
        _ratios_changed()


def _ratios_changed() -> None:
    forget_ratios()
    look_at_all_waitlists()


class FamilyLimitInline(admin.TabularInline):
    model = FamilyLimit
    extra = 0


class RequirementInline(admin.TabularInline):
    model = Requirement
    extra = 0
    autocomplete_fields = ["type"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Requirement]:
        return super().get_queryset(request).select_related("type")


@admin.register(Listing)
class ListingAdmin(NeverDeleted, AuditedAdmin):
    form = ListingForm
    change_form_template = "rotations/admin/listing.html"
    list_display = ["title", "status", "specialty", "place", "preceptor", "seats"]
    list_filter = ["status", "rotation_type", "hands_on", "specialty__group", "site__state"]
    list_select_related = ["specialty", "site__state", "preceptor__user"]
    list_per_page = 50
    search_fields = ["title", "slug", "site__name", "site__city", "preceptor__user__name"]
    autocomplete_fields = ["specialty", "site", "preceptor", "co_preceptors"]
    prepopulated_fields = {"slug": ["title"]}
    readonly_fields = ["status", "published_at"]
    inlines = [RequirementInline, FamilyLimitInline]
    actions = ["publish", "pause", "archive", "return_to_draft"]
    fieldsets = [
        (None, {"fields": ["status", "published_at", "title", "slug", "summary"]}),
        (_("Where and with whom"), {"fields": ["specialty", "site", "setting", "preceptor", "co_preceptors"]}),
        (_("What learners do"), {"fields": [
            "rotation_type", "hands_on", "description", "activities", "objectives", "typical_day",
            "hours_per_week", "languages",
        ]}),
        (_("Who can come"), {"fields": [
            "families", "needs_step1", "needs_step2", "min_step2_score", "needs_english",
            "min_graduation_year",
            "needs_school_approval", "screening",
        ]}),
        (_("Price and letters"), {"fields": [
            "fee_per_week", "service_fee", "policy", "not_included", "letterhead", "letterhead_note",
        ]}),
        (_("Dates"), {"fields": [
            "usual_weeks", "min_weeks", "max_weeks", "step_weeks", "starts_every", "anchor",
            "apply_lead_days", "apply_lead_days_visa", "promotion_lead_days",
        ]}),
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Listing]:
        ahead = Q(weeks__monday__gte=timezone.localdate(), weeks__capacity__gt=0)
        free = ahead & Q(weeks__free__gt=0)
        listings: QuerySet[Listing] = super().get_queryset(request).defer("document")
        return listings.annotate(
            weeks_ahead=Count("weeks", filter=ahead), weeks_free=Count("weeks", filter=free)
        )

    def save_model(self, request: Any, obj: Listing, form: Any, change: bool) -> None:  # noqa: FBT001
        form.terms_before = terms_of(obj) if change else None
        super().save_model(request, obj, form, change)

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        super().save_related(request, form, formsets, change)
        if form.terms_before is not None:
            note_changes(form.instance, form.terms_before, by=request.user)
        # With another limit one more may fit: whoever waits is looked at.
        if any(one.model is FamilyLimit and one.has_changed() for one in formsets):
            owe_promotion([form.instance.pk])

    @admin.display(description=_("place"))
    def place(self, listing: Listing) -> str:
        return listing.site.place

    @admin.display(description=_("weeks with seats"))
    def seats(self, listing: Any) -> str:
        url = reverse("placements:weeks", args=[listing.slug])
        words = _("%(free)d of %(all)d") % {
            "free": listing.weeks_free,
            "all": listing.weeks_ahead,
        }
        return format_html('<a href="{}">{}</a>', url, words)

    @admin.action(description=_("Publish"), permissions=["change"])
    def publish(self, request: UserRequest, rows: QuerySet[Listing]) -> None:
        each(request, rows, lambda listing: publish_listing(listing, by=request.user))

    @admin.action(description=_("Pause"), permissions=["change"])
    def pause(self, request: UserRequest, rows: QuerySet[Listing]) -> None:
        each(request, rows, lambda listing: pause_listing(listing, by=request.user))

    @admin.action(description=_("Archive"), permissions=["change"])
    def archive(self, request: UserRequest, rows: QuerySet[Listing]) -> None:
        each(request, rows, lambda listing: archive_listing(listing, by=request.user))

    @admin.action(description=_("Return to the preceptor as a draft …"), permissions=["change"])
    def return_to_draft(self, request: UserRequest, rows: QuerySet[Listing]) -> HttpResponse | None:
        """Asks first what is to change: the preceptor reads it."""
        form = ReturnForm(request.POST if "note" in request.POST else None)
        if form.is_valid():
            note = form.cleaned_data["note"]
            each(request, rows, lambda one: return_listing(one, by=request.user, note=note))
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": _("What is to change?"),
            "form": form,
            "rows": rows,
            "opts": self.model._meta,
            "action": "return_to_draft",
        }
        return render(request, "admin/ask.html", context, status=422 if form.is_bound else 200)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Says what is still missing while the listing is not in the catalogue."""
        listing = self.get_object(request, object_id)
        gaps = gaps_of(listing) if listing and not listing.is_published else []
        context = {**(extra_context or {}), "gaps": gaps}
        return super().change_view(request, object_id, form_url, context)


class Answered(admin.SimpleListFilter):
    title = _("answered")
    parameter_name = "answered"

    def lookups(self, *_args: Any) -> list[tuple[str, Any]]:
        return [("no", _("Waiting")), ("yes", _("Answered"))]

    def queryset(self, _request: HttpRequest, rows: QuerySet[Question]) -> QuerySet[Question]:
        if self.value() is None:
            return rows
        return rows.filter(answered_at__isnull=self.value() == "no")


@admin.register(Question)
class QuestionAdmin(NeverDeleted, AuditedAdmin):
    """Saving an answer mails it."""

    form = AnswerForm
    list_display = ["asked_at", "name", "listing", "text", "answered_at"]
    list_filter = [Answered]
    list_select_related = ["listing"]
    search_fields = ["name", "email", "text", "listing__title"]
    fields = [
        "listing",
        "name",
        "email",
        "text",
        "asked_at",
        "answer",
        "answered_at",
        "answered_by",
    ]
    readonly_fields = ["listing", "name", "email", "text", "asked_at", "answered_at", "answered_by"]

    def has_add_permission(self, *_args: Any) -> bool:
        return False

    def save_model(self, request: Any, obj: Question, form: Any, change: bool) -> None:  # noqa: FBT001
        if "answer" in form.changed_data:
            answer_question(obj, by=request.user, answer=form.cleaned_data["answer"])
