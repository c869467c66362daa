"""What others have asked of a listing, and what a learner has elsewhere.

Applications and placements belong to an app further up, which this one does not
import: they are read through their relation to a listing and a person.
"""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from rotations.blocks import Block
from rotations.models import Listing

OFFERED, WAITING = "offered", ("submitted", "under_review")
BUSY = (OFFERED, *WAITING)
OPEN = (*BUSY, "changes_requested", "waitlisted")


@dataclass(frozen=True)
class Requests:
    """For one block: seats that offers hold, until when the last of them does, and who waits."""

    held: int = 0
    until: datetime | None = None
    waiting: int = 0


def requests_of(listing: Listing, blocks: list[Block]) -> dict[Block, Requests]:
    """What is going on in these blocks, by block; quiet ones are left out."""
    rows = [
        (status, Block(start_on, weeks), ends_at)
        for status, start_on, weeks, ends_at in listing.applications.filter(
            status__in=BUSY
        ).values_list("status", "start_on", "weeks", "offer_expires_at")
        if start_on and weeks
    ]
    found = {}
    for block in blocks:
        here = [row for row in rows if row[1].overlaps(block)]
        ends = [ends_at for status, _block, ends_at in here if status == OFFERED and ends_at]
        if here:
            found[block] = Requests(len(ends), max(ends, default=None), len(here) - len(ends))
    return found


def open_requests(listing: Listing) -> int:
    """How many learners have asked and know no end yet; drafts are nobody's business."""
    return int(listing.applications.filter(status__in=OPEN).count())


def live_blocks(learner: User) -> list[Block]:
    """The dates of her confirmed placements (rule R10)."""
    return [
        Block(start_on, ((end_on - start_on).days + 3) // 7)
        for start_on, end_on in learner.placements.live().values_list("start_on", "end_on")
    ]
