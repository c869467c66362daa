"""Learner, author, stranger and staff on the pages about letters and certificates."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import LearnerProfile
from letters.actions.issuing import revoke_document
from letters.models import LetterRequest
from letters.states import LetterStatus
from placements.states import PlacementStatus
from tests.factories.accounts import LearnerFactory, PreceptorFactory, StaffFactory
from tests.factories.letters import IssuedDocumentFactory, LetterRequestFactory
from tests.factories.placements import EvaluationFactory, PlacementFactory, log_all_hours

pytestmark = pytest.mark.django_db

LIST_QUERIES = 6
NOTE = "I cannot recommend this person warmly."


@pytest.fixture
def letter():
    found = LetterRequestFactory()
    found.file.save("r.pdf", ContentFile(b"%PDF-1.7 request"), save=False)
    found.rendered_version = 1
    found.save()
    return found


@pytest.fixture
def placement():
    return PlacementFactory(status=PlacementStatus.COMPLETED)


def learner_of(letter):
    return letter.placement.learner


def author_of(letter):
    return letter.placement.preceptor.user


def packet_of(letter):
    return reverse("letters:packet", args=[letter.token])


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


# Asking


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


# Who sees it


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


# The learner afterwards


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
    assert "five business days" in response.text


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


# The author


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


# Certificates


@pytest.fixture
def document():
    issued = IssuedDocumentFactory()
    issued.file.save("c.pdf", ContentFile(b"%PDF-1.7 certificate"), save=False)
    issued.sha256, issued.rendered_at = "0" * 64, timezone.now()
    issued.save()
    return issued


def certificate_url(document):
    return reverse("letters:certificate", args=[document.code])


def test_certificates_are_for_those_whom_they_concern(client, document, staff_client):
    placement = document.placement
    for user, status in (
        (placement.learner, 200),
        (placement.preceptor.user, 200),
        (LearnerFactory().user, 404),
        (PreceptorFactory().user, 404),
    ):
        client.force_login(user)
        response = client.get(certificate_url(document))
        assert response.status_code == status
        if status == 200:
            assert b"".join(response.streaming_content) == b"%PDF-1.7 certificate"
            assert (
                f'filename="certificate-{document.number}.pdf"' in (response["Content-Disposition"])
            )
    response = staff_client.get(certificate_url(document))
    assert response.status_code == 200
    response.close()


def test_a_certificate_asks_for_sign_in(client, document):
    assert "/accounts/login/" in client.get(certificate_url(document))["Location"]


def test_a_certificate_that_is_being_made_says_so(client):
    document = IssuedDocumentFactory()
    client.force_login(document.placement.learner)
    response = client.get(certificate_url(document))
    assert response.status_code == 202
    assert "being made" in response.text


def test_a_withdrawn_certificate_is_not_handed_out(client, document):
    revoke_document(document, by=StaffFactory(), reason="A test")
    client.force_login(document.placement.learner)
    assert client.get(certificate_url(document))["Location"] == document.get_absolute_url()
