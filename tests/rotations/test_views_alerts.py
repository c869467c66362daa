"""Pages of alerts: a search is kept, and mails end with one click."""

import pytest
from django.test import Client

from outbox.models import Message
from outbox.tasks import deliver
from rotations.kinds import Often
from rotations.models import Alert
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.factories.rotations import ListingFactory, StateFactory, open_seats
from tests.rotations.alerts import fill, look, saved
from tests.rotations.pages import html

pytestmark = pytest.mark.django_db


@pytest.fixture
def amara():
    StateFactory()
    return LearnerFactory(user__name="Amara O'Nwosu").user


@pytest.fixture
def alert(amara):
    return saved(ListingFactory(), amara)


class TestSearch:
    @pytest.fixture(autouse=True)
    def _hers(self, client, amara):
        client.force_login(amara)

    def test_is_kept_under_a_name_of_its_own(self, client):
        page = client.get("/saved/search/?state=TX&sort=price")
        assert '<p class="lead">Texas</p>' in html(page)
        assert not Alert.objects.exists()

        client.post("/saved/search/?state=TX&sort=price", {"often": "daily"})

        alert = Alert.objects.get()
        assert (alert.query, alert.name, alert.often) == ("state=TX", "Texas", "daily")
        assert '<a href="/rotations/?state=TX">Texas</a>' in html(client.get("/saved/"))

    def test_a_wish_that_is_none_is_asked_again(self, client):
        page = client.post("/saved/search/?state=TX", {"often": "hourly"})

        assert page.status_code == 422
        assert not Alert.objects.exists()

    def test_the_twenty_first_is_refused_with_a_way_out(self, client, amara):
        Alert.objects.bulk_create(Alert(owner=amara, query=f"q={n}") for n in range(20))

        page = client.post("/saved/search/?state=TX", {"often": "daily"})

        assert page.status_code == 422
        assert "Remove one first." in html(page)

    def test_is_changed_and_removed(self, client):
        client.post("/saved/search/?state=TX", {"often": "daily"})
        alert = Alert.objects.get()

        client.post(f"/alerts/{alert.key}/", {"often": "at_once"})
        alert.refresh_from_db()
        assert alert.often == Often.AT_ONCE

        client.post(f"/alerts/{alert.key}/", {"remove": "1"})
        assert not Alert.objects.exists()


class TestUnsubscribe:
    def test_a_get_changes_nothing(self, client, alert):
        for _ in range(3):
            assert client.get(f"/alerts/{alert.key}/").status_code == 200
        client.head(f"/alerts/{alert.key}/")

        alert.refresh_from_db()
        assert alert.is_on

    def test_one_click_ends_the_mails_without_cookie_or_token(self, alert):
        bare = Client(enforce_csrf_checks=True)

        answer = bare.post(f"/alerts/{alert.key}/", {"List-Unsubscribe": "One-Click"})

        alert.refresh_from_db()
        assert (answer.status_code, answer.cookies) == (200, {})
        assert alert.often == Often.OFF
        assert (
            bare.post(f"/alerts/{alert.key}/", {"List-Unsubscribe": "One-Click"}).status_code == 200
        )

    def test_anything_else_needs_the_token_of_the_page(self, alert):
        bare = Client(enforce_csrf_checks=True)

        assert bare.post(f"/alerts/{alert.key}/", {"often": "off"}).status_code == 403
        alert.refresh_from_db()
        assert alert.is_on

    def test_the_link_in_the_text_leads_to_a_button(self, client, alert):
        page = client.post(f"/alerts/{alert.key}/", {"often": "off"}, follow=True)

        alert.refresh_from_db()
        assert alert.often == Often.OFF
        assert "These mails are switched off." in html(page)

    def test_who_has_the_mail_cannot_remove_a_search(self, client, amara):
        alert = Alert.objects.create(owner=amara, query="state=TX", name="Texas")

        client.post(f"/alerts/{alert.key}/", {"remove": "1"})

        assert Alert.objects.filter(pk=alert.pk).exists()

    def test_the_mail_says_how_to_end_it(self, smtp, amara):
        listing = ListingFactory()
        free = fill(listing, open_seats(listing, 4, capacity=1))
        alert = saved(listing, amara)
        free()
        look()
        message = Message.objects.get(user=amara)

        deliver(message.pk)

        (mail,) = smtp.to(amara.email)
        link = f"/alerts/{alert.key}/"
        assert mail["List-Unsubscribe"].endswith(f"{link}>")
        assert mail["List-Unsubscribe"].startswith("<http")
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        text = mail.get_body(("plain",)).get_content()
        assert link in text
        assert "Hello Amara" in text
        assert "cannot be switched off" not in text
        assert "{{" not in text
        assert link in mail.get_body(("html",)).get_content()

    def test_staff_do_not_read_the_link(self, amara):
        listing = ListingFactory()
        free = fill(listing, open_seats(listing, 4, capacity=1))
        saved(listing, amara)
        free()
        look()

        assert Message.objects.get(user=amara).secret

    def test_other_mails_have_no_such_header(self):
        message = Message(key="x", recipient="a@example.com", subject="x", body="x")
        message.save()

        assert "List-Unsubscribe" not in message.headers

    def test_erased_with_her_account(self, alert, amara):
        from privacy.actions.erasures import carry_out, request_erasure  # noqa: PLC0415

        erasure = request_erasure(amara, by=StaffFactory(), at_once=True)
        carry_out(erasure)

        assert not Alert.objects.exists()
