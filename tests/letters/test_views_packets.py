"""The author's page, with and without a password."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from letters.models import LetterRequest
from letters.states import LetterStatus
from tests.factories.accounts import PreceptorFactory
from tests.factories.letters import LetterRequestFactory
from tests.factories.placements import EvaluationFactory, log_all_hours
from tests.letters.requests import NOTE, author_of, learner_of

pytestmark = pytest.mark.django_db

LIST_QUERIES = 8


def packet_of(letter):
    return reverse("letters:packet", args=[letter.token])


def test_the_packet_tells_all_without_a_password(client, letter):
    log_all_hours(letter.placement)
    EvaluationFactory(placement=letter.placement, signed=True)
    profile = learner_of(letter).learner_profile
    profile.aamc_id = "14702398"
    profile.save()
    response = client.get(packet_of(letter))

    for part in (
        learner_of(letter).name,
        "University of Lagos, Nigeria, graduated 2023",
        "14702398",
        "F7K2-90QM",
        "Waived",
        "160 hours",
        "4 of 5",
        "I write this letter",
        "I cannot write this letter",
        "I have uploaded it",
    ):
        assert part in response.text
    assert "noindex" in response["X-Robots-Tag"]
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"
    assert learner_of(letter).email not in response.text


def test_looking_at_the_packet_changes_nothing(client, letter):
    for _ in range(3):
        client.head(packet_of(letter))
        client.get(packet_of(letter), {"answer": "agree"})
    letter.refresh_from_db()
    assert letter.status == LetterStatus.REQUESTED


@pytest.mark.parametrize("answer", ["", "perhaps"])
def test_what_is_no_answer_is_refused(client, letter, answer):
    assert client.post(packet_of(letter), {"answer": answer}).status_code == 422

    letter.refresh_from_db()
    assert letter.status == LetterStatus.REQUESTED


@pytest.mark.parametrize("door", ["link", "account"])
def test_the_author_agrees_and_attests(client, letter, door):
    url = packet_of(letter) if door == "link" else letter.get_absolute_url()
    if door == "account":
        client.force_login(author_of(letter))
    day = timezone.localdate() + timedelta(days=9)

    response = client.post(url, {"answer": "agree", "agree-promised_on": day.isoformat()})
    assert response["Location"] == url
    assert "You agreed to write it" in client.get(url).text
    client.post(url, {"answer": "attest", "attest-uploaded_on": timezone.localdate().isoformat()})
    assert "Nothing is left to do" in client.get(url).text

    letter.refresh_from_db()
    assert (letter.status, letter.promised_on) == ("uploaded", day)


def test_the_author_declines_in_private(client, letter):
    client.post(packet_of(letter), {"answer": "decline", "decline-note": NOTE})
    letter.refresh_from_db()
    assert (letter.status, letter.decline_note) == ("declined", NOTE)

    client.force_login(learner_of(letter))
    page = client.get(letter.get_absolute_url()).text
    assert "could not be written" in page
    assert NOTE not in page


def test_a_link_that_ended_is_like_one_that_never_was(client, letter):
    never = client.get("/l/nothing-like-it-was-ever/")
    LetterRequest.objects.filter(pk=letter.pk).update(token_expires_at=timezone.now())
    ended = client.get(packet_of(letter))

    assert never.status_code == ended.status_code == 404
    assert learner_of(letter).name not in ended.text
    assert client.post(packet_of(letter), {"answer": "agree"}).status_code == 404
    assert client.get(reverse("letters:packet_pdf", args=[letter.token])).status_code == 404


@pytest.mark.parametrize(
    "status", [LetterStatus.DECLINED, LetterStatus.CANCELLED, LetterStatus.EXPIRED]
)
def test_a_link_dies_with_its_request(client, status):
    assert client.get(packet_of(LetterRequestFactory(status=status))).status_code == 404


def test_the_learner_cannot_open_the_authors_link(client, letter):
    client.force_login(learner_of(letter))
    assert client.get(packet_of(letter)).status_code == 404
    assert client.post(packet_of(letter), {"answer": "agree"}).status_code == 404


@pytest.mark.parametrize(
    "data",
    [
        {"answer": "attest", "attest-uploaded_on": ""},
        {"answer": "attest", "attest-uploaded_on": "2999-01-01"},
        {"answer": "agree", "agree-promised_on": "2001-01-01"},
        {"answer": "agree", "agree-promised_on": "soon"},
        {"answer": "decline", "decline-note": "x" * 601},
    ],
)
def test_a_bad_answer_is_kept_and_explained(client, letter, data):
    response = client.post(packet_of(letter), data)
    assert response.status_code == 422
    assert "There is a problem" in response.text
    letter.refresh_from_db()
    assert letter.status == LetterStatus.REQUESTED


def test_an_answer_to_a_moved_request_is_409(client, letter):
    LetterRequest.objects.filter(pk=letter.pk).update(status=LetterStatus.UPLOADED)
    response = client.post(packet_of(letter), {"answer": "agree"})
    assert response.status_code == 409
    assert "no longer possible" in response.text


def test_the_request_pdf_is_for_keeping(client, letter):
    client.force_login(learner_of(letter))
    for url in (
        reverse("letters:request_pdf", args=[letter.code]),
        reverse("letters:packet_pdf", args=[letter.token]),
    ):
        if "/l/" in url:
            client.logout()
        response = client.get(url)
        assert b"".join(response.streaming_content) == b"%PDF-1.7 request"
        assert response["Content-Disposition"] == 'attachment; filename="letter-request.pdf"'
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in response["Content-Security-Policy"]
        assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("size", [1, 3])
def test_the_authors_list_takes_the_same_queries(client, size, django_assert_num_queries):
    preceptor = PreceptorFactory()
    for _ in range(size):
        LetterRequestFactory(placement__application__listing__preceptor=preceptor)
    client.force_login(preceptor.user)
    client.get(reverse("letters:requests"))

    with django_assert_num_queries(LIST_QUERIES):
        response = client.get(reverse("letters:requests"))
    assert len(response.context["page"]) == size


def test_the_authors_list_begins_with_what_waits(client):
    preceptor = PreceptorFactory()
    ended, waiting, draft = (
        LetterRequestFactory(placement__application__listing__preceptor=preceptor, status=status)
        for status in (LetterStatus.DECLINED, LetterStatus.REQUESTED, LetterStatus.DRAFT)
    )
    client.force_login(preceptor.user)
    page = client.get(reverse("letters:requests")).context["page"]
    assert list(page) == [waiting, ended]
    assert draft not in page
