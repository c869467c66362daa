"""Who talks in a conversation, as what, and until when."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.codes import new_code
from audit.models import Event
from placements.models import Application
from placements.states import PlacementStatus, Status
from tests.factories.accounts import LearnerFactory, PreceptorFactory
from tests.factories.placements import ApplicationFactory, PlacementFactory
from tests.threads.conftest import say
from threads.actions.messages import NoPartOfIt, ThreadClosed
from threads.kinds import Line, Side
from threads.models import Mark, Message, Thread

pytestmark = pytest.mark.django_db


def facts(text="May I come earlier?", **more):
    return {"text": text, "key": new_code(), "after": 0, **more}


def test_each_writes_as_what_she_is(client, talking, dana):
    for person in (talking.learner, talking.host, talking.delegate, dana):
        client.force_login(person)
        answer = client.post(talking.url, facts())
        assert answer.status_code == 302

    lines = [message.by_line for message in Message.objects.filter(kind=Line.TEXT)]
    host = talking.preceptor.address_as
    assert lines == [
        talking.learner.name,
        host,
        f"{talking.delegate.name} for {host}",
        "Dana Whitlock, coordinator",
    ]
    event = Event.objects.filter(verb="message.sent", by=talking.delegate).get()
    assert event.on_behalf_of == talking.host


def test_a_page_shows_who_wrote_and_escapes_it(client, talking):
    say(talking.application, talking.host, "<script>alert(1)</script>\nTwo lines")
    client.force_login(talking.learner)

    page = client.get(talking.url).text

    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>Two lines" in page
    assert "No patient details" in page
    assert 'role="log"' in page


@pytest.mark.parametrize("who", ["other learner", "other preceptor", "past delegate"])
def test_to_anybody_else_it_does_not_exist(client, talking, who):
    say(talking.application, talking.learner)
    if who == "past delegate":
        talking.delegation.ended_at, talking.delegation.ended_by = timezone.now(), talking.host
        talking.delegation.save()
    people = {
        "other learner": lambda: LearnerFactory().user,
        "other preceptor": lambda: PreceptorFactory().user,
        "past delegate": lambda: talking.delegate,
    }
    client.force_login(people[who]())

    assert client.get(talking.url).status_code == 404
    assert client.post(talking.url, facts()).status_code == 404
    assert "unread" not in client.get(reverse("threads:threads")).text
    assert Message.objects.count() == 1


def test_the_office_is_no_part_before_the_request_is_with_it(client, talking):
    Application.objects.filter(pk=talking.application.pk).update(
        status=Status.SUBMITTED, review_started_at=None
    )
    talking.application.refresh_from_db()
    message = say(talking.application, talking.learner)

    client.force_login(talking.host)
    assert client.get(talking.url).status_code == 404
    assert message.thread.wants_staff
    with pytest.raises(NoPartOfIt):
        say(talking.application, talking.host)


def test_a_draft_has_a_conversation_with_a_coordinator(client, dana):
    draft = ApplicationFactory(status=Status.DRAFT)
    client.force_login(draft.learner)
    url = reverse("threads:thread", args=[draft.code])

    assert "Ask your coordinator anything about this rotation." in client.get(url).text
    assert client.post(url, facts()).status_code == 302
    assert Thread.objects.get().wants_staff


def test_the_same_form_twice_is_one_message(client, talking):
    client.force_login(talking.learner)
    posted = facts()

    for _ in range(2):
        assert client.post(talking.url, posted).status_code == 302

    assert Message.objects.count() == 1


def test_what_was_typed_stays_when_it_is_too_long(client, talking):
    client.force_login(talking.learner)

    page = client.post(talking.url, facts("x" * 4001))

    assert page.status_code == 422
    assert "x" * 4001 in page.text
    assert "4000" in page.text
    assert "errsum" in page.text
    assert not Thread.objects.exists()
    assert client.post(talking.url, facts("x" * 4000)).status_code == 302


def test_the_61st_message_in_an_hour_waits(client, talking):
    client.force_login(talking.learner)
    for _ in range(60):
        client.post(talking.url, facts())

    page = client.post(talking.url, facts("The 61st"))

    assert page.status_code == 429
    assert page["Retry-After"]
    assert "The 61st" in page.text
    assert Message.objects.count() == 60


def test_htmx_gets_what_is_new_and_a_fresh_form(client, talking):
    first = say(talking.application, talking.host, "First")
    second = say(talking.application, talking.host, "Second")
    client.force_login(talking.learner)

    answer = client.post(
        talking.url, facts("Third", after=first.pk), headers={"HX-Request": "true"}
    )

    assert answer.status_code == 200
    assert "First" not in answer.text
    assert answer.text.index("Second") < answer.text.index("Third")
    last = Message.objects.last()
    assert f'name="after" value="{last.pk}"' in answer.text
    assert "<html" not in answer.text
    assert second.thread.marks.get(person=talking.learner).read_to == last.pk


def test_htmx_gets_the_form_alone_when_it_is_refused(client, talking):
    client.force_login(talking.learner)

    answer = client.post(talking.url, facts(""), headers={"HX-Request": "true"})

    assert answer.status_code == 422
    assert answer["HX-Retarget"] == "#write"
    assert "<html" not in answer.text


def test_unread_is_counted_for_each_and_shown_to_nobody_else(client, talking):
    for text in ("One", "Two"):
        say(talking.application, talking.host, text)
    client.force_login(talking.learner)
    listed = client.get(reverse("threads:threads")).text
    assert "2 unread" in listed
    assert "(2)" in listed

    client.get(talking.url)

    listed = client.get(reverse("threads:threads")).text
    assert "unread" not in listed
    assert "(2)" not in listed
    client.force_login(talking.host)
    assert "seen" not in client.get(talking.url).text.lower()
    client.force_login(talking.delegate)
    assert "2 unread" in client.get(reverse("threads:threads")).text


def test_an_older_window_takes_no_mark_back(client, talking):
    for number in range(60):
        say(talking.application, talking.host, f"Message {number}")
    client.force_login(talking.learner)
    page = client.get(talking.url)
    assert "Message 9<" not in page.text
    read_to = Mark.objects.get(person=talking.learner).read_to

    earlier = client.get(talking.url, {"before": page.context["talk"].earlier})

    assert "Message 9<" in earlier.text
    assert Mark.objects.get(person=talking.learner).read_to == read_to


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_as_much_for_three_as_for_one(client, rows, django_assert_num_queries):
    learner = LearnerFactory().user
    for _ in range(rows):
        application = ApplicationFactory(learner=learner, status=Status.UNDER_REVIEW)
        say(application, application.listing.preceptor.user)
    client.force_login(learner)

    with django_assert_num_queries(9):
        page = client.get(reverse("threads:threads"))

    assert len(page.context["page"]) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_asks_as_much_for_three_messages_as_for_one(
    client, talking, rows, django_assert_num_queries
):
    for number in range(rows):
        say(talking.application, (talking.host, talking.delegate)[number % 2])
    client.force_login(talking.learner)
    client.get(talking.url)

    with django_assert_num_queries(12):
        client.get(talking.url)


def test_that_a_coordinator_reads_is_remembered_and_shown_once(client, talking, dana):
    say(talking.application, talking.learner)
    client.force_login(dana)

    for _ in range(2):
        page = client.get(talking.url)

    assert page.text.count("A coordinator joined: Dana Whitlock") == 1
    events = Event.objects.filter(verb="thread.read", by=dana)
    assert events.count() == 2
    client.force_login(talking.learner)
    assert "A coordinator joined: Dana Whitlock" in client.get(talking.url).text
    assert not Event.objects.filter(verb="thread.read", by=talking.learner).exists()
    client.get(reverse("privacy:readings"))
    assert "Messages" in client.get(reverse("privacy:readings")).text


def test_a_coordinator_is_asked_and_has_answered(client, talking, dana):
    client.force_login(talking.learner)
    client.post(talking.url, facts(asks_staff="on"))
    client.force_login(dana)
    waits = "Waits for a coordinator"
    assert waits in client.get(reverse("threads:threads")).text

    client.post(talking.url, facts("Of course."))

    assert waits not in client.get(reverse("threads:threads")).text
    message = Message.objects.last()
    assert (message.side, message.thread.wants_staff) == (Side.STAFF, False)
    client.force_login(talking.learner)
    # Who answers a coordinator means her.
    assert client.get(talking.url).context["form"].initial["asks_staff"]


@pytest.mark.parametrize("days", [89, 91])
def test_it_closes_for_writing_ninety_days_after_the_end(client, days):
    now = timezone.now()
    placement = PlacementFactory(
        status=PlacementStatus.COMPLETED, ended_at=now - timedelta(days=days)
    )
    application = placement.application
    with time_machine.travel(now - timedelta(days=100), tick=False):
        Thread.objects.create(application=application)
    client.force_login(placement.learner)
    url = reverse("threads:thread", args=[application.code])

    page, answer = client.get(url), client.post(url, facts())

    if days < 90:
        assert "It takes messages until" in page.text
        assert answer.status_code == 302
        return
    assert "closed for writing" in page.text
    assert "<textarea" not in page.text
    assert answer.status_code == 409
    assert "May I come earlier?" in answer.text
    with pytest.raises(ThreadClosed):
        say(application, placement.learner)
    assert not Message.objects.exists()


def test_a_running_rotation_never_closes(client):
    placement = PlacementFactory(status=PlacementStatus.WRAP_UP)
    client.force_login(placement.learner)
    url = reverse("threads:of_placement", args=[placement.code])

    page = client.get(url, follow=True)

    assert page.redirect_chain[-1][0] == reverse(
        "threads:thread", args=[placement.application.code]
    )
    assert "<textarea" in page.text
