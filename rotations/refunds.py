"""What comes back when plans change: plain arithmetic on whole cents (handbook 3.6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

# Days before the start, and the percentage of the rotation fee that comes back.
Tiers = Sequence[Sequence[int]]


@dataclass(frozen=True)
class RefundStep:
    """From ``most`` to ``least`` days before the start, so much comes back."""

    least: int
    most: int | None
    cents: int
    last_on: date | None = None


def share(fee: int, percent: int) -> int:
    """That much of a fee; half a cent goes to the learner."""
    return (fee * percent + 50) // 100


def percent_back(tiers: Tiers, days_before: int) -> int:
    """The percentage of the first tier that so much notice reaches; after the start, none."""
    return next((percent for days, percent in tiers if days_before >= days), 0)


def refund(
    tiers: Tiers,
    fee: int,
    service_fee: int,
    days_before: int,
    *,
    by_host: bool = False,
    visa_denied: bool = False,
) -> int:
    """What a cancellation on that day gives back.

    Days are the start minus the day of the cancellation, in the site's zone. If
    preceptor, site or portal cancels, all of it comes back; on a proven visa
    denial before the start, the whole rotation fee.
    """
    if by_host:
        return fee + service_fee
    if visa_denied and days_before > 0:
        return fee
    return share(fee, percent_back(tiers, days_before))


def refund_steps(tiers: Tiers, fee: int, start_on: date | None = None) -> list[RefundStep]:
    """The amounts as notice shrinks; with a start, until which day each of them holds."""
    steps: list[RefundStep] = []
    most = None
    for days, percent in tiers:
        last_on = start_on - timedelta(days=days) if start_on else None
        cents = share(fee, percent)
        if steps and steps[-1].cents == cents:
            steps[-1] = RefundStep(days, steps[-1].most, cents, last_on)
        else:
            steps.append(RefundStep(days, most, cents, last_on))
        most = days - 1
    return steps


def paid_of_fee(fee: int, service_fee: int, *, paid: int, waived: int = 0) -> int:
    """How much of the rotation fee was paid: what the policy's percentage is taken of.

    A payment counts for the service fee first. What was waived is taken off that fee first.
    """
    kept = max(0, service_fee - waived)
    return min(fee, max(0, paid - kept))


@dataclass(frozen=True)
class Change:
    """From that day on, a cancellation gives back so much."""

    from_on: date
    cents: int


def refund_changes(tiers: Tiers, fee: int, start_on: date, today: date) -> list[Change]:
    """What comes back today, and each later day from which it is less."""
    steps = refund_steps(tiers, fee, start_on)
    found = [Change(today, share(fee, percent_back(tiers, (start_on - today).days)))]
    for before, step in pairwise(steps):
        from_on = (before.last_on or today) + timedelta(days=1)
        if from_on > today:
            found.append(Change(from_on, step.cents))
    after = start_on + timedelta(days=1)
    if found[-1].cents and after > today:
        found.append(Change(after, 0))
    return found
