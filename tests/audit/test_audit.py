import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import DatabaseError

from audit.actions import record
from audit.models import Event
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def test_record_keeps_who_did_what():
    user = UserFactory()

    event = record("user.greeted", user, by=user, words="hello")

    assert str(event) == f"user.greeted accounts.user:{user.pk}"
    assert event.detail == {"words": "hello"}


@pytest.mark.parametrize(
    "statement", ["update audit_event set verb = 'x'", "delete from audit_event"]
)
def test_nobody_changes_what_happened(statement):
    record("user.greeted", UserFactory(), by=None)

    with pytest.raises((InternalError, DatabaseError)), transaction.atomic():
        connection.cursor().execute(statement)

    assert Event.objects.get().verb == "user.greeted"
