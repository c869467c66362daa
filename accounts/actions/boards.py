"""A preceptor's board certifications: she enters them, staff look at each."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import BoardCertification, User
from audit.actions import record

FACTS = ("board", "certificate", "status", "since", "expires_on")


@transaction.atomic
def save_board(board: BoardCertification, *, by: User) -> None:
    """Add or change one of hers. What has changed was not seen; learners read it once it was."""
    was = BoardCertification.objects.select_for_update().filter(pk=board.pk).first()
    if was is not None:
        if not differs(board, was):
            return
        unsee_board(board)
    board.save()
    record("board.saved", board, by=by, board=board.board)


def differs(board: BoardCertification, was: BoardCertification) -> bool:
    return any(getattr(was, name) != getattr(board, name) for name in FACTS)


def unsee_board(board: BoardCertification) -> None:
    """The caller saves."""
    board.verified_at = board.verified_by = None


@transaction.atomic
def see_board(board: BoardCertification, *, by: User) -> None:
    """Staff found her in the board's own list. Refuses what has expired."""
    if board.is_expired:
        raise ValidationError(_("This board certification has expired."), code="expired")
    board.verified_at, board.verified_by = timezone.now(), by
    board.save(update_fields=["verified_at", "verified_by"])
    record("board.seen", board, by=by)


@transaction.atomic
def remove_board(board: BoardCertification, *, by: User) -> None:
    record("board.removed", board, by=by, board=board.board)
    board.delete()
