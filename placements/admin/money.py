"""Money in the back office: recorded, waived, given back and corrected, each on its own page."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.admin import each
from accounts.http import person
from audit.admin import AuditedAdmin, ReadOnly
from guides.templatetags.portal import dollars
from placements.actions.earnings import correct_earning, record_payout
from placements.actions.ledger import today_at
from placements.actions.payments import (
    accept_visa_proof,
    correct_entry,
    owe_refund,
    record_payment,
    record_refund,
    waive,
)
from placements.forms.money import (
    CorrectionForm,
    GivenForm,
    MovedForm,
    NothingForm,
    PayoutForm,
)
from placements.kinds import BY_STAFF
from placements.models import Earning, LedgerEntry, Placement, PreceptorTerms
from placements.models.ledger import Balance
from placements.states import LIVE

# What a sheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class MoneyFilter(admin.SimpleListFilter):
    """The two queues, and everything that is open."""

    title = _("money")
    parameter_name = "money"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("overdue", _("Overdue")),
            ("open", _("To be paid")),
            ("refund", _("To be paid back")),
        ]

    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        sums = LedgerEntry.objects.sums()
        match self.value():
            case "overdue":
                late = sums.filter(open__gt=0, due_on__lt=timezone.localdate())
                return rows.filter(status__in=LIVE, pk__in=late.values("placement"))
            case "open":
                owing = sums.filter(open__gt=0)
                return rows.filter(status__in=LIVE, pk__in=owing.values("placement"))
            case "refund":
                return rows.filter(pk__in=sums.filter(to_refund__gt=0).values("placement"))
        return rows


class LedgerInline(ReadOnly, admin.TabularInline):
    model = LedgerEntry
    fields = [
        "recorded_at", "kind", "amount", "day", "due_on", "ground", "method", "reference", "note",
        "corrects", "recorded_by",
    ]  # fmt: skip
    readonly_fields = ["amount"]
    extra = 0
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[LedgerEntry]:
        return super().get_queryset(request).select_related("recorded_by", "corrects")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("placements.view_ledgerentry")

    @admin.display(description=_("amount"))
    def amount(self, entry: LedgerEntry) -> str:
        return dollars(entry.cents)


@dataclass(frozen=True)
class Page:
    """One thing that staff record: its words, what it asks, and what it does."""

    words: str | Promise
    form: Callable[..., forms.Form]
    act: Callable[..., Any]
    # The most that can be recorded, which is what the amount begins with.
    most: Callable[[Balance], int] | None = None
    is_dated: bool = False


def _correct(placement: Placement, *, by: Any, entry: LedgerEntry, note: str) -> LedgerEntry:
    entry.placement = placement
    return correct_entry(entry, by=by, note=note)


PAGES = {
    "payment": Page(
        _("Record a payment"), MovedForm, record_payment, lambda sums: sums.open, is_dated=True
    ),
    "waiver": Page(_("Waive an amount"), GivenForm, waive, lambda sums: sums.open),
    "refund": Page(
        _("Record a refund that was sent"),
        MovedForm,
        record_refund,
        lambda sums: sums.to_refund,
        is_dated=True,
    ),
    "goodwill": Page(
        _("Give more back than the policy"), GivenForm, owe_refund, lambda sums: sums.kept
    ),
    "visa": Page(_("The refusal letter was seen"), NothingForm, accept_visa_proof),
    "correction": Page(_("Correct an entry"), CorrectionForm, _correct),
}


class MoneyPages:
    """For a placement’s admin: a page for each of ``PAGES``, and the sums."""

    def get_urls(self) -> list[Any]:
        mine = path(
            "<int:pk>/money/<slug:what>/",
            self.admin_site.admin_view(self.money),  # type: ignore[attr-defined]
            name="placements_placement_money",
        )
        return [mine, *super().get_urls()]  # type: ignore[misc]

    @admin.display(description=_("balance"))
    def sums(self, placement: Placement) -> str:
        balance = placement.ledger.balance()
        words = {
            _("received"): balance.received,
            _("to be paid"): balance.open,
            _("waived"): balance.waived,
            _("to be paid back"): balance.to_refund,
            _("paid back"): balance.refunded,
        }
        return ", ".join(f"{name}: {dollars(cents)}" for name, cents in words.items())

    @admin.display(description=_("record"))
    def record(self, placement: Placement) -> str:
        """The way to each page."""
        name = "admin:placements_placement_money"
        links = (
            (reverse(name, args=[placement.pk, what]), one.words) for what, one in PAGES.items()
        )
        return format_html_join(" · ", '<a href="{}">{}</a>', links)

    def money(self, request: HttpRequest, pk: int, what: str) -> HttpResponse:
        """Ask, then record; what is refused is said beside what was typed."""
        placement = get_object_or_404(Placement.objects.with_listing(), pk=pk)
        if not self.has_move_permission(request):  # type: ignore[attr-defined]
            return redirect("admin:placements_placement_changelist")
        if what not in PAGES:
            raise Http404
        one = PAGES[what]
        said = request.POST if request.method == "POST" else None
        form = one.form(said, **_asks(one, placement))
        if form.is_valid():
            try:
                one.act(placement, by=person(request), **form.cleaned_data)
            except ValidationError as refusal:
                form.add_error(None, refusal)
            else:
                messages.success(request, _("It is recorded."))
                return redirect("admin:placements_placement_change", pk)
        page = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": one.words,
            "form": form,
            "subject": f"{placement}. {self.sums(placement)}",
            "media": self.media,  # type: ignore[attr-defined]
            "opts": Placement._meta,
            "act": one.words,
        }
        status = 422 if form.errors else 200
        return render(request, "admin/ask.html", page, status=status)


def _asks(one: Page, placement: Placement) -> dict[str, Any]:
    asks: dict[str, Any] = {}
    if one.most:
        asks["most"] = one.most(placement.ledger.balance())
    if one.is_dated:
        asks["today"] = today_at(placement)
    if one.form is CorrectionForm:
        asks["entries"] = placement.ledger.standing().filter(kind__in=sorted(BY_STAFF))
    return asks


def _plain(value: Any) -> Any:
    """Never a formula; numbers stay numbers."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) and not isinstance(value, int) else text


