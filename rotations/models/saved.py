from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.codes import new_code
from accounts.models import User
from rotations.kinds import Often
from rotations.models.listing import Listing


class SavedListing(models.Model):
    """A listing that somebody keeps, and how it stood when she saved it."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_listings")
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+")
    saved_at = models.DateTimeField(_("saved"), default=timezone.now)
    # Free seats by the first day of its next blocks, and the total in cents.
    seats = models.JSONField(default=dict)
    total = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("saved listing")
        verbose_name_plural = _("saved listings")
        ordering = ["-saved_at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="savedlisting_once", fields=["owner", "listing"])
        ]

    def __str__(self) -> str:
        return str(self.listing)


class Opening(models.Model):
    """What can be booked now and could not before: a full or new week; without one, all of it.

    Written by whoever opens it, in the same transaction; alerts are made of these.
    """

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+")
    monday = models.DateField(_("week"), null=True, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("opening")
        verbose_name_plural = _("openings")
        ordering = ["at", "pk"]
        indexes = [models.Index("at", name="opening_by_moment")]

    def __str__(self) -> str:
        return f"{self.listing}, {self.monday or ''}"


class AlertQuerySet(models.QuerySet["Alert"]):
    def due(self) -> "AlertQuerySet":
        """Her time has come, and something opened since she was told last."""
        latest = Opening.objects.order_by("-at").values("at")[:1]
        return self.filter(look_at__lte=timezone.now(), since__lte=models.Subquery(latest)).exclude(
            often=Often.OFF
        )


class Alert(models.Model):
    """What somebody wants to hear of: a search of the catalogue, or the listings she saved.

    ``query`` is the search as it stands in an address; none means her saved listings.
    ``look_at`` says when the clock looks next, ``since`` which openings it has not seen yet.
    """

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="alerts")
    query = models.CharField(_("search"), max_length=2000, null=True, blank=True)
    name = models.CharField(_("name"), max_length=160, blank=True)
    often = models.CharField(_("how often"), max_length=7, choices=Often, default=Often.AT_ONCE)
    since = models.DateTimeField(default=timezone.now)
    look_at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(_("last mail"), null=True, blank=True)
    created_at = models.DateTimeField(_("saved"), default=timezone.now)
    # In the link that ends these mails without a sign-in.
    key = models.CharField(max_length=22, unique=True, default=new_code, editable=False)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index("look_at", name="alert_by_look", condition=~Q(often=Often.OFF))]
        constraints = [
            models.UniqueConstraint(
                name="alert_one_per_search", fields=["owner", "query"], nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.name or str(_("Saved rotations"))

    @property
    def is_search(self) -> bool:
        return self.query is not None

    @property
    def is_on(self) -> bool:
        return self.often != Often.OFF


class Told(models.Model):
    """A block that an alert has told of; nobody hears twice of the same one."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="told")
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+")
    start_on = models.DateField(_("start"))
    weeks = models.PositiveSmallIntegerField(_("weeks"))
    at = models.DateTimeField(_("told"), default=timezone.now)

    class Meta:
        verbose_name = _("told")
        verbose_name_plural = _("told")
        constraints = [
            models.UniqueConstraint(
                name="told_once", fields=["alert", "listing", "start_on", "weeks"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.listing}, {self.start_on}"
