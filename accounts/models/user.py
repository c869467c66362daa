import zoneinfo
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.kinds import ConsentKind
from accounts.validators import check_address


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=(email or "").lower())

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What she may do follows from her profiles and groups, not from a role."""

    email = models.EmailField(_("e-mail address"), max_length=254, validators=[check_address])
    name = models.CharField(_("full name as in your passport"), max_length=150)
    call_me = models.CharField(_("what should we call you"), max_length=60, blank=True)
    pronouns = models.CharField(_("pronouns"), max_length=40, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    is_staff = models.BooleanField(_("coordinator"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    is_demo = models.BooleanField(_("invented for the demo"), default=False, editable=False)
    # A preceptor who was offered a second factor and said not now.
    second_factor_declined_at = models.DateTimeField(null=True, blank=True, editable=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)
    # Set once: what stood here about her is gone, and the row stays for what refers to it.
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_is_unique",
                violation_error_message=_("There is an account with this address already."),
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def short_name(self) -> str:
        return self.call_me or self.name or self.email

    @property
    def zone(self) -> ZoneInfo:
        """The reader's own zone; the portal's while we do not know it."""
        try:
            return ZoneInfo(self.time_zone or settings.TIME_ZONE)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            return ZoneInfo(settings.TIME_ZONE)

    @property
    def is_learner(self) -> bool:
        return hasattr(self, "learner_profile")

    @property
    def is_preceptor(self) -> bool:
        return hasattr(self, "preceptor_profile")

    @cached_property
    def practices(self) -> frozenset[int]:
        """Keys of the preceptors whose office she is: her own profile, and whoever made her a
        delegate. Every rule about a preceptor's work asks this, once a request.
        """
        hers = [self.preceptor_profile.pk] if self.is_preceptor else []
        lent = self.delegations.current().filter(preceptor__user__is_active=True)
        return frozenset([*hers, *lent.values_list("preceptor_id", flat=True)])

    @property
    def is_delegate(self) -> bool:
        """Acts for a preceptor who is somebody else."""
        return len(self.practices) > self.is_preceptor


class Consent(models.Model):
    """What somebody agreed to, in which version of the text, and when."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="consents")
    kind = models.CharField(max_length=20, choices=ConsentKind)
    version = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField(default=timezone.now)
    address = models.GenericIPAddressField(null=True, blank=True)
    subject_id = models.BigIntegerField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        ordering = ["at"]
        indexes = [models.Index("user", "kind", name="consent_by_user_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.version}"
