"""The link in a preceptor's mail: looking changes nothing, a button answers, for one request."""

from datetime import timedelta

import pytest
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from placements.actions.applications import request_changes
from placements.links import SALT, read, review_url
from placements.models import Application
from placements.states import DeclineReason, Status
from rotations.models import SeatWeek
from tests.factories.accounts import (
    DocumentFactory,
    DocumentTypeFactory,
    PreceptorFactory,
    StaffFactory,
)
from tests.factories.placements import ApplicationFactory
from tests.factories.rotations import RequirementFactory, open_seats

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked():
    return ApplicationFactory(status=Status.UNDER_REVIEW)


def path_of(application):
    address = review_url(application, application.listing.preceptor.user)
    assert address.startswith("http://testserver/r/")
    return address.removeprefix("http://testserver")


def status_of(application):
    return Application.objects.get(pk=application.pk).status


def test_looking_changes_nothing(client, asked):
    path = path_of(asked)
    before = Application.objects.values().get(pk=asked.pk)

    for look in (client.head, client.get, client.get, client.get):
        page = look(path)
        assert page.status_code == 200

    assert Application.objects.values().get(pk=asked.pk) == before
    assert asked.learner.name in page.text
    assert page["X-Robots-Tag"] == "noindex"
    assert "no-store" in page["Cache-Control"]


def test_a_button_confirms_without_a_sign_in(client, asked):
    path = path_of(asked)

    answer = client.post(path, follow=True)

    asked.refresh_from_db()
    assert (asked.status, asked.offered_by) == (Status.OFFERED, asked.listing.preceptor.user)
    assert answer.redirect_chain == [(path, 302)]
    assert f"Offer made to {asked.learner.name}" in answer.text
    assert "You can undo until" in answer.text
    assert "_auth_user_id" not in client.session


def test_a_button_declines_with_a_reason(client, asked):
    path = path_of(asked)

    refused = client.post(path, {"decline": "1", "note": "Good luck, Amara"})
    assert refused.status_code == 422
    assert "Good luck, Amara" in refused.text
    assert f'action="{path}"' in refused.text

    client.post(path, {"decline": "1", "reason": DeclineReason.AWAY, "note": "Good luck, Amara"})
    assert status_of(asked) == Status.DECLINED


def test_a_full_block_is_409_here_too(client, asked):
    SeatWeek.objects.update(taken=2)
    path = path_of(asked)

    answer = client.post(path)

    assert answer.status_code == 409
    assert "Filled a moment ago" in answer.text
    assert f"{path}#decline" in answer.text
    assert reverse("placements:inbox") not in answer.text.split("<main")[1]


@pytest.mark.parametrize(
    "status",
    [Status.WITHDRAWN, Status.NO_RESPONSE, Status.DECLINED, Status.ACCEPTED, Status.CLOSED],
)
def test_a_request_that_has_ended_says_so_and_takes_no_answer(client, asked, status):
    path = path_of(asked)
    Application.objects.filter(pk=asked.pk).update(status=status, ended_at=timezone.now())

    page = client.get(path)
    answer = client.post(path)
    again = client.post(path, {"decline": "1", "reason": DeclineReason.AWAY})

    assert "Nothing to answer here" in page.text
    assert asked.learner.learner_profile.school not in page.text
    assert "<button" not in page.text.split("<main")[1].split("</main")[0]
    assert answer.status_code == again.status_code == 409
    assert status_of(asked) == status


def test_a_link_of_an_earlier_round_is_over(client, asked):
    path = path_of(asked)
    later = timezone.now() + timedelta(seconds=5)
    Application.objects.filter(pk=asked.pk).update(review_started_at=later)

    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404
    assert status_of(asked) == Status.UNDER_REVIEW


def test_a_link_of_somebody_who_left_the_listing_is_over(client, asked):
    path = path_of(asked)
    asked.listing.preceptor = PreceptorFactory()
    asked.listing.save()

    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404


def test_a_link_opens_its_own_request_only(client, asked):
    other = ApplicationFactory(listing=asked.listing, status=Status.UNDER_REVIEW)

    client.post(path_of(asked))

    assert status_of(other) == Status.UNDER_REVIEW


def test_an_offer_that_cannot_be_made_says_why_on_the_same_page(client, asked):
    path = path_of(asked)
    asked.listing.preceptor.suspended_at = timezone.now()
    asked.listing.preceptor.suspended_by = StaffFactory()
    asked.listing.preceptor.save()

    answer = client.post(path)

    assert answer.status_code == 422
    assert "This listing cannot make offers now." in answer.text
    assert f'action="{path}"' in answer.text


