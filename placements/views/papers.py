"""The papers that a rotation asks for, each with the file there is and what is to do."""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils import timezone

from accounts.immunity import Verdict
from accounts.models import Document, LearnerProfile, User
from accounts.queries import thresholds
from placements.models import SIGNED_HERE
from placements.queries import Besides
from rotations.blocks import Block
from rotations.eligibility import NOT_NEEDED, Check, check_documents, check_immunity
from rotations.models import Listing

MISSING, IN_REVIEW, ACCEPTED = "missing", "in_review", "accepted"
REJECTED, EXPIRED, EARLY, UNDATED = "rejected", "expired", "early", "undated"


@dataclass(frozen=True)
class Paper:
    """A check about a paper and the newest version of it in her wallet."""

    check: Check
    document: Document | None
    state: str
    # What her own record lacks for this site; health data, for her and for staff.
    lacks: tuple[Verdict, ...] = ()

    @property
    def is_signed_here(self) -> bool:
        """A statement: no file, but a text that she signs."""
        return self.check.document in SIGNED_HERE

    @property
    def is_hers(self) -> bool:
        """Whether she has to do something about it."""
        return self.state not in {IN_REVIEW, ACCEPTED, NOT_NEEDED}


def papers_for(
    listing: Listing,
    block: Block | None,
    documents: Sequence[Document],
    *,
    profile: LearnerProfile | None,
    school_approves: bool = False,
    terms: Besides | None = None,
) -> list[Paper]:
    """Every paper asked for on these dates; what is hers to do stands first.

    ``terms`` are what one placement is asked besides, spared, or has had signed.
    """
    if block is None:
        return []
    held = {document.type.slug: document for document in documents}
    facts: Any = {"profile": profile, "school_approves": school_approves}
    if terms:
        facts["extra"] = terms.extra
    checks = check_documents(listing, block, documents, **facts)
    if terms:
        checks = terms.settle(checks)
    hopes = check_documents(listing, block, _as_if_accepted(documents), **facts)
    would_do = {hope.document for hope in hopes if not hope.is_open}
    papers = []
    for check in checks:
        document = held.get(check.document)
        papers.append(Paper(check, document, _state(check, document, would_do)))
    return sorted(papers, key=lambda paper: not paper.is_hers)


def _as_if_accepted(documents: Iterable[Document]) -> list[Document]:
    """Copies that a reviewer has accepted: what is still open then lies with the learner."""
    hoped = []
    for document in documents:
        hope = copy(document)
        if hope.state == "uploaded":
            hope.verified_at = timezone.now()
        hoped.append(hope)
    return hoped


def _state(check: Check, document: Document | None, would_do: set[str]) -> str:
    if not check.is_open:
        return NOT_NEEDED if check.state == NOT_NEEDED else ACCEPTED
    if document is None:
        return MISSING
    if document.rejected_at:
        return REJECTED
    if check.document in would_do:
        return IN_REVIEW
    last = document.last_valid_day()
    if last is None:
        return UNDATED
    return EXPIRED if last < timezone.localdate() else EARLY


def with_record(papers: list[Paper], listing: Listing, block: Block | None, owner: User) -> None:
    """Say beside each paper what her immunization record lacks for this site, if she keeps one."""
    shots = [fact.shot for fact in owner.immunization_facts.all()]
    if not shots or block is None:
        return
    prefetch_related_objects([listing], "requirements__type")
    found = check_immunity(listing, block, shots, thresholds())
    for number, paper in enumerate(papers):
        lacking = tuple(one for one in found.get(paper.check.document, ()) if one.is_open)
        papers[number] = replace(paper, lacks=lacking)
