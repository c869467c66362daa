"""What changes about people."""

import secrets
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import emails
from accounts.codes import new_code
from accounts.kinds import ConsentKind
from accounts.models import (
    AddressChange,
    Consent,
    LearnerProfile,
    PreceptorProfile,
    User,
)
from audit.actions import record
from clocks.actions import schedule

COORDINATORS = "coordinators"
# Coordinators do the daily work; passports, staff accounts and the audit trail's rows stay closed.
COORDINATOR_MODELS = {
    "accounts": ["user", "learnerprofile", "preceptorprofile", "licence", "document", "documenttype",
                 "consent", "immunizationfact", "invitation", "delegation", "introduction",
                 "boardcertification"],
    "rotations": ["listing", "requirement", "seatweek", "site", "specialty", "state",
                  "cancellationpolicy", "question", "familylimit"],
    "placements": ["application", "placement", "hoursentry", "evaluation", "schoolapproval",
                   "ledgerentry", "receipt", "earning", "preceptorterms", "seatdifference"],
    "threads": ["thread", "message", "attachment", "report", "reportnote"],
    "letters": ["issueddocument", "letterrequest", "matchseason"],
    "guides": ["guide", "page"],
    "outbox": ["message"],
    "clocks": ["due"],
    "privacy": ["export", "retentionrun"],
    "audit": ["event"],
}  # fmt: skip
# What a view_… permission opens beyond the daily work.
NOT_DAILY = ["view_identity_document", "view_report_about_staff"]


@transaction.atomic
def ensure_groups() -> None:
    """The coordinators' group and its permissions; more that staff gave it stay."""
    group, _created = Group.objects.get_or_create(name=COORDINATORS)
    wanted = Permission.objects.none()
    for app, models in COORDINATOR_MODELS.items():
        wanted |= Permission.objects.filter(
            content_type__app_label=app,
            content_type__model__in=models,
            codename__regex=r"^(view|add|change)_",
        ).exclude(codename__in=NOT_DAILY)
    group.permissions.add(*wanted)


def give_consent(
    user: User,
    kind: ConsentKind,
    *,
    version: str,
    address: str | None,
    subject_id: int | None = None,
) -> Consent:
    """Remember that she agreed, to which text, and from where."""
    return Consent.objects.create(
        user=user, kind=kind, version=version, address=address, subject_id=subject_id
    )


def has_consented(user: User, kind: ConsentKind) -> bool:
    return user.consents.filter(kind=kind, withdrawn_at=None).exists()


Profile = LearnerProfile | PreceptorProfile | User


@transaction.atomic
def save_profile(*profiles: Profile, by: User, specialties: Iterable[Any] | None = None) -> None:
    """Keep what forms cleaned into them, and what a learner aims for, if it was asked.

    A learner's first profile is made once.
    """
    for profile in profiles:
        if isinstance(profile, LearnerProfile) and profile._state.adding:  # noqa: SLF001  as Django
            _adopt(profile)
        if isinstance(profile, PreceptorProfile):
            owe_look(profile)
        profile.save()
        if isinstance(profile, LearnerProfile) and specialties is not None:
            profile.specialties.set(specialties)
        record("profile.saved", profile, by=by)


def owe_look(preceptor: PreceptorProfile) -> None:
    """Before it is saved: if she takes more learners at a time, those who wait are looked at."""
    was = PreceptorProfile.objects.values_list("max_learners", flat=True).get(pk=preceptor.pk)
    now = preceptor.max_learners
    if was is not None and (now is None or now > was):
        at = timezone.now()
        schedule("preceptor.limit_changed", preceptor.pk, at=at, occurrence=new_code())


@transaction.atomic
def carry_answers(user: User, facts: Mapping[str, Any]) -> None:
    """What she answered before she had an account, into the empty fields of her profile.

    Who teaches or works here has answered for somebody else.
    """
    if not facts or (not user.is_learner and (user.practices or user.is_staff)):
        return
    mine = user.learner_profile if user.is_learner else LearnerProfile(user=user)
    # Whoever says what she is again, says the rest again: answers about another family stay out.
    if mine.family and facts.get("family", mine.family) != mine.family:
        return
    new = {name: value for name, value in facts.items() if not getattr(mine, name)}
    if new:
        for name, value in new.items():
            setattr(mine, name, value)
        save_profile(mine, by=user)


