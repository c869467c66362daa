from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.codes import new_code
from accounts.models import User


class FeedSide(models.TextChoices):
    LEARNER = "learner", _("My rotations and deadlines")
    HOST = "host", _("Who comes when")


class CalendarFeed(models.Model):
    """A secret address from which somebody's own calendar reads; another code, another address.

    Switched off, the row is gone.
    """

    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="calendar_feeds")
    side = models.CharField(max_length=10, choices=FeedSide)
    code = models.CharField(max_length=22, default=new_code, editable=False)
    made_at = models.DateTimeField(_("made"), default=timezone.now)

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
        constraints = [
            models.UniqueConstraint(
                name="calendarfeed_one_per_person_and_side", fields=["owner", "side"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.owner}: {self.get_side_display()}"