def test_the_link_of_a_closed_account_is_over(client, asked):
    path = path_of(asked)
    asked.listing.preceptor.user.is_active = False
    asked.listing.preceptor.user.save()

    assert client.post(path).status_code == 404
    assert status_of(asked) == Status.UNDER_REVIEW


@pytest.mark.parametrize(
    "token",
    ["x", "a:b:c", "A" * 10_000, "..", "%00", "é", "eyJh:1:2", "null", "' OR 1=1 --"],
)  # fmt: skip
@pytest.mark.parametrize("how", ["get", "head", "post"])
def test_a_garbled_link_finds_nothing(client, asked, token, how):
    answer = getattr(client, how)(reverse("placements:link", args=["T"]).replace("T", token))

    assert answer.status_code in {400, 404}
    assert status_of(asked) == Status.UNDER_REVIEW


@pytest.mark.parametrize("claim", [[1], [1, 2], [1, 2, 3, 4, 5, 6], {}, 5, None, "abc",
                                   [None, None, None, "", ""], [[], {}, 1, "", ""],
                                   ["x", 1, 1, "", ""], [10**30, 1, 1, "", ""]])  # fmt: skip
def test_our_signature_under_another_claim_finds_nothing(client, claim):
    token = signing.dumps(claim, salt=SALT, compress=True)

    assert client.get(reverse("placements:link", args=[token])).status_code == 404


def test_one_changed_letter_finds_nothing(asked):
    token = path_of(asked).rstrip("/").rpartition("/")[2]

    assert read(token)
    for place in range(len(token)):
        other = "A" if token[place] != "A" else "B"
        changed = token[:place] + other + token[place + 1 :]
        # The last letter of base64 carries bits that nobody reads.
        assert read(changed) is None or place == len(token) - 1


def test_another_purposes_signature_is_no_link(client, asked):
    token = signing.dumps([asked.pk, asked.listing.preceptor_id, ""], salt="letters.packet")

    assert client.get(reverse("placements:link", args=[token])).status_code == 404


def test_a_link_opens_no_files(client, asked):
    kind = DocumentTypeFactory(slug="cv", name="Curriculum vitae")
    RequirementFactory(listing=asked.listing, type=kind, site_sees_file=True)
    paper = DocumentFactory(owner=asked.learner, type=kind)
    asked.sent_documents.create(document=paper)

    assert paper.code not in client.get(path_of(asked)).text


def test_no_answer_without_the_forms_token(asked):
    from django.test import Client  # noqa: PLC0415

    assert Client(enforce_csrf_checks=True).post(path_of(asked)).status_code == 403
    assert status_of(asked) == Status.UNDER_REVIEW


def test_undo_by_link_within_two_minutes(client, asked):
    path = path_of(asked)
    client.post(path)

    answer = client.post(path, {"undo": "1"}, follow=True)

    assert status_of(asked) == Status.UNDER_REVIEW
    assert "Taken back." in answer.text
    assert {week.taken for week in SeatWeek.objects.filter(listing=asked.listing)} == {0}


def test_other_dates_go_along_with_a_decline(client, asked):
    start_on = asked.start_on + timedelta(weeks=asked.weeks)
    open_seats(asked.listing, asked.weeks, start_on=start_on)

    nothing = client.post(path_of(asked), {"suggest": "1"})
    client.post(path_of(asked), {"suggest": "1", "dates": f"{start_on}"})

    asked.refresh_from_db()
    assert nothing.status_code == 422
    assert (asked.status, asked.decline_reason) == (Status.DECLINED, DeclineReason.DATES)
    assert f"{start_on:%b} {start_on.day}" in asked.note


def test_dates_that_are_not_free_are_not_proposed(client, asked):
    answer = client.post(path_of(asked), {"suggest": "1", "dates": "2031-01-06"})

    assert answer.status_code == 422
    assert status_of(asked) == Status.UNDER_REVIEW


def test_the_time_to_answer_ends_the_link_even_before_the_clock(client, asked):
    Application.objects.filter(pk=asked.pk).update(reply_by=timezone.now() - timedelta(seconds=1))

    assert "The time to answer is over" in client.get(path_of(asked)).text
    assert client.post(path_of(asked)).status_code == 409
    assert status_of(asked) == Status.UNDER_REVIEW


def test_while_the_learner_is_asked_it_says_so(client, asked):
    path = path_of(asked)
    request_changes(asked, by=StaffFactory(), note="Which dates?")

    assert "comes back to you with a new mail" in client.get(path).text


def test_a_new_password_ends_the_links_in_older_mails(client, asked):
    path, host = path_of(asked), asked.listing.preceptor.user
    host.set_password("another pass phrase")
    host.save()

    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404
    assert status_of(asked) == Status.UNDER_REVIEW
