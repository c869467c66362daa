"""Which mail tells whom about copies and erasures."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import Event
from outbox.actions import enqueue
from privacy.models import Erasure, Export


def _absolute(name: str, *args: object) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=args)}"


def _tell(name: str, to: User, occasion: Event, *, secret: bool = False, **facts: Any) -> None:
    key = f"event:{occasion.pk}"
    enqueue(f"privacy/{name}", to=to, key=key, context=facts, secret=secret)


def export_ready(export: Export, *, occasion: Event) -> None:
    url = f"{settings.SITE_URL}{export.get_absolute_url()}"
    sessions = _absolute("usersessions_list")
    day = timezone.localdate(export.expires_at, export.owner.zone)
    _tell("export_ready", export.owner, occasion, day=day, url=url, sessions_url=sessions)


def export_failed(export: Export, *, occasion: Event) -> None:
    _tell("export_failed", export.owner, occasion, url=_absolute("privacy:home"))


def erasure_requested(erasure: Erasure, *, occasion: Event) -> None:
    """Its link keeps the account without a sign-in, in case somebody else asked."""
    url = f"{settings.SITE_URL}{erasure.get_absolute_url()}"
    day = timezone.localdate(erasure.due_at, erasure.person.zone)
    _tell("erasure_requested", erasure.person, occasion, day=day, url=url, secret=True)


def erasure_cancelled(erasure: Erasure, *, occasion: Event) -> None:
    _tell("erasure_cancelled", erasure.person, occasion, url=_absolute("privacy:home"))


def erasure_held_up(erasure: Erasure, *, occasion: Event, names: list[str]) -> None:
    url = _absolute("privacy:erase")
    _tell("erasure_held_up", erasure.person, occasion, names=names, url=url)


def erased(address: str, *, occasion: Event) -> None:
    """To an address without a person: nothing of it stays once it has left."""
    message = enqueue("privacy/erased", to=address, key=f"event:{occasion.pk}", context={})
    message.fleeting = True
    message.save(update_fields=["fleeting"])


def health_withdrawn(person: User, *, occasion: Event, number: int) -> None:
    url = _absolute("privacy:health")
    _tell("health_withdrawn", person, occasion, number=number, url=url)
