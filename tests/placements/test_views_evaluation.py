"""The evaluation: saved at each tap, signed once, then read."""

import pytest
from django.urls import reverse

from placements.models import Evaluation
from placements.models.evaluation import Competency
from placements.states import PlacementStatus
from rotations.kinds import HandsOn, RotationType
from tests.factories.accounts import StaffFactory
from tests.factories.placements import EvaluationFactory, PlacementFactory, learner
from tests.factories.rotations import ListingFactory

pytestmark = pytest.mark.django_db
JUDGED = sorted(set(Competency) - {Competency.PATIENT_CARE})
SCORES = {one.value: "4" for one in JUDGED}
WORDS = {
    "comment": "Careful histories. Speak up more on O'Brien's rounds.",
    "would_host_again": "yes",
    "would_support_letter": "not_sure",
}
SIGN = {"sign": "1"}


@pytest.fixture
def over():
    return PlacementFactory(status=PlacementStatus.WRAP_UP)


@pytest.fixture
def hers(client, over):
    client.force_login(over.preceptor.user)
    return client


def url(placement):
    return reverse("placements:evaluation", args=[placement.code])


def kept():
    return Evaluation.objects.get()


def test_who_only_observes_is_not_judged_on_patient_care(hers, over):
    fields = hers.get(url(over)).context["form"].competency_fields

    assert [field.name for field in fields] == [
        one.value for one in Competency if one != Competency.PATIENT_CARE
    ]


def test_hands_on_work_is_judged_on_all_six(client):
    placement = PlacementFactory(
        status=PlacementStatus.WRAP_UP,
        listing__hands_on=HandsOn.EXAMINE,
        listing__rotation_type=RotationType.EXTERNSHIP,
    )
    client.force_login(placement.preceptor.user)

    assert len(client.get(url(placement)).context["form"].competency_fields) == 6


def test_save_keeps_what_is_there_so_far(hers, over):
    answer = hers.post(url(over), {"knowledge": "3", "learning": "not_observed"}, follow=True)

    assert answer.redirect_chain == [(url(over), 302)]
    assert kept().scores == {"knowledge": 3, "learning": None}
    assert not kept().is_signed
    assert "3 lines left." in answer.text
    assert answer.context["form"]["learning"].value() == "not_observed"


def test_a_tap_saves_and_answers_with_one_line(hers, over):
    answer = hers.post(url(over), {**SCORES, **WORDS}, headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "Saved" in answer.text
    assert "Every line is answered." in answer.text
    assert kept().comment == WORDS["comment"]
    assert (kept().would_host_again, kept().would_support_letter) == (True, "not_sure")


def test_saved_words_come_back(hers, over):
    hers.post(url(over), {**SCORES, **WORDS, "would_host_again": "no"})

    page = hers.get(url(over))

    assert page.context["form"]["would_host_again"].value() == "no"
    assert "O&#x27;Brien" in page.text
    assert page.text.count(" checked") == len(SCORES) + 2


def test_sign_needs_every_line(hers, over):
    answer = hers.post(url(over), {**SCORES, **WORDS, **SIGN, "knowledge": ""})

    assert answer.status_code == 422
    assert "Answer every line, or choose “Not observed”: Medical knowledge." in answer.text
    assert "O&#x27;Brien" in answer.text
    assert not kept().is_signed


def test_not_observed_is_an_answer(hers, over):
    hers.post(url(over), {**dict.fromkeys(SCORES, "not_observed"), **SIGN})

    assert kept().is_signed
    assert set(kept().scores.values()) == {None}


def test_sign_is_once_and_final(hers, over):
    answer = hers.post(url(over), {**SCORES, **WORDS, **SIGN}, follow=True)

    first = kept()
    assert answer.redirect_chain == [(reverse("placements:learners"), 302)]
    assert first.signed_by == over.preceptor.user
    hers.post(url(over), {**SCORES, **SIGN, "knowledge": "1", "comment": "Changed."})
    assert (kept().scores, kept().comment, kept().signed_at) == (
        first.scores,
        first.comment,
        first.signed_at,
    )
    page = hers.get(url(over))
    assert "<form" not in page.text.split("<main")[1].split("</main")[0]
    assert "Private: you would support a letter:" in page.text


@pytest.mark.parametrize("score", ["0", "6", "-1", "4.5", "x", "null"])
def test_a_made_up_score_is_refused(hers, over, score):
    answer = hers.post(url(over), {**SCORES, "knowledge": score})

    assert answer.status_code == 422
    assert not Evaluation.objects.exists()


def test_a_refused_tap_says_what_is_wrong(hers, over):
    answer = hers.post(url(over), {**SCORES, "comment": "a" * 2001}, headers={"HX-Request": "true"})

    assert answer.status_code == 422


def test_it_cannot_be_signed_before_the_rotation_runs(client):
    ahead = PlacementFactory()
    client.force_login(ahead.preceptor.user)

    page = client.get(url(ahead))
    client.post(url(ahead), {**SCORES, **SIGN})

    assert "The evaluation opens later" in page.text
    assert not Evaluation.objects.exists()


def test_the_learner_reads_it_but_never_about_the_letter(client, over):
    EvaluationFactory(placement=over, signed=True, would_support_letter="no")
    client.force_login(over.learner)

    page = client.get(url(over))

    assert page.status_code == 200
    assert "Speak up more on rounds." in page.text
    assert "support a letter" not in page.text
    assert "would_support" not in page.text


def test_staff_read_it_without_what_is_private(client, over, second_factor):
    EvaluationFactory(placement=over, signed=True, would_support_letter="no")
    client.force_login(second_factor(StaffFactory()))

    page = client.get(url(over))

    assert page.status_code == 200
    assert "support a letter" not in page.text


def test_a_draft_is_the_preceptors_alone(client, over):
    EvaluationFactory(placement=over)

    for person, status in (
        (over.learner, 403),
        (learner(), 404),
        (ListingFactory().preceptor.user, 404),
    ):
        client.force_login(person)
        assert client.get(url(over)).status_code == status
        assert client.post(url(over), {**SCORES, **SIGN}).status_code == status
    assert not kept().is_signed


def test_a_learner_signs_nothing(client, over):
    client.force_login(over.learner)

    assert client.post(url(over), {**SCORES, **SIGN}).status_code == 403
    assert not Evaluation.objects.exists()


def test_without_a_sign_in_there_is_nothing(client, over):
    assert client.get(url(over)).url.startswith(reverse("account_login"))
