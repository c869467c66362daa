"""One person can be several, and works as one at a time."""

import pytest

from accounts.models import User
from tests.factories.accounts import LearnerFactory, PreceptorFactory, UserFactory

pytestmark = pytest.mark.django_db
STARTS = {
    "preceptor": "/inbox/",
    "learner": "/applications/",
    "coordinator": "/admin/",
}


@pytest.fixture
def everything(client, second_factor):
    user = second_factor(UserFactory(is_staff=True, is_superuser=True))
    LearnerFactory(user=user)
    PreceptorFactory(user=user)
    client.force_login(user)
    return client


def links(client):
    return [link["url"] for link in client.get("/guides/").context["nav"]]


def test_the_dashboard_leads_to_the_work_that_others_wait_for(everything):
    assert everything.get("/dashboard/")["Location"] == STARTS["preceptor"]


@pytest.mark.parametrize("role", STARTS)
def test_a_press_of_a_button_changes_what_she_works_as(everything, role):
    everything.get("/dashboard/")

    assert everything.post(f"/dashboard/as/{role}/")["Location"] == "/dashboard/"

    assert everything.get("/dashboard/")["Location"] == STARTS[role]
    assert STARTS[role] in links(everything)
    page = everything.get("/guides/")
    assert {other.value for other in page.context["nav"].others} == STARTS.keys() - {role}
    assert f"/dashboard/as/{role}/" not in page.text


def test_nobody_works_as_what_she_is_not(client):
    client.force_login(LearnerFactory().user)

    assert client.post("/dashboard/as/coordinator/").status_code == 404
    assert client.post("/dashboard/as/nothing/").status_code == 404
    assert client.get("/dashboard/")["Location"] == STARTS["learner"]


def test_a_role_that_is_taken_away_is_gone_on_the_next_request(everything):
    everything.get("/dashboard/")
    everything.post("/dashboard/as/coordinator/")
    User.objects.update(is_staff=False)

    assert everything.get("/dashboard/")["Location"] == STARTS["preceptor"]


def test_somebody_of_one_kind_sees_no_switch(client):
    client.force_login(LearnerFactory().user)
    client.get("/dashboard/")

    assert "Work as" not in client.get("/guides/").text
