"""How allauth behaves here: its mail leaves by the outbox, its secrets are encrypted."""

import secrets
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from outbox.actions import enqueue
from outbox.models import Message

# Mails that anybody can have sent to any address; what tells of a change is never held back.
ON_REQUEST = (
    "account/email/account_already_exists",
    "account/email/email_confirmation",
    "account/email/email_confirmation_signup",
    "account/email/login_code",
    "account/email/password_reset_key",
    "account/email/unknown_account",
)
MOST_AN_HOUR = 5


class AccountAdapter(DefaultAccountAdapter):
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Owe the mail. Each is an occasion of its own: a code is asked for anew.

        The sixth within an hour to one address is left out, and the page says nothing of it.
        """
        occasion = "asked" if template_prefix in ON_REQUEST else "account"
        if occasion == "asked" and _asked_lately(email) >= MOST_AN_HOUR:
            return
        rendered = self.render_mail(
            template_prefix,
            email,
            {**self._facts(email), **context, **self._links(template_prefix)},
        )
        enqueue(
            "account/frame",
            to=User.objects.filter(email__iexact=email).first() or email,
            key=f"{occasion}:{secrets.token_hex(8)}",
            context={"title": rendered.subject, "text": rendered.body},
            secret=True,
        )

    def _facts(self, email: str) -> dict[str, Any]:
        return {
            "email": email,
            "portal": settings.PORTAL,
            "current_site": {"name": settings.PORTAL["name"], "domain": settings.SITE_URL},
        }

    def _links(self, template_prefix: str) -> dict[str, str]:
        """Links that the library would build from the request's host."""
        links = {
            "account/email/account_already_exists": (
                "password_reset_url",
                "account_reset_password",
            ),
            "account/email/unknown_account": ("signup_url", "account_signup"),
        }
        if template_prefix not in links:
            return {}
        name, page = links[template_prefix]
        return {name: f"{settings.SITE_URL}{reverse(page)}"}

    def get_from_email(self) -> str:
        return settings.DEFAULT_FROM_EMAIL

    def get_email_confirmation_url(self, _request: HttpRequest, emailconfirmation: Any) -> str:
        path = reverse("account_confirm_email", args=[emailconfirmation.key])
        return f"{settings.SITE_URL}{path}"

    def get_reset_password_from_key_url(self, key: str) -> str:
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "x", "key": "y"})
        return f"{settings.SITE_URL}{path.replace('x-y', key)}"

    def populate_username(self, request: HttpRequest, user: User) -> None:
        """People have no user names here."""


def _asked_lately(email: str) -> int:
    since = timezone.now() - timedelta(hours=1)
    return Message.objects.filter(
        recipient__iexact=email, key__startswith="asked:", created_at__gt=since
    ).count()


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])


class MFAAdapter(DefaultMFAAdapter):
    """TOTP secrets and recovery seeds are encrypted at rest; the newest key writes."""

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()
