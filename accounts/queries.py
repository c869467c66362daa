"""Questions about people and their papers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.cache import caches
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from accounts.codes import digest
from accounts.immunity import ENOUGH, Shot, Threshold, Verdict, judge
from accounts.kinds import ConsentKind, DocumentGroup, Role, Scan, Validity
from accounts.models import (
    Document,
    DocumentType,
    ImmunizationRule,
    Invitation,
    LearnerProfile,
    PreceptorProfile,
    Preview,
    User,
)
from accounts.uploads import scanning
from audit.queries import history_of
from guides.models import Page
from outbox.models import Message

SOON = timedelta(days=30)
MISSING, IN_REVIEW, ACCEPTED, EXPIRING = "missing", "in_review", "accepted", "expiring"
UNDATED, EXPIRED, REJECTED, REFUSED = "undated", "expired", "rejected", "refused"
CHECKING = "checking"
URGENCY = (REFUSED, REJECTED, EXPIRED, UNDATED, EXPIRING, CHECKING, IN_REVIEW, ACCEPTED, MISSING)
HERS = frozenset({REFUSED, REJECTED, EXPIRED, UNDATED, EXPIRING})
OF_ONE_ROTATION = frozenset({Validity.BLOCK, Validity.PLACEMENT})
DATED = frozenset({Validity.MONTHS, Validity.PRINTED, Validity.POLICY})
UNSEEN = frozenset({Scan.UNSCANNED, Scan.WAITING})
DEMO_KEY = "is-demo-portal"
# So many mails within an hour can be asked for to one address (promise A9).
MOST_AN_HOUR = 5
ASKED = "asked"


def is_demo_portal() -> bool:
    """Whether the invented people are in here; asked again every five minutes."""
    cache = caches["local"]
    found = cache.get(DEMO_KEY)
    if found is None:
        found = User.objects.filter(is_demo=True).exists()
        cache.set(DEMO_KEY, found, 300)
    return bool(found)


def roles(user: User) -> list[str]:
    """All that she is, what others wait for first."""
    held = {
        Role.PRECEPTOR: user.is_preceptor,
        Role.DELEGATE: user.is_delegate and not user.is_preceptor,
        Role.LEARNER: user.is_learner,
        Role.COORDINATOR: user.is_staff,
    }
    return [role.value for role, is_hers in held.items() if is_hers]


def dates_confirmed(document: Document) -> datetime | None:
    """When she last said that its dates, as they stand now, are right."""
    said = history_of(document).filter(verb="document.dates_confirmed").last()
    if said is None:
        return None
    now = {name: str(getattr(document, name) or "") for name in ("issued_on", "expires_on")}
    return said.at if said.detail.items() >= now.items() else None


def is_offered_second_factor(user: User) -> bool:
    """Somebody of a preceptor's office who has none and did not say “not now”; staff must."""
    if user.second_factor_declined_at or not user.practices:
        return False
    return not Authenticator.objects.filter(user=user).exists()


def asked_lately(email: str) -> int:
    """How many mails somebody had sent to this address within the hour."""
    since = timezone.now() - timedelta(hours=1)
    return Message.objects.filter(
        recipient__iexact=email, key__startswith=f"{ASKED}:", created_at__gt=since
    ).count()


def page_version(kind: ConsentKind) -> str:
    """The version of the text that somebody agrees to now."""
    return Page.objects.filter(slug=kind).values_list("version", flat=True).first() or "1"


def documents_to_scan() -> QuerySet[Document]:
    """What the scanner has not seen; first what nobody may open yet.

    Otherwise in no order: a file at which the scanner hangs each time stops no other.
    """
    if not scanning.is_configured():
        return Document.objects.none()
    return Document.objects.filter(scan__in=UNSEEN).order_by("-scan", "?")


