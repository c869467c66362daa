import pytest
from allauth.mfa.models import Authenticator


@pytest.fixture
def second_factor():
    """Staff act only with one."""

    def give(user):
        Authenticator.objects.create(
            user=user, type=Authenticator.Type.TOTP, data={"secret": "unused"}
        )
        return user

    return give
