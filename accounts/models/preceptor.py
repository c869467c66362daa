from datetime import date

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.kinds import PHYSICIANS, CredentialKind, TeachingRole
from accounts.models.user import User
from audit.constraints import both_or_neither

# Below this number of requests, figures about answers say nothing (handbook 2.1.1).
ENOUGH_REQUESTS = 5


class PreceptorQuerySet(models.QuerySet["PreceptorProfile"]):
    def public(self) -> "PreceptorQuerySet":
        """Those whose profile anybody may read."""
        return self.filter(suspended_at=None, user__is_active=True).exclude(verified_at=None)

    def to_verify(self) -> "PreceptorQuerySet":
        """Joined, and staff have not verified them."""
        return self.filter(verified_at=None, suspended_at=None, user__is_active=True)


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["median_answer_hours", "answered_percent", "requests_counted"],
)
class PreceptorProfile(models.Model):
    """A clinician who supervises. Staff verify who she is before she hosts anybody."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="preceptor_profile")
    slug = models.SlugField(max_length=80, unique=True)
    credential = models.CharField(_("credential"), max_length=6, choices=CredentialKind)
    suffix = models.CharField(
        _("letters behind the name"), max_length=40, blank=True, help_text=_("MD, FACP")
    )
    role = models.CharField(
        _("teaching role"), max_length=20, choices=TeachingRole, default=TeachingRole.ATTENDING
    )
    npi = models.CharField("NPI", max_length=10, unique=True, null=True, blank=True)
    taxonomy = models.CharField(_("NUCC taxonomy"), max_length=10, blank=True)
    boards = models.CharField(_("board certification"), max_length=200, blank=True)
    affiliation = models.CharField(_("teaching affiliation"), max_length=160, blank=True)
    statement = models.TextField(_("how she teaches"), max_length=1200, blank=True)
    languages = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    teaching_since = models.PositiveSmallIntegerField(_("teaching since"), null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    accepting = models.BooleanField(_("accepts new learners"), default=True)
    away_until = models.DateField(_("away until"), null=True, blank=True)
    max_learners = models.PositiveSmallIntegerField(
        _("learners at a time"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    office_gets_mail = models.BooleanField(
        _("delegates get the mails about requests and learners too"), default=False
    )
    identity_checked_at = models.DateTimeField(_("identity checked"), null=True, blank=True)
    identity_checked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    verified_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    suspended_at = models.DateTimeField(_("suspended"), null=True, blank=True)
    suspended_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    median_answer_hours = models.PositiveIntegerField(null=True, blank=True, editable=False)
    answered_percent = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    requests_counted = models.PositiveIntegerField(default=0, editable=False)

    objects = PreceptorQuerySet.as_manager()

    class Meta:
        verbose_name = _("preceptor")
        verbose_name_plural = _("preceptors")
        ordering = ["user__name"]
        constraints = [
            both_or_neither(
                "preceptor_identity_checked_by_somebody",
                "identity_checked_at",
                "identity_checked_by",
            ),
            both_or_neither("preceptor_verified_by_somebody", "verified_at", "verified_by"),
            both_or_neither("preceptor_suspended_by_somebody", "suspended_at", "suspended_by"),
            models.CheckConstraint(
                name="preceptor_npi_has_ten_digits",
                condition=Q(npi=None) | Q(npi__regex=r"^[12][0-9]{9}$"),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("rotations:preceptor", args=[self.slug])

    @property
    def is_physician(self) -> bool:
        return self.credential in PHYSICIANS

    @property
    def title(self) -> str:
        """As on a door: “Helen Castellano, MD, FACP”."""
        if self.user.erased_at:
            return self.user.name
        return f"{self.user.name}, {self.suffix or self.credential}"

    @property
    def address_as(self) -> str:
        """As a learner says it: “Dr. Castellano”; others by their name."""
        if self.user.erased_at:
            return self.user.name
        surname = self.user.name.split()[-1]
        return f"Dr. {surname}" if self.is_physician else self.user.name

    @property
    def level(self) -> str:
        """What the portal can say of her (handbook 3.1)."""
        if self.verified_at:
            return "verified"
        return "identity" if self.identity_checked_at else "listed"

    @property
    def may_host(self) -> bool:
        return bool(self.verified_at and not self.suspended_at and self.user.is_active)

    @property
    def is_new(self) -> bool:
        """Too few requests so far to say how fast she answers."""
        return self.requests_counted < ENOUGH_REQUESTS or self.median_answer_hours is None


class Introduction(models.Model):
    """What a preceptor said of herself when she joined: staff begin their checks with it."""

    preceptor = models.OneToOneField(
        PreceptorProfile, on_delete=models.CASCADE, related_name="introduction"
    )
    specialty = models.CharField(_("specialty"), max_length=80)
    state = models.CharField(_("state"), max_length=2)
    # As she typed it, also where it is on another profile already.
    npi = models.CharField("NPI", max_length=10, blank=True)
    words = models.CharField(_("in her words"), max_length=500, blank=True)
    at = models.DateTimeField(_("joined"), default=timezone.now)

    class Meta:
        verbose_name = _("introduction")
        verbose_name_plural = _("introductions")

    def __str__(self) -> str:
        return f"{self.preceptor}, {self.specialty}, {self.state}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Licence(models.Model):
    """A preceptor's licence in one state, seen by staff or not yet."""

    preceptor = models.ForeignKey(
        PreceptorProfile, on_delete=models.CASCADE, related_name="licences"
    )
    state = models.CharField(_("state"), max_length=2)
    number = models.CharField(_("number"), max_length=40)
    expires_on = models.DateField(_("expires"))
    verified_at = models.DateTimeField(_("seen"), null=True, blank=True)
    verified_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("license")
        verbose_name_plural = _("licenses")
        ordering = ["state"]
        constraints = [
            both_or_neither("licence_verified_by_somebody", "verified_at", "verified_by"),
            models.UniqueConstraint(
                name="licence_one_per_preceptor_and_state", fields=["preceptor", "state"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.number}"

    def is_good_on(self, day: date) -> bool:
        return self.verified_at is not None and self.expires_on >= day

    @property
    def is_expired(self) -> bool:
        return self.expires_on < timezone.localdate()
