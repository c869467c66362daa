"""What coordinators do in the admin, and what stays closed to them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.kinds import CredentialKind, RejectReason
from accounts.models import Consent, Document, LearnerProfile, PreceptorProfile, User
from audit.models import Event
from outbox.models import Message
from tests.factories.accounts import (
    DocumentFactory,
    DocumentTypeFactory,
    LearnerFactory,
    PreceptorFactory,
    StaffFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
WAITING = {"verified_at": None, "verified_by": None}


@pytest.fixture
def office(client, dana):
    client.force_login(dana)
    return client


def page(name, *args):
    return reverse(f"admin:accounts_{name}", args=args)


@pytest.mark.parametrize(
    "model",
    ["user", "learnerprofile", "preceptorprofile", "document", "documenttype", "consent"],
)
def test_every_list_opens(office, model):
    LearnerFactory()
    PreceptorFactory()
    DocumentFactory()

    assert office.get(page(f"{model}_changelist"), {"q": "a"}).status_code == 200


@pytest.mark.parametrize("review", ["open", "verified", "rejected"])
def test_papers_are_found_by_their_review(office, review):
    papers = {
        "open": DocumentFactory(**WAITING),
        "verified": DocumentFactory(),
        "rejected": DocumentFactory(
            **WAITING, rejected_at=timezone.now(), rejected_by=StaffFactory(),
            reject_reason=RejectReason.UNREADABLE,
        ),
    }  # fmt: skip

    rows = office.get(page("document_changelist"), {"review": review}).context["cl"].result_list

    assert list(rows) == [papers[review]]


def test_papers_are_judged_one_after_another(office, dana):
    first, second = DocumentFactory(**WAITING), DocumentFactory(**WAITING)
    url = page("document_change", first.pk)
    assert first.get_absolute_url() in office.get(url).text

    answer = office.post(url, {"_accept": "Accept"})

    first.refresh_from_db()
    assert (first.state, first.verified_by) == ("verified", dana)
    assert answer.url == page("document_change", second.pk)
    refusal = {"_refuse": "1", "reason": RejectReason.UNREADABLE, "note": "It's cut off."}
    assert office.post(answer.url, refusal).url == page("document_changelist")
    second.refresh_from_db()
    assert (second.state, second.reject_note) == ("rejected", "It's cut off.")
    assert Message.objects.count() == 2


def test_a_refusal_needs_a_reason_and_keeps_the_note(office):
    paper = DocumentFactory(**WAITING)

    answer = office.post(
        page("document_change", paper.pk), {"_refuse": "1", "reason": "", "note": "Both pages."}
    )

    assert answer.status_code == 422
    assert "Choose a reason." in answer.text
    assert "Both pages." in answer.text
    paper.refresh_from_db()
    assert paper.state == "uploaded"


def test_several_papers_are_accepted_at_once(office):
    papers = [DocumentFactory(**WAITING) for _ in range(2)]

    office.post(
        page("document_changelist"),
        {"action": "accept", "_selected_action": [paper.pk for paper in papers]},
    )

    assert {paper.state for paper in Document.objects.all()} == {"verified"}


def test_several_papers_are_refused_for_a_reason(office):
    paper = DocumentFactory(**WAITING)
    chosen = {"action": "refuse", "_selected_action": [paper.pk]}

    asked = office.post(page("document_changelist"), chosen)
    assert asked.status_code == 200
    assert "Reason" in asked.text
    office.post(page("document_changelist"), {**chosen, "reason": RejectReason.EXPIRED})

    paper.refresh_from_db()
    assert paper.reject_reason == RejectReason.EXPIRED


def test_coordinators_find_no_passport(office):
    kind = DocumentTypeFactory(slug="passport", name="Passport", is_identity=True)
    paper = DocumentFactory(type=kind, **WAITING)

    assert office.get(page("document_change", paper.pk)).status_code == 404
    assert office.post(page("document_change", paper.pk), {"_accept": "1"}).status_code == 404
    assert not office.get(page("document_changelist")).context["cl"].result_list
    paper.refresh_from_db()
    assert paper.state == "uploaded"


def test_an_admin_judges_a_passport(staff_client):
    kind = DocumentTypeFactory(slug="passport", name="Passport", is_identity=True)
    paper = DocumentFactory(type=kind, **WAITING)

    assert staff_client.post(page("document_change", paper.pk), {"_accept": "1"}).status_code == 302
    paper.refresh_from_db()
    assert paper.state == "verified"


def test_papers_and_consents_are_not_edited_by_hand(staff_client):
    paper = DocumentFactory()
    Consent.objects.create(user=paper.owner, kind="terms")

    assert staff_client.get(page("document_add")).status_code == 403
    assert staff_client.get(page("document_delete", paper.pk)).status_code == 403
    assert staff_client.get(page("consent_add")).status_code == 403
    consent = staff_client.get(page("consent_change", Consent.objects.get().pk))
    assert not consent.context["adminform"].form.fields


def test_a_person_is_added_without_a_password(office):
    answer = office.post(
        page("user_add"),
        {"email": "Amara@Example.org", "name": "Amara O'Nwosu", "usable_password": "false"},
    )

    amara = User.objects.get(name="Amara O'Nwosu")
    assert answer.status_code == 302
    assert amara.email == "amara@example.org"
    assert not amara.has_usable_password()


def test_an_address_is_there_once_whatever_its_capitals(office):
    UserFactory(email="amara@example.org")

    answer = office.post(
        page("user_add"),
        {"email": "AMARA@example.org", "name": "Amara Two", "usable_password": "false"},
    )

    assert "There is an account with this address already." in answer.text
    assert not User.objects.filter(name="Amara Two").exists()


def test_coordinators_make_nobody_staff_and_set_no_password(office):
    amara = UserFactory(last_login=timezone.now())
    url = page("user_change", amara.pk)

    office.post(url, {"name": "Amara", "is_active": "on", "is_staff": "on", "is_superuser": "on",
                      "email": "other@example.org", "password": "x"})  # fmt: skip

    was = amara.email, amara.password
    amara.refresh_from_db()
    assert amara.name == "Amara"
    assert (amara.email, amara.password) == was
    assert (amara.is_staff, amara.is_superuser) == (False, False)
    change = reverse("admin:auth_user_password_change", args=[amara.pk])
    assert office.get(change).status_code == 403
    assert Event.objects.filter(verb="admin.changed").count() == 1


def test_coordinators_correct_an_address_that_nobody_signed_in_with(office):
    amara = UserFactory(last_login=None)

    office.post(
        page("user_change", amara.pk),
        {"name": "Amara", "is_active": "on", "email": "amara@example.org"},
    )

    amara.refresh_from_db()
    assert amara.email == "amara@example.org"


def test_coordinators_do_not_touch_staff(office):
    other = StaffFactory()

    office.post(page("user_change", other.pk), {"name": "Changed", "email": "a@example.org"})

    other.refresh_from_db()
    assert other.name != "Changed"


def test_a_learner_is_entered_with_ids_as_people_read_them_out(office):
    amara = UserFactory()

    office.post(
        page("learnerprofile_add"),
        {"user": amara.pk, "family": "img_graduate", "aamc_id": "1472-5836",
         "usmle_id": "0-987-654-3"},
    )  # fmt: skip

    mine = LearnerProfile.objects.get(user=amara)
    assert (mine.aamc_id, mine.usmle_id) == ("14725836", "09876543")


NO_ROWS = {
    "certifications-TOTAL_FORMS": "0",
    "certifications-INITIAL_FORMS": "0",
    "licences-TOTAL_FORMS": "0",
    "licences-INITIAL_FORMS": "0",
    "introduction-TOTAL_FORMS": "0",
    "introduction-INITIAL_FORMS": "0",
}


def preceptor_facts(user, **more):
    return {"user": user.pk, "credential": CredentialKind.MD, "role": "attending",
            "accepting": "on", **NO_ROWS, **more}  # fmt: skip


def test_a_preceptor_gets_an_address_of_her_own(office):
    PreceptorFactory(slug="helen-castellano")
    helen = UserFactory(name="Helen Castellano")

    office.post(page("preceptorprofile_add"), preceptor_facts(helen, npi="1234-567-893"))

    mine = PreceptorProfile.objects.get(user=helen)
    assert (mine.slug, mine.npi) == ("helen-castellano-2", "1234567893")


@pytest.mark.parametrize("npi", ["1234567890", "0234567893", "12345"])
def test_a_wrong_npi_is_refused(office, npi):
    helen = UserFactory()

    answer = office.post(page("preceptorprofile_add"), preceptor_facts(helen, npi=npi))

    assert "This is not an NPI." in answer.text
    assert not PreceptorProfile.objects.filter(user=helen).exists()


def test_another_npi_must_be_checked_again(office):
    mine = PreceptorFactory(
        npi="1234567893", identity_checked_at=timezone.now(), identity_checked_by=StaffFactory()
    )
    licence = mine.licences.get()
    rows = {
        "certifications-TOTAL_FORMS": "0", "certifications-INITIAL_FORMS": "0",
        "licences-TOTAL_FORMS": "1", "licences-INITIAL_FORMS": "1", "licences-0-id": licence.pk,
        "licences-0-preceptor": mine.pk, "licences-0-state": licence.state,
        "licences-0-number": licence.number, "licences-0-expires_on": licence.expires_on,
    }  # fmt: skip
    facts = preceptor_facts(mine.user, slug=mine.slug) | rows

    office.post(page("preceptorprofile_change", mine.pk), facts | {"npi": "1234567893"})
    mine.refresh_from_db()
    licence.refresh_from_db()
    assert mine.verified_at
    assert licence.verified_at

    office.post(
        page("preceptorprofile_change", mine.pk),
        facts | {"npi": "1987654328", "licences-0-number": "K9999"},
    )
    mine.refresh_from_db()
    licence.refresh_from_db()
    assert (mine.npi, mine.verified_at, mine.identity_checked_at) == ("1987654328", None, None)
    assert (licence.number, licence.verified_at, licence.verified_by) == ("K9999", None, None)


def act(office, name, *rows):
    return office.post(
        page("preceptorprofile_changelist"),
        {"action": name, "_selected_action": [row.pk for row in rows]},
        follow=True,
    )


def test_a_preceptor_is_verified_step_by_step(office, dana):
    mine = PreceptorFactory(npi="1234567893", verified_at=None, verified_by=None)
    mine.licences.update(verified_at=None, verified_by=None)

    assert "mark a license" in act(office, "verify", mine).text
    for name in ("see_licences", "check_identity", "verify"):
        act(office, name, mine)

    mine.refresh_from_db()
    assert (mine.verified_by, mine.identity_checked_by) == (dana, dana)
    assert Message.objects.get().template == "accounts/preceptor_verified"


def test_a_suspension_and_its_end(office):
    mine = PreceptorFactory()

    act(office, "suspend", mine)
    mine.refresh_from_db()
    assert mine.suspended_at

    act(office, "lift", mine)
    mine.refresh_from_db()
    assert mine.suspended_at is None
    assert [event.verb for event in Event.objects.order_by("pk")] == [
        "preceptor.suspended", "preceptor.reinstated",
    ]  # fmt: skip


def test_a_license_of_a_demo_day_stays_valid_through_that_day():
    """The last day of a license counts."""
    mine = PreceptorFactory()
    licence = mine.licences.get()
    licence.expires_on = timezone.localdate()
    assert not licence.is_expired
    licence.expires_on -= timedelta(days=1)
    assert licence.is_expired


def remove_second_factor(client, user):
    picked = {"action": "remove_second_factor", "_selected_action": [user.pk]}
    return client.post(page("user_changelist"), picked, follow=True)


def test_an_admin_lets_in_who_lost_phone_and_codes(staff_client, second_factor):
    amara = second_factor(UserFactory())

    remove_second_factor(staff_client, amara)

    assert not amara.authenticator_set.exists()
    assert Event.objects.filter(verb="account.second_factor_removed", subject_id=amara.pk).exists()
    told = Message.objects.get(user=amara)
    assert told.subject == "Your second factor for Wardlight was removed"
    assert "/accounts/2fa/" in told.body
    assert "no second factor to remove" in remove_second_factor(staff_client, amara).text
    assert Message.objects.filter(user=amara).count() == 1


def test_a_coordinator_removes_nobodys_second_factor(office, second_factor):
    amara = second_factor(UserFactory())

    remove_second_factor(office, amara)

    assert amara.authenticator_set.exists()
