from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.codes import new_code
from accounts.models import User
from placements.models import Application
from threads.kinds import Line, Side


def reads_all(user: User) -> bool:
    """Staff, who may join any conversation; that they read one is remembered and shown in it."""
    return user.is_staff and user.has_perm("threads.view_thread")


class ThreadQuerySet(models.QuerySet["Thread"]):
    def visible_to(self, user: User) -> "ThreadQuerySet":
        """Those that she is part of now; all of them for staff."""
        if reads_all(user):
            return self
        return self.filter(application__in=Application.objects.of_party(user).values("pk"))

    def with_unread(self, user: User) -> "ThreadQuerySet":
        """How many messages of others she has not read in each."""
        news = Message.objects.unread_by(user).filter(thread=OuterRef("pk")).order_by()
        number = news.values("thread").annotate(number=Count("pk")).values("number")
        return self.annotate(unread=Coalesce(Subquery(number), 0))

    def with_application(self) -> "ThreadQuerySet":
        """What a row or a page about one shows."""
        return self.select_related(
            "application__learner",
            "application__listing__site__state",
            "application__listing__specialty",
            "application__listing__preceptor__user",
            "application__placement",
        ).defer("application__listing__document")


class Thread(models.Model):
    """The conversation about one application, which lives on as its placement's.

    Made with its first message: nobody has an empty one.
    """

    application = models.OneToOneField(Application, on_delete=models.CASCADE, related_name="thread")
    last_at = models.DateTimeField(_("last message"), default=timezone.now)
    # Somebody waits for a coordinator's word; her next message ends it.
    wants_staff = models.BooleanField(_("waits for a coordinator"), default=False)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        ordering = ["-last_at", "-pk"]
        indexes = [models.Index("last_at", "id", name="thread_by_last_message")]

    def __str__(self) -> str:
        return str(self.application)

    def get_absolute_url(self) -> str:
        return reverse("threads:thread", args=[self.application.code])

    def lock(self) -> None:
        """Messages of one thread get their keys one after the other, so a key says what is read."""
        rows = Thread.objects.select_for_update(no_key=True, of=("self",))
        self.refresh_from_db(from_queryset=rows)


class MessageQuerySet(models.QuerySet["Message"]):
    def unread_by(self, user: User) -> "MessageQuerySet":
        """What others wrote after the last that she read in that thread."""
        read_to = Mark.objects.filter(thread=OuterRef("thread"), person=user).values("read_to")
        unread = self.filter(kind=Line.TEXT, pk__gt=Coalesce(Subquery(read_to[:1]), 0))
        return unread.exclude(author=user)


class Message(models.Model):
    """What somebody wrote, or that a coordinator joined. It is never changed.

    ``side`` and ``on_behalf_of`` say as what she wrote, then: a delegate of today may be nobody's
    tomorrow.
    """

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=8, choices=Line, default=Line.TEXT)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="said")
    side = models.CharField(_("side"), max_length=8, choices=Side)
    on_behalf_of = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    text = models.TextField(_("message"), max_length=4000, blank=True)
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    # The form's own: sent twice, it is one message.
    key = models.CharField(max_length=22, blank=True, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["pk"]
        indexes = [models.Index("thread", "id", name="message_by_thread")]
        constraints = [
            models.UniqueConstraint(
                name="message_of_one_form_once",
                fields=["author", "key"],
                condition=~Q(key=""),
            ),
            models.UniqueConstraint(
                name="message_somebody_joins_once",
                fields=["thread", "author"],
                condition=Q(kind=Line.JOINED),
            ),
            models.CheckConstraint(
                name="message_staff_joins",
                condition=~Q(kind=Line.JOINED) | Q(side=Side.STAFF),
            ),
            models.CheckConstraint(
                name="message_office_alone_lends_its_name",
                condition=Q(on_behalf_of=None) | Q(side=Side.OFFICE),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.by_line}, {self.sent_at:%Y-%m-%d %H:%M}"

    @property
    def is_text(self) -> bool:
        return self.kind == Line.TEXT

    @property
    def by_line(self) -> str:
        """“Ana Ruiz for Dr. Castellano”; “Dana Whitlock, coordinator”."""
        if self.side == Side.STAFF:
            return gettext("%(name)s, coordinator") % {"name": self.author.name}
        if self.on_behalf_of:
            names = {"by": self.author.name, "principal": _called(self.on_behalf_of)}
            return gettext("%(by)s for %(principal)s") % names
        return _called(self.author) if self.side == Side.OFFICE else self.author.name


def _called(person: User) -> str:
    return person.preceptor_profile.address_as if person.is_preceptor else person.name


class Mark(models.Model):
    """How far somebody has read. Hers alone: nobody is shown who has read what."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="marks")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="thread_marks")
    read_to = models.BigIntegerField(help_text=_("The key of the last message on the page."))
    read_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="mark_one_per_thread_and_person", fields=["thread", "person"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.thread_id} ≤ {self.read_to}"
