from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.codes import new_code
from accounts.models import User


class Ground(models.TextChoices):
    """Why somebody is erased. A list, so that no words about her remain in the record."""

    HERSELF = "herself", _("Asked here by the person")
    WRITTEN = "written", _("Asked in writing by the person")
    PHONE = "phone", _("Asked by phone by the person, identity checked")
    AUTHORITY = "authority", _("Ordered by an authority or a court")
    NO_PERSON = "no_person", _("Not a real person, or opened twice")


class ErasureQuerySet(models.QuerySet["Erasure"]):
    def open(self) -> "ErasureQuerySet":
        """Neither done nor taken back."""
        return self.filter(done_at=None, cancelled_at=None)


class Erasure(models.Model):
    """Somebody is to be forgotten on a day that she can still call off."""

    # Opens the page that keeps the account without a sign-in; worthless once it is over.
    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    person = models.ForeignKey(
        User, verbose_name=_("person"), on_delete=models.PROTECT, related_name="erasures"
    )
    ground = models.CharField(_("why"), max_length=12, choices=Ground)
    requested_at = models.DateTimeField(_("asked"), default=timezone.now)
    requested_by = models.ForeignKey(
        User, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+"
    )
    due_at = models.DateTimeField(_("due"))
    cancelled_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                name="erasure_one_open_per_person",
                fields=["person"],
                condition=Q(done_at=None, cancelled_at=None),
            ),
            models.CheckConstraint(
                name="erasure_is_done_or_taken_back",
                condition=Q(done_at=None) | Q(cancelled_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.due_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("privacy:keep", args=[self.code])

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.cancelled_at is None

    def lock(self) -> None:
        """Hold the row until the transaction ends, and see it as it now is."""
        rows = Erasure.objects.select_for_update(no_key=True, of=("self",))
        self.refresh_from_db(from_queryset=rows)
