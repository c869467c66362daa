"""Which limits on learners at a time bind a preceptor: her own, her listing's, and others' rules."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.humanize.templatetags.humanize import apnumber
from django.core.cache import caches
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.kinds import CredentialKind, Family
from rotations.models import Listing, Ratio

CACHE_KEY = "ratios"
# So long another process may go by the rows from before an edit.
SECONDS = 20


@dataclass(frozen=True)
class Limit:
    """So many learners at a time: of one family or all, at one listing or at all of hers."""

    most: int
    family: str = ""
    listing: int | None = None
    # Of a rule that is neither hers nor the listing's.
    source: str = ""
    state: str = ""
    credential: str = ""

    @property
    def is_rule(self) -> bool:
        """Somebody else's rule, which she cannot change."""
        return bool(self.source)

    @property
    def words(self) -> str:
        """“New Jersey allows one NP student per preceptor at a time”."""
        facts = {"learners": how_many(self.most, self.family), "state": self.state}
        if self.is_rule:
            return self._rule(facts)
        if self.listing is not None:
            return _("This rotation takes %(learners)s in a week") % facts
        return _("The limit in the preceptor’s profile is %(learners)s at a time") % facts

    @property
    def origin(self) -> str:
        """“Source: the board of nursing.”; empty for what she or the listing says."""
        return _("Source: %(source)s.") % {"source": self.source} if self.source else ""

    def _rule(self, facts: dict[str, str]) -> str:
        if self.credential:
            facts["who"] = CredentialKind(self.credential).value
            if self.state:
                return _("%(state)s allows %(learners)s with a %(who)s at a time") % facts
            return _("The rules allow %(learners)s with a %(who)s at a time") % facts
        if self.state:
            return _("%(state)s allows %(learners)s per preceptor at a time") % facts
        return _("The rules allow %(learners)s per preceptor at a time") % facts


def how_many(n: int, family: str = "") -> str:
    """“one NP student”, “no PA students”, “12 learners”."""
    words = {
        Family.IM_STUDENT: ngettext(
            "%(n)s student of a school outside the US",
            "%(n)s students of schools outside the US",
            n,
        ),
        Family.CARIBBEAN_STUDENT: ngettext(
            "%(n)s student of an offshore school", "%(n)s students of offshore schools", n
        ),
        Family.US_MD_DO_STUDENT: ngettext(
            "%(n)s US medical student", "%(n)s US medical students", n
        ),
        Family.IMG_GRADUATE: ngettext("%(n)s IMG", "%(n)s IMGs", n),
        Family.NP_STUDENT: ngettext("%(n)s NP student", "%(n)s NP students", n),
        Family.NP_GRADUATE: ngettext("%(n)s NP", "%(n)s NPs", n),
        Family.PA_STUDENT: ngettext("%(n)s PA student", "%(n)s PA students", n),
        Family.PA_GRADUATE: ngettext("%(n)s PA", "%(n)s PAs", n),
    }
    other = ngettext("%(n)s learner", "%(n)s learners", n)
    found = words[Family(family)] if family else other
    return found % {"n": apnumber(n) if n else _("no")}


def limits_on(listing: Listing, family: str) -> list[Limit]:
    """What binds a learner of this family there, besides its preceptor's own limit.

    Asks the database nothing if ``family_limits``, ``site__state`` and the preceptor are loaded.
    """
    here = [
        Limit(row.most, family, listing=listing.pk)
        for row in listing.family_limits.all()
        if row.family == family
    ]
    return [*rules_on(listing, family), *here]


def own_limit(most: int | None) -> list[Limit]:
    """What a preceptor's profile says: over all her listings, whoever the learners are."""
    return [] if most is None else [Limit(most)]


def rules_on(listing: Listing, family: str) -> list[Limit]:
    """What others rule: at most one for a family, the most particular."""
    state, credential = listing.site.state, listing.preceptor.credential
    fitting = [
        row
        for row in _ratios()
        if row.family == family
        and row.state_id in {None, state.pk}
        and row.credential in {"", credential}
    ]
    if not fitting:
        return []
    row = max(fitting, key=lambda one: (one.state_id is not None, one.credential != ""))
    where = state.name if row.state_id else ""
    return [Limit(row.most, family, source=row.source, state=where, credential=row.credential)]


def _ratios() -> Sequence[Ratio]:
    """All rows in one query, for this process."""
    cache = caches["local"]
    found: list[Ratio] | None = cache.get(CACHE_KEY)
    if found is None:
        found = list(Ratio.objects.order_by("pk"))
        cache.set(CACHE_KEY, found, SECONDS)
    return found


def forget_ratios() -> None:
    """Ask again: a row was edited."""
    caches["local"].delete(CACHE_KEY)
