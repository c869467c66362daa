"""Calendar entries (RFC 5545): a rotation in whole days, a deadline at its minute; one UID for life.

A minute is the site's own, with its zone and that zone's rules for summer time in the file.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import (
    Calendar,
    Component,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
)

# By the clock on the wall: since when the rules of today hold.
ALWAYS = datetime(1970, 1, 1)  # noqa: DTZ001
SPRING, AUTUMN = datetime(2007, 3, 11, 2), datetime(2007, 11, 4, 2)  # noqa: DTZ001
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
    # A deadline: the minute at which it runs out, in the site's zone, in place of whole days.
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
    for zone in sorted({str(entry.at.tzinfo) for entry in entries if entry.at}):
        calendar.add_component(_rules_of(ZoneInfo(zone)))
    for entry in entries:
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def _rules_of(zone: ZoneInfo) -> Timezone:
    """When clocks change there: as in all of the US since 2007, or never."""
    january, july = (datetime(2027, month, 1, tzinfo=zone) for month in (1, 7))
    rules = Timezone()
    rules.add("tzid", zone.key)
    if january.utcoffset() == july.utcoffset():
        rules.add_component(_change(TimezoneStandard(), ALWAYS, january, january))
        return rules
    for part, change, month, sunday, was, now in (
        (TimezoneDaylight(), SPRING, 3, "2SU", january, july),
        (TimezoneStandard(), AUTUMN, 11, "1SU", july, january),
    ):
        part.add("rrule", {"freq": "yearly", "bymonth": month, "byday": sunday})
        rules.add_component(_change(part, change, was, now))
    return rules


def _change(part: Component, at: datetime, was: datetime, now: datetime) -> Component:
    """At a time of the clock that went before."""
    part.add("dtstart", at)
    part.add("tzoffsetfrom", was.utcoffset())
    part.add("tzoffsetto", now.utcoffset())
    part.add("tzname", now.tzname())
    return part


def _event(entry: Entry) -> Event:
    """The end of whole days is exclusive: a rotation to Friday ends on Saturday."""
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    changed_at = entry.changed_at.astimezone(UTC).replace(microsecond=0)
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    if entry.at:
        event.add("dtstart", entry.at.replace(second=0, microsecond=0))
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
