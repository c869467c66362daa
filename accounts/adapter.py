"""How allauth behaves here: its mail leaves by the outbox, its secrets are encrypted, and whoever
signs in is the one who began to."""

import secrets
from datetime import UTC, datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from accounts.actions import carry_answers, finish_address_change, forget_password
from accounts.answers import answers_of, drop_answers
from accounts.http import remember_roles
from accounts.models import User
from accounts.queries import MOST_AN_HOUR, asked_lately, roles
from accounts.validators import clean_person_name
from outbox.actions import enqueue

ASKER = "signing-in"
# Mails that anybody can have sent to any address; what tells of a change is never held back.
ON_REQUEST = (
    "account/email/account_already_exists",
    "account/email/email_confirmation",
    "account/email/email_confirmation_signup",
    "account/email/login_code",
    "account/email/password_reset_key",
    "account/email/unknown_account",
)


class AccountAdapter(DefaultAccountAdapter):
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Owe the mail. Each is an occasion of its own: a code is asked for anew.

        The sixth within an hour to one address is left out, and the page says nothing of it.
        """
        occasion = "asked" if template_prefix in ON_REQUEST else "account"
        if occasion == "asked" and asked_lately(email) >= MOST_AN_HOUR:
            return
        rendered = self.render_mail(
            template_prefix,
            email,
            {**self._facts(email), **context, **self._links(template_prefix)},
        )
        enqueue(
            "account/frame",
            to=User.objects.filter(email=email.lower()).first() or email,
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

    def pre_login(self, request: HttpRequest, user: User, **facts: Any) -> HttpResponse | None:
        """The first step is done. What a code was asked for, it is used for, or not at all.

        A password that was chosen before anybody proved that the address is hers was perhaps
        chosen by somebody else: who comes by a code the first time signs in without it (A12).
        """
        refusal: HttpResponse | None = super().pre_login(request, user, **facts)
        if refusal:
            return refusal
        if _proved_by_code(request, user):
            if not _is_same(request, user):
                return _begin_again(request)
            if user.last_login is None and user.has_usable_password():
                forget_password(user)
        remember_asker(request, user)
        request.session.cycle_key()
        return None

    def login(self, request: HttpRequest, user: User) -> None:
        """Refuses where the password changed since the first step."""
        if not _is_same(request, user):
            raise ImmediateHttpResponse(_begin_again(request))
        super().login(request, user)
        request.session.pop(ASKER, None)
        if answers := answers_of(request):
            carry_answers(user, answers.facts)
            drop_answers(request)
        remember_roles(request, roles(user))

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        confirmed: bool = super().confirm_email(request, email_address)
        if confirmed:
            finish_address_change(email_address.user, email_address.email)
        return confirmed

    def populate_username(self, request: HttpRequest, user: User) -> None:
        """People have no user names here."""


def remember_asker(request: HttpRequest, user: User | None) -> None:
    """Who is signing in, and by which password she would."""
    known = user and {"user": user.pk, "hash": user.get_session_auth_hash()}
    request.session[ASKER] = known or {}


def _is_same(request: HttpRequest, user: User) -> bool:
    asker = request.session.get(ASKER) or {}
    same = asker.get("user") == user.pk
    return same and constant_time_compare(asker["hash"], user.get_session_auth_hash())


def _proved_by_code(request: HttpRequest, user: User) -> bool:
    records = get_authentication_records(request, user)
    return bool(records) and records[-1]["method"] == "code"


def _begin_again(request: HttpRequest) -> HttpResponse:
    clear_login(request)
    request.session.pop(ASKER, None)
    messages.warning(request, _("Something about your account changed meanwhile. Sign in anew."))
    return redirect("account_login")


class SocialAdapter(DefaultSocialAccountAdapter):
    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[User, str] | None:
        """The account of an address that both its provider and we know to be hers.

        Somebody may have given the address here without ever proving it: then it is nobody's yet,
        and the sign-up form tells her by mail what to do.
        """
        emails = [
            address.email.lower() for address in sociallogin.email_addresses if address.verified
        ]
        ours = EmailAddress.objects.filter(email__in=emails, verified=True, user__is_active=True)
        known = ours.select_related("user").first()
        return known and (known.user, known.email)

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: Any) -> User:
        user: User = super().populate_user(request, sociallogin, data)
        parts = (data.get("first_name"), data.get("last_name"))
        user.name = data.get("name") or " ".join(part for part in parts if part)
        return user

    def get_signup_form_initial_data(self, sociallogin: SocialLogin) -> dict[str, Any]:
        """Her name as the provider knows it; she makes it that of her passport."""
        initial = super().get_signup_form_initial_data(sociallogin)
        return {**initial, "name": clean_person_name(sociallogin.user.name)}


class ResetTokens(PasswordResetTokenGenerator):
    """Django counts the age of a link by the wall clock, which jumps twice a year."""

    def _now(self) -> datetime:
        return datetime.now(UTC).replace(tzinfo=None)


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])


class MFAAdapter(DefaultMFAAdapter):
    """TOTP secrets and recovery seeds are encrypted at rest; the newest key writes."""

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()
