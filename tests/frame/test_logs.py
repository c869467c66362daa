"""No link that opens something stands in a log, or beside a changed row (promise P4)."""

import logging

import pytest
from celery.utils.log import get_task_logger
from django.urls import NoReverseMatch, reverse
from pghistory.models import Context

from config.logs import without_secrets
from placements.links import review_url
from placements.states import Status
from tests.factories.placements import ApplicationFactory
from tests.test_access import names

SECRET = "WzEsMiwiIl0:1vN4Xq:aSecretThatOpensSomething"
# Every address of ours that lets somebody in by what stands in it.
LINKS = {
    "accounts:invitation": [SECRET],
    "accounts:stop_address_change": [SECRET],
    "letters:compare": [SECRET],
    "letters:packet": [SECRET],
    "letters:packet_pdf": [SECRET],
    "letters:verify_capitals": [SECRET],
    "letters:verify_code": [SECRET],
    "placements:feed": [SECRET],
    "placements:link": [SECRET],
    "placements:move_link": [SECRET],
    "placements:school_link": [SECRET],
    "placements:seat": [SECRET],
    "privacy:keep": [SECRET],
    "threads:quiet_link": [SECRET],
    "account_reset_password_from_key": ["2n", SECRET],
}


@pytest.mark.parametrize("name", LINKS)
def test_a_link_is_cut_wherever_it_stands(name):
    path = reverse(name, args=LINKS[name])

    for text in (
        f"Not Found: {path}",
        f'"GET {path}?a=1 HTTP/1.1" 404',
        f"http://testserver{path}",
    ):
        assert SECRET in text
        assert SECRET not in without_secrets(text)
        assert without_secrets(text) == text.replace("2n-", "").replace(SECRET, "…")


def test_what_a_provider_of_sign_ins_sends_is_cut():
    asked = '"GET /accounts/oidc/linkedin/login/callback/?code=abc&state=def HTTP/1.1" 302'

    assert without_secrets(asked) == '"GET /accounts/oidc/linkedin/login/callback/?… HTTP/1.1" 302'


@pytest.mark.parametrize(
    "text", ["Not Found: /rotations/x/", "GET /letters/abc/", "/admin/", "/r/", "/static/s.css"]
)
def test_other_addresses_stay_as_they_are(text):
    assert without_secrets(text) == text


def test_every_address_with_a_token_is_known():
    """A new link out of a mail belongs into the list above, and so into the filter."""
    assert {name for name in names() if "token" in parameters(name)} <= LINKS.keys()


def parameters(name):
    try:
        reverse(name)
    except NoReverseMatch as fault:
        return str(fault)
    return ""


@pytest.mark.django_db
@pytest.mark.parametrize("name", LINKS)
def test_a_refused_request_is_logged_without_its_secret(client, caplog, name):
    client.get(reverse(name, args=LINKS[name]))
    client.put(reverse(name, args=LINKS[name]))

    assert caplog.records or name.startswith("account_reset")
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    "logger",
    [logging.getLogger("gunicorn.access"), get_task_logger("somewhere"), logging.getLogger()],
    ids=lambda logger: logger.name,
)
def test_whoever_logs_logs_no_secret(caplog, logger):
    caplog.handler.setFormatter(logging.Formatter("%(message)s"))
    logger.addHandler(caplog.handler)
    try:
        int(f"/r/{SECRET}/")
    except ValueError:
        logger.exception("GET %s", f"/s/{SECRET}/")
    finally:
        logger.removeHandler(caplog.handler)

    assert "GET /s/…/" in caplog.text
    assert "base 10: '/r/…/'" in caplog.text
    assert SECRET not in caplog.text


def test_a_call_that_is_wrong_breaks_nothing(caplog):
    logging.raiseExceptions, before = False, logging.raiseExceptions
    try:
        logging.getLogger("django.request").warning("%s and %s", "one")  # noqa: PLE1206
    finally:
        logging.raiseExceptions = before


@pytest.mark.django_db
def test_the_record_of_changes_keeps_no_link(client):
    application = ApplicationFactory(status=Status.UNDER_REVIEW)
    path = review_url(application, application.listing.preceptor.user)
    path = path.removeprefix("http://testserver")

    client.post(path, {"move": "confirm"})

    addresses = [kept["url"] for kept in Context.objects.values_list("metadata", flat=True)]
    assert "/r/…/" in addresses
    assert path.split("/")[2] not in str(addresses)