def _adopt(profile: LearnerProfile) -> None:
    """Take the place of a row that another click made meanwhile."""
    User.objects.select_for_update(no_key=True).get(pk=profile.user_id)
    there = LearnerProfile.objects.filter(user=profile.user_id).values_list("pk", flat=True)
    for key in there:
        profile.pk = key
        profile._state.adding = False  # noqa: SLF001  as Django does


@transaction.atomic
def remove_second_factor(user: User, *, by: User) -> None:
    """For somebody who lost phone and recovery codes; she is told."""
    removed, _models = Authenticator.objects.filter(user=user).delete()
    if not removed:
        raise ValidationError(_("There is no second factor to remove."))
    event = record("account.second_factor_removed", user, by=by)
    emails.second_factor_removed(user, occasion=event)


@transaction.atomic
def forget_password(user: User) -> None:
    """She has none from now on; whoever knew it is out."""
    user.set_unusable_password()
    user.save(update_fields=["password"])
    record("account.password_forgotten", user, by=user)


@transaction.atomic
def ask_address_change(user: User, new: str, *, by: User) -> AddressChange:
    """Remember the wish, and give the old address a link that stops it (promise A11)."""
    key = secrets.token_urlsafe(32)
    change = AddressChange.objects.create(user=user, old=user.email, new=new, key=_hashed(key))
    event = record("account.address_change_asked", user, by=by)
    emails.address_change_asked(change, key, occasion=event)
    return change


def find_address_change(key: str) -> AddressChange | None:
    """The change that this link stops, unless it is too late."""
    return AddressChange.objects.stoppable().filter(key=_hashed(key)).first()


def _hashed(key: str) -> str:
    return sha256(key.encode()).hexdigest()


@transaction.atomic
def finish_address_change(user: User, new: str) -> None:
    """The new address proved to be hers: from now on it is the one."""
    changes = user.address_changes.stoppable().filter(new=new, done_at=None)
    if changes.update(done_at=timezone.now()):
        record("account.address_changed", user, by=user)


@transaction.atomic
def stop_address_change(change: AddressChange) -> None:
    """The old address says no: it is hers again, and whoever is signed in is out.

    Somebody else may know the password, so it is forgotten. Refuses where it was stopped before
    or where the old address is somebody else's by now.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=change.user_id)
    if not user.address_changes.stoppable().filter(pk=change.pk).exists():
        raise ValidationError(_("This was stopped already."), code="stopped")
    if user.email != change.old:
        _put_back(user, change.old)
    user.address_changes.stoppable().update(stopped_at=timezone.now())
    forget_password(user)
    end_sessions(user)
    event = record("account.address_change_stopped", user, by=user)
    emails.address_change_stopped(user, occasion=event)


def _put_back(user: User, address: str) -> None:
    others = EmailAddress.objects.filter(email=address, verified=True).exclude(user=user)
    if others.exists():
        raise ValidationError(_("This address belongs to another account by now."), code="taken")
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
    user.email = address
    user.save(update_fields=["email"])


@transaction.atomic
def replace_address(user: User, *, old: str, by: User) -> None:
    """Staff gave her another address: she proves it when she signs in next; the old one is told."""
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=user.email, verified=False, primary=True)
    end_sessions(user)
    event = record("account.address_replaced", user, by=by)
    emails.address_replaced(user, old, occasion=event)


def end_sessions(user: User) -> None:
    """Sign her out everywhere."""
    for session in UserSession.objects.filter(user=user):
        session.end()


def decline_second_factor(user: User) -> None:
    """She was offered one and said not now: she is not asked again."""
    User.objects.filter(pk=user.pk).update(second_factor_declined_at=timezone.now())
