"""What the apps above ``accounts`` do when somebody signs in; that app knows none of them."""

from django.http import HttpRequest

from accounts.adapter import AccountAdapter
from accounts.models import User
from rotations.views.shelf import bring_along


class Adapter(AccountAdapter):
    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        bring_along(request, user)
