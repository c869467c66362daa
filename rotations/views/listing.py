"""One rotation's page, and the question that anybody may ask about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import Request
from accounts.models import BoardCertification, User
from clocks.calendar import end_of_day
from guides.http import moved
from guides.structured import Crumb, Facts, breadcrumbs, graph
from rotations.actions.questions import ask_question
from rotations.blocks import Block, OpenBlock
from rotations.eligibility import Check, check_listing, documents_due_on, open_to, summary
from rotations.forms.catalogue import CatalogueForm
from rotations.forms.question import QuestionForm
from rotations.models import Listing
from rotations.permissions import edits_listings, is_office_of
from rotations.queries import (
    Requests,
    blocks_and_weeks,
    gaps_of,
    live_blocks,
    requests_of,
    shown_listing,
    similar,
    visible_listings,
    why_closed,
)
from rotations.refunds import refund_steps
from rotations.structured import course
from rotations.views.cards import Shelf, faces, first_free, tone_of, touch_icon, words_of
from rotations.views.picks import Picks, picks, week_lines
from rotations.visitors import Visitor

# So many met requirements stand open; the others are folded away.
MET_SHOWN = 6
ASKED_SHOWN = 8
QUESTIONS = {"ask_question": "5/h/ip"}
# A rule as somebody reads it who told us nothing.
RULE = '<li><i class="dot"></i><div>{}{}</div></li>'


@dataclass(frozen=True)
class Requirements:
    """Checks as the page shows them: open ones first, the rest folded."""

    shown: list[Check]
    folded: list[Check]

    @classmethod
    def of(cls, checks: list[Check], *, is_known: bool) -> "Requirements":
        asked = [check for check in checks if check.rule != "R12"]
        if not is_known:
            asked = [check for check in asked if check.rule not in {"R6", "R11"}]
            return cls(asked[:ASKED_SHOWN], asked[ASKED_SHOWN:])
        number = sum(check.is_open for check in asked) + MET_SHOWN
        return cls(asked[:number], asked[number:])

    @property
    def plain(self) -> tuple[SafeString, SafeString]:
        """Both lists as lines for somebody unknown."""
        return _plain(self.shown), _plain(self.folded)


def _plain(checks: list[Check]) -> SafeString:
    """What is asked, and what counts as proof."""
    return format_html_join(
        "",
        RULE,
        (
            (
                check.title,
                format_html('<p class="sub">{}</p>', check.hint) if check.document else "",
            )
            for check in checks
        ),
    )


@require_safe
def listing(request: Request, slug: str) -> HttpResponse:
    """Everything a learner wants to know before she applies."""
    found = shown_listing(request.user, slug)
    if found is None:
        return moved(request, visible_listings(request.user), slug)
    today = timezone.localdate(timezone=found.site.zone)
    visitor = Visitor.of_request(request)
    weeks = _weeks(found, request, visitor)
    blocks, ahead = blocks_and_weeks(found, today=today, weeks=weeks)
    hers = live_blocks(request.user) if isinstance(request.user, User) else []
    needs_visa = visitor.needs_visa
    earliest = found.first_start(needs_visa=needs_visa, today=today)
    first = first_free(blocks, earliest)
    block = _asked(blocks, earliest, request) or _hoped(blocks, earliest, visitor) or first
    overlaps = bool(block and any(block.overlaps(other) for other in hers))
    checks = check_listing(
        found, visitor.profile, block, visitor.documents, today=today, has_overlap=overlaps
    )
    is_known = visitor.is_known
    met = summary(checks) if is_known else None
    fee, kept = found.fee(weeks), Shelf.of(request)
    closed = why_closed(found)
    context = {
        "listing": found,
        "site": found.site,
        "preceptor": found.preceptor,
        "others": found.co_preceptors.select_related("user") if found.has_others else (),
        "boards": [BoardCertification.of_row(row) for row in found.board_rows],
        "why_closed": closed,
        "icon_name": touch_icon(found),
        "open_to": open_to(found.families),
        "weeks": weeks,
        "chosen": block,
        "next_start": first and first.start_on,
        "picks": Picks.of(
            picks(blocks, block, earliest, hers, _requests(found, blocks), is_open=not closed),
            are_all=request.GET.get("dates") == "all",
        ),
        "weeks_ahead": ahead,
        "week_lines": week_lines(ahead),
        "needs_visa": needs_visa,
        "fee": fee,
        "total": found.total(weeks),
        "refunds": refund_steps(found.policy.tiers, fee, block.start_on if block else None),
        "is_known": is_known,
        "visitor": visitor,
        "has_account": request.user.is_authenticated,
        "here": _here(found, block),
        "requirements": Requirements.of(checks, is_known=is_known),
        "state_note": next((check for check in checks if check.rule == "R12"), None),
        "met": met,
        "met_words": words_of(met),
        "met_tone": tone_of(met),
        "due_at": _due_at(found, block, needs_visa=needs_visa, today=today),
        "can_apply": not closed,
        "is_own": is_office_of(request.user, found),
        "is_saved": found.slug in kept.saved,
        "is_compared": found.slug in kept.compared,
        "back": _back(request),
        "trail": _trail(found),
        "structured": _structured(found, blocks),
    }
    if not found.is_published or found.preceptor.suspended_at:
        context["gaps"] = gaps_of(found)
    elif block is None:
        context["similar"] = faces(request, similar(found, today=today), today=today)
    return render(request, "rotations/listing.html", context)


def _requests(found: Any, blocks: list[OpenBlock]) -> Mapping[Block, Requests]:
    return requests_of(found, [one.block for one in blocks]) if found.is_asked else {}


def _weeks(found: Listing, request: Request, visitor: Visitor) -> int:
    """The length asked for if it can be booked, then that of her answers, then the usual one."""
    text = request.GET.get("weeks", "")
    asked = int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0  # noqa: PLR2004
    hoped = visitor.answers.weeks if visitor.answers else None
    return next((weeks for weeks in (asked, hoped) if weeks in found.lengths), found.usual_weeks)


def _asked(blocks: list[OpenBlock], earliest: date, request: Request) -> Block | None:
    """The block on the day asked for, if it can be booked: by a link, or by the dates' radio."""
    day = request.GET.get("on") or request.GET.get("start", "")
    return first_free((one for one in blocks if f"{one.block.start_on}" == day), earliest)


