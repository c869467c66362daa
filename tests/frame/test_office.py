"""The admin as the portal's office: its front page."""

import pytest
from django.urls import reverse

from tests.factories.accounts import DocumentFactory, DocumentTypeFactory

pytestmark = pytest.mark.django_db


def front(client):
    return client.get(reverse("admin:index"))


def test_daily_work_comes_first_and_no_librarys_rows_show(staff_client):
    apps = [app["app_label"] for app in front(staff_client).context["app_list"]]

    assert apps[:3] == ["placements", "threads", "rotations"]
    assert not {"account", "mfa", "pghistory", "socialaccount", "usersessions"} & set(apps)


def test_one_is_one_and_two_are_two(staff_client):
    DocumentFactory(verified_at=None, verified_by=None)
    assert "<b>1</b> document to review" in front(staff_client).text

    DocumentFactory(verified_at=None, verified_by=None)
    assert "<b>2</b> documents to review" in front(staff_client).text


def test_a_passport_counts_only_for_who_may_open_it(staff_client, client, dana):
    passport = DocumentTypeFactory(is_identity=True)
    DocumentFactory(type=passport, verified_at=None, verified_by=None)

    assert "<b>1</b> document to review" in front(staff_client).text
    client.force_login(dana)
    assert "<b>0</b> documents to review" in front(client).text
