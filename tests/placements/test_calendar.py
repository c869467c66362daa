from datetime import UTC, date, datetime

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
