import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.core.files.storage import storages
from django.test import Client

from tests.factories.accounts import LearnerFactory, UserFactory

PASSWORD = "quiet harbor lantern nine"


@pytest.fixture(autouse=True)
def private(tmp_path, monkeypatch):
    """The private storage in a folder of its own, so that a test can look at all of it."""
    storage = storages["private"]
    monkeypatch.setitem(storage.__dict__, "base_location", str(tmp_path))
    monkeypatch.setitem(storage.__dict__, "location", str(tmp_path))
    return tmp_path


@pytest.fixture
def amara():
    user = UserFactory(name="Amara Nwosu", password=PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    LearnerFactory(user=user)
    return user


@pytest.fixture
def hers(amara):
    """Signed in by her password; nothing was asked again yet."""
    cache.clear()
    client = Client()
    client.post("/accounts/login/", {"login": amara.email, "password": PASSWORD})
    return client


@pytest.fixture
def confirmed(hers):
    """She gave her password a second time just now."""
    hers.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return hers
