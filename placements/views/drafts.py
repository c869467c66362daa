"""The four steps of a request that is not sent yet, in any order; the last one sends it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions import give_consent, has_consented, save_profile
from accounts.forms import DocumentForm
from accounts.http import UserRequest, address_of, allow
from accounts.kinds import ConsentKind
from accounts.models import DocumentType
from accounts.queries import page_version
from placements.actions.applications import (
    Blocked,
    ProfileIncomplete,
    choose_dates,
    save_about,
    save_documents,
    save_pre_accept,
    submit_application,
)
from placements.actions.transition import TransitionNotAllowed
from placements.forms.applications import (
    AboutForm,
    DatesForm,
    FactsForm,
    SendForm,
    facts_to_ask,
)
from placements.models import Application
from placements.permissions import may
from placements.queries import (
    current_documents,
    may_ask_school,
    precheck,
    school_approves,
    touching_applications,
)
from placements.states import Status
from placements.templatetags.standing import STEPS
from placements.views.applications import EDITABLE, visible
from placements.views.moved import moved
from placements.views.papers import Paper, papers_for, with_record
from rotations.actions.seats import SeatsGone
from rotations.blocks import Block, OpenBlock
from rotations.eligibility import NOT_NEEDED, summary
from rotations.queries import alternatives, live_blocks, upcoming_blocks

LATER = "later"


def _draft(request: UserRequest, code: str) -> Application:
    found = visible(request, code)
    allow(may(request.user, found, Status.SUBMITTED))
    return found


def _onward(request: UserRequest, found: Application, step: str) -> HttpResponse:
    """The next step, or the task list for whoever finishes later."""
    if LATER in request.POST:
        messages.success(request, _("Saved. You can go on at any time."))
        return redirect(found)
    return redirect(step, found.code)


def _page(
    request: UserRequest, step: str, found: Application, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"application": found, "step": step, **more}
    return render(request, f"placements/steps/{step}.html", context, status=status)


# Dates


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def dates(request: UserRequest, code: str) -> HttpResponse:
    """Pick a block from those on offer, of any length that the listing allows."""
    found = _draft(request, code)
    if request.method != "POST":
        if found.status not in EDITABLE:
            return redirect(found)
        return _dates_page(request, found, DatesForm(listing=found.listing))
    form = DatesForm(request.POST, listing=found.listing)
    if form.is_valid():
        try:
            choose_dates(found, *form.blocks, by=request.user)
        except TransitionNotAllowed as refusal:
            return moved(request, refusal, about=found)
        except ValidationError as refusal:
            form.add_error("start", refusal)
        else:
            return _onward(request, found, "placements:about")
    return _dates_page(request, found, form, status=422)


def _dates_page(
    request: UserRequest, found: Application, form: DatesForm, *, status: int = 200
) -> HttpResponse:
    weeks = _weeks_wanted(request, found)
    blocks = upcoming_blocks([found.listing], weeks=weeks).get(found.listing_id, [])
    first = found.listing.first_start(needs_visa=_needs_visa(found))
    blocks = [open_block for open_block in blocks if open_block.block.start_on >= first]
    chosen = str(form["start"].value() or found.start_on or "")
    more = {
        "form": form,
        "weeks": weeks,
        "total": found.listing.total(weeks),
        "months": _months(blocks, chosen, live_blocks(found.learner)),
        "chosen": chosen,
        "further": _further(form, found),
        "touching": touching_applications(found),
        "alternatives": [] if blocks else alternatives(found.listing, found.start_on),
    }
    if request.htmx and request.method == "GET":
        return render(request, "placements/steps/dates.html#picks", {"application": found, **more})
    return _page(request, "dates", found, status=status, **more)


def _further(form: DatesForm, found: Application) -> list[tuple[BoundField, str]]:
    """The second and the third choice, each with what was chosen."""
    saved = [*(f"{day}" for day in found.starts[1:]), "", ""]
    fields = [form["second"], form["third"]]
    return [
        (field, str(field.value() or "") if form.is_bound else day)
        for field, day in zip(fields, saved, strict=False)
    ]


@dataclass(frozen=True)
class Pick:
    """Dates on offer, and whether she is elsewhere then."""

    on_offer: OpenBlock
    collides: bool

    @property
    def is_closed(self) -> bool:
        return self.on_offer.is_full or self.collides


@dataclass(frozen=True)
class Month:
    """The dates that start in one month; open where a choice was made, else the first."""

    name: str
    picks: list[Pick]
    is_open: bool

    @property
    def free(self) -> int:
        return sum(not pick.is_closed for pick in self.picks)


def _months(blocks: list[OpenBlock], chosen: str, hers: list[Block]) -> list[Month]:
    months = []
    for name, several in groupby(blocks, lambda one: format_date(one.block.start_on, "F Y")):
        picks = [Pick(one, any(one.block.overlaps(other) for other in hers)) for one in several]
        holds = any(pick.on_offer.block.start_on.isoformat() == chosen for pick in picks)
        months.append(Month(name, picks, holds))
    if months and not any(month.is_open for month in months):
        first = next((n for n, month in enumerate(months) if month.free), 0)
        months[first] = replace(months[first], is_open=True)
    return months


def _needs_visa(found: Application) -> bool:
    profile = getattr(found.learner, "learner_profile", None)
    return bool(profile and profile.needs_visa)


def _weeks_wanted(request: UserRequest, found: Application) -> int:
    """The length asked for, if the listing has it; else the one chosen, else the usual."""
    asked = request.POST.get("weeks") or request.GET.get("weeks") or ""
    lengths = found.listing.lengths
    for weeks in lengths:
        if asked == str(weeks):
            return weeks
    return found.weeks if found.weeks in lengths else found.listing.usual_weeks


# About you


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def about(request: UserRequest, code: str) -> HttpResponse:
    """Her facts, those that are missing asked here, and why this rotation."""
    found = _draft(request, code)
    if request.method != "POST":
        if found.status not in EDITABLE:
            return redirect(found)
        form, facts = _about_forms(found)
        return _about_page(request, found, form, facts)
    finished = LATER not in request.POST and "autosave" not in request.GET
    form, facts = _about_forms(found, request.POST, finished=finished)
    try:
        saved = _save_about(request, found, form, facts, finished=finished)
    except TransitionNotAllowed as refusal:
        return moved(request, refusal, about=found)
    if "autosave" in request.GET:
        context = {"saved_at": timezone.now(), "statement": found.statement, "application": found}
        return render(request, "placements/steps/about.html#saved", context)
    if saved:
        return _onward(request, found, "placements:documents")
    return _about_page(request, found, form, facts, status=422)


def _about_forms(
    found: Application, data: Mapping[str, Any] | None = None, *, finished: bool = True
) -> tuple[AboutForm, FactsForm | None]:
    profile = found.learner.learner_profile
    initial = {"statement": found.statement or profile.statement}
    form = AboutForm(data, initial=initial, finished=finished)
    names = facts_to_ask(profile, found.listing)
    if not names:
        return form, None
    return form, FactsForm(data, instance=profile, names=names, finished=finished, prefix="fact")


def _save_about(
    request: UserRequest,
    found: Application,
    form: AboutForm,
    facts: FactsForm | None,
    *,
    finished: bool,
) -> bool:
    """Keep what can be kept; whether all of it is right."""
    valid = [one.is_valid() for one in (form, facts) if one is not None]
    if facts is not None and facts.is_valid():
        save_profile(facts.save(commit=False), by=request.user)
    if form.is_valid():
        statement = form.cleaned_data["statement"]
        save_about(found, by=request.user, statement=statement, finished=finished and all(valid))
    return all(valid)


def _about_page(
    request: UserRequest,
    found: Application,
    form: AboutForm,
    facts: FactsForm | None,
    *,
    status: int = 200,
) -> HttpResponse:
    more = {"form": form, "facts": facts, "profile": found.learner.learner_profile}
    return _page(request, "about", found, status=status, **more)


# Documents


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def documents(request: UserRequest, code: str) -> HttpResponse:
    """What the listing asks for, held against her wallet; missing papers may come later."""
    found = _draft(request, code)
    if request.method == "POST":
        try:
            save_documents(found, by=request.user)
        except TransitionNotAllowed as refusal:
            return moved(request, refusal, about=found)
        return _onward(request, found, "placements:send")
    if found.status not in EDITABLE:
        return redirect(found)
    more = _papers(found)
    more["uploads"] = _uploads(found, more["needed"])
    return _page(request, "documents", found, **more)


# An upload form, or the question that comes before it.
Upload = DocumentForm | str | None
ASK_FIRST = "ask first"


def _uploads(found: Application, papers: list[Paper]) -> list[tuple[Paper, Upload]]:
    """A form in place for each paper that is asked for; the wallet takes it from there. For
    health records, as long as she has not agreed that they are kept, the question instead.
    """
    slugs = [paper.check.document for paper in papers]
    kinds = {kind.slug: kind for kind in DocumentType.objects.filter(slug__in=slugs)}
    asks_health = not has_consented(found.learner, ConsentKind.HEALTH)
    return [(paper, _upload(kinds.get(paper.check.document), asks_health)) for paper in papers]


def _upload(kind: DocumentType | None, asks_health: bool) -> Upload:  # noqa: FBT001
    if kind is None:
        return None
    if kind.is_health and asks_health:
        return ASK_FIRST
    return DocumentForm(only=kind, auto_id=f"id_{kind.slug}_%s")


def _papers(found: Application) -> dict[str, Any]:
    profile = getattr(found.learner, "learner_profile", None)
    documents = current_documents(found.learner)
    papers = papers_for(
        found.listing,
        found.block,
        documents,
        profile=profile,
        school_approves=school_approves(found),
    )
    with_record(papers, found.listing, found.block, found.learner)
    asked = [paper for paper in papers if paper.check.state != NOT_NEEDED]
    return {
        "needed": [paper for paper in asked if paper.is_hers],
        "held": [paper for paper in asked if not paper.is_hers],
        "not_needed": [paper for paper in papers if paper.check.state == NOT_NEEDED],
        "asked": len(asked),
        "asks_school": may_ask_school(found),
    }


# Check and send


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def send(request: UserRequest, code: str) -> HttpResponse:
    """Everything on one page; sent once, however often it is clicked."""
    found = _draft(request, code)
    if request.method != "POST":
        if found.status not in EDITABLE:
            return redirect(found)
        if not all(step in found.done for step in STEPS):
            messages.info(request, _("Finish the first three tasks, then you can send it."))
            return redirect(found)
        return _send_page(request, found, _send_form(found))
    form = _send_form(found, request.POST)
    if found.status not in EDITABLE:
        return _sent_before(request, found)
    if not form.is_valid():
        return _send_page(request, found, form, status=422)
    return _send(request, found, form)


def _send(request: UserRequest, found: Application, form: SendForm) -> HttpResponse:
    try:
        save_pre_accept(found, by=request.user, pre_accept=form.cleaned_data["pre_accept"])
        submit_application(found, by=request.user)
    except SeatsGone as refusal:
        dates_url = reverse("placements:dates", args=[found.code])
        return moved(
            request, refusal, about=found, back=dates_url, back_label=_("Choose other dates")
        )
    except TransitionNotAllowed:
        found.refresh_from_db()
        return _sent_before(request, found)
    except (Blocked, ProfileIncomplete, ValidationError) as refusal:
        form.add_error(None, refusal)
        return _send_page(request, found, form, status=422)
    if found.learner_id == request.user.pk:
        version, address = page_version(ConsentKind.TERMS), address_of(request)
        give_consent(
            request.user,
            ConsentKind.APPLICATION,
            version=version,
            address=address,
            subject_id=found.pk,
        )
    return redirect("placements:sent", found.code)


def _sent_before(request: UserRequest, found: Application) -> HttpResponse:
    """A second click gets the first one's page; whatever else moved says so."""
    if found.status in {Status.SUBMITTED, Status.UNDER_REVIEW}:
        return redirect("placements:sent", found.code)
    return moved(request, TransitionNotAllowed(found, Status.SUBMITTED), about=found)


def _send_form(found: Application, data: Mapping[str, Any] | None = None) -> SendForm:
    initial = {"pre_accept": found.pre_accept}
    return SendForm(data, initial=initial, note=found.listing.site.state.note)


def _seats_of(found: Application) -> OpenBlock | None:
    if found.block is None:
        return None
    blocks = upcoming_blocks([found.listing], weeks=found.weeks).get(found.listing_id, [])
    return next((one for one in blocks if one.block == found.block), None)


def _send_page(
    request: UserRequest, found: Application, form: SendForm, *, status: int = 200
) -> HttpResponse:
    checks = precheck(found)
    more = {
        "form": form,
        "checks": [check for check in checks if check.rule != "R12"],
        "summary": summary(checks),
        "stops": [check for check in checks if check.blocks],
        "profile": found.learner.learner_profile,
        "seats": _seats_of(found),
        "touching": touching_applications(found),
    }
    return _page(request, "send", found, status=status, **more)
