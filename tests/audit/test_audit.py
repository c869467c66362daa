from datetime import timedelta

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import DatabaseError
from django.urls import reverse
from django.utils import timezone

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
    "statement",
    [
        "update audit_event set verb = 'x'",
        "update audit_event set address = null",
        "update audit_event set address = null, verb = 'x'",
        "delete from audit_event",
    ],
)
def test_nobody_changes_what_happened(statement):
    user = UserFactory()
    record("user.greeted", user, by=user, address="198.51.100.7")

    with pytest.raises((InternalError, DatabaseError)), transaction.atomic():
        connection.cursor().execute(statement)

    assert Event.objects.get().verb == "user.greeted"


def test_an_erased_persons_address_can_be_taken_out_and_nothing_else():
    user = UserFactory(erased_at=timezone.now())
    event = record("user.greeted", user, by=user, address="198.51.100.7")

    with pytest.raises((InternalError, DatabaseError)), transaction.atomic():
        Event.objects.update(address=None, verb="x")
    Event.objects.update(address=None)

    event.refresh_from_db()
    assert (event.address, event.verb) == (None, "user.greeted")


@pytest.mark.parametrize(("years", "goes"), [(6.99, False), (7.01, True)])
def test_an_event_may_go_after_seven_years(years, goes):
    at = timezone.now() - timedelta(days=years * 365.25)
    Event.objects.create(verb="old", subject="x", subject_id="1", at=at)

    if goes:
        Event.objects.all().delete()
    else:
        with pytest.raises((InternalError, DatabaseError)), transaction.atomic():
            Event.objects.all().delete()

    assert Event.objects.exists() is not goes


def test_changes_in_the_admin_are_remembered_without_names(staff_client):
    person = UserFactory(name="Zyxwina Quibberly")
    address = reverse("admin:accounts_user_change", args=[person.pk])
    fields = {"email": person.email, "name": "Zyxwina Q", "is_active": "on"}

    staff_client.post(address, fields)

    event = Event.objects.get(verb="admin.changed")
    assert event.detail == {"changes": [{"changed": {"fields": ["Full name as in your passport"]}}]}
