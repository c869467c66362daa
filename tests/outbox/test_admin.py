import pytest
from django.urls import reverse

from tests.outbox.test_mailbox import owe

pytestmark = pytest.mark.django_db


def page(client, message):
    return client.get(reverse("admin:outbox_message_change", args=[message.pk])).text


def test_staff_read_a_mail_that_is_stuck(staff_client):
    assert "Hello Amara O&#x27;Brien,<br><br>Read it" in page(staff_client, owe())


def test_staff_see_that_a_code_is_stuck_and_send_it_again_unread(staff_client):
    message = owe(secret=True, tries=9, last_error="451 later", body="Your code is 7QX2-MMP1")

    shown = page(staff_client, message)

    assert "451 later" in shown
    assert "7QX2" not in shown
    staff_client.post(
        reverse("admin:outbox_message_changelist"),
        {"action": "send_again", "_selected_action": [message.pk]},
    )
    message.refresh_from_db()
    assert message.tries == 0
