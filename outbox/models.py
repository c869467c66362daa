from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import models
from django.db.models import Q
from django.db.models.constants import OnConflict
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

STRIKES = 5
PATIENCE = timedelta(days=5)


class MessageQuerySet(models.QuerySet["Message"]):
    def owed(self) -> "MessageQuerySet":
        """Neither sent nor given up."""
        return self.filter(sent_at=None, failed_at=None, discarded_at=None)

    def due(self) -> "MessageQuerySet":
        """Owed, and its time has come."""
        return self.owed().filter(due_at__lte=timezone.now())

    def add(self, messages: "Sequence[Message]") -> "list[Message]":
        """Write those whose key is not there yet, in one statement; they, with their keys.

        Django's ``bulk_create`` does the same, but does not say which rows are new.
        """
        new = self._insert(  # type: ignore[attr-defined]
            messages,
            fields=[field for field in self.model._meta.concrete_fields if not field.primary_key],
            returning_fields=[self.model._meta.get_field(name) for name in ("id", "key")],
            using=self.db,
            on_conflict=OnConflict.IGNORE,
        )
        # A single row that is there already comes back as None.
        numbers = {row[1]: row[0] for row in new if row}
        added = [message for message in messages if message.key in numbers]
        for message in added:
            message.pk = numbers[message.key]
            message._state.adding = False  # noqa: SLF001  as bulk_create does
        return added


class Message(models.Model):
    """One mail that we owe somebody, written with the fact that causes it.

    ``key`` names the occasion, so the same fact is told once. Rows are kept:
    they are the outbox, the archive of sent mail, and the mailbox page.
    """

    key = models.CharField(max_length=200, unique=True)
    template = models.CharField(_("kind"), max_length=80)
    recipient = models.EmailField(_("to"), max_length=254)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="messages",
    )
    subject = models.CharField(_("subject"), max_length=300)
    body = models.TextField(_("text"))
    # Carries a code or a link with which its reader acts without signing in: staff see that it
    # went, never its text.
    secret = models.BooleanField(default=False)
    # To somebody of whom nothing else is left: text and address go as soon as it has left.
    fleeting = models.BooleanField(default=False)
    # Where one click ends mails of this kind; empty where they cannot be switched off.
    unsubscribe = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    strikes = models.PositiveSmallIntegerField(_("failed tries"), default=0)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    failed_at = models.DateTimeField(_("given up"), null=True, blank=True)
    discarded_at = models.DateTimeField(_("discarded"), null=True, blank=True)
    forgotten_at = models.DateTimeField(_("text deleted"), null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                "due_at",
                name="message_due",
                condition=Q(sent_at=None, failed_at=None, discarded_at=None),
            ),
            models.Index("user", "id", name="message_by_user"),
        ]
        constraints = [
            models.CheckConstraint(
                name="message_ends_in_one_way",
                condition=(
                    Q(sent_at=None, failed_at=None)
                    | Q(sent_at=None, discarded_at=None)
                    | Q(failed_at=None, discarded_at=None)
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.recipient}"

    @property
    def message_id(self) -> str:
        """The same over all tries: a mail that went out twice is seen as one."""
        host = settings.SITE_URL.split("://", 1)[-1].split("/", 1)[0].split(":", 1)[0]
        return f"<outbox.{self.pk}.{self.created_at:%Y%m%d%H%M%S}@{host}>"

    def as_html(self) -> str:
        """The text in the one HTML frame around any mail."""
        return render_to_string(
            "emails/wrapper.html",
            {"message": self, "portal": settings.PORTAL, "site_url": settings.SITE_URL},
            using="pages",
        )

    @property
    def headers(self) -> dict[str, str]:
        found = {
            "Message-ID": self.message_id,
            "Date": format_datetime(self.created_at),
            "Auto-Submitted": "auto-generated",
        }
        if self.unsubscribe:  # RFC 8058
            found["List-Unsubscribe"] = f"<{self.unsubscribe}>"
            found["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return found

    def as_email(self) -> EmailMultiAlternatives:
        email = EmailMultiAlternatives(
            self.subject,
            self.body,
            to=[self.recipient],
            headers=self.headers,
        )
        email.attach_alternative(self.as_html(), "text/html")
        return email

    def postpone(self, *, now: datetime) -> None:
        """Try again after 1, 2, 4 … minutes, an hour at most."""
        self.due_at = now + timedelta(minutes=min(2 ** min(self.tries, 6), 60))
