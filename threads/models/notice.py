from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from threads.models.thread import Message


class Notice(models.Model):
    """One mail about new messages that somebody is owed; without a person, the office.

    One of each is open: what is written until it leaves goes into the same mail.
    """

    person = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="notices"
    )
    messages = models.ManyToManyField(Message, related_name="notices")
    due_at = models.DateTimeField(_("due"))
    told_at = models.DateTimeField(_("told"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                name="notice_one_open_per_person",
                fields=["person"],
                condition=models.Q(told_at=None),
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.person or _('the office')}, {self.due_at:%Y-%m-%d %H:%M}"

    def lock(self) -> None:
        rows = Notice.objects.select_for_update(no_key=True, of=("self",))
        self.refresh_from_db(from_queryset=rows)


class Quiet(models.Model):
    """Somebody wants no mails about new messages; the pages still count them."""

    person = models.OneToOneField(User, on_delete=models.PROTECT, related_name="quiet")
    since = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.person)
