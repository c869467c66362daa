"""How long somebody stays signed in (promise A10)."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.utils import timezone

from tests.factories.accounts import LearnerFactory, StaffFactory

pytestmark = pytest.mark.django_db
PAGE = "/accounts/email/"


def stays(client, *, steps: int, of: timedelta) -> bool:
    """Whether somebody who looks in at each step is still signed in at the last."""
    start = timezone.now()
    for step in range(1, steps + 1):
        with time_machine.travel(start + step * of, tick=False):
            client.get(PAGE)
            if "_auth_user_id" not in client.session:
                return False
    return True


@pytest.mark.parametrize(
    ("steps", "hours", "stayed"),
    [(1, 11.9, True), (1, 12.1, False), (14, 11, True), (16, 11, False)],
)
def test_a_learner_stays_for_12_hours_unused_and_7_days_in_all(client, steps, hours, stayed):
    client.force_login(LearnerFactory().user)

    assert stays(client, steps=steps, of=timedelta(hours=hours)) is stayed


@pytest.mark.parametrize(
    ("steps", "minutes", "stayed"), [(1, 29, True), (1, 31, False), (24, 29, True), (26, 29, False)]
)
def test_staff_stay_for_30_minutes_unused_and_12_hours_in_all(
    client, second_factor, steps, minutes, stayed
):
    client.force_login(second_factor(StaffFactory()))

    assert stays(client, steps=steps, of=timedelta(minutes=minutes)) is stayed


def test_who_is_signed_out_is_asked_to_sign_in_and_brought_back(client, second_factor):
    client.force_login(second_factor(StaffFactory()))

    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        response = client.get("/wallet/")

    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/wallet/"


def test_a_use_is_written_down_once_a_minute(client):
    client.force_login(LearnerFactory().user)
    written = Session.objects.values_list("expire_date", flat=True)
    first = written.get()

    client.get(PAGE)
    assert written.get() == first

    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        client.get(PAGE)
    assert written.get() > first
