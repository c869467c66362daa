"""The rules about papers: what is asked for, and whether it counts to the last day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.kinds import ADVANCED_PRACTICE, ENROLLED, GRADUATES, Family, Validity
from accounts.models import Document, DocumentType, LearnerProfile
from clocks.queries import length
from rotations.blocks import Block
from rotations.deadlines import (
    DOCUMENTS_AT_LEAST,
    DOCUMENTS_BEFORE_START,
    DOCUMENTS_BEFORE_START_VISA,
)
from rotations.eligibility.check import (
    LATE,
    MET,
    NOT_NEEDED,
    UNKNOWN,
    Case,
    Check,
    in_order,
    wallet,
)
from rotations.eligibility.severity import severities
from rotations.eligibility.words import in_words, open_to
from rotations.kinds import Severity
from rotations.models import Listing, Requirement

MALPRACTICE, SCHOOL_APPROVAL = "malpractice", "school-approval"
NEEDS_APPROVAL = ADVANCED_PRACTICE & ENROLLED
# A dose of July counts for the season that begins in October (handbook 3.3, flu).
SEASON = frozenset({10, 11, 12, 1, 2, 3})
SEASON_STARTS, DOSES_FROM = 10, 7


def check_documents(  # noqa: PLR0913  each is a fact of its own
    listing: Listing,
    block: Block,
    documents: Sequence[Document],
    *,
    profile: LearnerProfile | None = None,
    today: date | None = None,
    school_approves: bool = False,
    extra: Sequence[Requirement] = (),
) -> list[Check]:
    """The paper rules alone (R4, R7, R9): what keeps a placement from being ready."""
    today = today or timezone.localdate(timezone=listing.site.zone)
    case = Case(listing, profile, block, today, wallet(documents), school_approves, extra)
    return in_order(check_papers(case))


def shortfalls(
    listing: Listing,
    block: Block,
    documents: Sequence[Document],
    *,
    profile: LearnerProfile | None = None,
) -> dict[str, str]:
    """Of the papers at hand, by slug: those asked for, and why one does not last these dates.

    Whether somebody accepted them is another question.
    """
    today = timezone.localdate(timezone=listing.site.zone)
    case = Case(listing, profile, block, today, wallet(documents))
    found = {}
    for paper in _papers(case):
        document = case.papers.get(paper.slug)
        if document and not _is_out_of_season(case, paper) and not _covers_no_patients(case, paper):
            problem = _too_short(case, paper, document)
            found[paper.slug] = problem.why if problem else ""
    return found


def last_days(
    listing: Listing,
    block: Block,
    documents: Sequence[Document],
    *,
    profile: LearnerProfile | None = None,
    extra: Sequence[Requirement] = (),
) -> dict[str, date]:
    """Of the accepted papers that must last through the rotation, by slug: how long each does."""
    case = Case(listing, profile, block, block.start_on, wallet(documents), extra=extra)
    found = {}
    for paper in _papers(case):
        document = case.papers.get(paper.slug)
        if document is None or document.verified_at is None or not paper.through_end:
            continue
        if paper.validity == Validity.SEASON or _covers_no_patients(case, paper):
            continue
        if last := document.last_valid_day(paper.months):
            found[paper.slug] = last
    return found


def documents_due_on(start_on: date, *, needs_visa: bool, today: date) -> date:
    """Days before the start, more of them with a visa; at least some days from today."""
    before = DOCUMENTS_BEFORE_START_VISA if needs_visa else DOCUMENTS_BEFORE_START
    return max(start_on - length(before), today + length(DOCUMENTS_AT_LEAST))


@dataclass(frozen=True)
class _Paper:
    """A document that is asked for, and how long it must count."""

    rule: str
    slug: str
    name: str
    what_counts: str
    months: int | None = None
    through_end: bool = True
    validity: str = Validity.POLICY
    title: str = ""

    @classmethod
    def asked(cls, requirement: Requirement, title: str) -> "_Paper":
        kind: DocumentType = requirement.type
        rules = {MALPRACTICE: "R4", SCHOOL_APPROVAL: "R7"}
        return cls(
            rule=rules.get(kind.slug, "R9"),
            slug=kind.slug,
            name=kind.name,
            what_counts=requirement.note or kind.what_counts,
            months=requirement.months,
            through_end=kind.through_end,
            validity=kind.validity,
            title=title,
        )

    @property
    def in_a_sentence(self) -> str:
        """“your tuberculosis test”, but “your TB test”."""
        keeps_capital = not self.name[1:2].islower() or self.name.startswith("Tdap")
        return self.name if keeps_capital else self.name[:1].lower() + self.name[1:]

    def verdict(self, state: str, text: str, hint: str = "", *, why: str = "") -> Check:
        title = self.title or self.name
        return Check(self.rule, state, title, text, hint, document=self.slug, why=why)

    def lacks(self, why: str, *, state: str = LATE, hint: str = "") -> Check:
        text = _("Unknown: %(why)s") if state == UNKNOWN else _("Not met: %(why)s")
        return self.verdict(state, text % {"why": why}, hint or self.what_counts, why=why)


def check_papers(case: Case) -> list[Check]:
    checks = []
    hard = severities()
    for paper in _papers(case):
        if hard[paper.rule] == Severity.OFF:
            continue
        if _covers_no_patients(case, paper):
            text = _("Not needed: you do not touch patients here")
            checks.append(paper.verdict(NOT_NEEDED, text))
        elif paper.slug == SCHOOL_APPROVAL and case.school_approves:
            checks.append(paper.verdict(MET, _("Met: your school said yes to these dates")))
        else:
            checks.append(_check_paper(case, paper, case.papers.get(paper.slug)))
    return checks


def _covers_no_patients(case: Case, paper: _Paper) -> bool:
    return paper.slug == MALPRACTICE and not case.listing.is_hands_on


def _is_out_of_season(case: Case, paper: _Paper) -> bool:
    return paper.validity == Validity.SEASON and _season(case) is None


def _papers(case: Case) -> list[_Paper]:
    """What the listing asks for by its rows, by its kind of work, and by who learns."""
    prefetch_related_objects([case.listing], "requirements__type")
    own = list(case.listing.requirements.all())
    types = {row.type_id for row in own}
    # Asked of one rotation alone, until the listing itself came to ask for it.
    asked_for = [*own, *(row for row in case.extra if row.type_id not in types)]
    rows = [row for row in asked_for if _asks_of(row, case.family)]
    papers = [_Paper.asked(row, _title(case, row)) for row in rows if not _is_needless(case, row)]
    asked = {row.type.slug for row in rows}
    if case.listing.is_hands_on and MALPRACTICE not in asked:
        papers.append(
            _Paper(
                "R4",
                MALPRACTICE,
                _("Malpractice insurance"),
                _("$1 million per claim, $3 million in total, for the whole rotation in the US."),
            )
        )
    if SCHOOL_APPROVAL not in asked and _needs_approval(case):
        papers.append(
            _Paper(
                "R7",
                SCHOOL_APPROVAL,
                _("School approval for this rotation"),
                _("Your school approves this site, this preceptor and these dates."),
                validity=Validity.BLOCK,
            )
        )
    return papers


def _asks_of(row: Requirement, family: str) -> bool:
    """Some papers only students have, others only graduates."""
    return not row.type.families or not family or family in row.type.families


def _is_needless(case: Case, row: Requirement) -> bool:
    kind = row.type
    return kind.hands_on_only and kind.slug != MALPRACTICE and not case.listing.is_hands_on


def _needs_approval(case: Case) -> bool:
    """R7: always for NP and PA students, for other students where the listing says so."""
    return case.family in NEEDS_APPROVAL or (
        case.listing.needs_school_approval and case.family not in GRADUATES
    )


def _title(case: Case, row: Requirement) -> str:
    title = row.type.name
    if row.months:
        title = ngettext(
            "%(name)s, not older than %(n)d month", "%(name)s, not older than %(n)d months", row.months
        ) % {"name": title, "n": row.months}  # fmt: skip
    if row.type.families and not case.family and set(row.type.families) != set(Family):
        return _("%(name)s (%(families)s)") % {
            "name": title,
            "families": open_to(row.type.families),
        }
    return title


def _evidence(paper: _Paper, document: Document | None) -> str:
    """“your TB test of Thu, May 14, 2026, valid to Thu, May 13, 2027”."""
    if document is None:
        return ""
    names: dict[str, object] = {"name": paper.in_a_sentence}
    said = _("your %(name)s") % names
    if document.issued_on:
        said = _("your %(name)s of %(day)s") % {**names, "day": in_words(document.issued_on)}
    if last := document.last_valid_day(paper.months):
        said = _("%(paper)s, valid to %(day)s") % {"paper": said, "day": in_words(last)}
    return said


def _check_paper(case: Case, paper: _Paper, document: Document | None) -> Check:
    found = _judge_paper(case, paper, document)
    guide = "documents-and-immunizations" if found.state == LATE else ""
    return replace(found, evidence=_evidence(paper, document), guide=guide)


def _judge_paper(case: Case, paper: _Paper, document: Document | None) -> Check:
    if _is_out_of_season(case, paper):
        text = _("Not needed: your dates lie outside October to March")
        return paper.verdict(NOT_NEEDED, text)
    if document is None:
        return paper.lacks(_("we have no record"), state=UNKNOWN)
    if document.rejected_at:
        reason = document.reject_note or str(document.get_reject_reason_display())
        why = _("your file was not accepted: %(reason)s") % {"reason": reason.rstrip(".")}
        return paper.lacks(why)
    if problem := _too_short(case, paper, document):
        return problem
    if document.verified_at is None:
        text = _("In review: we are checking the file that you sent on %(day)s")
        day = in_words(document.uploaded_at.date())
        waits = paper.verdict(LATE, text % {"day": day}, _("You need to do nothing now."))
        return replace(waits, in_review=True)
    last = document.last_valid_day(paper.months)
    why = _("expires %(day)s") % {"day": in_words(last)} if last else _("accepted, does not expire")
    return paper.verdict(MET, _("Met: %(why)s") % {"why": why})


def _too_short(case: Case, paper: _Paper, document: Document) -> Check | None:
    """Why it does not count for these dates. Papers that need not last are judged on day one."""
    if paper.validity == Validity.SEASON:
        return _wrong_season(case, paper, document)
    last = document.last_valid_day(paper.months)
    names = {"name": paper.in_a_sentence}
    if last is None:
        dated = paper.months or paper.validity in {
            Validity.MONTHS,
            Validity.PRINTED,
            Validity.POLICY,
        }
        if not dated:
            return None
        why = _("we do not know until when your %(name)s counts") % names
        return paper.lacks(why, state=UNKNOWN, hint=_("Add its date in your wallet."))
    if paper.through_end and last < case.last_day:
        return paper.lacks(_ends_early(case, names, last))
    if not paper.through_end and last < case.first_day:
        why = _("your %(name)s is too old on the first day; it counts to %(day)s")
        return paper.lacks(why % {**names, "day": in_words(last)})
    return None


def _ends_early(case: Case, names: dict[str, str], last: date) -> str:
    if last < case.today:
        return _("your %(name)s expired on %(day)s") % {**names, "day": in_words(last)}
    short = (case.last_day - last).days
    words = ngettext(
        "your %(name)s ends %(n)d day before your last day, %(day)s",
        "your %(name)s ends %(n)d days before your last day, %(day)s",
        short,
    )
    return words % {**names, "n": short, "day": in_words(case.last_day)}


def _season(case: Case) -> int | None:
    """The year in which the flu season begins that the block touches."""
    days = [*(case.block.mondays if case.block else []), case.last_day]
    touched = [day for day in days if day.month in SEASON]
    if not touched:
        return None
    first = touched[0]
    return first.year if first.month >= SEASON_STARTS else first.year - 1


def _wrong_season(case: Case, paper: _Paper, document: Document) -> Check | None:
    year = _season(case)
    if year is None or (document.expires_on and document.expires_on >= case.last_day):
        return None
    if document.issued_on is None:
        why = _("we do not know the date of your dose")
        return paper.lacks(why, state=UNKNOWN, hint=_("Add its date in your wallet."))
    if document.issued_on < date(year, DOSES_FROM, 1):
        why = _("your dose of %(day)s is from an earlier season")
        return paper.lacks(why % {"day": in_words(document.issued_on)})
    return None
