"""Questions about people and their papers."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.cache import caches
from django.utils import timezone

from accounts.kinds import ConsentKind
from accounts.models import Document, DocumentType, User
from guides.models import Page

SOON = timedelta(days=30)
DEMO_KEY = "is-demo-portal"


def is_demo_portal() -> bool:
    """Whether the invented people are in here; asked again every five minutes."""
    cache = caches["local"]
    found = cache.get(DEMO_KEY)
    if found is None:
        found = User.objects.filter(is_demo=True).exists()
        cache.set(DEMO_KEY, found, 300)
    return bool(found)


def page_version(kind: ConsentKind) -> str:
    """The version of the text that somebody agrees to now."""
    return Page.objects.filter(slug=kind).values_list("version", flat=True).first() or "1"


@dataclass(frozen=True)
class WalletRow:
    """One kind of paper: the current version, if there is one, and how it stands."""

    type: DocumentType
    document: Document | None

    @property
    def last_day(self) -> date | None:
        return self.document.last_valid_day() if self.document else None

    @property
    def state(self) -> str:
        """``missing``, ``rejected``, ``expired``, ``expiring``, ``uploaded`` or ``verified``."""
        if self.document is None:
            return "missing"
        if self.document.state == "rejected":
            return "rejected"
        today = timezone.localdate()
        if self.last_day and self.last_day < today:
            return "expired"
        if self.last_day and self.last_day < today + SOON:
            return "expiring"
        return self.document.state


def wallet(owner: User) -> list[tuple[str, list[WalletRow]]]:
    """Her papers and those that rotations ask of her, by group; what is there first."""
    family = getattr(getattr(owner, "learner_profile", None), "family", "")
    current = {paper.type_id: paper for paper in owner.documents.current().select_related("type")}
    groups: dict[str, list[WalletRow]] = {}
    for kind in DocumentType.objects.all():
        paper = current.get(kind.pk)
        if paper or not kind.families or not family or family in kind.families:
            groups.setdefault(kind.get_group_display(), []).append(WalletRow(kind, paper))
    for rows in groups.values():
        rows.sort(key=lambda row: row.document is None)
    return list(groups.items())
