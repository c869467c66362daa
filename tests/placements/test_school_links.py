"""A school says yes by a signed link: once, for these dates, and never by being looked at."""

from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from accounts.kinds import Family
from audit.models import Event
from outbox.models import Message
from placements.actions.offers import SchoolMustApprove, accept_offer
from placements.actions.placements import open_requirements
from placements.actions.schools import (
    SchoolCannotBeAsked,
    SchoolLinkOver,
    answer_school,
    ask_school,
    revoke_school,
)
from placements.links import SALT, SCHOOL_SIGNER, read_school, school_url
from placements.models import Placement, SchoolApproval
from placements.queries import school_approves
from placements.states import PlacementStatus, Status
from tests.factories.accounts import LearnerFactory
from tests.factories.placements import ApplicationFactory, PlacementFactory
from tests.factories.rotations import ListingFactory

pytestmark = pytest.mark.django_db
SIGNED = {"answer": "yes", "signed_name": "Rosa D'Amico", "signed_title": "Associate dean"}


def student():
    graduation = timezone.localdate() + timedelta(days=500)
    return LearnerFactory(
        family=Family.US_MD_DO_STUDENT, school="O'Hara College", graduation_on=graduation
    ).user


@pytest.fixture
def application():
    listing = ListingFactory(needs_school_approval=True)
    return ApplicationFactory(learner=student(), listing=listing, status=Status.UNDER_REVIEW)


def ask(application, **more):
    facts = {"official_name": "Rosa D'Amico", "official_email": "dean@ohara.example",
             "program": "MD, year 3", **more}  # fmt: skip
    return ask_school(application, by=application.learner, **facts)


def path_of(approval):
    return school_url(approval).removeprefix("http://testserver")


def main(page):
    return page.text.split("<main", 1)[1].split("</main>", 1)[0]


def answered(approval, answer="yes"):
    words = {**SIGNED, "answer": answer}
    answer_school(approval, **words, note="", address="203.0.113.9")
    return approval


def test_the_learner_asks_and_the_official_has_a_mail(client, application):
    client.force_login(application.learner)
    page = reverse("placements:school", args=[application.code])
    form = {"official_name": "Rosa D'Amico", "official_email": "dean@ohara.example",
            "program": "MD, year 3"}  # fmt: skip

    answer = client.post(page, form, follow=True)

    approval = application.school_approvals.get()
    mail = Message.objects.get(template="placements/school_asked")
    assert "Asked." in answer.text
    assert "Rosa D&#x27;Amico" in answer.text
    assert (mail.recipient, mail.secret) == ("dean@ohara.example", True)
    assert school_url(approval) in mail.body
    assert "Dear Rosa D'Amico," in mail.body
    assert "a student of O'Hara College" in mail.body
    assert approval.expires_at - approval.asked_at == timedelta(days=30)


def test_looking_changes_nothing_and_shows_what_is_asked(client, application):
    approval = ask(application)
    before = SchoolApproval.objects.values().get()

    for look in (client.head, client.get, client.get):
        page = look(path_of(approval))
        assert page.status_code == 200

    assert SchoolApproval.objects.values().get() == before
    for words in (
        application.learner.name, "O&#x27;Hara College", "MD, year 3",
        application.listing.preceptor.title, application.listing.site.name,
        f"about {approval.facts['hours']}",
    ):  # fmt: skip
        assert words in page.text
    assert application.learner.email not in page.text
    assert page["X-Robots-Tag"] == "noindex"
    assert "no-store" in page["Cache-Control"]


def test_a_signed_yes_counts_without_a_file(client, application):
    approval = ask(application)

    answer = client.post(path_of(approval), SIGNED, follow=True, REMOTE_ADDR="203.0.113.9")

    approval.refresh_from_db()
    assert "The school has approved this rotation" in answer.text
    assert (approval.answer, approval.signed_title) == ("yes", "Associate dean")
    assert approval.address == "203.0.113.9"
    assert approval.answered_at is not None
    assert school_approves(application)
    assert Event.objects.filter(verb="school.approved", by=None).count() == 1
    told = Message.objects.get(template="placements/school_answered")
    assert told.recipient == application.learner.email
    assert "Rosa D'Amico, Associate dean, has said yes" in told.body


def test_a_yes_lets_her_accept_and_nothing_else_does():
    listing = ListingFactory(needs_school_approval=True)
    application = ApplicationFactory(learner=student(), listing=listing, status=Status.OFFERED)
    with pytest.raises(SchoolMustApprove):
        accept_offer(application, by=application.learner)
    approval = answered(ask(application), "no")
    with pytest.raises(SchoolMustApprove):
        accept_offer(application, by=application.learner)

    answered(ask(application))

    placement = accept_offer(application, by=application.learner)
    assert approval.state == "no"
    assert "school-approval" not in {check.document for check in open_requirements(placement)}


def test_a_yes_makes_a_rotation_ready_and_taking_it_back_undoes_that():
    listing = ListingFactory(needs_school_approval=True)
    placement = PlacementFactory(
        learner=student(), listing=listing, paid_at=timezone.now(), paid_by=student()
    )
    before = {check.document for check in open_requirements(placement)}
    approval = ask(placement.application)

    answered(approval)

    after = {check.document for check in open_requirements(placement)}
    assert before - after == {"school-approval"}
    status = Placement.objects.get().status
    revoke_school(approval, by=placement.learner)
    assert {check.document for check in open_requirements(placement)} == before
    assert (status, Placement.objects.get().status) == (
        PlacementStatus.ONBOARDING if after else PlacementStatus.READY,
        PlacementStatus.ONBOARDING,
    )


