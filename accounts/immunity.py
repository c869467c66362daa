"""Whether a record of doses and tests is enough, and why not (handbook 3.3).

Plain functions over plain facts. What is enough is data: these are the numbers that a portal
ships with, rows of ``ImmunizationRule`` change them, and a listing may ask for more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.kinds import Immunity, ShotKind, ShotResult

MET, UNMET, UNKNOWN, NOT_NEEDED = "met", "unmet", "unknown", "not_needed"
# Doses of July on count for the season that begins in October.
SEASON_STARTS, SEASON_ENDS, DOSES_FROM = 10, 3, 7
HEPLISAV_DOSES = 2
SKIN_TESTS = 2
# Fewer days apart, and two skin tests or two live vaccines count as one.
APART = {ShotKind.SKIN_TEST: 7}
DOSES_APART = 28


@dataclass(frozen=True)
class Shot:
    """One dose, or one test with its result."""

    kind: str
    on: date
    result: str = ""
    value: Decimal | None = None


@dataclass(frozen=True)
class Threshold:
    """What is enough for one item. ``least`` is in mIU/mL, ``months`` how old it may be."""

    item: str
    doses: int = 0
    titre_counts: bool = False
    least: Decimal | None = None
    months: int | None = None
    is_asked: bool = True


@dataclass(frozen=True)
class Verdict:
    """``why`` stands alone, without a full stop."""

    item: str
    state: str
    why: str

    @property
    def name(self) -> str:
        return str(Immunity(self.item).label)

    @property
    def is_open(self) -> bool:
        return self.state in {UNMET, UNKNOWN}


ENOUGH: Mapping[str, Threshold] = MappingProxyType(
    {
        one.item: one
        for one in (
            Threshold(Immunity.MEASLES, doses=2, titre_counts=True),
            Threshold(Immunity.MUMPS, doses=2, titre_counts=True),
            Threshold(Immunity.RUBELLA, doses=1, titre_counts=True),
            Threshold(Immunity.VARICELLA, doses=2, titre_counts=True),
            Threshold(Immunity.HEPB, doses=3, least=Decimal(10)),
            Threshold(Immunity.TDAP, doses=1, months=120),
            Threshold(Immunity.TB, months=12),
            Threshold(Immunity.FLU, doses=1),
            Threshold(Immunity.COVID, doses=1, is_asked=False),
        )
    }
)
# The vaccines that count for an item, and the antibodies.
GIVEN = {
    Immunity.MEASLES: ({ShotKind.MMR, ShotKind.MEASLES}, ShotKind.MEASLES_IGG),
    Immunity.MUMPS: ({ShotKind.MMR, ShotKind.MUMPS}, ShotKind.MUMPS_IGG),
    Immunity.RUBELLA: ({ShotKind.MMR, ShotKind.RUBELLA}, ShotKind.RUBELLA_IGG),
    Immunity.VARICELLA: ({ShotKind.VARICELLA}, ShotKind.VARICELLA_IGG),
    Immunity.COVID: ({ShotKind.COVID}, None),
}


def stricter(usual: Threshold, *, least: Decimal | None, months: int | None) -> Threshold:
    """As one listing asks: what it leaves out stays as it is."""
    return replace(
        usual,
        least=usual.least if least is None else least,
        months=usual.months if months is None else months,
        is_asked=True,
    )


def judge(threshold: Threshold, shots: Iterable[Shot], *, first: date, last: date) -> Verdict:
    """One item, for somebody who is there from ``first`` to ``last``."""
    known = sorted((shot for shot in shots if shot.on <= last), key=lambda shot: shot.on)
    match threshold.item:
        case Immunity.HEPB:
            state, why = _hepatitis(threshold, known)
        case Immunity.TDAP:
            state, why = _tetanus(threshold, known, last)
        case Immunity.TB:
            state, why = _tuberculosis(threshold, known, last)
        case Immunity.FLU:
            state, why = _flu(known, first, last)
        case _:
            state, why = _doses_or_titre(threshold, known)
    return Verdict(threshold.item, state, why)


def _of(shots: Iterable[Shot], *kinds: str) -> list[Shot]:
    return [shot for shot in shots if shot.kind in kinds]


def _apart(shots: Sequence[Shot], days: int) -> list[Shot]:
    """Those that count: each so many days after the one before it."""
    counted: list[Shot] = []
    for shot in shots:
        if not counted or shot.on - counted[-1].on >= timedelta(days=days):
            counted.append(shot)
    return counted


def in_words(day: date) -> str:
    return format_date(day, "M j, Y")


def _doses_or_titre(threshold: Threshold, shots: list[Shot]) -> tuple[str, str]:
    vaccines, titre = GIVEN[Immunity(threshold.item)]
    positive = [one for one in _of(shots, titre or "") if one.result == ShotResult.POSITIVE]
    if threshold.titre_counts and positive:
        return MET, _("antibodies found on %(day)s") % {"day": in_words(positive[-1].on)}
    doses = _apart(_of(shots, *vaccines), DOSES_APART)
    return _enough_doses(len(doses), threshold.doses, recorded=len(_of(shots, *vaccines)))


def _enough_doses(counted: int, needed: int, *, recorded: int) -> tuple[str, str]:
    if counted >= needed:
        return MET, ngettext("%(n)d dose", "%(n)d doses", counted) % {"n": counted}
    if not recorded:
        return UNKNOWN, _("nothing is entered yet")
    words = ngettext(
        "%(n)d dose of %(needed)d counts", "%(n)d doses of %(needed)d count", counted
    ) % {"n": counted, "needed": needed}
    if recorded > counted:
        words = _("%(words)s; doses closer than 28 days count once") % {"words": words}
    return UNMET, words


def _plain(number: Decimal) -> str:
    """“10.5”, not “10.50”."""
    return f"{number.normalize():f}"


def _hepatitis(threshold: Threshold, shots: list[Shot]) -> tuple[str, str]:
    """The series, and antibodies above the number; the last measurement counts."""
    full = len(_of(shots, ShotKind.HEPB)) >= threshold.doses
    full = full or len(_of(shots, ShotKind.HEPLISAV)) >= HEPLISAV_DOSES
    measured = [one for one in _of(shots, ShotKind.ANTI_HBS) if one.value is not None]
    if threshold.least is not None:
        least = _plain(threshold.least)
        if not measured:
            return UNKNOWN, _("the number of your antibodies is not entered; %(least)s mIU/mL or "
                              "more is enough") % {"least": least}  # fmt: skip
        value = measured[-1].value or Decimal(0)
        said = {"value": _plain(value), "least": least}
        if value < threshold.least:
            return UNMET, _("your antibodies are %(value)s mIU/mL, at least %(least)s are asked "
                            "for") % said  # fmt: skip
        if full:
            return MET, _("series complete, antibodies %(value)s mIU/mL") % said
    elif full:
        return MET, _("series complete")
    doses = len(_of(shots, ShotKind.HEPB, ShotKind.HEPLISAV))
    return UNMET, _("the series is not complete: %(n)d of %(needed)d doses are entered") % {
        "n": doses, "needed": threshold.doses,
    }  # fmt: skip


def _tetanus(threshold: Threshold, shots: list[Shot], last: date) -> tuple[str, str]:
    """One Tdap ever, and a Tdap or Td that is not too old on the last day."""
    if not _of(shots, ShotKind.TDAP):
        known = _of(shots, ShotKind.TD)
        return (UNMET, _("no Tdap dose is entered")) if known else _nothing()
    newest = _of(shots, ShotKind.TDAP, ShotKind.TD)[-1]
    return _young_enough(newest.on, threshold.months, last)


def _nothing() -> tuple[str, str]:
    return UNKNOWN, _("nothing is entered yet")


def _young_enough(day: date, months: int | None, last: date) -> tuple[str, str]:
    if months and months_after(day, months) <= last:
        return UNMET, _("the one of %(day)s is too old on your last day") % {"day": in_words(day)}
    return MET, in_words(day)


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the first of the month after, where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        return (date(year, month + 1, 28) + timedelta(days=4)).replace(day=1)


def _tuberculosis(threshold: Threshold, shots: list[Shot], last: date) -> tuple[str, str]:
    """One blood test or two skin tests, negative and young; after a positive one, a clear film."""
    tests = _of(shots, ShotKind.IGRA, ShotKind.SKIN_TEST)
    positive = [one for one in tests if one.result == ShotResult.POSITIVE]
    if positive:
        return _after_positive(positive[0], shots, threshold.months, last)
    negative = [one for one in tests if one.result == ShotResult.NEGATIVE]
    if blood := _of(negative, ShotKind.IGRA):
        return _young_enough(blood[-1].on, threshold.months, last)
    skin = _apart(_of(negative, ShotKind.SKIN_TEST), APART[ShotKind.SKIN_TEST])
    if not skin:
        return (UNMET, _("no test has a clear result")) if tests else _nothing()
    if len(skin) < SKIN_TESTS:
        return UNMET, _("one skin test is entered, two are asked for, or one blood test")
    return _young_enough(skin[-SKIN_TESTS].on, threshold.months, last)


def _after_positive(
    test: Shot, shots: list[Shot], months: int | None, last: date
) -> tuple[str, str]:
    films = [one for one in _of(shots, ShotKind.CHEST_FILM) if one.on >= test.on]
    clear = [one for one in films if one.result == ShotResult.NEGATIVE]
    if not clear:
        return UNMET, _("a test was positive, so a clear chest X-ray after it is asked for")
    return _young_enough(clear[-1].on, months, last)


def _flu(shots: list[Shot], first: date, last: date) -> tuple[str, str]:
    """Only for dates between October and March."""
    year = season_of(first, last)
    if year is None:
        return NOT_NEEDED, _("the dates lie outside October to March")
    doses = _of(shots, ShotKind.FLU)
    if not doses:
        return _nothing()
    if doses[-1].on < date(year, DOSES_FROM, 1):
        return UNMET, _("your dose of %(day)s is from an earlier season") % {
            "day": in_words(doses[-1].on)
        }
    return MET, in_words(doses[-1].on)


def season_of(first: date, last: date) -> int | None:
    """The year in which the flu season begins that these days touch first."""
    day = first
    while day <= last:
        if day.month >= SEASON_STARTS:
            return day.year
        if day.month <= SEASON_ENDS:
            return day.year - 1
        day = date(day.year, SEASON_STARTS, 1)
    return None
