"""The statuses of a letter request, and which may follow which (handbook 4.2)."""

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class LetterStatus(TextChoices):
    DRAFT = "draft", _("Draft")
    REQUESTED = "requested", _("Asked")
    AGREED = "agreed", _("Agreed")
    UPLOADED = "uploaded", _("Uploaded")
    CONFIRMED = "confirmed", _("Seen in the application service")
    DECLINED = "declined", _("Could not be written")
    EXPIRED = "expired", _("No answer came")
    CANCELLED = "cancelled", _("Canceled")


TRANSITIONS: Mapping[LetterStatus, frozenset[LetterStatus]] = {
    LetterStatus.DRAFT: frozenset({LetterStatus.REQUESTED, LetterStatus.CANCELLED}),
    LetterStatus.REQUESTED: frozenset(
        {
            LetterStatus.AGREED,
            LetterStatus.DECLINED,
            LetterStatus.UPLOADED,
            LetterStatus.EXPIRED,
            LetterStatus.CANCELLED,
        }
    ),
    LetterStatus.AGREED: frozenset(
        {LetterStatus.DECLINED, LetterStatus.UPLOADED, LetterStatus.CANCELLED}
    ),
    LetterStatus.UPLOADED: frozenset({LetterStatus.CONFIRMED, LetterStatus.AGREED}),
}

OPEN = frozenset(TRANSITIONS)


class Destination(TextChoices):
    ERAS = "eras", "ERAS"
    RESIDENCYCAS = "residencycas", "ResidencyCAS"
    CENTRALAPP = "centralapp", "CentralApp"
    OTHER = "other", _("Another destination")
