"""A rotation as a calendar entry (RFC 5545): whole days, one UID for life."""

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


def write_calendar(entry: Entry) -> bytes:
    """The file's bytes; the same entry gives the same bytes.

    The end of whole days is exclusive: a rotation to Friday ends on Saturday.
    """
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    changed_at = entry.changed_at.astimezone(UTC).replace(microsecond=0)
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("dtstart", entry.start_on)
    event.add("dtend", entry.end_on + timedelta(days=1))
    event.add("summary", entry.summary)
    event.add("location", entry.location)
    event.add("description", entry.description)
    event.add("url", entry.url)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