@admin.register(LedgerEntry)
class LedgerAdmin(ReadOnly, admin.ModelAdmin):
    """All amounts of all rotations; recorded from the rotation's own page."""

    list_display = ["day", "kind", "amount", "placement", "method", "reference", "recorded_by"]
    list_filter = ["kind", "ground", "day"]
    search_fields = ["placement__learner__name", "=reference", "=receipt__number"]
    list_select_related = ["placement__learner", "placement__listing", "recorded_by"]
    date_hierarchy = "day"
    actions = ["export"]
    exclude = ["cents"]
    readonly_fields = ["amount"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[LedgerEntry]:
        return super().get_queryset(request).defer("placement__listing__document")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("placements.view_ledgerentry")

    @admin.display(description=_("amount"), ordering="cents")
    def amount(self, entry: LedgerEntry) -> str:
        return dollars(entry.cents)

    @admin.action(description=_("Download as a sheet (CSV)"), permissions=["view"])
    def export(self, request: HttpRequest, rows: QuerySet[LedgerEntry]) -> HttpResponse:
        response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="ledger.csv"'
        response["Cache-Control"] = "no-store, private"
        sheet = csv.writer(response, lineterminator="\r\n")
        head = ("entry", "placement", "learner", "kind", "cents", "day", "due_on", "ground",
                "method", "reference", "note", "corrects", "receipt", "recorded_at", "by")  # fmt: skip
        sheet.writerow(head)
        for one in rows.select_related("receipt").order_by("pk"):
            receipt = getattr(one, "receipt", None)
            line = (one.pk, one.placement.code, one.placement.learner.name, one.kind, one.cents,
                    one.day, one.due_on, one.ground, one.method, one.reference, one.note,
                    one.corrects_id, receipt and receipt.number, one.recorded_at.isoformat(),
                    one.recorded_by)  # fmt: skip
            sheet.writerow(map(_plain, line))
        return response


@admin.register(PreceptorTerms)
class TermsAdmin(AuditedAdmin):
    """What preceptors get for a week, listing by listing; without a row, nothing."""

    list_display = ["listing", "cents_per_week", "percent"]
    autocomplete_fields = ["listing"]
    search_fields = ["listing__title"]
    list_select_related = ["listing"]


@admin.register(Earning)
class EarningAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["day", "preceptor", "kind", "amount", "placement", "method", "recorded_by"]
    list_filter = ["kind"]
    search_fields = ["preceptor__user__name", "=reference"]
    list_select_related = [
        "preceptor__user", "placement__learner", "placement__listing", "recorded_by",
    ]  # fmt: skip
    date_hierarchy = "day"
    actions = ["correct"]
    change_list_template = "admin/placements/earning/change_list.html"
    exclude = ["cents"]
    readonly_fields = ["amount"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Earning]:
        return super().get_queryset(request).defer("placement__listing__document")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("placements.view_earning")

    def has_move_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("placements.change_earning")

    def get_urls(self) -> list[Any]:
        mine = path(
            "payout/", self.admin_site.admin_view(self.payout), name="placements_earning_payout"
        )
        return [mine, *super().get_urls()]

    @admin.display(description=_("amount"), ordering="cents")
    def amount(self, earning: Earning) -> str:
        return dollars(earning.cents)

    @admin.action(description=_("Correct: write the opposite"), permissions=["move"])
    def correct(self, request: HttpRequest, rows: QuerySet[Earning]) -> None:
        each(request, rows, lambda row: correct_earning(row, by=person(request), note=""))

    def payout(self, request: HttpRequest) -> HttpResponse:
        """What was paid to a preceptor to whom something is owed."""
        if not self.has_move_permission(request):
            return redirect("admin:placements_earning_changelist")
        form = PayoutForm(request.POST or None, today=timezone.localdate())
        if form.is_valid():
            try:
                record_payout(by=person(request), **form.cleaned_data)
            except ValidationError as refusal:
                form.add_error(None, refusal)
            else:
                messages.success(request, _("The payout is recorded."))
                return redirect("admin:placements_earning_changelist")
        page = {
            **self.admin_site.each_context(request),
            "title": _("Record a payout"),
            "form": form,
            "media": self.media,
            "opts": Earning._meta,
            "act": _("Record the payout"),
        }
        return render(request, "admin/ask.html", page, status=422 if form.errors else 200)
