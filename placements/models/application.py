from datetime import datetime

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.codes import new_code
from accounts.models import Document, User
from audit.constraints import both_or_neither
from placements.states import HOLDS_A_SEAT, OPEN, SETTLED_ON_A_BLOCK, DeclineReason, Status
from rotations.blocks import Block, Week
from rotations.kinds import Rule
from rotations.models import Listing

# What every step and every mail reads beside an application. Each more costs every step: beyond
# seven tables PostgreSQL spends longer on planning than on anything else.
AROUND = ("learner", "listing__site", "listing__preceptor__user", "listing__policy")


class ApplicationQuerySet(models.QuerySet["Application"]):
    def open(self) -> "ApplicationQuerySet":
        """Not ended; the draft is open too."""
        return self.filter(status__in=OPEN)

    def visible_to(self, user: User) -> "ApplicationQuerySet":
        """Hers, those sent to her office, all of them for staff; drafts are private."""
        if user.is_staff and user.has_perm("placements.view_application"):
            return self
        return self.of_party(user)

    def of_party(self, user: User) -> "ApplicationQuerySet":
        """Hers, and those sent to her office."""
        sent = ~Q(status=Status.DRAFT) & Q(submitted_at__isnull=False)
        reviewed = Q(listing__preceptor__in=user.practices) & sent & ~Q(review_started_at=None)
        return self.filter(Q(learner=user) | reviewed)

    def with_listing(self) -> "ApplicationQuerySet":
        """What a row or a page about an application shows."""
        return self.select_related(
            "learner__learner_profile",
            "listing__specialty",
            "listing__site__state",
            "listing__preceptor__user",
            "listing__policy",
            "placement",
        ).defer("listing__document")


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Application(models.Model):
    """A learner's request for a seat in one listing, for one block.

    ``status`` is written by ``placements.actions.transition`` alone.
    """

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    learner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="applications")
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="applications")
    status = models.CharField(
        _("status"), max_length=20, choices=Status, default=Status.DRAFT, editable=False
    )
    start_on = models.DateField(_("start"), null=True, blank=True)
    weeks = models.PositiveSmallIntegerField(_("weeks"), null=True, blank=True)
    # Her first to third choice, all of one length; ``start_on`` is the one in play.
    starts = ArrayField(
        models.DateField(), verbose_name=_("choices"), default=list, blank=True, size=3
    )
    statement = models.TextField(_("why this rotation"), max_length=1500, blank=True)
    # Frozen when sent: what the preceptor read, and what it costs.
    answers = models.JSONField(default=dict, blank=True, editable=False)
    fee = models.PositiveIntegerField(_("rotation fee, in cents"), null=True, blank=True)
    service_fee = models.PositiveIntegerField(_("service fee, in cents"), null=True, blank=True)
    pre_accept = models.BooleanField(_("accept at once if confirmed"), default=False)
    # Which steps of the form have been saved: "dates", "about", "documents".
    done = models.JSONField(default=list, blank=True, editable=False)

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    submitted_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)
    # The preceptor got it for the first time; a second round starts ``review_started_at`` anew.
    asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    review_started_at = models.DateTimeField(null=True, blank=True, editable=False)
    reply_by = models.DateTimeField(_("answer due"), null=True, blank=True, editable=False)
    answered_at = models.DateTimeField(_("first answer"), null=True, blank=True, editable=False)
    answered_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    offered_at = models.DateTimeField(null=True, blank=True, editable=False)
    offered_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    offer_expires_at = models.DateTimeField(_("offer ends"), null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)
    decline_reason = models.CharField(
        max_length=20, choices=DeclineReason, blank=True, editable=False
    )
    note = models.CharField(
        _("a kind word, or the reason"), max_length=600, blank=True, editable=False
    )
    # Staff let the visa rule (R3) pass for this request, and why.
    visa_exception = models.CharField(
        _("why the visa rule does not stop it"), max_length=300, blank=True, editable=False
    )
    visa_exception_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    visa_exception_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["-pk"]
        indexes = [
            models.Index("learner", "status", name="application_by_learner"),
            models.Index("listing", "status", "start_on", name="application_by_listing"),
        ]
        constraints = [
            both_or_neither(
                "application_visa_exception_has_an_author", "visa_exception_at", "visa_exception_by"
            ),
            models.UniqueConstraint(
                name="application_one_open_per_learner_and_listing",
                fields=["learner", "listing"],
                condition=Q(status__in=sorted(OPEN)),
                violation_error_message=_("There is an open application for this listing."),
            ),
            models.CheckConstraint(
                name="application_starts_on_a_monday",
                condition=Q(start_on=None) | Q(start_on__iso_week_day=1),
                violation_error_message=_("A block starts on a Monday."),
            ),
            models.CheckConstraint(
                name="application_has_three_choices_at_most", condition=Q(starts__len__lte=3)
            ),
            models.CheckConstraint(
                name="application_plays_one_of_its_choices",
                condition=Q(starts=[]) | Q(starts__contains=[F("start_on")]),
            ),
            models.CheckConstraint(
                name="application_has_dates_once_sent",
                condition=Q(status__in=[Status.DRAFT, Status.WITHDRAWN, Status.CLOSED])
                | Q(start_on__isnull=False, weeks__isnull=False, submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="application_offer_has_an_end",
                condition=~Q(status=Status.OFFERED)
                | Q(offer_expires_at__isnull=False, offered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="application_offer_ends_after_it_is_made",
                condition=Q(offer_expires_at=None) | Q(offer_expires_at__gt=F("offered_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner} → {self.listing}"

    def get_absolute_url(self) -> str:
        return reverse("placements:application", args=[self.code])

    def lock(self, *more: str) -> None:
        """Hold the row until the transaction ends, and see it as it now is.

        What is read beside it comes in the same statement: what is around it, and ``more``.
        """
        rows = Application.objects.select_related(*AROUND, *more).defer("listing__document")
        self.refresh_from_db(from_queryset=rows.select_for_update(no_key=True, of=("self",)))

    @property
    def excepted(self) -> frozenset[str]:
        """The rules that staff let pass for this request."""
        return frozenset({Rule.VISA}) if self.visa_exception_at else frozenset()

    @property
    def block(self) -> Block | None:
        if self.start_on is None or self.weeks is None:
            return None
        return Block(self.start_on, self.weeks)

    @property
    def choices(self) -> list[Block]:
        """The blocks she asked for, first choice first."""
        if self.weeks is None or not self.starts:
            return [self.block] if self.block else []
        return [Block(start, self.weeks) for start in self.starts]

    @property
    def other_choices(self) -> list[Block]:
        return [block for block in self.choices if block != self.block]

    @property
    def at_stake(self) -> list[Block]:
        """The blocks that may still become hers: one, once it is offered or waited for."""
        if self.status in SETTLED_ON_A_BLOCK:
            return [self.block] if self.block else []
        return self.choices

    @property
    def dates(self) -> Block:
        """Its block, which everything that was sent has. Raises ``ValueError`` on a bare draft."""
        if self.block is None:
            raise ValueError("No dates are chosen yet.")
        return self.block

    @property
    def seats(self) -> frozenset[Week]:
        """The weeks that its block takes."""
        return self.block.of(self.listing_id) if self.block else frozenset()

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def holds_a_seat(self) -> bool:
        return self.status in HOLDS_A_SEAT

    @property
    def total(self) -> int:
        """What it costs in all, in cents: as sent, or as listed while a draft."""
        if self.fee is None:
            return self.listing.total(self.weeks)
        return self.fee + (self.service_fee or 0)

    @property
    def rotation_fee(self) -> int:
        """The part without the service fee, in cents."""
        return (
            self.listing.fee(self.weeks or self.listing.usual_weeks)
            if self.fee is None
            else self.fee
        )

    @property
    def portal_fee(self) -> int:
        return self.listing.service_fee if self.service_fee is None else self.service_fee

    def offer_is_open(self, now: datetime | None = None) -> bool:
        ends = self.offer_expires_at
        return self.status == Status.OFFERED and ends is not None and ends > (now or timezone.now())


class ApplicationDocument(models.Model):
    """The version of a document that went with an application."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="sent_documents"
    )
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="sent_with")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="applicationdocument_once", fields=["application", "document"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.document} with {self.application}"
