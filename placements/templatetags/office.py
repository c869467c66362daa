"""What a coordinator's day begins with: counts that link to what they count."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import template
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.models import Document, PreceptorProfile
from outbox.models import Message
from placements.models import Application, LedgerEntry, Placement, SeatDifference
from placements.states import LIVE, PlacementStatus, Status
from rotations.kinds import ListingStatus
from rotations.models import Listing

register = template.Library()
TODAY_AND_NEXT = timedelta(days=1)


@dataclass(frozen=True)
class Count:
    number: int
    words: str
    url: str


@register.simple_tag
def office_counts(user: Any) -> list[Count]:
    """Only what she may see; each leads to the list that it counts."""
    counts = [
        ("placements.view_application", _to_check()),
        ("placements.view_application", _late()),
        ("accounts.view_document", _to_review(user)),
        ("accounts.view_preceptorprofile", _to_verify()),
        ("rotations.view_listing", _to_publish()),
        ("placements.view_ledgerentry", _unpaid()),
        ("placements.view_ledgerentry", _to_refund()),
        ("outbox.view_message", _stuck()),
        ("placements.view_seatdifference", _differing()),
    ]
    return [count for permission, count in counts if user.has_perm(permission)]


def _list(name: str, query: str) -> str:
    return f"{reverse(f'admin:{name}_changelist')}?{query}"


def _to_check() -> Count:
    n = Application.objects.filter(status=Status.SUBMITTED).count()
    words = ngettext("request to check", "requests to check", n)
    return Count(n, words, _list("placements_application", "answer=check"))


def _late() -> Count:
    """The preceptor has under two days left."""
    soon = timezone.now() + timedelta(days=2)
    n = Application.objects.filter(status=Status.UNDER_REVIEW, reply_by__lt=soon).count()
    words = ngettext(
        "request that lapses within two days", "requests that lapse within two days", n
    )
    return Count(n, words, _list("placements_application", "answer=waiting"))


def _to_review(user: Any) -> Count:
    """Without passports and visas for whom their list leaves them out."""
    rows = Document.objects.current().filter(verified_at=None, rejected_at=None)
    if not user.has_perm("accounts.view_identity_document"):
        rows = rows.filter(type__is_identity=False)
    n = rows.count()
    words = ngettext("document to review", "documents to review", n)
    return Count(n, words, _list("accounts_document", "review=open"))


def _to_verify() -> Count:
    """New or changed ones, unseen licenses, and those whose year is nearly over."""
    n = PreceptorProfile.objects.waiting_for_staff().count()
    words = ngettext("preceptor to look at", "preceptors to look at", n)
    return Count(n, words, _list("accounts_preceptorprofile", "work=waiting"))


def _to_publish() -> Count:
    n = Listing.objects.filter(status=ListingStatus.IN_REVIEW).count()
    words = ngettext("listing to review", "listings to review", n)
    return Count(n, words, _list("rotations_listing", "status__exact=in_review"))


def _unpaid() -> Count:
    """Past their day, and not paid in full."""
    late = LedgerEntry.objects.sums().filter(open__gt=0, due_on__lt=timezone.localdate())
    n = Placement.objects.filter(status__in=LIVE, pk__in=late.values("placement")).count()
    words = ngettext("payment that is overdue", "payments that are overdue", n)
    return Count(n, words, _list("placements_placement", "money=overdue"))


def _to_refund() -> Count:
    n = LedgerEntry.objects.sums().filter(to_refund__gt=0).count()
    words = ngettext("refund to pay", "refunds to pay", n)
    return Count(n, words, _list("placements_placement", "money=refund"))


def _stuck() -> Count:
    n = Message.objects.exclude(failed_at=None).count()
    words = ngettext("mail that was given up", "mails that were given up", n)
    return Count(n, words, _list("outbox_message", "state=stuck"))


def _differing() -> Count:
    """Found at night; see ``placements.actions.counters``."""
    n = SeatDifference.objects.open().count()
    words = ngettext("week that does not add up", "weeks that do not add up", n)
    return Count(n, words, _list("placements_seatdifference", "state=open"))


@register.simple_tag
def arrivals() -> QuerySet[Placement]:
    """Who starts today or tomorrow."""
    today = timezone.localdate()
    ahead = [PlacementStatus.ONBOARDING, PlacementStatus.READY, PlacementStatus.ACTIVE]
    rows = Placement.objects.filter(
        start_on__range=(today, today + TODAY_AND_NEXT), status__in=ahead
    )
    return rows.with_listing().order_by("start_on")


@register.simple_tag
def departures() -> QuerySet[Placement]:
    """Whose last day is today or tomorrow."""
    today = timezone.localdate()
    rows = Placement.objects.filter(
        end_on__range=(today, today + TODAY_AND_NEXT), status=PlacementStatus.ACTIVE
    )
    return rows.with_listing().order_by("end_on")
