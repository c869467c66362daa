"""A passkey is set up and signs in, with the browser's own authenticator (promise A4)."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect

from tests.factories.accounts import StaffFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PASSWORD = "three brown lamps at noon"
OWN_DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def dana(page):
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": OWN_DEVICE})
    page.emulate_media(reduced_motion="reduce")
    user = StaffFactory(password=PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in(page, base_url, user):
    page.goto(f"{base_url}/accounts/login/")
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_staff_set_up_a_passkey_and_sign_in_with_it(page, base_url, dana):
    sign_in(page, base_url, dana)
    expect(page).to_have_url(f"{base_url}/accounts/2fa/")
    page.goto(f"{base_url}/accounts/2fa/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.locator("[name=passwordless]").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/accounts/2fa/**")
    expect(page.locator("main")).to_be_visible()
    page.wait_for_url(lambda address: "webauthn/add" not in address)
    assert Authenticator.objects.filter(user=dana, type="webauthn").count() == 1
    page.goto(f"{base_url}/admin/")
    page.context.clear_cookies()

    page.goto(f"{base_url}/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()

    page.wait_for_url(lambda address: "/accounts/login" not in address)
    page.goto(f"{base_url}/admin/")
    expect(page).to_have_url(f"{base_url}/admin/")
