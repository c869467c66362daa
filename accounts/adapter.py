"""How allauth behaves here: its mail leaves by the outbox, its secrets are encrypted."""

import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from outbox.actions import enqueue


class AccountAdapter(DefaultAccountAdapter):
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Owe the mail. Each is an occasion of its own: a code is asked for anew."""
        rendered = self.render_mail(template_prefix, email, {**self._facts(email), **context})
        enqueue(
            "account/frame",
            to=User.objects.filter(email__iexact=email).first() or email,
            key=f"account:{secrets.token_hex(8)}",
            context={"title": rendered.subject, "text": rendered.body},
            secret=True,
        )

    def _facts(self, email: str) -> dict[str, Any]:
        return {
            "email": email,
            "portal": settings.PORTAL,
            "current_site": {"name": settings.PORTAL["name"], "domain": settings.SITE_URL},
        }

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


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])


class MFAAdapter(DefaultMFAAdapter):
    """TOTP secrets and recovery seeds are encrypted at rest; the newest key writes."""

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()
