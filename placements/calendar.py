"""Calendar entries (RFC 5545): a rotation in whole days, a deadline at its minute; one UID for life.

Moments are written in UTC, which no calendar can misread when clocks change at the site.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event

PRODID = "-//Wardlight//Rotations//EN"


@dataclass(frozen=True)
class Entry:
    uid: str
    sequence: int
    changed_at: datetime
    start_on: date
    end_on: date
    summary: str
    location: str
    description: str
    url: str
    cancelled: bool = False
    # A deadline: the minute at which it runs out, in place of whole days.
    at: datetime | None = None


def write_calendar(*entries: Entry, name: str = "") -> bytes:
    """The file's bytes; the same entries give the same bytes. A feed has a name."""
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if name:
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def _event(entry: Entry) -> Event:
    """The end of whole days is exclusive: a rotation to Friday ends on Saturday."""
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    changed_at = entry.changed_at.astimezone(UTC).replace(microsecond=0)
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    if entry.at:
        event.add("dtstart", entry.at.astimezone(UTC).replace(second=0, microsecond=0))
        event.add("duration", timedelta(0))
    else:
        event.add("dtstart", entry.start_on)
        event.add("dtend", entry.end_on + timedelta(days=1))
    event.add("summary", entry.summary)
    event.add("location", entry.location)
    event.add("description", entry.description)
    event.add("url", entry.url)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    return event
