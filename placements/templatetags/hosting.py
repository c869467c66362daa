"""How a preceptor reads a request and a learner: seats, background, rules about somebody else."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django_countries import countries

from accounts.kinds import Ecfmg, Family, VisaPlan
from accounts.models import Document, User
from accounts.models.learner import Exam
from placements.models import Application, Placement
from placements.queries import Case, cases_of
from placements.states import Status
from placements.templatetags.standing import day_of as words_of_day
from rotations.eligibility import UNKNOWN, Check

register = template.Library()

MOST_PIPS = 8
TOLD = (
    "family",
    "citizenship",
    "school",
    "school_country",
    "graduation_on",
    "step1",
    "step2",
    "step3",
    "ecfmg",
    "visa_plan",
    "languages",
    "aims",
    "goals",
)


@register.inclusion_tag("placements/components/seats.html")
def seats(free: int, capacity: int) -> dict[str, Any]:
    """“2 seats left”, with a filled pip for each; too many to count are left to the words."""
    pips = [n < free for n in range(capacity)] if free > 0 and capacity <= MOST_PIPS else []
    tone = "" if free < 1 else "warn" if free == 1 else "ok"
    return {"free": free, "capacity": capacity, "pips": pips, "tone": tone}


def told(application: Application) -> Mapping[str, str]:
    """What the learner said when she sent it; what her profile says where nothing was kept."""
    if application.answers:
        return {name: application.answers.get(name) or "" for name in TOLD}
    profile = getattr(application.learner, "learner_profile", None)
    return {name: str(getattr(profile, name, None) or "") for name in TOLD}


def _label(kinds: Any, value: str) -> str:
    return str(kinds(value).label) if value in kinds.values else ""


@register.simple_tag
def background(application: Application, school: bool = False) -> str:  # noqa: FBT001, FBT002
    """“International medical graduate (IMG), Nigeria, 2023”; with ``school``, its name too."""
    said = told(application)
    parts = [
        _label(Family, said["family"]),
        said["school"] if school else "",
        countries.name(said["school_country"]),
        said["graduation_on"][:4],
    ]
    return ", ".join(part for part in parts if part)


@register.simple_tag
def case_of(application: Application) -> Case:
    """For a mail: seats before it, and the listing's rules held to it."""
    return cases_of([application])[0]


@register.simple_tag
def facts_of(application: Application) -> list[tuple[str, str]]:
    """The rest of what she told, as pairs of a name and words; empty ones are left out."""
    said = told(application)
    facts = [
        (_("Aims for"), said["aims"]),
        (_("In own words"), said["goals"]),
        (_("Languages"), said["languages"]),
        (_("Exams"), _exams(said)),
        (_("Citizenship"), countries.name(said["citizenship"])),
        (_("Visa plan"), _label(VisaPlan, said["visa_plan"])),
    ]
    return [(name, words) for name, words in facts if words]


def _exams(said: Mapping[str, str]) -> str:
    names = {"step1": _("Step 1"), "step2": _("Step 2 CK"), "step3": _("Step 3")}
    taken = [
        f"{name}: {_label(Exam, said[field]).lower()}"
        for field, name in names.items()
        if said[field]
    ]
    if said["ecfmg"] and said["ecfmg"] != Ecfmg.NOT_BEGUN:
        taken.append(_("ECFMG: %(stand)s") % {"stand": _label(Ecfmg, said["ecfmg"]).lower()})
    return ", ".join(taken)


@register.simple_tag
def host_words(check: Check, learner: User) -> str:
    """Why a rule is open. ``check.text`` speaks to the learner; this speaks of her."""
    if check.rule == "R8" and check.document:
        return _("From another state: it counts if it is a compact license")
    if check.document:
        return _paper_words(_paper(learner, check.document))
    return _("The profile does not say") if check.state == UNKNOWN else _("Not met")


def _paper(learner: User, slug: str) -> Document | None:
    """Her current papers are loaded with the case."""
    papers = getattr(learner, "current_papers", [])
    return next((paper for paper in papers if paper.type.slug == slug), None)


def _paper_words(paper: Document | None) -> str:
    if paper is None:
        return _("Not there yet")
    if paper.rejected_at:
        return _("Not accepted, a new one is asked for")
    if paper.verified_at is None:
        return _("Sent, a coordinator checks it")
    return _("Accepted, but does not count for all of these dates")


@register.simple_tag
def day_of(placement: Placement) -> str:
    return words_of_day(placement)


@register.simple_tag
def what_happened(application: Application) -> str:
    """Where a request stands that its preceptor has nothing to answer to."""
    words = {
        Status.UNDER_REVIEW: _("The time to answer is over, and the request lapses now."),
        Status.CHANGES_REQUESTED: _(
            "We asked %(name)s something first. The request comes back to you with a new mail."
        ),
        Status.WAITLISTED: _("%(name)s is on the waitlist for these dates."),
        Status.OFFERED: _("You made %(name)s an offer. We write to you when there is an answer."),
        Status.ACCEPTED: _("%(name)s has accepted your offer and comes on these dates."),
        Status.DECLINED: _("This request of %(name)s is declined."),
        Status.OFFER_DECLINED: _("%(name)s did not take the seat. It is free again."),
        Status.OFFER_EXPIRED: _("%(name)s did not answer your offer in time. The seat is free."),
        Status.NO_RESPONSE: _("No answer came in time, so the request of %(name)s has lapsed."),
        Status.WITHDRAWN: _("%(name)s has withdrawn this request."),
    }
    said = words.get(Status(application.status), _("This request of %(name)s is closed."))
    return said % {"name": application.learner.name}
