"""People's moments and the machines around the portal; nothing clever."""

import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import Message as Mail
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from django.core.cache import caches
from django.test import Client
from django.utils import timezone
from xdist.scheduler import LoadScopeScheduling

from rotations.search import sets

# Playwright keeps an event loop in the tests' thread; Django would refuse the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# One test builds on another, or all on what is made for the first.
WHOLE = ("tests/ops/test_server.py", "tests/seed/test_demo.py")


class Sharing(LoadScopeScheduling):
    """Processes take test by test, and first the files that stay whole.

    xdist's own groups change a test's id, which pytest does not allow any more: they do nothing.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", maxsplit=1)[0]
        return file if file in WHOLE else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return Sharing(config, log)


@pytest.fixture(autouse=True)
def _forget_local_cache() -> None:
    caches["local"].clear()
    sets.forget()


@pytest.fixture
def soon():
    return timezone.now() + timedelta(days=7)


@pytest.fixture
def second_factor():
    """Staff act only with one."""
    from allauth.mfa.models import Authenticator  # noqa: PLC0415  needs the apps

    def give(user):
        Authenticator.objects.create(
            user=user, type=Authenticator.Type.TOTP, data={"secret": "unused"}
        )
        return user

    return give


@pytest.fixture
def dana(second_factor):
    """A coordinator."""
    from django.contrib.auth.models import Group  # noqa: PLC0415

    from accounts.actions import COORDINATORS, ensure_groups  # noqa: PLC0415
    from tests.factories.accounts import UserFactory  # noqa: PLC0415

    ensure_groups()
    user = second_factor(UserFactory(name="Dana Whitlock", is_staff=True))
    user.groups.add(Group.objects.get(name=COORDINATORS))
    return user


@pytest.fixture
def staff_client(second_factor):
    from tests.factories.accounts import StaffFactory  # noqa: PLC0415  needs the apps

    client = Client()
    client.force_login(second_factor(StaffFactory()))
    return client


class Mailbox:
    """An SMTP server's inbox; ``refuse`` makes it answer like a server that says no."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.refuse = ""
        self.stall: Callable[..., Awaitable[str]] | None = None
        self.port = 0

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        if self.stall:
            return await self.stall(server, session, envelope)
        if self.refuse:
            return self.refuse
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"

    def to(self, address: str) -> list[Mail]:
        return [mail for mail in self.mails if address in str(mail["To"])]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def smtp(settings) -> Iterator[Mailbox]:
    """A real SMTP server in this process, to which the portal delivers."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = mailbox.port = controller.port
    yield mailbox
    controller.stop()
