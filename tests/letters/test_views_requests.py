"""The learner asks for a letter and follows it; who else sees it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import LearnerProfile
from letters.models import LetterRequest
from letters.states import LetterStatus
from placements.states import PlacementStatus
from tests.factories.accounts import LearnerFactory, PreceptorFactory, StaffFactory
from tests.factories.letters import LetterRequestFactory
from tests.factories.placements import EvaluationFactory, PlacementFactory
from tests.letters.requests import NOTE, author_of, learner_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def placement():
    return PlacementFactory(status=PlacementStatus.COMPLETED)


def ask_url(placement):
    return reverse("letters:ask", args=[placement.code])


def answers(**more):
    return {
        "waived": "no",
        "destination": "eras",
        "letter_id": "f7k2-90qm",
        "aamc_id": "1472 5836",
        "specialty_label": "Internal medicine",
        "target_on": (timezone.localdate() + timedelta(days=30)).isoformat(),
        "message": "Would you feel comfortable writing?",
        "share": "on",
        "send": "1",
        **more,
    }


def test_ask_chooses_nothing_for_her(client, placement):
    client.force_login(placement.learner)
    page = client.get(ask_url(placement)).text

    assert "checked" not in page
    assert "would you feel comfortable" in page.lower()
    assert not LetterRequest.objects.exists()


def test_ask_sends(client, placement):
    client.force_login(placement.learner)
    response = client.post(ask_url(placement), answers(), REMOTE_ADDR="192.0.2.9")

    letter = LetterRequest.objects.get()
    assert response["Location"] == letter.get_absolute_url()
    assert (letter.status, letter.waived, letter.letter_id) == ("requested", False, "F7K2-90QM")
    assert LearnerProfile.objects.get(user=placement.learner).aamc_id == "14725836"
    assert "Asked" in client.get(letter.get_absolute_url()).text


def test_ask_names_all_gaps_at_once_and_keeps_what_was_typed(client, placement):
    client.force_login(placement.learner)
    response = client.post(
        ask_url(placement), {"destination": "eras", "message": "Hello <b>you</b>", "send": "1"}
    )

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {
        "waived",
        "letter_id",
        "aamc_id",
        "target_on",
        "share",
    }
    assert "Hello &lt;b&gt;you&lt;/b&gt;" in response.text
    assert not LetterRequest.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("aamc_id", "1472583"),
        ("letter_id", "x y"),
        ("target_on", "0000-13-45"),
        ("target_on", "2001-01-01"),
        ("target_on", "9999-12-31"),
        ("destination", "moon"),
        ("waived", "perhaps"),
        ("message", "x" * 1001),
        ("specialty_label", "x" * 81),
    ],
)
def test_ask_refuses_what_cannot_be(client, placement, field, value):
    client.force_login(placement.learner)
    response = client.post(ask_url(placement), answers(**{field: value}))
    assert response.status_code == 422
    assert field in response.context["form"].errors


def test_ask_keeps_a_draft_with_gaps(client, placement):
    client.force_login(placement.learner)
    response = client.post(ask_url(placement), {"message": "Later"}, follow=True)

    letter = LetterRequest.objects.get()
    assert (letter.status, letter.waived, letter.message) == ("draft", None, "Later")
    assert "Later</textarea>" in response.text
    assert client.get(letter.get_absolute_url())["Location"] == ask_url(placement)


def test_a_draft_can_be_discarded(client, placement):
    client.force_login(placement.learner)
    client.post(ask_url(placement), {"message": "Later"})
    letter = LetterRequest.objects.get()
    client.post(letter.get_absolute_url(), {"move": "cancel"})
    letter.refresh_from_db()
    assert letter.status == LetterStatus.CANCELLED


def test_ask_says_when_it_is_too_early(client):
    placement = PlacementFactory(status=PlacementStatus.READY)
    client.force_login(placement.learner)
    page = client.get(ask_url(placement)).text
    assert "once half of the rotation is done" in page
    assert "<textarea" not in page


def test_ask_leads_to_the_open_request(client, letter):
    client.force_login(learner_of(letter))
    assert client.get(ask_url(letter.placement))["Location"] == letter.get_absolute_url()


def test_nobody_asks_for_another(client, placement):
    for user in (LearnerFactory().user, placement.preceptor.user, StaffFactory()):
        client.force_login(user)
        assert client.get(ask_url(placement)).status_code in {302, 404}
        assert client.post(ask_url(placement), answers()).status_code in {302, 404}
    assert not LetterRequest.objects.exists()


def test_others_find_nothing(client, letter):
    urls = [
        letter.get_absolute_url(),
        reverse("letters:request_pdf", args=[letter.code]),
    ]
    for user in (LearnerFactory().user, PreceptorFactory().user):
        client.force_login(user)
        for url in urls:
            assert client.get(url).status_code == 404
            assert client.post(url, {"move": "cancel", "answer": "decline"}).status_code in {
                404,
                405,
            }
    letter.refresh_from_db()
    assert letter.status == LetterStatus.REQUESTED


def test_a_draft_is_hers_alone(client):
    letter = LetterRequestFactory(status=LetterStatus.DRAFT)
    client.force_login(author_of(letter))
    assert client.get(letter.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("status", LetterStatus)
def test_the_learner_never_reads_what_was_said_in_private(client, status):
    letter = LetterRequestFactory(status=status, decline_note=NOTE)
    EvaluationFactory(placement=letter.placement, signed=True)
    client.force_login(learner_of(letter))
    for url in (letter.get_absolute_url(), ask_url(letter.placement), reverse("letters:requests")):
        response = client.get(url, follow=True)
        assert response.status_code == 200
        assert NOTE not in response.text
        assert letter.token not in response.text


def test_the_learner_reads_what_was_shared(client):
    letter = LetterRequestFactory(
        status=LetterStatus.DECLINED, decline_note="Ask Dr. Lee.", shares_note=True
    )
    client.force_login(learner_of(letter))
    assert "Ask Dr. Lee." in client.get(letter.get_absolute_url()).text


def test_the_learner_cannot_answer_for_the_author(client, letter):
    client.force_login(learner_of(letter))
    response = client.post(letter.get_absolute_url(), {"answer": "agree"})
    assert response.status_code == 422
    letter.refresh_from_db()
    assert letter.status == LetterStatus.REQUESTED


def test_staff_look_and_do_not_act(client, letter, staff_client):
    url = letter.get_absolute_url()
    assert staff_client.get(url).status_code == 200
    assert "Take it back" not in staff_client.get(url).text
    assert staff_client.post(url, {"move": "cancel"}).status_code == 403


def test_uploaded_tells_her_what_to_do(client):
    letter = LetterRequestFactory(status=LetterStatus.UPLOADED)
    client.force_login(learner_of(letter))
    page = client.get(letter.get_absolute_url()).text
    assert "Check MyERAS" in page
    assert "at most four" in page
    assert "Not visible after 5 business days" in page

    client.post(letter.get_absolute_url(), {"move": "confirm"})
    letter.refresh_from_db()
    assert letter.status == LetterStatus.CONFIRMED


def test_not_visible_shows_from_when(client):
    letter = LetterRequestFactory(status=LetterStatus.UPLOADED, uploaded_on=timezone.localdate())
    client.force_login(learner_of(letter))
    url = letter.get_absolute_url()
    assert "tell us from" in client.get(url).text
    response = client.post(url, {"move": "not_visible"})
    assert response.status_code == 422
    assert "5 business days" in response.text


def test_a_state_that_moved_is_409(client, letter):
    LetterRequest.objects.filter(pk=letter.pk).update(status=LetterStatus.UPLOADED)
    client.force_login(learner_of(letter))
    response = client.post(letter.get_absolute_url(), {"move": "cancel"})
    assert response.status_code == 409
    assert "no longer possible" in response.text


def test_a_correction_is_saved(client, letter):
    client.force_login(learner_of(letter))
    data = {"correct": "1", "waived": "no", "letter_id": "abcd-9999"}
    assert client.post(letter.get_absolute_url(), data).status_code == 302
    letter.refresh_from_db()
    assert (letter.waived, letter.letter_id, letter.version) == (False, "ABCD-9999", 2)

    response = client.post(letter.get_absolute_url(), {**data, "letter_id": "!"})
    assert response.status_code == 422
