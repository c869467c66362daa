"""One rule's verdict, and what all verdicts have in common."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.utils.translation import gettext as _

from accounts.models import Document, LearnerProfile
from rotations.blocks import Block
from rotations.kinds import Rule
from rotations.models import Listing, Requirement

UNMET, LATE, UNKNOWN, MET, NOT_NEEDED = "unmet", "late", "unknown", "met", "not_needed"
ORDER = (UNMET, LATE, UNKNOWN, MET, NOT_NEEDED)


@dataclass(frozen=True)
class Check:
    """One rule's verdict. ``text`` stands alone, without a full stop; ``hint`` mends it.

    ``state`` is ``unmet`` (of a rule about the learner), ``late`` (a paper that may
    still come), ``unknown``, ``met`` or ``not_needed``. ``document`` is the slug of
    the paper it is about. ``blocks`` says that it stops a request from being sent.
    ``why`` is what a paper lacks, without the verdict before it. ``evidence`` is what
    was looked at, ``section`` the part of her profile where that stands, and ``guide``
    explains the rule. ``in_review``: the paper is sent, and it is for staff to go on.
    """

    rule: str
    state: str
    title: str
    text: str
    hint: str = ""
    document: str = ""
    blocks: bool = False
    why: str = ""
    evidence: str = ""
    section: str = ""
    guide: str = ""
    in_review: bool = False

    @property
    def is_met(self) -> bool:
        return self.state == MET

    @property
    def is_about_dates(self) -> bool:
        return self.rule in {Rule.OVERLAP, Rule.LEAD_TIME}

    @property
    def is_open(self) -> bool:
        """Neither met nor needless."""
        return self.state not in {MET, NOT_NEEDED}


@dataclass(frozen=True)
class Summary:
    """“You meet 5 of 7”, and how many stop the application."""

    met: int
    total: int
    stops: int

    @property
    def is_whole(self) -> bool:
        return self.met == self.total


def summary(checks: Iterable[Check]) -> Summary:
    counted = [check for check in checks if check.state != NOT_NEEDED]
    return Summary(
        met=sum(check.is_met for check in counted),
        total=len(counted),
        stops=sum(check.blocks for check in counted),
    )


@dataclass(frozen=True)
class Case:
    """What the rules look at; ``papers`` holds the wallet by the slug of the type.

    ``school_approves``: the school has said yes to this block without a paper.
    """

    listing: Listing
    profile: LearnerProfile | None
    block: Block | None
    today: date
    papers: Mapping[str, Document] = field(default_factory=dict)
    school_approves: bool = False
    # Asked of one rotation alone, besides what its listing asks.
    extra: Sequence[Requirement] = ()

    @cached_property
    def first_day(self) -> date:
        return self.block.start_on if self.block else self.today

    @cached_property
    def last_day(self) -> date:
        return self.block.end_on if self.block else self.today

    @property
    def is_told(self) -> bool:
        """She has no profile here, and answered the five questions."""
        return self.profile is not None and self.profile.pk is None

    @property
    def family(self) -> str:
        return self.profile.family if self.profile else ""


def wallet(documents: Iterable[Document]) -> dict[str, Document]:
    return {document.type.slug: document for document in documents}


def in_order(checks: Iterable[Check | None]) -> list[Check]:
    """What cannot be met stands first; rules that do not apply are left out."""
    return sorted((check for check in checks if check), key=lambda check: ORDER.index(check.state))


def met(rule: str, title: str, why: str) -> Check:
    return Check(rule, MET, title, _("Met: %(why)s") % {"why": why})


def stops(rule: str, title: str, why: str, hint: str = "") -> Check:
    return Check(rule, UNMET, title, _("Not met: %(why)s") % {"why": why}, hint, blocks=True)


def unknown(case: Case, rule: str, title: str) -> Check:
    if case.profile is None:
        return Check(rule, UNKNOWN, title, _("Unknown: sign in to compare with your profile"))
    if case.is_told:
        text, hint = _("Unknown: we did not ask you"), _("A profile can say it.")
        return Check(rule, UNKNOWN, title, text, hint)
    text, hint = _("Unknown: your profile does not say"), _("Complete your profile.")
    return Check(rule, UNKNOWN, title, text, hint)
