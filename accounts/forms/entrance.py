"""allauth's forms, where we ask more of them (promises A2, C13, M2)."""

from typing import Any

from allauth.account import forms as account
from allauth.core import context
from allauth.socialaccount import forms as social

from accounts.actions import ask_address_change
from accounts.adapter import remember_asker
from accounts.http import Request
from accounts.models import User
from accounts.validators import check_address


class Spelled:
    """Takes no address that only looks like another one, whatever field it is typed into."""

    fields: dict[str, Any]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for name in {"email", "login"} & self.fields.keys():
            self.fields[name].validators.append(check_address)


class LoginForm(Spelled, account.LoginForm): ...


class ResetPasswordForm(Spelled, account.ResetPasswordForm): ...


class ChangeEmailForm(Spelled, account.ChangeEmailForm): ...


class SocialSignupForm(Spelled, social.SignupForm): ...


class SignupForm(Spelled, account.SignupForm):
    def try_save(self, request: Request) -> Any:
        """A known address takes as long as a new one: hashing a password is what takes time."""
        if self.account_already_exists:
            User().set_password(self.cleaned_data["password1"])
        return super().try_save(request)


class RequestLoginCodeForm(Spelled, account.RequestLoginCodeForm):
    def clean_email(self) -> str:
        email = str(super().clean_email())
        remember_asker(context.request, self._user)
        return email


class AddEmailForm(Spelled, account.AddEmailForm):
    def save(self, request: Request) -> Any:
        """The new address gets a code, the old one a link that stops it."""
        address = super().save(request)
        ask_address_change(self.user, address.email, by=self.user)
        return address
