import pghistory
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.codes import new_code
from accounts.models.preceptor import PreceptorProfile
from accounts.models.user import User
from audit.constraints import both_or_neither


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def current(self) -> "DelegationQuerySet":
        return self.filter(ended_at=None)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Delegation(models.Model):
    """Somebody does the work of a preceptor's office, until either of them ends it."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    preceptor = models.ForeignKey(
        PreceptorProfile, on_delete=models.PROTECT, related_name="delegations"
    )
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="delegations")
    since = models.DateTimeField(_("since"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ["preceptor", "since"]
        constraints = [
            both_or_neither("delegation_ended_by_somebody", "ended_at", "ended_by"),
            models.UniqueConstraint(
                name="delegation_one_current_per_preceptor_and_person",
                fields=["preceptor", "person"],
                condition=models.Q(ended_at=None),
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(person)s for %(preceptor)s") % {
            "person": self.person,
            "preceptor": self.preceptor.address_as,
        }
