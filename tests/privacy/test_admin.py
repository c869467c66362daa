"""The office: who may erase somebody, change a term, and see what the nights deleted."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from outbox.models import Message
from placements.states import Status
from privacy.models import Erasure, Ground, RetentionRun, RetentionTerm
from privacy.terms import SHIPPED, Term
from seed.reference import _terms
from tests.factories.placements import ApplicationFactory
from tests.factories.privacy import ErasureFactory, ExportFactory

pytestmark = pytest.mark.django_db
ERASURES = reverse("admin:privacy_erasure_changelist")
ADD = reverse("admin:privacy_erasure_add")
TERMS = reverse("admin:privacy_retentionterm_changelist")


def test_a_superuser_erases_somebody_for_a_reason(staff_client, amara):
    answer = staff_client.post(ADD, {"person": amara.pk, "ground": Ground.WRITTEN})

    assert answer.status_code == 302
    erasure = Erasure.objects.get()
    assert (erasure.person, erasure.ground) == (amara, Ground.WRITTEN)
    assert erasure.requested_by.is_superuser
    assert erasure.due_at > timezone.now()
    assert Message.objects.filter(template="privacy/erasure_requested", user=amara).exists()
    assert Event.objects.filter(verb="privacy.erasure_asked", by=erasure.requested_by).exists()
    assert not LogEntry.objects.filter(object_repr__contains="Amara").exists()


def test_without_waiting_it_is_due_now(staff_client, amara):
    staff_client.post(ADD, {"person": amara.pk, "ground": Ground.PHONE, "at_once": "on"})

    assert Erasure.objects.get().due_at <= timezone.now()


def test_what_is_under_way_holds_staff_up_too(staff_client, amara):
    ApplicationFactory(learner=amara, status=Status.UNDER_REVIEW)

    answer = staff_client.post(ADD, {"person": amara.pk, "ground": Ground.WRITTEN})

    assert "First this has to end: An open application" in answer.text
    assert not Erasure.objects.exists()


def test_a_ground_is_needed(staff_client, amara):
    staff_client.post(ADD, {"person": amara.pk, "ground": ""})

    assert not Erasure.objects.exists()


def test_nobody_is_erased_twice_at_once(staff_client, amara):
    ErasureFactory(person=amara)

    answer = staff_client.post(ADD, {"person": amara.pk, "ground": Ground.WRITTEN})

    assert "under way already" in answer.text
    assert Erasure.objects.count() == 1


def test_it_is_called_off_from_the_list(staff_client):
    erasure = ErasureFactory()

    staff_client.post(ERASURES, {"action": "call_off", "_selected_action": [erasure.pk]})

    erasure.refresh_from_db()
    assert erasure.cancelled_at


def test_a_coordinator_erases_nobody(client, dana, amara):
    client.force_login(dana)

    for address in (ERASURES, ADD, reverse("admin:privacy_retentionterm_changelist")):
        assert client.get(address).status_code == 403
    client.post(ADD, {"person": amara.pk, "ground": Ground.WRITTEN})
    assert not Erasure.objects.exists()


def test_a_coordinator_sees_that_a_copy_was_made_and_not_the_copy(client, dana):
    export = ExportFactory(ready=True)
    client.force_login(dana)

    page = client.get(reverse("admin:privacy_export_change", args=[export.pk]))
    assert page.status_code == 200
    assert export.file.name not in page.text
    assert export.code not in page.text


def test_the_nights_are_listed_with_counts(client, dana):
    client.force_login(dana)
    RetentionRun.objects.create(
        day="2026-11-24", counts={Term.HEALTH_USED: 6, Term.MAILS: 21}, failed=[Term.LETTERS]
    )

    page = client.get(reverse("admin:privacy_retentionrun_changelist"))
    assert (
        "Health records that went with a rotation: 6; Texts of mails that we sent: 21" in page.text
    )
    assert "27" in page.text
    assert "Letter requests: your words and the PDF" in page.text


def term_form(**days):
    rows = list(RetentionTerm.objects.all())
    facts = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": len(rows), "_save": "Save"}
    for number, row in enumerate(rows):
        facts |= {
            f"form-{number}-id": row.pk,
            f"form-{number}-days": days.get(row.key, row.days),
            f"form-{number}-basis": row.basis,
        }
    return facts


def test_a_term_is_changed_in_the_list(staff_client):
    _terms()
    assert RetentionTerm.objects.count() == len(SHIPPED)

    staff_client.post(TERMS, term_form(mails=30))

    assert RetentionTerm.objects.get(key=Term.MAILS).days == 30
    assert Event.objects.filter(verb="admin.changed").exists()


@pytest.mark.parametrize("days", [{"mails": 0}, {"record": 100}])
def test_no_term_is_shorter_than_it_may_be(staff_client, days):
    _terms()

    answer = staff_client.post(TERMS, term_form(**days))

    assert answer.status_code == 200
    assert {row.key: row.days for row in RetentionTerm.objects.all()} == {
        term.value: shipped.days for term, shipped in SHIPPED.items()
    }


def test_reference_data_leaves_a_changed_term_alone():
    _terms()
    RetentionTerm.objects.filter(key=Term.MAILS).update(days=30)

    assert _terms() == 0
    assert RetentionTerm.objects.get(key=Term.MAILS).days == 30
