"""Staff review papers one after another, the most urgent first."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actions import confirm_dates
from accounts.kinds import RejectReason, Scan
from accounts.models import Document
from placements.states import Status
from tests.factories.accounts import DocumentFactory, DocumentTypeFactory
from tests.factories.placements import ApplicationFactory

pytestmark = pytest.mark.django_db
WAITING = {"verified_at": None, "verified_by": None}
BEGIN = reverse("admin:accounts_document_review")
LIST = reverse("admin:accounts_document_changelist")


@pytest.fixture
def office(client, dana):
    client.force_login(dana)
    return client


def page(paper):
    return reverse("admin:accounts_document_change", args=[paper.pk])


def needed_in(paper, weeks, status=Status.UNDER_REVIEW):
    """It went with an application for a Monday so many weeks ahead."""
    today = timezone.localdate()
    application = ApplicationFactory(learner=paper.owner, status=status)
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)
    type(application).objects.filter(pk=application.pk).update(start_on=monday)
    application.sent_documents.create(document=paper)


@pytest.fixture
def queue():
    """Four that wait, in the order in which they are to be read."""
    late, old, young, soon = (DocumentFactory(**WAITING) for _ in range(4))
    now = timezone.now()
    for paper, hours in ((late, 1), (old, 9), (young, 2), (soon, 0)):
        Document.objects.filter(pk=paper.pk).update(uploaded_at=now - timedelta(hours=hours))
    needed_in(late, 12)
    needed_in(soon, 4)
    return [soon, late, old, young]


def walk(office):
    found, url = [], office.get(BEGIN).url
    while True:
        answer = office.get(url)
        found.append(answer.context["paper"])
        following = answer.context["around"].following
        if following is None:
            return found
        url = reverse("admin:accounts_document_change", args=[following])


def test_the_most_urgent_comes_first_then_the_oldest(office, queue):
    assert walk(office) == queue


def test_a_rotation_that_is_over_makes_nothing_urgent(office, queue):
    needed_in(queue[3], -6)
    needed_in(queue[3], 1, status=Status.WITHDRAWN)

    assert walk(office) == queue


def test_what_nobody_has_to_judge_is_left_out(office, queue):
    DocumentFactory()
    DocumentFactory(superseded_at=timezone.now(), **WAITING)
    DocumentFactory(scan=Scan.WAITING, **WAITING)
    passport = DocumentTypeFactory(slug="passport", name="Passport", is_identity=True)
    DocumentFactory(type=passport, **WAITING)

    assert walk(office) == queue


def test_after_a_decision_the_next_one_opens_and_what_was_passed_over_stays(office, queue):
    first, second, third, last = queue
    assert office.post(page(second), {"_accept": "1"}).url == page(third)

    refusal = {"_refuse": "1", "reason": RejectReason.NOT_SIGNED, "note": ""}
    assert office.post(page(third), refusal).url == page(last)
    assert office.post(page(last), {"_accept": "1"}).url == page(first)
    assert office.post(page(first), {"_accept": "1"}).url == LIST
    assert "No document waits for review." in office.get(LIST).text
    assert office.get(BEGIN).url == LIST


def test_the_page_says_where_it_stands_and_which_keys_it_knows(office, queue):
    text = office.get(page(queue[1])).text

    assert "2 of 4 that wait" in text
    assert "J or N for the next, K for the previous" in text
    assert f'rel="next" data-key="next" href="{page(queue[2])}"' in text
    assert f'rel="prev" data-key="previous" href="{page(queue[0])}"' in text


def test_a_paper_that_was_judged_meanwhile_leads_to_the_first_that_waits(office, queue):
    judged = DocumentFactory()

    text = office.get(page(judged)).text

    assert "4 documents wait" in text
    assert f'rel="next" data-key="next" href="{page(queue[0])}"' in text


def test_a_decision_on_what_came_to_wait_for_the_scanner_is_refused(office, queue, settings):
    settings.CLAMAV_SOCKET = "127.0.0.1:9"

    answer = office.post(page(queue[0]), {"_accept": "1"})

    assert answer.url == page(queue[0])
    assert "Nobody can have read it" in office.get(answer.url).text


def test_the_page_says_whether_the_learner_read_the_dates_once_more(office, queue):
    assert "not confirmed by the learner" in office.get(page(queue[0])).text
    confirm_dates(queue[0], by=queue[0].owner)
    assert "by the learner, " in office.get(page(queue[0])).text

    Document.objects.filter(pk=queue[0].pk).update(issued_on="2020-01-01")

    assert "not confirmed by the learner" in office.get(page(queue[0])).text


def test_who_may_not_review_begins_nothing(office, dana, queue):
    dana.groups.clear()

    assert office.get(BEGIN).status_code == 403


@pytest.mark.parametrize("size", [1, 3])
def test_a_review_page_asks_as_much_for_three_as_for_one(office, size, django_assert_num_queries):
    papers = [DocumentFactory(**WAITING) for _ in range(size)]
    office.get(page(papers[0]))

    with django_assert_num_queries(14):
        assert office.get(page(papers[0])).status_code == 200