def documents_to_draw() -> QuerySet[Document]:
    """Those whose pages no worker has drawn or is drawing; first what was not tried, and of
    that what waits for review."""
    owed = Document.objects.openable().filter(
        Q(preview=None) | Q(preview__in=Preview.objects.free())
    )
    return owed.order_by(
        F("preview__tries").asc(nulls_first=True), F("verified_at").desc(nulls_first=True), "-pk"
    )


def office_of(preceptor: PreceptorProfile) -> list[User]:
    """To whom mails about requests and learners go: she, and if she says so, her delegates now."""
    if not preceptor.office_gets_mail:
        return [preceptor.user]
    delegations = preceptor.delegations.current().filter(person__is_active=True)
    return [preceptor.user, *(row.person for row in delegations.select_related("person"))]


def invitation_of(code: str) -> Invitation | None:
    """The one whose mail had this code in its link, whatever has become of it."""
    found = Invitation.objects.select_related("preceptor__user", "invited_by")
    return found.filter(digest=digest(code)).first()


def account_of(email: str) -> User | None:
    """Whose address this is. An account that nobody ever came into counts for nobody: whoever
    made it never showed that she reads that mailbox (promise A12).
    """
    shown = Q(emailaddress__email__iexact=email, emailaddress__verified=True)
    used = Q(is_staff=True) | Q(is_active=False) | ~Q(last_login=None) | ~Q(authenticator=None)
    return User.objects.filter(shown | Q(email__iexact=email) & used).first()


def has_shown(user: User, email: str) -> bool:
    """Whether she has shown that she reads this mailbox."""
    return bool(EmailAddress.objects.filter(user=user, email__iexact=email, verified=True).exists())


def aims(profile: LearnerProfile) -> str:
    """“Cardiology, Internal medicine (ERAS 2028)”; empty where she named none."""
    names = ", ".join(str(one) for one in profile.specialties.all())
    season = str(profile.season or "")
    return f"{names} ({season})" if names and season else names or season


def thresholds() -> dict[str, Threshold]:
    """What is enough for each item: as shipped, or as an admin has it."""
    rows = {rule.item: rule.threshold for rule in ImmunizationRule.objects.all()}
    return {**ENOUGH, **rows}


def immunity(shots: list[Shot], *, first: date, last: date) -> list[Verdict]:
    """Every item that is asked by default, held against a record, on these days."""
    return [
        judge(threshold, shots, first=first, last=last)
        for threshold in thresholds().values()
        if threshold.is_asked
    ]


@dataclass(frozen=True)
class WalletRow:
    """One kind of paper: its versions, the newest first, and how it stands."""

    type: DocumentType
    versions: tuple[Document, ...] = ()

    @property
    def document(self) -> Document | None:
        """The version that counts; ``None`` if she deleted it."""
        return next((version for version in self.versions if not version.superseded_at), None)

    @property
    def current(self) -> Document:
        """Where it is certain that there is one."""
        document = self.document
        assert document is not None  # noqa: S101  the caller asked for rows that hold one
        return document

    @property
    def refused(self) -> Document | None:
        """The file that she sent last, if it had a virus."""
        newest = self.versions[0] if self.versions else None
        return newest if newest and newest.scan == Scan.INFECTED else None

    @property
    def earlier(self) -> list[Document]:
        return [version for version in self.versions if version.superseded_at]

    @property
    def last_day(self) -> date | None:
        return self.document.last_valid_day() if self.document else None

    @property
    def state(self) -> str:
        """One of ``URGENCY``."""
        if self.document is None:
            return REFUSED if self.refused else MISSING
        if self.document.rejected_at:
            return REJECTED
        return self._trouble_with_dates or self._stage(self.document)

    @property
    def _trouble_with_dates(self) -> str:
        today, last = timezone.localdate(), self.last_day
        if last and last < today:
            return EXPIRED
        if self.lacks_date:
            return UNDATED
        return EXPIRING if last and last <= today + SOON else ""

    @staticmethod
    def _stage(document: Document) -> str:
        if document.verified_at:
            return ACCEPTED
        return IN_REVIEW if document.is_openable else CHECKING

    @property
    def lacks_date(self) -> bool:
        """Nobody can say how long it counts, though it does not count for ever."""
        if self.document is None or self.last_day:
            return False
        if self.type.validity == Validity.SEASON:
            return self.document.issued_on is None
        return self.type.validity in DATED

    @property
    def has_dates(self) -> bool:
        return self.type.validity not in OF_ONE_ROTATION

    @property
    def is_hers(self) -> bool:
        """Whether she has to do something about the paper that is there."""
        return self.state in HERS


