"""The demo's offices: who acts for a preceptor, who was invited, who waits to be verified."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.actions import register_preceptor, start_delegation
from accounts.actions.invitations import VALID
from accounts.codes import digest, new_code
from accounts.models import Delegation, Introduction, Invitation, PreceptorProfile, User
from rotations.models import Specialty
from seed.reading import structure
from seed.scenery import make_user
from seed.stage import acting_at
from seed.vetting import certify

Row = dict[str, Any]
Preceptors = dict[str, PreceptorProfile]


def build_offices(preceptors: Preceptors, staff: dict[str, User]) -> dict[int, User]:
    """Delegates with their preceptors, and invitations in every state; delegates by preceptor."""
    cast = structure("demo/cast.json")
    delegates = {}
    for row in cast["people"]:
        if row["role"] == "delegate":
            preceptor = preceptors[row["preceptor"]]
            delegates[preceptor.pk] = _delegate(row, preceptor)
    for row in cast["several_roles"]:
        _one_more_role(row, preceptors)
    for row in cast["invitations"]:
        _invitation(row, preceptors, staff)
    for row in structure("demo/preceptors.json"):
        if not preceptors[row["key"]].verified_at:
            _introduction(row, preceptors[row["key"]])
    return delegates


def _delegate(row: Row, preceptor: PreceptorProfile) -> User:
    person = make_user(
        row["email"], row["name"], call_me=row["call_me"], time_zone=row["time_zone"]
    )
    since = timezone.now() - timedelta(days=row["days_ago"])
    Delegation.objects.create(preceptor=preceptor, person=person, since=since)
    preceptor.office_gets_mail = True
    preceptor.save(update_fields=["office_gets_mail"])
    return person


def _one_more_role(row: Row, preceptors: Preceptors) -> None:
    """A preceptor who acts for another's office too, and a learner who teaches by now."""
    person = User.objects.get(email=row["email"])
    with acting_at(timezone.now() - timedelta(days=row["days_ago"])):
        if whose := row.get("delegate_of"):
            start_delegation(preceptors[whose], person, by=preceptors[whose].user)
        if facts := row.get("joins"):
            joined = register_preceptor(person, by=person, facts=facts)
            for board in row["boards"]:
                certify(joined, board)


def _invitation(row: Row, preceptors: Preceptors, staff: dict[str, User]) -> None:
    made = timezone.now() - timedelta(days=row["days_ago"])
    preceptor = preceptors.get(row["by"] or "")
    sender = preceptor.user if preceptor else staff.get(row["by"] or "")
    ended = made + timedelta(days=1)
    accepted, revoked = row["state"] == "accepted", row["state"] == "revoked"
    invitation = Invitation.objects.create(
        kind=row["kind"],
        email=row["email"],
        digest=digest(new_code()),
        preceptor=preceptor,
        facts=row.get("facts", {}),
        invited_by=sender,
        expires_at=made + VALID,
        accepted_at=ended if accepted else None,
        accepted_by=User.objects.get(email=row["email"]) if accepted else None,
        revoked_at=ended if revoked else None,
        revoked_by=sender if revoked else None,
    )
    Invitation.objects.filter(pk=invitation.pk).update(created_at=made)


def _introduction(row: Row, preceptor: PreceptorProfile) -> None:
    sites = {site["slug"]: site["state"] for site in structure("demo/sites.json")}
    ago = timedelta(days=row["verification"].get("days_ago", 0) + 1)
    Introduction.objects.create(
        preceptor=preceptor,
        specialty=Specialty.objects.get(slug=row["specialty"]).name,
        state=sites[row["site"]],
        npi=row.get("npi") or "",
        words=row["statement"][:500],
        at=timezone.now() - ago,
    )