def test_a_yes_is_for_its_dates_alone(application):
    answered(ask(application))

    application.start_on += timedelta(days=7)

    assert not school_approves(application)


def test_a_yes_is_for_its_preceptor_alone(application):
    answered(ask(application))
    other = ListingFactory().preceptor

    application.listing.preceptor = other

    assert not school_approves(application)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"answer": ""}, "Choose yes or no."),
        ({"answer": "maybe"}, "Select a valid choice"),
        ({"signed_name": ""}, "Type your name: it is your signature."),
        ({"signed_name": "\u202e"}, "Type your name: it is your signature."),
        ({"signed_title": " "}, "Enter your title at the school."),
        ({"note": "x" * 601}, "600"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_counts(client, application, wrong, words):
    approval = ask(application)

    page = client.post(path_of(approval), {**SIGNED, "note": "Kindly", **wrong})

    assert page.status_code == 422
    assert words in page.text
    assert "Associate dean" in page.text or "signed_title" in wrong
    approval.refresh_from_db()
    assert approval.state == "waiting"


def test_a_second_answer_is_refused(client, application):
    approval = ask(application)
    path = path_of(approval)
    client.post(path, SIGNED)

    again = client.post(path, {**SIGNED, "answer": "no", "signed_name": "Somebody Else"})

    assert again.status_code == 409
    assert "Signed by Rosa D&#x27;Amico" in again.text
    approval.refresh_from_db()
    assert (approval.answer, approval.signed_name) == ("yes", "Rosa D'Amico")
    with pytest.raises(SchoolLinkOver):
        answered(approval, "no")


def test_a_link_ends_after_thirty_days(client, application):
    approval = ask(application)

    with time_machine.travel(approval.expires_at - timedelta(seconds=1), tick=False):
        assert client.get(path_of(approval)).status_code == 200
    with time_machine.travel(approval.expires_at, tick=False):
        assert client.get(path_of(approval)).status_code == 404
        assert client.post(path_of(approval), SIGNED).status_code == 404
    assert SchoolApproval.objects.get().answer == ""


def test_she_takes_the_link_back(client, application):
    approval = ask(application)
    page = reverse("placements:school", args=[application.code])
    client.force_login(application.learner)

    client.post(page, {"revoke": approval.code})
    again = client.post(page, {"revoke": approval.code}, follow=True)

    assert "This link has done its work." in again.text
    client.logout()
    assert client.post(path_of(approval), SIGNED).status_code == 404


def test_asking_again_ends_the_earlier_link(client, application):
    first = ask(application)
    second = ask(application, official_email="registrar@ohara.example")

    assert client.get(path_of(first)).status_code == 404
    assert client.get(path_of(second)).status_code == 200


def test_links_that_never_were_look_like_those_that_ended(client, application):
    approval = ask(application)
    revoke_school(approval, by=application.learner)
    ended = client.get(path_of(approval))
    forged = [
        "nothing",
        "x" * 5000,
        signing.dumps([approval.pk, approval.code], salt=SALT, compress=True),
        signing.Signer(salt=SALT).sign_object([approval.pk, approval.code]),
        SCHOOL_SIGNER.sign_object([approval.pk, "another"]),
        SCHOOL_SIGNER.sign_object("text"),
    ]

    for token in forged:
        page = client.get(reverse("placements:school_link", args=[token]))
        assert (page.status_code, main(page)) == (ended.status_code, main(ended))
        assert read_school(token) is None


@pytest.mark.parametrize("whose", ["learner", "preceptor"])
def test_nobody_concerned_approves_herself(application, whose):
    people = {"learner": application.learner, "preceptor": application.listing.preceptor.user}

    with pytest.raises(SchoolCannotBeAsked):
        ask(application, official_email=people[whose].email.upper())

    assert not Message.objects.exists()


def test_where_nobody_wants_to_know_nobody_is_asked(client):
    application = ApplicationFactory(status=Status.UNDER_REVIEW)
    client.force_login(application.learner)

    with pytest.raises(SchoolCannotBeAsked):
        ask(application)
    page = reverse("placements:school", args=[application.code])
    assert client.get(page).status_code == 302


def test_a_request_that_is_over_asks_no_school(application):
    type(application).objects.update(status=Status.DECLINED, ended_at=timezone.now())
    application.refresh_from_db()

    with pytest.raises(SchoolCannotBeAsked):
        ask(application)


def test_a_stranger_and_the_preceptor_ask_nobody(client, application):
    page = reverse("placements:school", args=[application.code])
    form = {"official_name": "X", "official_email": "x@ohara.example", "program": "MD"}

    client.force_login(student())
    assert client.post(page, form).status_code == 404
    client.force_login(application.listing.preceptor.user)
    assert client.post(page, form).status_code == 403
    assert not SchoolApproval.objects.exists()


def test_ten_mails_a_day_are_enough(client, application):
    client.force_login(application.learner)
    page = reverse("placements:school", args=[application.code])
    form = {"official_name": "X", "official_email": "x@ohara.example", "program": "MD"}

    answers = [client.post(page, form).status_code for _ in range(11)]

    assert answers == [302] * 10 + [429]


def test_staff_see_it_and_take_a_doubtful_one_back(client, dana, application):
    approval = answered(ask(application, official_email="me@mail.example"))
    client.force_login(dana)
    listed = reverse("admin:placements_schoolapproval_changelist")

    assert "mail.example" in client.get(listed).text
    client.post(listed, {"action": "revoke", "_selected_action": [approval.pk]})

    assert not school_approves(application)
    assert client.get(reverse("admin:placements_schoolapproval_add")).status_code == 403
