"""Whether a record is enough: golden cases, each with the reason that is read."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.immunity import (
    ENOUGH,
    MET,
    NOT_NEEDED,
    UNKNOWN,
    UNMET,
    Shot,
    judge,
    months_after,
    season_of,
    stricter,
)
from accounts.kinds import Immunity, ShotKind, ShotResult

FIRST, LAST = date(2027, 1, 4), date(2027, 1, 29)
POS, NEG, UNCLEAR = ShotResult.POSITIVE, ShotResult.NEGATIVE, ShotResult.UNCLEAR


def shots(*facts):
    """(kind, day, result or number)"""
    found = []
    for kind, on, *more in facts:
        value = Decimal(more[0]) if more and kind == ShotKind.ANTI_HBS else None
        result = more[0] if more and value is None else ""
        found.append(Shot(kind, date.fromisoformat(on), result, value))
    return found


def verdict(item, *facts, first=FIRST, last=LAST, **more):
    threshold = ENOUGH[item]
    if more:
        threshold = stricter(threshold, least=more.get("least"), months=more.get("months"))
    found = judge(threshold, shots(*facts), first=first, last=last)
    return found.state, found.why


S, MEASLES, RUBELLA, VARICELLA = ShotKind, Immunity.MEASLES, Immunity.RUBELLA, Immunity.VARICELLA
SERIES = [(S.HEPB, "2020-01-01"), (S.HEPB, "2020-02-01"), (S.HEPB, "2020-07-01")]
GOLDEN = [
    # Measles, mumps, rubella, chickenpox: doses, or antibodies.
    (MEASLES, [(S.MMR, "1999-05-01"), (S.MMR, "2003-05-01")], MET, "2 doses"),
    (MEASLES, [(S.MMR, "1999-05-01")], UNMET, "1 dose of 2 counts"),
    (MEASLES, [], UNKNOWN, "nothing is entered yet"),
    (MEASLES, [(S.MMR, "1999-05-01"), (S.MEASLES, "2003-05-01")], MET, "2 doses"),
    (MEASLES, [(S.RUBELLA, "1999-05-01")], UNKNOWN, "nothing is entered yet"),
    (MEASLES, [(S.MEASLES_IGG, "2024-02-03", POS)], MET, "antibodies found on Feb 3, 2024"),
    (MEASLES, [(S.MEASLES_IGG, "2024-02-03", UNCLEAR)], UNKNOWN, "nothing is entered yet"),
    (MEASLES, [(S.MEASLES_IGG, "2024-02-03", NEG), (S.MMR, "2024-03-01"), (S.MMR, "2024-04-01")],
     MET, "2 doses"),
    (MEASLES, [(S.MMR, "2024-03-01"), (S.MMR, "2024-03-28")], UNMET,
     "1 dose of 2 counts; doses closer than 28 days count once"),
    (MEASLES, [(S.MMR, "2024-03-01"), (S.MMR, "2024-03-29")], MET, "2 doses"),
    (RUBELLA, [(S.MMR, "1999-05-01")], MET, "1 dose"),
    (VARICELLA, [(S.VARICELLA, "1999-05-01"), (S.VARICELLA, "2004-05-01")], MET, "2 doses"),
    (VARICELLA, [(S.VARICELLA_IGG, "2023-05-01", POS)], MET, "antibodies found on May 1, 2023"),
    # Hepatitis B: the series and a number.
    (Immunity.HEPB, [*SERIES, (S.ANTI_HBS, "2020-09-01", "48")], MET,
     "series complete, antibodies 48 mIU/mL"),
    (Immunity.HEPB, [*SERIES, (S.ANTI_HBS, "2020-09-01", "10")], MET,
     "series complete, antibodies 10 mIU/mL"),
    (Immunity.HEPB, [*SERIES, (S.ANTI_HBS, "2020-09-01", "9.99")], UNMET,
     "your antibodies are 9.99 mIU/mL, at least 10 are asked for"),
    (Immunity.HEPB, [*SERIES, (S.ANTI_HBS, "2020-09-01", "48"), (S.ANTI_HBS, "2024-09-01", "4")],
     UNMET, "your antibodies are 4 mIU/mL, at least 10 are asked for"),
    (Immunity.HEPB, SERIES, UNKNOWN,
     "the number of your antibodies is not entered; 10 mIU/mL or more is enough"),
    (Immunity.HEPB, [*SERIES[:2], (S.ANTI_HBS, "2020-09-01", "48")], UNMET,
     "the series is not complete: 2 of 3 doses are entered"),
    (Immunity.HEPB, [(S.HEPLISAV, "2023-01-01"), (S.HEPLISAV, "2023-02-01"),
                     (S.ANTI_HBS, "2023-04-01", "500")], MET,
     "series complete, antibodies 500 mIU/mL"),
    # Tdap: one ever, and a booster that is young enough on the last day.
    (Immunity.TDAP, [(S.TDAP, "2017-01-30")], MET, "Jan 30, 2017"),
    (Immunity.TDAP, [(S.TDAP, "2017-01-29")], UNMET,
     "the one of Jan 29, 2017 is too old on your last day"),
    (Immunity.TDAP, [(S.TDAP, "2010-06-01"), (S.TD, "2020-06-01")], MET, "Jun 1, 2020"),
    (Immunity.TDAP, [(S.TD, "2020-06-01")], UNMET, "no Tdap dose is entered"),
    (Immunity.TDAP, [], UNKNOWN, "nothing is entered yet"),
    # Tuberculosis.
    (Immunity.TB, [(S.IGRA, "2026-06-01", NEG)], MET, "Jun 1, 2026"),
    (Immunity.TB, [(S.IGRA, "2026-01-29", NEG)], UNMET,
     "the one of Jan 29, 2026 is too old on your last day"),
    (Immunity.TB, [(S.IGRA, "2026-06-01", UNCLEAR)], UNMET, "no test has a clear result"),
    (Immunity.TB, [(S.SKIN_TEST, "2026-06-01", NEG)], UNMET,
     "one skin test is entered, two are asked for, or one blood test"),
    (Immunity.TB, [(S.SKIN_TEST, "2026-06-01", NEG), (S.SKIN_TEST, "2026-06-07", NEG)], UNMET,
     "one skin test is entered, two are asked for, or one blood test"),
    (Immunity.TB, [(S.SKIN_TEST, "2026-06-01", NEG), (S.SKIN_TEST, "2026-06-08", NEG)], MET,
     "Jun 1, 2026"),
    (Immunity.TB, [(S.IGRA, "2022-06-01", POS), (S.IGRA, "2026-06-01", NEG)], UNMET,
     "a test was positive, so a clear chest X-ray after it is asked for"),
    (Immunity.TB, [(S.IGRA, "2026-03-01", POS), (S.CHEST_FILM, "2026-03-09", NEG)], MET,
     "Mar 9, 2026"),
    (Immunity.TB, [(S.CHEST_FILM, "2026-02-09", NEG), (S.IGRA, "2026-03-01", POS)], UNMET,
     "a test was positive, so a clear chest X-ray after it is asked for"),
    (Immunity.TB, [], UNKNOWN, "nothing is entered yet"),
    # Flu.
    (Immunity.FLU, [(S.FLU, "2026-07-01")], MET, "Jul 1, 2026"),
    (Immunity.FLU, [(S.FLU, "2026-06-30")], UNMET,
     "your dose of Jun 30, 2026 is from an earlier season"),
    (Immunity.FLU, [], UNKNOWN, "nothing is entered yet"),
    # What comes after the last day does not help.
    (MEASLES, [(S.MMR, "1999-05-01"), (S.MMR, "2027-03-01")], UNMET, "1 dose of 2 counts"),
]  # fmt: skip


@pytest.mark.parametrize(("item", "facts", "state", "why"), GOLDEN)
def test_a_record_is_judged(item, facts, state, why):
    assert verdict(item, *facts) == (state, why)


def test_the_order_of_entry_changes_nothing():
    facts = [*SERIES, (S.ANTI_HBS, "2020-09-01", "48")]

    assert verdict(Immunity.HEPB, *reversed(facts)) == verdict(Immunity.HEPB, *facts)


@pytest.mark.parametrize(("least", "state"), [("10", MET), ("10.5", MET), ("12", UNMET)])
def test_a_site_asks_for_more_antibodies(least, state):
    facts = [*SERIES, (S.ANTI_HBS, "2020-09-01", "10.5")]

    assert verdict(Immunity.HEPB, *facts, least=Decimal(least))[0] == state


@pytest.mark.parametrize(("months", "state"), [(12, MET), (6, UNMET)])
def test_a_site_asks_for_a_younger_test(months, state):
    assert verdict(Immunity.TB, (S.IGRA, "2026-07-01", NEG), months=months)[0] == state


def test_a_site_that_asks_for_nothing_more_leaves_the_usual():
    assert stricter(ENOUGH[Immunity.TB], least=None, months=None) == ENOUGH[Immunity.TB]
    assert stricter(ENOUGH[Immunity.COVID], least=None, months=None).is_asked


def test_flu_is_not_needed_in_summer():
    state, _why = verdict(Immunity.FLU, first=date(2027, 5, 3), last=date(2027, 9, 24))

    assert state == NOT_NEEDED


@pytest.mark.parametrize(
    ("first", "last", "year"),
    [
        ("2027-01-04", "2027-01-29", 2026),
        ("2026-10-01", "2026-10-02", 2026),
        ("2027-03-31", "2027-04-30", 2026),
        ("2027-04-01", "2027-09-30", None),
        ("2027-08-02", "2027-10-01", 2027),
        ("2026-12-28", "2027-01-22", 2026),
    ],
)
def test_the_season_that_dates_touch(first, last, year):
    assert season_of(date.fromisoformat(first), date.fromisoformat(last)) == year


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        ("2026-01-31", 1, "2026-03-01"),
        ("2024-02-29", 12, "2025-03-01"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2017-01-30", 120, "2027-01-30"),
    ],
)
def test_months_are_counted(day, months, after):
    assert months_after(date.fromisoformat(day), months) == date.fromisoformat(after)
