"""What a preceptor says of herself that staff have to look at: NPI, licences; and her photo."""

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.verification import ask_registry, start_licence_clock
from accounts.models import Licence, PreceptorProfile, User
from audit.actions import record

# Another of these is another clinician, as far as staff know.
CHECKED = ("npi", "credential", "suffix")


@transaction.atomic
def save_credentials(preceptor: PreceptorProfile, *, by: User) -> bool:
    """Keep what a form cleaned into her profile; whether staff have to look at it anew.

    Another NPI or credential drops what they had checked, and the registry is asked again.
    """
    was = PreceptorProfile.objects.select_for_update(no_key=True).get(pk=preceptor.pk)
    changed = [name for name in CHECKED if getattr(was, name) != getattr(preceptor, name)]
    was_checked = bool(was.identity_checked_at or was.verified_at)
    if changed:
        drop_checks(preceptor)
    preceptor.save()
    record("preceptor.credentials_saved", preceptor, by=by, changed=changed)
    if "npi" in changed and preceptor.npi:
        ask_registry(preceptor, by=by)
    return bool(changed) and was_checked


def drop_checks(preceptor: PreceptorProfile) -> None:
    """Nobody has checked her as she is now. The caller saves."""
    preceptor.identity_checked_at = preceptor.identity_checked_by = None
    preceptor.verified_at = preceptor.verified_by = None


def unsee(licence: Licence, was: Licence) -> None:
    """A changed license was not seen. If only its date is new, the old date counts until it comes."""
    is_renewal = (was.state, was.number) == (licence.state, licence.number)
    licence.seen_until = was.good_until if is_renewal else None
    licence.verified_at = licence.verified_by = None


@transaction.atomic
def save_licence(licence: Licence, *, by: User) -> None:
    """Add or change one of hers; staff look at it next, and its clock starts."""
    preceptor = PreceptorProfile.objects.select_for_update(no_key=True).get(pk=licence.preceptor_id)
    was = Licence.objects.filter(pk=licence.pk).first()
    if was is not None:
        if _facts(was) == _facts(licence):
            return
        unsee(licence, was)
    licence.save()
    record("licence.saved", licence, by=by, state=licence.state)
    start_licence_clock(licence)
    _look_at_bare(preceptor)


def _facts(licence: Licence) -> tuple[object, ...]:
    return (licence.state, licence.number, licence.expires_on)


@transaction.atomic
def remove_licence(licence: Licence, *, by: User) -> None:
    """Take one out. Refuses the last that counts while she is verified by it."""
    preceptor = PreceptorProfile.objects.select_for_update(no_key=True).get(pk=licence.preceptor_id)
    today = timezone.localdate()
    others = preceptor.licences.exclude(pk=licence.pk)
    is_last = licence.is_good_on(today) and not any(one.is_good_on(today) for one in others)
    if preceptor.verified_at and is_last:
        raise ValidationError(
            _("You are verified by this license. Add another one first, and we look at it."),
            code="last",
        )
    record("licence.removed", licence, by=by, state=licence.state)
    licence.delete()


def _look_at_bare(preceptor: PreceptorProfile) -> None:
    """Whoever changed the only license that staff had seen is not verified by anything now."""
    today = timezone.localdate()
    if preceptor.verified_at and not any(one.good_until for one in preceptor.licences.all()):
        preceptor.verified_at = preceptor.verified_by = None
        preceptor.save(update_fields=["verified_at", "verified_by"])
        record("preceptor.unverified", preceptor, by=None, day=f"{today}")


@transaction.atomic
def keep_photo(preceptor: PreceptorProfile, content: bytes, *, by: User) -> None:
    """Show this picture; the one before is deleted."""
    _replace_photo(preceptor, content)
    record("preceptor.photo_saved", preceptor, by=by)


@transaction.atomic
def remove_photo(preceptor: PreceptorProfile, *, by: User) -> None:
    _replace_photo(preceptor, b"")
    record("preceptor.photo_removed", preceptor, by=by)


def _replace_photo(preceptor: PreceptorProfile, content: bytes) -> None:
    now = PreceptorProfile.objects.select_for_update(no_key=True).get(pk=preceptor.pk)
    old, storage = now.photo.name or "", now.photo.storage
    if content:
        preceptor.photo.save("photo", ContentFile(content), save=False)
    else:
        preceptor.photo = ""
    try:
        preceptor.save(update_fields=["photo"])
    except Exception:
        if content:
            preceptor.photo.delete(save=False)
        raise
    if old:
        transaction.on_commit(lambda: storage.delete(old))
