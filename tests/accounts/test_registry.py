"""Asking the registry of providers: a real server answers, says no, breaks, or hangs."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from accounts import actions
from accounts.kinds import RegistryOutcome
from accounts.models import RegistryLookup
from accounts.registry import Answer, Nppes, Offline, name_fits, registry
from accounts.tasks import look_up_npi
from clocks.models import Due
from tests.factories.accounts import PreceptorFactory, StaffFactory, UserFactory

NPI = "1987654328"
ENTRY = {
    "number": NPI,
    "enumeration_type": "NPI-1",
    "basic": {"first_name": "HÉLÈNE", "last_name": "O'BRIEN CASTELLANO", "status": "A"},
    "other_names": [{"first_name": "HELEN", "last_name": "CASTELLANO"}],
    "taxonomies": [{"code": "207R00000X", "primary": True}],
}


class Registry:
    """NPPES as far as we ask it; ``answer`` and ``status`` are what it says, ``stall`` how late."""

    def __init__(self):
        self.answer, self.status, self.stall, self.asked = {"results": [ENTRY]}, 200, 0.0, []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append(parse_qs(urlsplit(self.path).query))
                time.sleep(outer.stall)
                body = outer.answer
                body = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(outer.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.block_on_close = False
        self.url = f"http://127.0.0.1:{self.server.server_port}/api/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def nppes(settings):
    found = Registry()
    settings.NPI_REGISTRY_URL = found.url
    yield found
    found.server.shutdown()
    found.server.server_close()


def test_it_is_asked_for_one_number_in_its_own_version(nppes):
    answer = registry().look_up(NPI)

    assert nppes.asked == [{"version": ["2.1"], "number": [NPI]}]
    assert answer == Answer(
        RegistryOutcome.FOUND,
        names=("HÉLÈNE O'BRIEN CASTELLANO", "HELEN CASTELLANO"),
        is_individual=True,
        is_active=True,
        taxonomies=("207R00000X",),
    )


@pytest.mark.parametrize(
    "answer", [{"results": []}, {"results": [{**ENTRY, "number": "1234567893"}]}]
)
def test_another_number_is_not_hers(nppes, answer):
    nppes.answer = answer

    assert registry().look_up(NPI).outcome == RegistryOutcome.NOT_FOUND


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (500, {}),
        (302, {"results": [ENTRY]}),
        (200, b"<html>busy</html>"),
        (200, b"\xff\xfe\x00"),
        (200, []),
        (200, {"Errors": [{"description": "CMS deactivated"}]}),
        (200, {"results": [{"number": NPI}]}),
        (200, b'{"results": "' + b"x" * 600_000 + b'"}'),
    ],
)
def test_whatever_else_it_says_is_no_answer(nppes, status, answer):
    nppes.status, nppes.answer = status, answer

    assert registry().look_up(NPI) == Answer(RegistryOutcome.UNAVAILABLE)


def test_one_that_hangs_is_given_up_after_three_seconds(nppes):
    nppes.stall = 8
    began = time.monotonic()

    assert registry().look_up(NPI).outcome == RegistryOutcome.UNAVAILABLE
    assert time.monotonic() - began < 4


def test_one_that_is_not_there_is_no_answer():
    assert Nppes("http://127.0.0.1:1/api/").look_up(NPI).outcome == RegistryOutcome.UNAVAILABLE


def test_without_an_address_nobody_is_asked(settings):
    settings.NPI_REGISTRY_URL = ""

    assert isinstance(registry(), Offline)
    assert registry().look_up(NPI).outcome == RegistryOutcome.NOT_LOOKED_UP


@pytest.mark.parametrize(
    ("ours", "theirs", "fits"),
    [
        ("Helen Castellano", "HELEN CASTELLANO", True),
        ("Helen M. Castellano", "HELEN CASTELLANO", True),
        ("Helen Castellano", "HELEN MARIA CASTELLANO", True),
        ("Hélène Castellano", "HELENE CASTELLANO", True),
        ("Marisol Ferreira-Lund", "MARISOL FERREIRA-LUND", True),
        ("Siobhán O'Brien", "SIOBHAN O'BRIEN", True),
        ("Helen Castellano", "HELEN CASTELLANOS", False),
        ("Helen Castellano", "ELLEN CASTELLANO", False),
        ("Helen Castellano Reyes", "HELEN CASTELLANO", False),
        ("", "HELEN CASTELLANO", False),
        ("Helen Castellano", "", False),
    ],
)
def test_a_name_fits_by_its_first_and_last_word(ours, theirs, fits):
    assert name_fits(ours, theirs) is fits


@pytest.fixture
def helen():
    return PreceptorFactory(user=UserFactory(name="Helen Castellano"), npi=NPI)


def look_up(preceptor):
    actions.ask_registry(preceptor, by=StaffFactory())
    due = Due.objects.get(kind="npi.look_up")
    look_up_npi(due.pk)
    return RegistryLookup.objects.get(), due


@pytest.mark.django_db
def test_a_worker_keeps_what_it_said(nppes, helen):
    lookup, due = look_up(helen)

    due.refresh_from_db()
    assert due.outcome == "found"
    assert (lookup.outcome, lookup.name_matches, lookup.is_active) == ("found", True, True)
    assert lookup.taxonomies == ["207R00000X"]
    assert lookup.looked_up_at
    helen.refresh_from_db()
    assert helen.identity_checked_at is None, "a person compares"


@pytest.mark.django_db
def test_another_name_is_said(nppes, helen):
    nppes.answer = {"results": [{**ENTRY, "basic": {"first_name": "ANA", "last_name": "RUIZ", "status": "D"},
                                 "other_names": [], "enumeration_type": "NPI-2"}]}  # fmt: skip

    lookup, _due = look_up(helen)

    assert (lookup.name_matches, lookup.is_active, lookup.is_individual) == (False, False, False)
    assert "ANA RUIZ. Another name. An organization. Not active" in lookup.words


@pytest.mark.django_db
def test_where_it_did_not_answer_it_is_asked_three_times_more(nppes, helen, time_machine):
    nppes.status = 500
    lookup, _due = look_up(helen)

    for _n in range(6):
        again = Due.objects.filter(kind="npi.look_up", done_at=None).first()
        if again is None:
            break
        time_machine.move_to(again.at, tick=False)
        look_up_npi(again.pk)

    lookup.refresh_from_db()
    assert (lookup.outcome, len(nppes.asked), lookup.tries) == ("unavailable", 4, 4)


@pytest.mark.django_db
def test_an_answer_that_comes_later_counts(nppes, helen, time_machine):
    nppes.status = 500
    lookup, _due = look_up(helen)
    nppes.status = 200

    again = Due.objects.get(kind="npi.look_up", done_at=None)
    time_machine.move_to(again.at, tick=False)
    look_up_npi(again.pk)

    lookup.refresh_from_db()
    assert lookup.outcome == "found"
    assert not Due.objects.filter(done_at=None, kind="npi.look_up").exists()


@pytest.mark.django_db
def test_a_number_that_changed_meanwhile_is_not_asked_for(nppes, helen):
    actions.ask_registry(helen, by=StaffFactory())
    helen.npi = "1234567893"
    helen.save()

    look_up_npi(Due.objects.get(kind="npi.look_up").pk)

    assert nppes.asked == []
    assert RegistryLookup.objects.get().outcome == ""


@pytest.mark.django_db
def test_offline_says_that_nothing_was_looked_up(helen, settings):
    settings.NPI_REGISTRY_URL = ""

    lookup, _due = look_up(helen)

    assert lookup.outcome == RegistryOutcome.NOT_LOOKED_UP
    assert "Not looked up" in lookup.words
    assert lookup.looked_up_at <= timezone.now()
