"""What a request says of its origin counts only from proxies that a setting names (promise D9)."""

from ipaddress import ip_network

import pytest
from django.test import RequestFactory

from config.proxies import Origin

OURS = [ip_network("127.0.0.1"), ip_network("127.0.0.2"), ip_network("10.1.0.0/16")]
CLAIMS = {
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_FORWARDED_HOST": "evil.example",
    "HTTP_X_FORWARDED_PORT": "8443",
    "HTTP_FORWARDED": "for=203.0.113.7;proto=https",
    "HTTP_X_REAL_IP": "203.0.113.7",
}


@pytest.fixture(autouse=True)
def _behind_two_proxies(settings):
    settings.TRUSTED_PROXIES = OURS
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


def seen(**headers):
    """The request as every part behind the middleware sees it."""
    kept = []
    Origin(kept.append)(RequestFactory().get("/", **headers))
    return kept[0]


@pytest.mark.parametrize(
    ("peer", "forwarded", "origin"),
    [
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "203.0.113.7, 127.0.0.2", "203.0.113.7"),
        ("127.0.0.1", "9.9.9.9, 203.0.113.7, 127.0.0.2", "203.0.113.7"),
        ("127.0.0.2", "127.0.0.1, 203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "nonsense, 10.1.2.3", "10.1.2.3"),
        ("127.0.0.1", "2001:db8::7", "2001:db8::7"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("203.0.113.9", "9.9.9.9", "203.0.113.9"),
        ("203.0.113.9", "127.0.0.1", "203.0.113.9"),
        ("203.0.113.9", "127.0.0.1, 127.0.0.2", "203.0.113.9"),
    ],
)
def test_the_nearest_hop_that_is_no_proxy_of_ours_counts(peer, forwarded, origin):
    request = seen(REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)

    assert request.META["REMOTE_ADDR"] == origin


def test_a_proxy_of_ours_may_say_https():
    assert seen(REMOTE_ADDR="127.0.0.2", HTTP_X_FORWARDED_PROTO="https").is_secure()


def test_a_client_may_say_nothing():
    request = seen(REMOTE_ADDR="203.0.113.9", **CLAIMS)

    assert not request.is_secure()
    assert [header for header in request.META if header in CLAIMS] == []


def test_no_part_asks_a_header_that_a_client_can_write():
    """A proxy of ours speaks of the scheme alone; the rest was read, and is gone."""
    request = seen(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.7", **CLAIMS)

    left = {header for header in request.META if "FORWARDED" in header or "REAL_IP" in header}
    assert left == {"HTTP_X_FORWARDED_PROTO"}
