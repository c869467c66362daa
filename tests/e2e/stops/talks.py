"""Conversations, as each person of them sees them."""

from accounts.models import User
from tests.e2e.stops.acts import Stop, send
from tests.e2e.stops.portal import Portal
from threads.models import Thread


def talks(portal: Portal, person: User) -> list[Stop]:
    """A person's conversations, one that takes messages and what it says of an empty one."""
    thread = Thread.objects.visible_to(person).first()
    page = thread.get_absolute_url()
    report = f"/report/?about={thread.application.code}"
    return [
        Stop("/messages/"),
        Stop(page),
        Stop(page, send(shows="#write .errsum")),
        Stop(report),
        Stop(report, send()),
    ]
