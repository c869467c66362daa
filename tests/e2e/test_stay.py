"""Whoever is about to be signed out is told, can stay, and loses nothing (promise W10)."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import expect

from config import staying
from tests.factories.accounts import LearnerFactory, UserFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PASSWORD = "three brown lamps at noon"


@pytest.fixture
def amara(page, base_url):
    user = LearnerFactory(user=UserFactory(password=PASSWORD)).user
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{base_url}/accounts/login/")
    sign_in(page, user)
    page.goto(f"{base_url}/profile/")
    return user


def sign_in(page, user):
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_she_is_asked_and_stays(page, amara, monkeypatch):
    monkeypatch.setattr(staying, "IDLE", timedelta(seconds=122))
    page.reload()
    asked = page.get_by_role("dialog")
    expect(asked).to_contain_text("Are you still there?", timeout=8000)

    asked.get_by_role("button", name="Stay signed in").click()

    expect(asked).to_be_hidden()
    expect(page.get_by_role("dialog")).to_be_visible(timeout=8000)


def test_what_she_typed_waits_for_her(page, amara, monkeypatch):
    monkeypatch.setattr(staying, "IDLE", timedelta(seconds=3))
    page.reload()
    page.get_by_role("button", name="Close").click()
    page.get_by_label("What should we call you").fill("Amy O'N")
    expect(page.get_by_role("dialog")).to_contain_text("You are signed out.", timeout=8000)
    page.get_by_role("button", name="Back to the page").click()

    page.get_by_role("button", name="Save my profile").click()
    monkeypatch.setattr(staying, "IDLE", timedelta(hours=12))
    expect(page.locator("main")).to_contain_text("You were signed out to protect your account.")
    sign_in(page, amara)
    expect(page.get_by_role("heading", level=1)).to_have_text("What you typed is kept")
    page.get_by_role("button", name="Send it now").click()

    expect(page.locator("main")).to_contain_text("Your profile is saved.")
    amara.refresh_from_db()
    assert amara.call_me == "Amy O'N"