def _hoped(blocks: list[OpenBlock], earliest: date, visitor: Visitor) -> Block | None:
    """The first free block from the day on which she said she can come."""
    start_on = visitor.answers.start_on if visitor.answers else None
    return first_free(blocks, max(start_on, earliest)) if start_on else None


def _here(found: Listing, block: Block | None) -> str:
    """This page with these dates, to come back to after something is mended."""
    query = urlencode({"on": block.start_on, "weeks": block.weeks}) if block else ""
    return f"{found.get_absolute_url()}?{query}".rstrip("?")


def _due_at(found: Listing, block: Block | None, *, needs_visa: bool, today: date) -> object:
    if block is None:
        return None
    due_on = documents_due_on(block.start_on, needs_visa=needs_visa, today=today)
    return end_of_day(due_on, found.site.zone)


def _trail(found: Listing) -> list[Crumb]:
    return [
        (_("Rotations"), reverse("rotations:catalogue")),
        (found.specialty.name, found.specialty.get_absolute_url()),
        (found.title, found.get_absolute_url()),
    ]


def _structured(found: Listing, blocks: list[OpenBlock]) -> Facts | None:
    """Of what anybody may see alone; a preview is described to nobody."""
    if not found.is_published or found.preceptor.suspended_at:
        return None
    return graph(*course(found, blocks), breadcrumbs(_trail(found)))


def _back(request: Request) -> str:
    """The search that led here, kept in the address."""
    query = request.GET.copy()
    for name in set(query) - {*CatalogueForm.base_fields, "page"}:
        del query[name]
    return query.urlencode()


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: Request, slug: str) -> HttpResponse:
    """A question before applying: kept, told to staff, answered by mail."""
    found = get_object_or_404(visible_listings(request.user), slug=slug)
    if not found.is_published and not edits_listings(request.user):
        raise Http404
    user = request.user if isinstance(request.user, User) else None
    form = QuestionForm(request.POST or None, is_known=user is not None)
    if request.method == "POST" and not ratelimit.consume(
        request, app="rotations", action="ask_question", config=QUESTIONS
    ):
        form.add_error(
            None, _("Too many questions came from your connection. Try again in an hour.")
        )
        return _ask_page(request, found, form, status=429)
    if request.method == "POST" and form.is_valid() and _ask(found, form, user):
        messages.success(request, _("Your question is on its way. We answer by e-mail."))
        return redirect(found)
    return _ask_page(request, found, form, status=422 if form.errors else 200)


def _ask_page(request: Request, found: Listing, form: QuestionForm, *, status: int) -> HttpResponse:
    context = {"listing": found, "site": found.site, "form": form}
    return render(request, "rotations/ask.html", context, status=status)


def _ask(found: Listing, form: QuestionForm, user: User | None) -> bool:
    who = {"name": user.name, "email": user.email} if user else {}
    try:
        ask_question(found, by=user, **{**form.cleaned_data, **who})
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True
