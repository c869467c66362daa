"""An offer as its learner reads it, and her answer."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actions import give_consent
from accounts.http import Request, UserRequest, address_of, allow
from accounts.kinds import ConsentKind
from accounts.models import User
from placements.actions.offers import (
    OfferEnded,
    SchoolMustApprove,
    accept_offer,
    decline_offer,
)
from placements.actions.transition import TransitionNotAllowed
from placements.forms.applications import AcceptForm
from placements.models import Application
from placements.permissions import is_guest, may
from placements.queries import (
    current_documents,
    open_entry,
    overlapping_applications,
    school_approves,
)
from placements.states import LIVE, Status
from placements.views.applications import SUGGESTS, visible
from placements.views.moved import moved
from placements.views.papers import papers_for
from rotations.blocks import Block
from rotations.eligibility import NOT_NEEDED
from rotations.queries import alternatives


@dataclass(frozen=True)
class Other:
    """Another application or rotation of hers, and how it lies to the offered dates."""

    application: Application
    block: Block
    offered: Block

    @property
    def collides(self) -> bool:
        return self.block.overlaps(self.offered)

    @property
    def is_confirmed(self) -> bool:
        return self.application.status == Status.ACCEPTED

    @property
    def ends_before(self) -> bool:
        return self.block.end_on < self.offered.start_on


@dataclass(frozen=True)
class Door:
    """Who answers and where her answers are posted: signed in, or by the link in a mail."""

    by: User
    accept: str
    decline: str
    back: str
    by_link: bool = False

    @classmethod
    def signed_in(cls, user: User, found: Application) -> "Door":
        accept, decline = (
            reverse(f"placements:{name}", args=[found.code]) for name in ("accept", "decline_offer")
        )
        return cls(user, accept, decline, found.get_absolute_url())

    @classmethod
    def linked(cls, address: str, found: Application) -> "Door":
        return cls(found.learner, address, address, address, by_link=True)


@require_safe
@login_required
def offer(request: UserRequest, code: str) -> HttpResponse:
    """What is offered, what else she has asked for, what comes back, and her answer."""
    found = visible(request, code)
    allow(is_guest(request.user, found))
    if found.status == Status.ACCEPTED:
        return redirect(found.placement)
    if not found.offer_is_open():
        return ended(request, found)
    return page(request, found, Door.signed_in(request.user, found))


def page(
    request: Request,
    found: Application,
    door: Door,
    form: AcceptForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    profile = getattr(found.learner, "learner_profile", None)
    documents = current_documents(found.learner)
    papers = papers_for(
        found.listing,
        found.block,
        documents,
        profile=profile,
        school_approves=school_approves(found),
    )
    asked = [paper for paper in papers if paper.check.state != NOT_NEEDED and not door.by_link]
    context = {
        "application": found,
        "door": door,
        "entry": open_entry(found),
        "form": form or AcceptForm(collides=overlapping_applications(found)),
        "others": _others(found),
        "papers": asked,
        "open_papers": [paper for paper in asked if paper.is_hers],
        "may_answer": may(door.by, found, Status.ACCEPTED),
    }
    return render(request, "placements/offer.html", context, status=status)


def _others(found: Application) -> list[Other]:
    """Her open applications with dates, and the rotations that are confirmed."""
    rows = (
        Application.objects.filter(learner_id=found.learner_id)
        .exclude(pk=found.pk)
        .exclude(start_on=None)
        .with_listing()
        .order_by("start_on", "pk")
    )
    offered = found.block
    others = [(one, _dates(one)) for one in rows]
    return [Other(one, block, offered) for one, block in others if block and offered]


def _dates(application: Application) -> Block | None:
    """The days that it keeps or may keep; none once it has ended."""
    if application.status == Status.ACCEPTED:
        placement = application.placement
        return placement.block if placement.status in LIVE else None
    return application.block if application.is_open else None


def ended(request: Request, found: Application, *, status: int = 200) -> HttpResponse:
    """When it ended, where the seat went, and three similar rotations."""
    if found.is_open and found.status != Status.OFFERED:
        return redirect(found)
    suggests = found.status in SUGGESTS or found.status == Status.OFFERED
    context = {
        "application": found,
        "alternatives": alternatives(found.listing, found.start_on) if suggests else [],
    }
    return render(request, "placements/offer_ended.html", context, status=status)


@require_POST
@login_required
def accept(request: UserRequest, code: str) -> HttpResponse:
    """Her yes: a placement, and what collides with it is withdrawn. Clicked twice, it is one."""
    found = visible(request, code)
    allow(may(request.user, found, Status.ACCEPTED))
    if found.status == Status.ACCEPTED:
        return redirect(found.placement)
    return take(request, found, Door.signed_in(request.user, found))


def take(request: Request, found: Application, door: Door) -> HttpResponse:
    """By either door: what overlaps is shown and given up knowingly, then the seat is hers."""
    form = AcceptForm(request.POST, collides=overlapping_applications(found))
    if found.offer_is_open() and not form.is_valid():
        return page(request, found, door, form, status=422)
    try:
        placement = accept_offer(found, by=door.by)
    except OfferEnded:
        found.refresh_from_db()
        return ended(request, found, status=409)
    except TransitionNotAllowed as refusal:
        return moved(request, refusal, about=found)
    except (SchoolMustApprove, ValidationError) as refusal:
        form.add_error(None, refusal)
        return page(request, found, door, form, status=422)
    if found.learner_id == door.by.pk:
        give_consent(
            door.by,
            ConsentKind.OFFER,
            version=found.listing.policy.slug,
            address=address_of(request),
            subject_id=found.pk,
        )
    if door.by_link:
        return redirect(door.back)
    messages.success(request, _("The seat is yours. Your checklist is below."))
    return redirect(placement)


@require_POST
@login_required
def decline(request: UserRequest, code: str) -> HttpResponse:
    """Her no: the seat is free at once."""
    found = visible(request, code)
    allow(may(request.user, found, Status.OFFER_DECLINED))
    return leave(request, found, Door.signed_in(request.user, found))


def leave(request: Request, found: Application, door: Door) -> HttpResponse:
    """By either door, for good or back to the end of the waitlist."""
    try:
        decline_offer(found, by=door.by, keep="stay" in request.POST)
    except TransitionNotAllowed as refusal:
        return moved(request, refusal, about=found)
    if not door.by_link:
        stays = found.status == Status.WAITLISTED
        messages.success(
            request,
            _("You passed, and you stay on the waitlist.")
            if stays
            else _("You declined the offer. The seat is free for somebody else."),
        )
    return redirect(door.back)
