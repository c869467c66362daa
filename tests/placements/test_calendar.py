from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from placements.calendar import Entry, write_calendar

MOMENT = datetime(2027, 1, 8, 14, 2, 3, 999, UTC)
PEOPLE = ["Nguyễn Thị Minh Khai", "Żółkiewski", "O'Brien", "أماني", "李小龍", "Söğüt, Jr.; MD"]


def entry(**changes):
    facts = {
        "uid": "placement-x@wardlight.example",
        "sequence": 0,
        "changed_at": MOMENT,
        "start_on": date(2027, 3, 1),
        "end_on": date(2027, 3, 26),
        "summary": "Rotation in Houston",
        "location": "Harrow Park, Houston",
        "description": "Ward medicine",
        "url": "https://wardlight.example/placements/x/",
    }
    return Entry(**{**facts, **changes})


def read(content):
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    return event


def test_names_of_all_scripts_come_back_as_they_went():
    for name in PEOPLE:
        assert read(write_calendar(entry(summary=name)))["SUMMARY"] == name


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=200))
def test_no_text_breaks_out_of_its_line(text):
    content = write_calendar(entry(description=text, location=text))

    assert content.count(b"BEGIN:VEVENT") == 1
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    read(content)


def test_a_line_break_in_a_text_is_escaped():
    content = write_calendar(entry(description="One\nEND:VEVENT\nTwo"))

    assert content.count(b"\r\nEND:VEVENT") == 1
    assert read(content)["DESCRIPTION"] == "One\nEND:VEVENT\nTwo"


@pytest.mark.parametrize(
    "zone", ["America/New_York", "America/Chicago", "America/Phoenix", "Pacific/Honolulu"]
)
@pytest.mark.parametrize(
    "changes_on", [date(2026, 3, 8), date(2026, 11, 1), date(2027, 3, 14), date(2027, 11, 7)]
)
def test_a_minute_keeps_its_instant_over_a_change_of_the_clock(zone, changes_on):
    """Read back by the rules in the file alone, the last minute of each day is the site's.

    Renamed, as whoever reads a name that he knows takes his own rules.
    """
    name = f"Site in {zone}"
    for days in range(-2, 3):
        day = changes_on + timedelta(days=days)
        at = datetime(day.year, day.month, day.day, 23, 59, tzinfo=ZoneInfo(zone))
        content = write_calendar(entry(at=at)).replace(zone.encode(), name.encode())

        event = read(content)

        assert event["DTSTART"].params["TZID"] == name
        assert event.decoded("dtstart").astimezone(UTC) == at.astimezone(UTC)


def test_each_zone_has_its_rules_once_and_before_what_uses_them():
    zones = [ZoneInfo("America/Chicago"), ZoneInfo("America/Denver"), ZoneInfo("America/Chicago")]
    at = [datetime(2027, 3, 14, 23, 59, tzinfo=zone) for zone in zones]

    content = write_calendar(*(entry(uid=f"{n}", at=one) for n, one in enumerate(at)))

    assert content.count(b"BEGIN:VTIMEZONE") == 2
    assert content.rindex(b"END:VTIMEZONE") < content.index(b"BEGIN:VEVENT")


@pytest.mark.parametrize(
    ("start", "weeks", "last"),
    [
        (date(2026, 3, 2), 4, date(2026, 3, 27)),
        (date(2026, 10, 19), 4, date(2026, 11, 13)),
        (date(2027, 3, 8), 2, date(2027, 3, 19)),
    ],
)
def test_a_rotation_over_a_change_of_the_clock_keeps_its_days(start, weeks, last):
    event = read(write_calendar(entry(start_on=start, end_on=last)))

    assert event["DTSTART"].params["VALUE"] == "DATE"
    assert event.decoded("dtstart") == start
    assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(days=weeks * 7 - 2)
