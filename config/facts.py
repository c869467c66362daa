"""What guides and pages may name in braces, so that their numbers stay those that count.

``{timer:answer}`` reads a row of Timers, ``{policies}`` draws a table of all policies. The values
are Markdown and pass the same cleaning as the text around them.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import cached_property

from django.conf import settings
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.immunity import ENOUGH
from accounts.kinds import Validity
from accounts.models import DocumentType, ImmunizationRule
from clocks.intervals import declared
from clocks.queries import in_words, length
from letters import deadlines
from letters.models import MatchSeason
from privacy.queries.terms import terms
from privacy.templatetags.keeping import span
from rotations.models import CancellationPolicy
from rotations.models.policy import WHOLE

PORTAL = ("name", "email", "phone", "hours", "address", "coordinator")
YEAR, MONTHS_OF_A_YEAR = 365, 12


class Facts(Mapping[str, str]):
    """Each fact by its name; a kind's rows are asked for once, when the first of them is named."""

    def __getitem__(self, name: str) -> str:
        if name in self.tables:
            return self.tables[name]()
        group, _colon, key = name.partition(":")
        return self.groups[group]()[key] if key else self.portal[name]

    def __iter__(self) -> Iterator[str]:
        yield from self.portal
        yield from self.tables
        for group, rows in self.groups.items():
            yield from (f"{group}:{key}" for key in rows())

    def __len__(self) -> int:
        return sum(1 for _name in self)

    @property
    def portal(self) -> dict[str, str]:
        return {f"portal_{word}": str(settings.PORTAL.get(word, "")) for word in PORTAL}

    @property
    def tables(self) -> dict[str, Callable[[], str]]:
        return {"policies": self._policies, "seasons": self._seasons}

    @property
    def groups(self) -> dict[str, Callable[[], dict[str, str]]]:
        return {
            "timer": lambda: {key: in_words(one) for key, one in declared().items()},
            "keep": lambda: self._terms,
            "valid": lambda: self._validity,
            "least": lambda: self._least,
            "season": lambda: self._next_season,
        }

    @cached_property
    def _terms(self) -> dict[str, str]:
        """``{keep:health_used}``: “90 days”."""
        return {term.key: span(term.days) for term in terms()}

    @cached_property
    def _validity(self) -> dict[str, str]:
        """``{valid:tb}``: “12 months”."""
        return {one.slug: lasting(one) for one in DocumentType.objects.all()}

    @cached_property
    def _least(self) -> dict[str, str]:
        """``{least:hepb}``: “10 mIU/mL”."""
        least = {item: one.least for item, one in ENOUGH.items()}
        least |= dict(ImmunizationRule.objects.values_list("item", "least"))
        return {item: f"{number.normalize():f} mIU/mL" for item, number in least.items() if number}

    @cached_property
    def _next_season(self) -> dict[str, str]:
        """``{season:review}``: the day on which programs begin to read in the next season."""
        today = timezone.localdate()
        season = MatchSeason.objects.filter(review_from__gt=today).order_by("review_from").first()
        if season is None:
            unknown = _("not known yet")
            return dict.fromkeys(
                ("name", "opens", "submit", "review", "letter", "last_day"), unknown
            )
        letter = season.review_from - length(deadlines.BEFORE_REVIEW)
        days = {
            "opens": season.opens_on,
            "submit": season.submit_from,
            "review": season.review_from,
            "letter": letter,
            "last_day": _friday(letter - length(deadlines.AFTER_END)),
        }
        said = {key: in_day(day, provisional=season.is_provisional) for key, day in days.items()}
        return {"name": season.name, **said}

    def _seasons(self) -> str:
        """The seasons that are not over."""
        today = timezone.localdate()
        rows = [
            [
                season.name,
                format_date(season.opens_on, "M j, Y"),
                format_date(season.submit_from, "M j, Y"),
                format_date(season.review_from, "M j, Y"),
                _("provisional") if season.is_provisional else _("published"),
            ]
            for season in MatchSeason.objects.filter(review_from__gte=today - timedelta(days=YEAR))
        ]
        head = [
            _("Season"),
            _("Opens"),
            _("You can submit"),
            _("Programs begin to read"),
            _("Dates"),
        ]
        return table(head, rows)

    def _policies(self) -> str:
        """What comes back by each policy, step by step."""
        rows = [
            [policy.name, "; ".join(steps(policy.tiers))]
            for policy in CancellationPolicy.objects.order_by("pk")
        ]
        return table([_("Policy"), _("What comes back of the rotation fee")], rows)


def steps(tiers: list[list[int]]) -> list[str]:
    """“all until 30 days before the start”, “half until 14”, “then nothing”."""
    *others, (_days, last) = tiers
    said = [
        _("%(share)s until %(days)s days before the start")
        % {"share": share(percent), "days": days}
        for days, percent in others
    ]
    return [*said, _("then %(share)s") % {"share": share(last)}]


def share(percent: int) -> str:
    words = {WHOLE: _("all"), WHOLE // 2: _("half"), 0: _("nothing")}
    return words.get(percent, f"{percent} %")


def lasting(paper: DocumentType) -> str:
    if paper.validity == Validity.MONTHS:
        return in_months(paper.validity_months or 0)
    return str(paper.get_validity_display())


def in_months(months: int) -> str:
    """“6 months”, “2 years”."""
    years, rest = divmod(months, MONTHS_OF_A_YEAR)
    if rest or years < 2:  # noqa: PLR2004  12 months, but 2 years
        return ngettext("%(n)s month", "%(n)s months", months) % {"n": months}
    return ngettext("%(n)s year", "%(n)s years", years) % {"n": years}


def in_day(day: date, *, provisional: bool = False) -> str:
    """“Wednesday, September 23, 2026”, said to be provisional where it is."""
    said = format_date(day, "l, F j, Y")
    return _("%(day)s (provisional)") % {"day": said} if provisional else said


def _friday(day: date) -> date:
    """The last Friday that is not after the day: rotations end on one."""
    return day - timedelta(days=(day.weekday() - 4) % 7)


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
