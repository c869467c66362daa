"""A school says yes by a link: asked, taken back, answered once."""

from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from clocks.queries import length
from placements import deadlines, emails
from placements.actions.placements import refresh_readiness
from placements.models import Application, Placement, SchoolAnswer, SchoolApproval
from placements.queries import days_to_approve, hours_of, may_ask_school
from rotations.blocks import Block


class SchoolCannotBeAsked(ValidationError):
    """No dates yet, over already, or an address that is no school's."""


class SchoolLinkOver(ValidationError):
    """Answered, taken back or too old: the link does nothing any more."""

    def __init__(self) -> None:
        super().__init__(_("This link has done its work."), code="over")


@transaction.atomic
def ask_school(
    application: Application, *, by: User, official_name: str, official_email: str, program: str
) -> SchoolApproval:
    """Mail the school's official a link that answers for these days; an earlier link ends.

    With a request for other dates waiting, it asks for those.

    Refuses with ``SchoolCannotBeAsked``.
    """
    application.lock()
    if not may_ask_school(application):
        raise SchoolCannotBeAsked(_("There is nothing that a school could approve now."))
    _refuse_own_address(application, official_email)
    now, block = timezone.now(), days_to_approve(application)
    for earlier in application.school_approvals.filter(answered_at=None, revoked_at=None):
        revoke_school(earlier, by=by)
    approval = SchoolApproval.objects.create(
        application=application,
        preceptor=application.listing.preceptor,
        start_on=block.start_on,
        end_on=block.end_on,
        facts=_facts(application, program, block),
        official_name=official_name,
        official_email=official_email,
        asked_at=now,
        asked_by=by,
        expires_at=now + length(deadlines.SCHOOL_LINK),
    )
    event = record("school.asked", approval, by=by)
    emails.school_asked(approval, occasion=event)
    return approval


def _refuse_own_address(application: Application, official_email: str) -> None:
    """Nobody approves herself, and a preceptor is no school."""
    taken = {application.learner.email, application.listing.preceptor.user.email}
    mine = EmailAddress.objects.filter(user=application.learner)
    taken |= set(mine.values_list("email", flat=True))
    if official_email.lower() in {address.lower() for address in taken}:
        raise SchoolCannotBeAsked(
            {"official_email": _("Enter the address of somebody at your school.")}
        )


def _facts(application: Application, program: str, block: Block) -> dict[str, Any]:
    """What the official reads, and signs."""
    learner, listing = application.learner, application.listing
    profile, site = learner.learner_profile, listing.site
    return {
        "learner": learner.name,
        "school": profile.school,
        "program": program,
        "rotation": listing.title,
        "kind": str(listing.get_rotation_type_display()),
        "site": f"{site.name}, {site.city}, {site.state.abbr}",
        "preceptor": listing.preceptor.title,
        "start_on": block.start_on.isoformat(),
        "end_on": block.end_on.isoformat(),
        "weeks": block.weeks,
        "hours": hours_of(block, listing),
    }


@transaction.atomic
def revoke_school(approval: SchoolApproval, *, by: User) -> None:
    """The link ends at once; a yes that was given no longer counts."""
    approval.lock()
    if approval.revoked_at:
        raise SchoolLinkOver
    approval.revoked_at, approval.revoked_by = timezone.now(), by
    approval.save(update_fields=["revoked_at", "revoked_by"])
    record("school.revoked", approval, by=by)
    _look_again(approval)


@transaction.atomic
def answer_school(approval: SchoolApproval, *, address: str | None, **said: Any) -> None:
    """Her word, once, with where it came from. Refuses with ``SchoolLinkOver``.

    ``said`` are ``answer``, ``signed_name``, ``signed_title``, ``note`` and ``reaches_to``.
    """
    approval.lock()
    if approval.state != "waiting":
        raise SchoolLinkOver
    facts = {"answered_at": timezone.now(), "address": address, **said}
    for field, value in facts.items():
        setattr(approval, field, value)
    approval.save(update_fields=list(facts))
    is_yes = approval.answer == SchoolAnswer.YES
    verb = "school.approved" if is_yes else "school.declined"
    event = record(verb, approval, by=None, address=address)
    emails.school_answered(approval, occasion=event)
    _look_again(approval)


def _look_again(approval: SchoolApproval) -> None:
    """A rotation ahead may be ready by it, or no longer."""
    for placement in Placement.objects.live().filter(application=approval.application_id):
        refresh_readiness(placement)
