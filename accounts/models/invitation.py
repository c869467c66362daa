from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.codes import new_code
from accounts.kinds import InvitationKind
from accounts.models.preceptor import PreceptorProfile
from accounts.models.user import User
from audit.constraints import both_or_neither


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> "InvitationQuerySet":
        """Neither accepted nor taken back, and in time."""
        return self.unanswered().filter(expires_at__gt=timezone.now())

    def unanswered(self) -> "InvitationQuerySet":
        return self.filter(accepted_at=None, revoked_at=None)


class Invitation(models.Model):
    """A link, mailed to one address, that makes its reader somebody here.

    Without ``invited_by`` she asked for it herself: a preceptor who offers a rotation.
    What opens it stands in the mail alone, the row keeps the digest; ``code`` only names the row.
    """

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    kind = models.CharField(_("to be"), max_length=12, choices=InvitationKind)
    email = models.EmailField(_("e-mail address"), max_length=254)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    preceptor = models.ForeignKey(
        PreceptorProfile,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="invitations",
        verbose_name=_("delegate of"),
    )
    # What she said on the public form, to start from; empty for an invitation.
    facts = models.JSONField(default=dict, blank=True, editable=False)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    invited_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    expires_at = models.DateTimeField(_("expires"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    revoked_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-pk"]
        constraints = [
            both_or_neither("invitation_accepted_by_somebody", "accepted_at", "accepted_by"),
            both_or_neither("invitation_revoked_by_somebody", "revoked_at", "revoked_by"),
            models.CheckConstraint(
                name="invitation_ends_in_one_way",
                condition=Q(accepted_at=None) | Q(revoked_at=None),
            ),
            models.CheckConstraint(
                name="invitation_of_a_delegate_says_whose",
                condition=Q(kind=InvitationKind.DELEGATE, preceptor__isnull=False)
                | ~Q(kind=InvitationKind.DELEGATE) & Q(preceptor=None),
            ),
            models.CheckConstraint(
                name="invitation_only_a_preceptor_comes_uninvited",
                condition=Q(kind=InvitationKind.PRECEPTOR) | Q(invited_by__isnull=False),
            ),
            models.UniqueConstraint(
                Lower("email"),
                "kind",
                "preceptor",
                name="invitation_one_unanswered_per_address",
                condition=Q(accepted_at=None, revoked_at=None, invited_by__isnull=False),
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email}, {self.get_kind_display()}"

    @property
    def state(self) -> str:
        """``accepted``, ``revoked``, ``expired`` or ``open``."""
        if self.accepted_at:
            return "accepted"
        if self.revoked_at:
            return "revoked"
        return "open" if self.expires_at > timezone.now() else "expired"

    @property
    def is_open(self) -> bool:
        return self.state == "open"
