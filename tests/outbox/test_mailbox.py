import pytest
from allauth.mfa.totp.internal.auth import TOTP, validate_totp_code
from django.urls import reverse

from outbox.models import Message
from tests.factories.accounts import StaffFactory

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"


def owe(**changes):
    facts = {
        "key": f"event:{Message.objects.count()}",
        "template": "test",
        "recipient": "amara@example.org",
        "subject": "A seat in Houston",
        "body": "Hello Amara O'Brien,\n\nRead it: https://wardlight.example/x\n",
    }
    return Message.objects.create(**{**facts, **changes})


def test_mailbox_lists_what_is_owed_newest_first(client):
    owe(subject="First")
    owe(subject="Second")

    page = client.get(reverse("outbox:mailbox"))

    assert page.text.index("Second") < page.text.index("First")


def test_mailbox_finds_by_recipient_or_subject(client):
    owe(subject="First", recipient="rafael@example.org")
    owe(subject="Second")

    page = client.get(reverse("outbox:mailbox"), {"q": "rafael"})

    assert "First" in page.text
    assert "Second" not in page.text


@pytest.mark.parametrize("size", [1, 3])
def test_mailbox_takes_three_queries(client, django_assert_num_queries, size):
    for _ in range(size):
        owe()
    client.get(reverse("outbox:mailbox"))

    with django_assert_num_queries(3):
        page = client.get(reverse("outbox:mailbox"))

    assert len(page.context["page"]) == size


def test_message_shows_its_text_with_links(client):
    page = client.get(reverse("outbox:message", args=[owe().pk]))

    assert "O&#x27;Brien" in page.text
    assert 'href="https://wardlight.example/x"' in page.text


def test_html_has_a_policy_of_its_own_under_which_nothing_runs(client):
    response = client.get(reverse("outbox:message_html", args=[owe().pk]))

    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "style-src 'unsafe-inline'" in policy
    assert "sandbox" in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "unsafe" not in client.get(reverse("outbox:mailbox"))["Content-Security-Policy"]


def test_mailbox_shows_the_codes_of_demo_staff_alone(client):
    for person in (
        StaffFactory(is_demo=True),
        StaffFactory(),
        StaffFactory(is_demo=True, is_staff=False),
    ):
        TOTP.activate(person, SECRET)

    page = client.get(reverse("outbox:mailbox"))

    (code,) = page.context["codes"]
    assert validate_totp_code(SECRET, code.code)
    assert code.code in page.text


@pytest.mark.parametrize("name", ["mailbox", "message", "message_html"])
def test_there_is_no_mailbox_outside_development(client, settings, name):
    settings.SHOW_MAILBOX = False
    args = [] if name == "mailbox" else [owe().pk]

    assert client.get(reverse(f"outbox:{name}", args=args)).status_code == 404
