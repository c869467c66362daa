import pytest
from django.core.cache import cache

from tests.frame.signing import make_person


@pytest.fixture(autouse=True)
def _no_limit_of_another_test(request):
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
        cache.clear()


@pytest.fixture
def person(db):
    return make_person()
