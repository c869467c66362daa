"""Questions about certificates, letter requests and application seasons."""

from letters.queries.papers import (
    AT_ONCE,
    MOST_TRIES,
    Packet,
    certificates_to_render,
    certificates_visible_to,
    is_worth_a_try,
    packet_of,
    placements_owed_a_certificate,
    request_open_for,
    requests_to_render,
    scores,
    season_for,
    suggested_target,
    valid_certificate,
    was_declined,
)
from letters.queries.seasons import IN_TIME, LATE, TIGHT, Window, ends_in, windows

__all__ = [
    "AT_ONCE",
    "IN_TIME",
    "LATE",
    "MOST_TRIES",
    "TIGHT",
    "Packet",
    "Window",
    "certificates_to_render",
    "certificates_visible_to",
    "ends_in",
    "is_worth_a_try",
    "packet_of",
    "placements_owed_a_certificate",
    "request_open_for",
    "requests_to_render",
    "scores",
    "season_for",
    "suggested_target",
    "valid_certificate",
    "was_declined",
    "windows",
]
