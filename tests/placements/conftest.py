import pytest
from django.test import Client

from placements.models import Application
from tests.factories.placements import ApplicationFactory


@pytest.fixture
def draft() -> Application:
    return ApplicationFactory()


@pytest.fixture
def hers(client, draft) -> Client:
    """A client signed in as the draft's learner."""
    client.force_login(draft.learner)
    return client
