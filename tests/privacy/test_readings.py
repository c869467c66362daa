"""Who has looked at her papers: hers to see, staff by what they are (promise B8)."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.actions import add_document, read_document, remove_document
from accounts.models import Document
from audit.actions import record
from privacy.queries import in_words, readings
from tests.factories.accounts import (
    DocumentFactory,
    DocumentTypeFactory,
    LearnerFactory,
    PreceptorFactory,
    StaffFactory,
    UserFactory,
)
from tests.privacy.lives import _file

pytestmark = pytest.mark.django_db
LOOKED = reverse("privacy:readings")


@pytest.fixture
def cv(amara):
    kind = DocumentTypeFactory(slug="cv", name="Curriculum vitae (CV)", validity="none")
    return DocumentFactory(owner=amara, type=kind)


def said(person):
    return [(one.reader, one.paper) for one in in_words(readings(person))]


def test_readers_are_named_by_what_they_are(amara, cv):
    staff = StaffFactory(name="Dana Whitlock")
    preceptor = PreceptorFactory(user=UserFactory(name="Ian Whitfield")).user
    for reader in (staff, preceptor, amara):
        read_document(cv, by=reader, address="198.51.100.7")

    assert sorted(said(amara), reverse=True) == [
        ("Dr. Whitfield’s office", "Curriculum vitae (CV)"),
        ("A coordinator", "Curriculum vitae (CV)"),
    ]


def test_whoever_acts_for_a_preceptor_is_her_office(amara, cv):
    preceptor = PreceptorFactory(user=UserFactory(name="Ian Whitfield")).user
    manager = UserFactory(name="Office Manager")
    record("document.read", cv, by=manager, on_behalf_of=preceptor, type="cv")

    assert said(amara) == [("Dr. Whitfield’s office", "Curriculum vitae (CV)")]


def test_turning_pages_is_one_line_a_day(amara, cv):
    staff = StaffFactory()
    for days_ago in (1, 0):
        for page in (1, 2, 3):
            with time_machine.travel(timezone.now() - timedelta(days=days_ago), tick=False):
                read_document(cv, by=staff, address=None, page=page)

    rows = in_words(readings(amara))
    assert [one.times for one in rows] == [3, 3]
    assert rows[0].at > rows[1].at


def test_it_stays_when_the_paper_is_gone(amara, cv):
    paper = add_document(amara, cv.type, _file("new.pdf"), by=amara)
    read_document(paper, by=StaffFactory(), address=None)
    remove_document(paper, by=amara)

    assert said(amara) == [("A coordinator", "Curriculum vitae (CV)")]


def test_nobody_sees_it_of_somebody_else(client, amara, cv):
    read_document(cv, by=StaffFactory(), address=None)
    client.force_login(LearnerFactory().user)

    assert "</b> opened" not in client.get(LOOKED).text


def test_a_download_is_on_the_list(hers, amara, cv, dana, client):
    client.force_login(dana)
    b"".join(client.get(cv.get_absolute_url()))

    page = hers.get(LOOKED)
    assert "<b>A coordinator</b> opened Curriculum vitae (CV)" in page.text
    assert "Dana Whitlock</b>" not in page.text


def test_it_is_paged(hers, amara, cv):
    for _ in range(26):
        read_document(cv, by=StaffFactory(), address=None)

    assert len(hers.get(LOOKED).context["rows"]) == 25
    assert len(hers.get(LOOKED, {"page": 2}).context["rows"]) == 1


@pytest.mark.parametrize("size", [1, 3])
def test_it_takes_as_many_queries_for_three_as_for_one(
    hers, amara, cv, size, django_assert_num_queries
):
    hers.get(LOOKED)
    for _ in range(size):
        read_document(cv, by=PreceptorFactory().user, address=None)

    with django_assert_num_queries(9):
        hers.get(LOOKED)
    assert Document.objects.count() == 1


@pytest.mark.parametrize("size", [1, 3])
def test_the_page_of_her_data_too(hers, amara, cv, size, django_assert_num_queries):
    hers.get(reverse("privacy:home"))
    for _ in range(size):
        read_document(cv, by=PreceptorFactory().user, address=None)

    with django_assert_num_queries(13):
        hers.get(reverse("privacy:home"))
