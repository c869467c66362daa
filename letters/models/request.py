import pghistory
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.codes import new_code
from accounts.models import User
from letters.states import OPEN, Destination, LetterStatus
from placements.models import Placement


def private_storage() -> Storage:
    return storages["private"]


def request_path(_request: "LetterRequest", _name: str) -> str:
    return f"requests/{new_code()}.pdf"


class LetterRequestQuerySet(models.QuerySet["LetterRequest"]):
    def open(self) -> "LetterRequestQuerySet":
        return self.filter(status__in=OPEN)

    def visible_to(self, user: User) -> "LetterRequestQuerySet":
        """The learner's own, the author's once it is asked, all for staff."""
        if user.is_staff and user.has_perm("letters.view_letterrequest"):
            return self
        asked = ~Q(status=LetterStatus.DRAFT)
        return self.filter(Q(placement__learner=user) | Q(placement__preceptor__user=user) & asked)

    def with_placement(self) -> "LetterRequestQuerySet":
        return self.select_related(
            "placement__learner__learner_profile",
            "placement__preceptor__user",
            "placement__listing__specialty",
            "placement__listing__site__state",
        ).defer("placement__listing__document")


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["token"]
)
class LetterRequest(models.Model):
    """A learner asks for a letter. The letter itself is never here (handbook 3.2)."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    # Opens the packet without a password; worthless when ended or past its day.
    token = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    token_expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    placement = models.ForeignKey(
        Placement, on_delete=models.PROTECT, related_name="letter_requests"
    )
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=LetterStatus,
        default=LetterStatus.DRAFT,
        editable=False,
    )
    waived = models.BooleanField(_("waives the right to view"), null=True, blank=True)
    waived_at = models.DateTimeField(null=True, blank=True, editable=False)
    destination = models.CharField(_("destination"), max_length=14, choices=Destination, blank=True)
    letter_id = models.CharField(_("Letter ID"), max_length=20, blank=True)
    specialty_label = models.CharField(_("specialty on the letter"), max_length=80, blank=True)
    target_on = models.DateField(_("hoped for by"), null=True, blank=True)
    message = models.TextField(_("a few words to your preceptor"), max_length=1000, blank=True)
    # Grows when the facts on the PDF change; the file belongs to this version.
    version = models.PositiveSmallIntegerField(default=1, editable=False)
    file = models.FileField(
        storage=private_storage, upload_to=request_path, max_length=120, blank=True, editable=False
    )
    rendered_version = models.PositiveSmallIntegerField(default=0, editable=False)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    requested_at = models.DateTimeField(_("asked"), null=True, blank=True, editable=False)
    promised_on = models.DateField(_("promised by"), null=True, blank=True, editable=False)
    uploaded_on = models.DateField(_("uploaded on"), null=True, blank=True, editable=False)
    attested_at = models.DateTimeField(null=True, blank=True, editable=False)
    confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Never shown to the learner unless the author says so.
    decline_note = models.CharField(max_length=600, blank=True, editable=False)
    shares_note = models.BooleanField(default=False, editable=False)

    objects = LetterRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter request")
        verbose_name_plural = _("letter requests")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                name="letterrequest_one_open_per_placement",
                fields=["placement"],
                condition=Q(status__in=sorted(OPEN)),
            ),
            models.CheckConstraint(
                name="letterrequest_is_whole_once_asked",
                condition=Q(status__in=[LetterStatus.DRAFT, LetterStatus.CANCELLED])
                | Q(waived__isnull=False, requested_at__isnull=False, target_on__isnull=False)
                & ~Q(destination=""),
            ),
            models.CheckConstraint(
                name="letterrequest_eras_has_a_letter_id",
                condition=Q(status__in=[LetterStatus.DRAFT, LetterStatus.CANCELLED])
                | ~Q(destination=Destination.ERAS)
                | ~Q(letter_id=""),
            ),
        ]

    def __str__(self) -> str:
        return f"Letter for {self.placement.learner}"

    def get_absolute_url(self) -> str:
        return reverse("letters:request", args=[self.code])

    def lock(self) -> None:
        """Hold the row until the transaction ends, and see it as it now is."""
        rows = LetterRequest.objects.select_for_update(no_key=True, of=("self",))
        self.refresh_from_db(from_queryset=rows)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN
