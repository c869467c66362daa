"""What the registry, the clock and her own camera say of the demo's preceptors."""

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.actions import keep_answer, start_licence_clock
from accounts.kinds import BoardStatus, RegistryOutcome
from accounts.models import BoardCertification, Licence, PreceptorProfile, RegistryLookup
from accounts.registry import Answer
from seed.stage import acting_at, sample_portrait


def vet(preceptor: PreceptorProfile, row: dict[str, Any]) -> None:
    """As far as the content says something of it."""
    for board in row["boards"]:
        certify(preceptor, board)
    if row.get("photo") is not None:
        preceptor.photo.save("photo", ContentFile(sample_portrait(row["photo"])))
    for more in row.get("more_licences", []):
        expires_on = timezone.localdate() + timedelta(days=more["expires_in_days"])
        licence = Licence.objects.create(
            preceptor=preceptor, state=more["state"], number=more["number"], expires_on=expires_on
        )
        start_licence_clock(licence)
    if row.get("registry"):
        _ask(preceptor, row["registry"])
    if row.get("suspended_days_ago") is not None:
        preceptor.suspended_at = timezone.now() - timedelta(days=row["suspended_days_ago"])
        preceptor.save(update_fields=["suspended_at"])


def certify(preceptor: PreceptorProfile, row: dict[str, Any]) -> None:
    """Seen with her, unless she has entered it since."""
    today, is_seen = timezone.localdate(), row.get("is_seen", True)
    since, ends = row.get("since_days_ago"), row.get("expires_in_days")
    BoardCertification.objects.create(
        preceptor=preceptor,
        board=row["board"],
        certificate=row["certificate"],
        status=row.get("status", BoardStatus.CERTIFIED),
        since=None if since is None else today - timedelta(days=since),
        expires_on=None if ends is None else today + timedelta(days=ends),
        verified_at=preceptor.verified_at if is_seen else None,
        verified_by=preceptor.verified_by if is_seen else None,
    )


def _ask(preceptor: PreceptorProfile, row: dict[str, Any]) -> None:
    """The registry's answer of that day, kept as a worker keeps it."""
    is_found = row["outcome"] == RegistryOutcome.FOUND
    answer = Answer(
        RegistryOutcome(row["outcome"]),
        names=(row["name"].upper(),) if is_found else (),
        is_individual=True if is_found else None,
        is_active=True if is_found else None,
        taxonomies=(preceptor.taxonomy,) if is_found and preceptor.taxonomy else (),
    )
    with acting_at(timezone.now() - timedelta(days=row["days_ago"])):
        lookup = RegistryLookup.objects.create(preceptor=preceptor, npi=preceptor.npi or "")
        keep_answer(lookup, answer)
