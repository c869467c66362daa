"""Somebody is forgotten: asked for, called off, or done on its day.

What goes and what stays is said in ``privacy.registry``; here it happens.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import end_delegation
from accounts.models import Delegation, User
from audit.actions import record
from audit.models import Event
from clocks.actions import schedule
from privacy import emails
from privacy.actions.files import delete_with_files, files_of, owe_deletion
from privacy.actions.history import share_fate
from privacy.actions.traces import empty_mails, empty_office_log, take_name_out_of_texts
from privacy.models import Erasure, Ground
from privacy.queries import days_of, holdups
from privacy.registry import FATES
from privacy.terms import Term
from rotations.actions.listings import archive_listing, pause_listing
from rotations.kinds import ListingStatus
from rotations.search import entries


class StillBusy(ValidationError):
    """Rotations run or requests are open; ``names`` says which."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        super().__init__(
            _("First this has to end: %(what)s.") % {"what": ", ".join(names)}, code="busy"
        )


class NotForStaff(ValidationError):
    """Whoever runs the portal does not delete herself out of its record."""

    def __init__(self) -> None:
        super().__init__(
            _("A coordinator’s account is deleted by an admin of the portal."), code="staff"
        )


def refuse_while_busy(person: User) -> None:
    """Raises ``StillBusy``."""
    if found := holdups(person):
        raise StillBusy([f"{one.what} ({one.name})" for one in found])


@transaction.atomic
def request_erasure(
    person: User, *, by: User, ground: Ground = Ground.HERSELF, at_once: bool = False
) -> Erasure:
    """Have somebody erased after the days of grace; she is told, with a link to call it off.

    ``at_once`` leaves no days, for staff who were asked so. Asked twice, it is asked once. Refuses with ``StillBusy`` or ``NotForStaff``.
    """
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    person.refresh_from_db()
    if person.erased_at:
        raise ValidationError(_("This account is deleted already."), code="erased")
    if person.is_staff and by.pk == person.pk:
        raise NotForStaff
    refuse_while_busy(person)
    if open_one := Erasure.objects.open().filter(person=person).first():
        return open_one
    now = timezone.now()
    due_at = now + (timedelta() if at_once else days_of(Term.ERASURE_GRACE))
    erasure = Erasure.objects.create(
        person=person, ground=ground, requested_at=now, requested_by=by, due_at=due_at
    )
    event = record("privacy.erasure_asked", erasure, by=by, ground=ground)
    emails.erasure_requested(erasure, occasion=event)
    schedule("privacy.erasure", erasure.pk, at=due_at)
    return erasure


@transaction.atomic
def cancel_erasure(erasure: Erasure, *, by: User | None) -> bool:
    """Keep the account after all; whether it was still to be had."""
    erasure.lock()
    if not erasure.is_open:
        return False
    erasure.cancelled_at = timezone.now()
    erasure.save(update_fields=["cancelled_at"])
    event = record("privacy.erasure_cancelled", erasure, by=by)
    emails.erasure_cancelled(erasure, occasion=event)
    return True


@transaction.atomic
def carry_out(erasure: Erasure) -> bool:
    """Its day has come. Whether she is erased now; what came up since then holds it up."""
    erasure.lock()
    if not erasure.is_open or erasure.due_at > timezone.now():
        return False
    person = User.objects.select_for_update(no_key=True).get(pk=erasure.person_id)
    if found := holdups(person):
        erasure.cancelled_at = timezone.now()
        erasure.save(update_fields=["cancelled_at"])
        event = record("privacy.erasure_held_up", erasure, by=None)
        emails.erasure_held_up(erasure, occasion=event, names=[one.name for one in found])
        return False
    address = person.email
    _sign_out_everywhere(person)
    _erase(person)
    erasure.done_at = timezone.now()
    erasure.save(update_fields=["done_at"])
    emails.erased(address, occasion=record("privacy.erased", erasure, by=None))
    return True


def _erase(person: User) -> None:
    """All of it, in one transaction: half an erasure would be none."""
    _close_listings(person)
    _close_offices(person)
    empty_mails(person)
    empty_office_log(person)
    take_name_out_of_texts(person)
    for fate in FATES:
        rows = fate.model._default_manager.filter(fate.hers(person))
        if fate.deleted:
            delete_with_files(rows)
        else:
            owe_deletion(files_of(rows))
            rows.update(**fate.emptied)
        share_fate(fate, person)
    _empty_account(person)
    Event.objects.filter(by=person).exclude(address=None).update(address=None)


def forget_unconfirmed(people: Iterable[User]) -> None:
    """Those who never showed that an address is theirs, and so were never in; nobody is told."""
    for person in people:
        _erase(person)


def _sign_out_everywhere(person: User) -> None:
    """Each session is opened: the list of sign-ins may lack one, and a session may hold words."""
    hers = [
        session.pk
        for session in Session.objects.iterator()
        if session.get_decoded().get(SESSION_KEY) == str(person.pk)
    ]
    Session.objects.filter(pk__in=hers).delete()


def _close_listings(person: User) -> None:
    if not person.is_preceptor:
        return
    person.preceptor_profile.co_listings.clear()
    listings = list(person.preceptor_profile.listings.all())
    for listing in listings:
        if listing.status == ListingStatus.PUBLISHED:
            pause_listing(listing, by=None)
        if listing.status == ListingStatus.PAUSED:
            archive_listing(listing, by=None)
    # The search forgets her name with the listings, not when somebody next looks.
    entries.rewrite([listing.pk for listing in listings], today=timezone.localdate())


def _close_offices(person: User) -> None:
    """Nobody acts for her any more, nor she for anybody."""
    hers = Q(person=person) | Q(preceptor__user=person)
    for delegation in Delegation.objects.filter(hers, ended_at=None):
        end_delegation(delegation, by=person)


def _empty_account(person: User) -> None:
    """What is left is a number, and what she was here."""
    person.name = _former(person)
    person.email = f"erased-{person.pk}@erased.invalid"
    person.call_me = person.pronouns = person.time_zone = person.language = ""
    person.is_active = person.is_staff = person.is_superuser = False
    person.last_login = None
    person.erased_at = timezone.now()
    person.set_unusable_password()
    person.save()
    person.groups.clear()
    person.user_permissions.clear()


def _former(person: User) -> str:
    if person.is_preceptor:
        return "Former preceptor"
    return "Former learner" if person.is_learner else "Former member"
