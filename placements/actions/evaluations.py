"""The preceptor's evaluation of a learner: kept as a draft, signed once."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from placements import emails
from placements.actions.placements import complete_if_done
from placements.models import Evaluation, Placement
from placements.models.evaluation import Competency, EvaluationKind
from placements.states import PlacementStatus

FIELDS = frozenset({"scores", "comment", "would_host_again", "would_support_letter"})
OPEN_IN = frozenset({PlacementStatus.ACTIVE, PlacementStatus.WRAP_UP, PlacementStatus.INCOMPLETE})


class EvaluationClosed(ValidationError):
    """It is signed, or the rotation is not at that point."""


class LinesMissing(ValidationError):
    """Some competencies have no answer yet; ``lines`` names them."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        super().__init__(
            _("Answer every line, or choose “Not observed”: %(lines)s."),
            code="lines",
            params={"lines": ", ".join(lines)},
        )


def competencies(placement: Placement) -> list[Competency]:
    """All six; who only observed is not judged on patient care (handbook 3.8)."""
    return [
        one for one in Competency if one != Competency.PATIENT_CARE or placement.listing.is_hands_on
    ]


@transaction.atomic
def save_evaluation(placement: Placement, *, by: User, **fields: Any) -> Evaluation:
    """Keep what is there so far. Refuses with ``EvaluationClosed`` once it is signed."""
    placement.lock()
    evaluation, _created = Evaluation.objects.get_or_create(
        placement=placement, kind=EvaluationKind.FINAL
    )
    if evaluation.is_signed or placement.status not in OPEN_IN:
        raise EvaluationClosed(_("This evaluation cannot be changed now."), code="closed")
    for name, value in fields.items():
        if name in FIELDS:
            setattr(evaluation, name, value)
    evaluation.save()
    if by != placement.preceptor.user:
        record("evaluation.edited", placement, by=by, on_behalf_of=placement.preceptor.user)
    return evaluation


@transaction.atomic
def sign_evaluation(evaluation: Evaluation, *, by: User) -> None:
    """Sign it, once; the learner may read it from now on. Refuses with ``LinesMissing``."""
    placement = evaluation.placement
    placement.lock()
    evaluation.refresh_from_db()
    if evaluation.is_signed:
        return
    if placement.status not in OPEN_IN:
        raise EvaluationClosed(_("This evaluation cannot be signed now."), code="closed")
    missing = [one for one in competencies(placement) if one not in evaluation.scores]
    if missing:
        raise LinesMissing([str(one.label) for one in missing])
    evaluation.signed_at, evaluation.signed_by = timezone.now(), by
    evaluation.save(update_fields=["signed_at", "signed_by", "updated_at"])
    event = record("evaluation.signed", placement, by=by)
    emails.evaluation_signed(placement, occasion=event)
    complete_if_done(placement)
