"""Money, dates and deadlines read as the design says, to the letter."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.utils.html import strip_tags

from guides.templatetags import portal

NBSP = "\u00a0"
COLUMBUS = SimpleNamespace(zone=ZoneInfo("America/New_York"), city="Columbus")
HOUSTON = SimpleNamespace(zone=ZoneInfo("America/Chicago"), city="Houston")


def reader(name):
    return SimpleNamespace(time_zone=name, zone=ZoneInfo(name))


def plain(html):
    return strip_tags(str(html)).replace(NBSP, " ")


@pytest.mark.parametrize(
    ("cents", "words"),
    [
        (175_000, "$1,750 (USD)"),
        (175_050, "$1,750.50 (USD)"),
        (5, "$0.05 (USD)"),
        (0, "$0 (USD)"),
        (-5_050, "−$50.50 (USD)"),
        (None, ""),
    ],
)
def test_usd_writes_whole_dollars_unless_there_are_cents(cents, words):
    assert portal.usd(cents).replace(NBSP, " ") == words


def test_usd_bare_leaves_the_currency_out():
    assert portal.usd(175_000, bare=True) == "$1,750"


def test_rdate_names_weekday_and_year():
    assert portal.rdate(date(2027, 3, 1)) == '<time datetime="2027-03-01">Mon, Mar 1, 2027</time>'
    assert plain(portal.rdate(date(2027, 3, 1), long=True)) == "Monday, March 1, 2027"
    assert portal.rdate(None) == ""


def test_rdate_takes_the_day_in_the_zone():
    moment = datetime(2027, 3, 2, 4, 30, tzinfo=UTC)

    assert plain(portal.rdate(moment, HOUSTON.zone)) == "Mon, Mar 1, 2027"


def test_rrange_says_the_year_once_unless_it_changes():
    spring = portal.rrange(date(2027, 3, 1), date(2027, 3, 26))
    winter = portal.rrange(date(2026, 12, 28), date(2027, 1, 22))

    assert plain(spring) == "Mon, Mar 1 – Fri, Mar 26, 2027"
    assert plain(winter) == "Mon, Dec 28, 2026 – Fri, Jan 22, 2027"


def test_rtime_says_the_zone_of_that_day_and_never_breaks():
    winter = portal.rtime(datetime(2027, 1, 14, 18, 41, tzinfo=UTC), HOUSTON.zone)
    summer = portal.rtime(datetime(2027, 3, 15, 22, 0, tzinfo=UTC), HOUSTON.zone)

    assert f"12:41{NBSP}PM{NBSP}CST" in winter
    assert f"5:00{NBSP}PM{NBSP}CDT" in summer


@pytest.mark.parametrize(
    ("moment", "site", "zone", "words"),
    [
        (
            datetime(2027, 1, 20, 19, 10, tzinfo=UTC),
            COLUMBUS,
            "Africa/Lagos",
            "Wed, Jan 20, 2027, 2:10 PM EST in Columbus (8:10 PM in Lagos)",
        ),
        (
            datetime(2027, 1, 31, 5, 59, tzinfo=UTC),
            HOUSTON,
            "Africa/Lagos",
            "Sat, Jan 30, 2027, 11:59 PM CST in Houston (Sun, Jan 31, 6:59 AM in Lagos)",
        ),
        (
            datetime(2027, 1, 1, 5, 59, tzinfo=UTC),
            HOUSTON,
            "Africa/Lagos",
            "Thu, Dec 31, 2026, 11:59 PM CST in Houston (Fri, Jan 1, 2027, 6:59 AM in Lagos)",
        ),
        (
            datetime(2027, 1, 20, 19, 10, tzinfo=UTC),
            COLUMBUS,
            "America/Toronto",
            "Wed, Jan 20, 2027, 2:10 PM EST in Columbus",
        ),
        (
            datetime(2027, 1, 20, 19, 10, tzinfo=UTC),
            COLUMBUS,
            "America/Argentina/Buenos_Aires",
            "Wed, Jan 20, 2027, 2:10 PM EST in Columbus (4:10 PM in Buenos Aires)",
        ),
    ],
)
def test_deadline_shows_the_readers_own_time_where_it_differs(moment, site, zone, words):
    assert plain(portal.deadline(moment, site, reader(zone))) == words


def test_deadline_without_a_reader_is_the_sites():
    text = plain(portal.deadline(datetime(2027, 1, 20, 19, 10, tzinfo=UTC), COLUMBUS))

    assert text == "Wed, Jan 20, 2027, 2:10 PM EST in Columbus"


def test_avatar_shows_initials_and_escapes_them():
    person = SimpleNamespace(pk=3, name="Jelena Ostojić")

    assert ">JO</span>" in portal.avatar(person)
    assert "&lt;" in portal.avatar(SimpleNamespace(pk=3, name="<b> x"))


def test_motif_takes_a_specialty_or_its_code():
    assert portal.motif(SimpleNamespace(motif="card")) == portal.motif("card")
    assert "#m-card" in portal.motif("card")


@pytest.mark.parametrize(
    ("agent", "shown"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1",
         "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.9", "curl/8.9"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_device_is_named_as_people_call_it(agent, shown):
    assert portal.device(agent) == shown
