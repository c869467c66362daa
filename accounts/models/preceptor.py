from datetime import date

import pghistory
import us
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.db.models.functions import Least
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.codes import new_code
from accounts.deadlines import REVERIFY_AHEAD, VERIFIED_FOR
from accounts.kinds import PHYSICIANS, CredentialKind, RegistryOutcome, TeachingRole
from accounts.models.board import BoardCertification
from accounts.models.document import private_storage
from accounts.models.user import User
from audit.constraints import both_or_neither
from clocks.queries import length
from guides.models import former_slugs

# Below this number of requests, figures about answers say nothing (handbook 2.1.1).
ENOUGH_REQUESTS = 5


def photo_path(_preceptor: "PreceptorProfile", _name: str) -> str:
    """A random name, new with each picture: an old address never shows a new face."""
    return f"photos/{new_code()}"


class PreceptorQuerySet(models.QuerySet["PreceptorProfile"]):
    def public(self) -> "PreceptorQuerySet":
        """Those whose profile anybody may read."""
        return self.filter(suspended_at=None, user__is_active=True).exclude(verified_at=None)

    def to_verify(self) -> "PreceptorQuerySet":
        """Joined or changed since, and staff have not verified them."""
        return self.filter(verified_at=None, suspended_at=None, user__is_active=True)

    def to_reverify(self) -> "PreceptorQuerySet":
        """Verified almost a year ago or longer."""
        since = timezone.now() - length(VERIFIED_FOR) + length(REVERIFY_AHEAD)
        return self.filter(verified_at__lt=since, user__is_active=True)

    def with_unseen_licence(self) -> "PreceptorQuerySet":
        """Entered a license, or changed one, that nobody has looked at; expired ones left out."""
        unseen = Licence.objects.filter(
            preceptor=OuterRef("pk"), verified_at=None, expires_on__gte=timezone.localdate()
        )
        return self.filter(Exists(unseen), user__is_active=True)

    def with_unseen_board(self) -> "PreceptorQuerySet":
        """The same of a board's certificate."""
        unseen = BoardCertification.objects.current(timezone.localdate()).filter(
            preceptor=OuterRef("pk"), verified_at=None
        )
        return self.filter(Exists(unseen), user__is_active=True)

    def waiting_for_staff(self) -> "PreceptorQuerySet":
        """All of the above: what a coordinator has to look at."""
        kinds = (self.to_verify(), self.to_reverify(), self.with_unseen_licence(),
                 self.with_unseen_board())  # fmt: skip
        return self.filter(Q(*(Q(pk__in=rows.values("pk")) for rows in kinds), _connector=Q.OR))


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["median_answer_hours", "answered_percent", "requests_counted", "answers_counted_at"],
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
    taxonomy = models.CharField(
        _("NUCC taxonomy"),
        max_length=10,
        blank=True,
        validators=[
            RegexValidator(
                r"^[0-9A-Z]{9}X$",
                _("A taxonomy code has ten digits and capitals, the last an X: 207R00000X."),
            )
        ],
    )
    affiliation = models.CharField(_("teaching affiliation"), max_length=160, blank=True)
    statement = models.TextField(_("how she teaches"), max_length=1200, blank=True)
    languages = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    teaching_since = models.PositiveSmallIntegerField(_("teaching since"), null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    accepting = models.BooleanField(_("accepts new learners"), default=True)
    away_from = models.DateField(_("away from"), null=True, blank=True)
    away_until = models.DateField(_("away until"), null=True, blank=True)
    photo = models.FileField(
        _("photo"), storage=private_storage, upload_to=photo_path, blank=True, editable=False
    )
    max_learners = models.PositiveSmallIntegerField(
        _("learners at a time"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: no limit."),
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
    # How she answers, as ``placements.actions.answers`` counts it; nothing else writes these.
    median_answer_hours = models.PositiveIntegerField(
        _("hours to the first answer, median"), null=True, blank=True, editable=False
    )
    answered_percent = models.PositiveSmallIntegerField(
        _("requests answered, percent"), null=True, blank=True, editable=False
    )
    requests_counted = models.PositiveIntegerField(_("requests counted"), default=0, editable=False)
    answers_counted_at = models.DateTimeField(_("counted"), null=True, blank=True, editable=False)

    objects = PreceptorQuerySet.as_manager()

    class Meta:
        verbose_name = _("preceptor")
        verbose_name_plural = _("preceptors")
        ordering = ["user__name"]
        triggers = [former_slugs()]
        constraints = [
            both_or_neither(
                "preceptor_identity_checked_by_somebody",
                "identity_checked_at",
                "identity_checked_by",
            ),
            both_or_neither("preceptor_verified_by_somebody", "verified_at", "verified_by"),
            # Without a person it was the clock: the last license that counted has expired.
            models.CheckConstraint(
                name="preceptor_suspended_by_somebody_or_the_clock",
                condition=Q(suspended_by=None) | Q(suspended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="preceptor_is_away_from_a_day_to_a_later_one",
                condition=Q(away_from=None)
                | Q(away_until__isnull=False) & Q(away_until__gte=F("away_from")),
                violation_error_message=_("The last day away lies before the first."),
            ),
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
    def is_suspended_by_clock(self) -> bool:
        return self.suspended_at is not None and self.suspended_by_id is None

    def is_away(self, first: date, last: date | None = None) -> bool:
        """Whether any of these days lies in her time away; without a first day it runs already."""
        if self.away_until is None:
            return False
        return first <= self.away_until and (self.away_from or date.min) <= (last or first)

    @property
    def photo_url(self) -> str:
        """Where her picture is; empty without one. Another picture has another address."""
        if not self.photo:
            return ""
        version = str(self.photo.name).rpartition("/")[2][:8]
        return f"{reverse('rotations:preceptor_photo', args=[self.slug])}?v={version}"

    @property
    def is_new(self) -> bool:
        """Too few requests so far to say how fast she answers."""
        return self.requests_counted < ENOUGH_REQUESTS

    @property
    def answers(self) -> str:
        """“Usually answers in 41 hours”, as a card says it; whoever is silent is not “New”."""
        if self.is_new:
            return gettext("New: too few requests for an answer time")
        if self.median_answer_hours is None:
            return gettext("Has answered none of the requests so far")
        return ngettext(
            "Usually answers in %(n)d hour", "Usually answers in %(n)d hours",
            self.median_answer_hours,
        ) % {"n": self.median_answer_hours}  # fmt: skip

    @property
    def answered_share(self) -> str:
        """“answered 60% of 10 requests”; empty while she is new."""
        if self.is_new or self.answered_percent is None:
            return ""
        facts = {"share": self.answered_percent, "n": self.requests_counted}
        return gettext("answered %(share)d%% of %(n)d requests") % facts


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


class LicenceQuerySet(models.QuerySet["Licence"]):
    def with_last_day(self) -> "LicenceQuerySet":
        """With ``last_day``: as ``good_until``."""
        return self.annotate(
            last_day=Case(
                When(verified_at__isnull=False, then=F("expires_on")),
                When(seen_until__isnull=False, then=Least("seen_until", "expires_on")),
            )
        )


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
    # What staff had seen before she entered a renewal: until then the old one counts.
    seen_until = models.DateField(_("seen until"), null=True, blank=True, editable=False)

    objects = LicenceQuerySet.as_manager()

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

    @property
    def state_name(self) -> str:
        found = us.states.lookup(self.state, field="abbr")
        return found.name if found else self.state

    # ``LicenceQuerySet.with_last_day`` says the same to the database.
    @property
    def good_until(self) -> date | None:
        """The last day for which staff saw it; ``None`` if they did not."""
        if self.verified_at:
            return self.expires_on
        return min(self.seen_until, self.expires_on) if self.seen_until else None

    def is_good_on(self, day: date) -> bool:
        return self.good_until is not None and self.good_until >= day

    @property
    def is_expired(self) -> bool:
        return self.expires_on < timezone.localdate()


class RegistryLookup(models.Model):
    """What the national registry (NPPES) said about a preceptor's NPI, and when.

    It helps staff to compare; it checks nobody by itself.
    """

    preceptor = models.ForeignKey(
        PreceptorProfile, on_delete=models.CASCADE, related_name="lookups"
    )
    npi = models.CharField("NPI", max_length=10)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    looked_up_at = models.DateTimeField(_("looked up"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    outcome = models.CharField(_("outcome"), max_length=13, choices=RegistryOutcome, blank=True)
    name = models.CharField(_("name there"), max_length=200, blank=True)
    name_matches = models.BooleanField(_("the name fits"), null=True, blank=True)
    is_individual = models.BooleanField(_("a person"), null=True, blank=True)
    is_active = models.BooleanField(_("active there"), null=True, blank=True)
    taxonomies = ArrayField(
        models.CharField(max_length=10),
        verbose_name=_("taxonomies there"),
        default=list,
        blank=True,
    )

    class Meta:
        verbose_name = _("registry lookup")
        verbose_name_plural = _("registry lookups")
        ordering = ["-asked_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.npi} {self.get_outcome_display()}".strip()

    @property
    def words(self) -> str:
        """“1234567893, Found: CASTELLANO HELEN. The name fits. …”, for staff."""
        said = [f"{self.npi}, {self.get_outcome_display() or gettext('not asked yet')}"]
        if self.outcome == RegistryOutcome.FOUND:
            said += [
                self.name,
                gettext("The name fits") if self.name_matches else gettext("Another name"),
                gettext("A person") if self.is_individual else gettext("An organization"),
                gettext("Active") if self.is_active else gettext("Not active"),
                ", ".join(self.taxonomies),
            ]
        if self.looked_up_at:
            said.append(f"{timezone.localtime(self.looked_up_at):%b %-d, %Y}")
        return ". ".join(part for part in said if part)

    @property
    def is_answered(self) -> bool:
        return self.outcome not in {"", RegistryOutcome.UNAVAILABLE}