@dataclass(frozen=True)
class WalletGroup:
    """Papers of one sort, those that need her apart: what is there, and what is not."""

    key: str
    label: str
    held: list[WalletRow]
    missing: list[WalletRow]


@dataclass(frozen=True)
class Wallet:
    rows: list[WalletRow]

    @property
    def held(self) -> list[WalletRow]:
        return [row for row in self.rows if row.document]

    @property
    def hers(self) -> list[WalletRow]:
        """What needs her, the most urgent first."""
        return sorted((row for row in self.rows if row.is_hers), key=_urgency)

    @property
    def accepted(self) -> int:
        return sum(row.state == ACCEPTED for row in self.rows)

    @property
    def in_review(self) -> int:
        return sum(row.state in {IN_REVIEW, CHECKING} for row in self.rows)

    @property
    def groups(self) -> list[WalletGroup]:
        """Exams, health records and so on; a sort without papers is left out."""
        found = []
        for group in DocumentGroup:
            rows = [row for row in self.rows if row.type.group == group and not row.is_hers]
            held = sorted((row for row in rows if row.document), key=_urgency)
            missing = [row for row in rows if not row.document]
            if rows:
                found.append(WalletGroup(group, str(group.label), held, missing))
        return found


def _urgency(row: WalletRow) -> int:
    return URGENCY.index(row.state)


def _versions(owner: User) -> Any:
    """Her papers, the newest first, each with how often it went with an application."""
    papers = owner.documents.annotate(times_sent=Count("sent_with"))
    return papers.order_by("-uploaded_at", "-pk")


def wallet_rows(owner: User, codes: Sequence[str]) -> list[WalletRow]:
    """Current papers of hers, by their codes."""
    papers = _versions(owner).current().filter(code__in=codes).select_related("type")
    return [WalletRow(paper.type, (paper,)) for paper in papers.order_by("pk")]


def kinds_for(owner: User, *, with_health: bool) -> dict[str, DocumentType]:
    """What somebody like her may add, by slug."""
    profile = getattr(owner, "learner_profile", None)
    family = profile.family if profile else ""
    kinds = DocumentType.objects.order_by("group", "order", "name")
    if not with_health:
        kinds = kinds.filter(is_health=False)
    return {
        one.slug: one for one in kinds if not one.families or not family or family in one.families
    }


def wallet_row(owner: User, kind: DocumentType) -> WalletRow:
    """What she has of one kind."""
    versions = list(_versions(owner).filter(type=kind))
    for paper in versions:
        paper.type = kind
    return WalletRow(kind, tuple(versions))


def wallet(owner: User) -> Wallet:
    """Her papers, and those that rotations ask of somebody like her."""
    profile = getattr(owner, "learner_profile", None)
    family = profile.family if profile else ""
    versions: dict[int, list[Any]] = {}
    for paper in _versions(owner):
        versions.setdefault(paper.type_id, []).append(paper)
    rows = []
    for kind in DocumentType.objects.all():
        mine = versions.get(kind.pk, [])
        if mine or _is_asked_of(kind, family):
            for paper in mine:
                paper.type = kind
            rows.append(WalletRow(kind, tuple(mine)))
    return Wallet(rows)


def _is_asked_of(kind: DocumentType, family: str) -> bool:
    """Whether to have it ready beforehand; what belongs to one rotation is asked for there."""
    if kind.validity in OF_ONE_ROTATION:
        return False
    return not kind.families or not family or family in kind.families
