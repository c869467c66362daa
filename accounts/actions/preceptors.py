"""How somebody becomes a preceptor, and who does her office's work for her."""

from collections.abc import Mapping
from itertools import chain, count

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts import emails
from accounts.actions.verification import ask_registry
from accounts.models import Delegation, Introduction, PreceptorProfile, User
from audit.actions import record


class AlreadyPreceptor(ValidationError):
    """She has a profile; a second one would be somebody else."""

    def __init__(self) -> None:
        super().__init__(_("You have a preceptor’s profile already."), code="preceptor")


def free_slug(name: str) -> str:
    """“helen-castellano”, or with a number behind where that is taken."""
    stem = slugify(name)[:70] or "preceptor"
    taken = set(
        PreceptorProfile.objects.filter(slug__startswith=stem).values_list("slug", flat=True)
    )
    numbered = (f"{stem}-{number}" for number in count(2))
    return next(slug for slug in chain([stem], numbered) if slug not in taken)


@transaction.atomic
def register_preceptor(user: User, *, by: User, facts: Mapping[str, str]) -> PreceptorProfile:
    """A profile at level “Listed”, which hosts nobody until staff verify it; they are told.

    Two people cannot share an NPI: where it is taken, only her introduction has it, and staff
    find out whose it is. Refuses with ``AlreadyPreceptor``.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if PreceptorProfile.objects.filter(user=user).exists():
        raise AlreadyPreceptor
    npi = facts.get("npi", "")
    is_free = npi and not PreceptorProfile.objects.filter(npi=npi).exists()
    preceptor = PreceptorProfile.objects.create(
        user=user,
        slug=free_slug(user.name),
        credential=facts["credential"],
        npi=npi if is_free else None,
    )
    Introduction.objects.create(
        preceptor=preceptor,
        specialty=facts["specialty"],
        state=facts["state"],
        npi=npi,
        words=facts.get("words", ""),
    )
    user.__dict__.pop("practices", None)  # she has one more
    event = record("preceptor.joined", preceptor, by=by)
    emails.preceptor_joined(preceptor, occasion=event)
    if preceptor.npi:
        ask_registry(preceptor, by=by)
    return preceptor


@transaction.atomic
def start_delegation(preceptor: PreceptorProfile, person: User, *, by: User) -> Delegation:
    """From her next request on she acts for the preceptor. Started twice, it is one."""
    PreceptorProfile.objects.select_for_update(no_key=True).get(pk=preceptor.pk)
    found = preceptor.delegations.current().filter(person=person).first()
    if found:
        return found
    if preceptor.user_id == person.pk:
        raise ValidationError(_("Nobody is her own delegate."), code="self")
    delegation = Delegation.objects.create(preceptor=preceptor, person=person)
    record("delegation.started", delegation, by=by)
    person.__dict__.pop("practices", None)
    return delegation


@transaction.atomic
def end_delegation(delegation: Delegation, *, by: User) -> None:
    """She may do nothing more, from her next request on; both are told. Ended twice, it is once."""
    rows = Delegation.objects.select_for_update(no_key=True, of=("self",))
    delegation.refresh_from_db(from_queryset=rows)
    if delegation.ended_at:
        return
    delegation.ended_at, delegation.ended_by = timezone.now(), by
    delegation.save(update_fields=["ended_at", "ended_by"])
    event = record("delegation.ended", delegation, by=by)
    emails.delegation_ended(delegation, occasion=event)


@transaction.atomic
def choose_office_mail(preceptor: PreceptorProfile, *, by: User, wanted: bool) -> None:
    """Whether her delegates get the mails about requests and learners too."""
    if preceptor.office_gets_mail == wanted:
        return
    preceptor.office_gets_mail = wanted
    preceptor.save(update_fields=["office_gets_mail"])
    record("preceptor.office_mail", preceptor, by=by, wanted=wanted)
