"""What a preceptor earns week by week, and what was paid out to her."""

from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import PreceptorProfile, User
from audit.actions import record
from guides.templatetags.portal import dollars
from placements.kinds import EarningKind
from placements.models import Earning, Placement, PreceptorTerms
from placements.states import PlacementStatus

# Who came, whether or not she stayed to the end.
CAME = frozenset(
    {
        PlacementStatus.ACTIVE,
        PlacementStatus.WRAP_UP,
        PlacementStatus.COMPLETED,
        PlacementStatus.INCOMPLETE,
        PlacementStatus.TERMINATED,
        PlacementStatus.CANCELLED,
    }
)


@transaction.atomic
def earn_week(placement: Placement, number: int) -> Earning | None:
    """A week that was begun with the learner on site is earned whole; entered once, at its end.

    ``number`` counts from 1. Nothing for a week on hold, for a learner who never came, and without terms.
    """
    placement.lock()
    terms = PreceptorTerms.objects.filter(listing=placement.listing_id).first()
    if terms is None or number > placement.weeks:
        return None
    monday = placement.block.mondays[number - 1]
    if not _was_there(placement, monday):
        return None
    cents = terms.for_week(placement, number, earned=placement.earnings.account().earned)
    if not cents or placement.earnings.filter(kind=EarningKind.EARNED, day=monday).exists():
        return None
    return Earning.objects.create(
        preceptor=placement.preceptor,
        placement=placement,
        kind=EarningKind.EARNED,
        cents=cents,
        day=monday,
    )


def _was_there(placement: Placement, monday: date) -> bool:
    if placement.status not in CAME:
        return False
    if placement.status == PlacementStatus.CANCELLED and placement.arrived_at is None:
        return False
    begin = datetime.combine(monday, time(), placement.listing.site.zone)
    return placement.ended_at is None or placement.ended_at > begin


@transaction.atomic
def record_payout(
    preceptor: PreceptorProfile,
    *,
    by: User,
    cents: int,
    method: str,
    day: date,
    reference: str = "",
) -> Earning:
    """Staff paid her. Refuses more than is owed."""
    locked = PreceptorProfile.objects.select_for_update(no_key=True, of=("self",))
    preceptor = locked.get(pk=preceptor.pk)
    owed = preceptor.earnings.account().owed
    if cents > owed:
        raise ValidationError(
            _("Only %(amount)s is owed to her."),
            code="amount",
            params={"amount": dollars(max(0, owed))},
        )
    if day > timezone.localdate() + timedelta(days=1):
        raise ValidationError(_("This day is still to come."), code="day")
    paid = Earning(
        preceptor=preceptor,
        kind=EarningKind.PAID_OUT,
        cents=cents,
        day=day,
        method=method,
        reference=reference,
        recorded_by=by,
    )
    paid.clean_fields()
    paid.save()
    record("preceptor.paid_out", preceptor, by=by, earning=paid.pk, cents=cents)
    return paid


@transaction.atomic
def correct_earning(earning: Earning, *, by: User, note: str) -> Earning:
    """What was entered was wrong: its opposite is written."""
    PreceptorProfile.objects.select_for_update(no_key=True, of=("self",)).get(
        pk=earning.preceptor_id
    )
    if earning.corrects_id or Earning.objects.filter(corrects=earning).exists():
        raise ValidationError(_("This entry is corrected already."), code="corrected")
    opposite = Earning.objects.create(
        preceptor=earning.preceptor,
        placement=earning.placement,
        kind=earning.kind,
        cents=-earning.cents,
        day=earning.day,
        corrects=earning,
        note=note,
        recorded_by=by,
    )
    record("preceptor.earning_corrected", earning.preceptor, by=by, earning=earning.pk)
    return opposite
