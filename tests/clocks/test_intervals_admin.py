"""Staff change the numbers that timers count by; nonsense is refused."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import transaction
from django.urls import reverse

from clocks.intervals import declared
from clocks.models import Interval
from clocks.queries import number
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

ANSWER = declared()["answer"]
REMINDERS = declared()["answer_reminders"]
LIST = reverse("admin:clocks_interval_changelist")


def row(one, *found):
    return Interval.objects.create(key=one.key, numbers=list(found or one.default))


def page_of(interval_row):
    return reverse("admin:clocks_interval_change", args=[interval_row.pk])


def save(client, interval_row, text):
    return client.post(page_of(interval_row), {"numbers": text})


def stored(interval_row):
    interval_row.refresh_from_db()
    return interval_row.numbers


@pytest.mark.django_db(transaction=True)
def test_a_saved_number_counts_at_once(staff_client):
    kept = row(ANSWER)
    assert number(ANSWER) == 10

    assert save(staff_client, kept, "12").url == LIST

    assert number(ANSWER) == 12


def test_an_edit_counts_when_it_is_committed_and_not_before(staff_client):
    kept = row(ANSWER)

    with transaction.atomic():
        assert save(staff_client, kept, "12").url == LIST
        assert number(ANSWER) == 10
        transaction.set_rollback(True)

    assert number(ANSWER) == 10


def test_reminders_are_kept_in_their_order_however_they_are_written(staff_client):
    before = row(declared()["offer_reminders"])
    letter = row(declared()["letter_reminders"])

    save(staff_client, before, "3, 48,24")
    save(staff_client, letter, "7 −3 0 -10")

    assert stored(before) == [48, 24, 3]
    assert stored(letter) == [-10, -3, 0, 7]


@pytest.mark.parametrize(
    ("key", "text", "says"),
    [
        ("answer", "", "This field is required."),
        ("answer", ",", "Write one whole number, such as 10."),
        ("answer", "ten", "Write one whole number, such as 10."),
        ("answer", "1.5", "Write one whole number, such as 10."),
        ("answer", "10, 12", "Write one whole number, such as 10."),
        ("answer", "0", "Between 1 and 60 business days, please."),
        ("answer", "-3", "Between 1 and 60 business days, please."),
        ("answer", "61", "Between 1 and 60 business days, please."),
        ("answer", "99999999999", "Between 1 and 60 business days, please."),
        ("answer", "6", ("“A preceptor who has not answered is reminded after” is longer than that: "
                         "2, 4 and 7 business days. Change it first.")),
        ("answer_reminders", "2, 4, x", "Write whole numbers with commas between them, such as 2, 4, 7."),
        ("answer_reminders", "2, 2", "Write each number once."),
        ("answer_reminders", "1, 2, 3, 4, 5, 6, 7, 8, 9", "At most 8 numbers."),
        ("answer_reminders", "2, 11", ("No number may be longer than “A preceptor answers a request within”, "
                                       "which is 10 business days.")),
        ("offer_near", "169", "No number may be longer than “An offer is open for”, which is 7 days."),
    ],
)  # fmt: skip
def test_nonsense_is_refused_in_words_and_kept_out(staff_client, key, text, says):
    kept = row(declared()[key])

    refused = save(staff_client, kept, text)

    assert refused.status_code == 200
    assert refused.context["adminform"].form.errors["numbers"] == [says]
    assert stored(kept) == list(declared()[key].default)


def test_a_refusal_knows_what_another_process_has_just_saved(staff_client):
    shorter, reminders = row(ANSWER), row(REMINDERS)
    assert number(ANSWER) == 10
    Interval.objects.filter(pk=shorter.pk).update(numbers=[7])

    save(staff_client, reminders, "2, 9")

    assert stored(reminders) == [2, 4, 7]


def test_the_list_says_what_counts_and_what_is_shipped(staff_client):
    row(ANSWER, 12)

    text = staff_client.get(LIST).text

    assert "A preceptor answers a request within" in text
    assert "12 business days" in text
    assert "10 business days" in text


def test_a_timer_of_an_earlier_version_is_not_shown(staff_client):
    old = Interval.objects.create(key="gone", numbers=[1])

    assert "gone" not in staff_client.get(LIST).text
    assert staff_client.get(page_of(old)).status_code == 302


def test_history_says_who_changed_what_from_what_to_what(staff_client):
    kept = row(ANSWER)

    save(staff_client, kept, "12")

    entry = LogEntry.objects.get()
    assert entry.get_change_message() == "Changed 10 business days → 12 business days."
    assert [event.numbers for event in kept.events.order_by("pgh_id")] == [[10], [12]]


def test_timers_are_neither_added_nor_deleted(staff_client):
    kept = row(ANSWER)

    assert staff_client.get(reverse("admin:clocks_interval_add")).status_code == 403
    assert staff_client.get(page_of(kept) + "../delete/").status_code == 403
    run = {"action": "delete_selected", "_selected_action": [kept.pk], "post": "yes"}
    staff_client.post(LIST, run)
    assert Interval.objects.filter(pk=kept.pk).exists()


def test_coordinators_do_not_change_the_rules(client, dana):
    kept = row(ANSWER)
    client.force_login(dana)

    assert client.get(LIST).status_code == 403
    assert save(client, kept, "12").status_code == 403
    assert stored(kept) == [10]


def test_staff_who_may_only_look_see_the_numbers(client, second_factor):
    kept = row(REMINDERS)
    looker = second_factor(UserFactory(is_staff=True))
    looker.user_permissions.add(Permission.objects.get(codename="view_interval"))
    client.force_login(looker)

    page = client.get(page_of(kept))

    assert "2, 4, 7" in page.text
    assert 'name="numbers"' not in page.text
    assert save(client, kept, "3").status_code == 403
    assert stored(kept) == [2, 4, 7]
