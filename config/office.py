"""The Django admin as this portal's office."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from config.errors import permission_denied

# Daily work first; what only an admin of the machine looks at last.
ORDER = ["placements", "threads", "rotations", "accounts", "letters", "guides", "privacy", "outbox",
         "clocks"]  # fmt: skip
# Their rows are secrets and sessions: nothing to read or edit by hand.
HIDDEN = {"account", "mfa", "socialaccount", "usersessions"}
# Read from the page of the row whose history it is.
UNLISTED = {"pghistory"}


class Office(AdminSite):
    def register(self, model_or_iterable: Any, *arguments: Any, **options: Any) -> None:
        models: Any = (
            [model_or_iterable] if isinstance(model_or_iterable, type) else model_or_iterable
        )
        ours = [model for model in models if model._meta.app_label not in HIDDEN]
        super().register(ours, *arguments, **options)

    def login(self, request: HttpRequest, *_arguments: Any, **_options: Any) -> HttpResponse:
        """No second door: staff sign in where everybody does (promise A8)."""
        if request.user.is_authenticated:
            return permission_denied(request)
        target = request.GET.get("next") or reverse("admin:index")
        return redirect(f"{reverse('account_login')}?{urlencode({'next': target})}")

    def password_change(self, *_arguments: Any, **_options: Any) -> Any:
        """Where a fresh sign-in is asked for and the owner is told (promise A11)."""
        return redirect("account_change_password")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """In the order of the day, not of the alphabet."""
        apps = super().get_app_list(request, app_label)
        listed = [app for app in apps if app["app_label"] not in UNLISTED]
        return sorted(listed, key=lambda app: _place(app["app_label"]))


def _place(label: str) -> int:
    return ORDER.index(label) if label in ORDER else len(ORDER)
