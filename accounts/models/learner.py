from datetime import date

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from accounts.kinds import (
    ENROLLED,
    NEEDS_VISA,
    VISITORS,
    Ecfmg,
    EnglishTest,
    Family,
    VisaOutcome,
    VisaPlan,
)
from accounts.models.user import User


class Exam(models.TextChoices):
    NOT_TAKEN = "", _("Not taken")
    PASSED = "passed", _("Passed")
    FAILED = "failed", _("Not passed yet")


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class LearnerProfile(models.Model):
    """What an application needs to know about a learner."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="learner_profile")
    family = models.CharField(_("who you are"), max_length=20, choices=Family, blank=True)
    citizenship = CountryField(_("citizenship"), blank=True)
    school = models.CharField(_("school"), max_length=160, blank=True)
    school_country = CountryField(_("country of the school"), blank=True)
    studies_from = models.DateField(
        _("start of your studies"),
        null=True,
        blank=True,
        help_text=_("Of the program or clinical term that a rotation counts for."),
    )
    graduation_on = models.DateField(
        _("graduation"),
        null=True,
        blank=True,
        help_text=_("The day you graduated, or expect to. The first of the month is enough."),
    )
    aamc_id = models.CharField(_("AAMC ID"), max_length=8, blank=True)
    usmle_id = models.CharField(_("USMLE/ECFMG ID"), max_length=8, blank=True)
    step1 = models.CharField(_("USMLE Step 1"), max_length=10, choices=Exam, blank=True)
    step2 = models.CharField(_("USMLE Step 2 CK"), max_length=10, choices=Exam, blank=True)
    step2_score = models.PositiveSmallIntegerField(_("Step 2 CK score"), null=True, blank=True)
    step3 = models.CharField(_("USMLE Step 3"), max_length=10, choices=Exam, blank=True)
    ecfmg = models.CharField(_("ECFMG certification"), max_length=12, choices=Ecfmg, blank=True)
    ecfmg_on = models.DateField(_("certified on"), null=True, blank=True)
    english_test = models.CharField(
        _("English test"), max_length=10, choices=EnglishTest, blank=True
    )
    english_on = models.DateField(_("day of the English test"), null=True, blank=True)
    rn_state = models.CharField(_("state of your RN license"), max_length=2, blank=True)
    visa_plan = models.CharField(_("visa plan"), max_length=10, choices=VisaPlan, blank=True)
    visa_interview_on = models.DateField(_("visa interview"), null=True, blank=True)
    visa_outcome = models.CharField(
        _("what the consulate said"), max_length=10, choices=VisaOutcome, blank=True
    )
    languages = models.CharField(_("languages"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    # Named, not imported: the rows they point to belong to apps above this one (ADR 16).
    specialties = models.ManyToManyField(
        "rotations.Specialty", blank=True, related_name="+", verbose_name=_("specialties")
    )
    season = models.ForeignKey(
        "letters.MatchSeason",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("application season"),
    )
    goals = models.CharField(_("what you aim for"), max_length=300, blank=True)
    statement = models.TextField(_("about you"), max_length=1500, blank=True)
    emergency_name = models.CharField(_("emergency contact"), max_length=150, blank=True)
    emergency_relation = models.CharField(_("who that is to you"), max_length=60, blank=True)
    emergency_phone = models.CharField(_("phone of that person"), max_length=30, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("learner")
        verbose_name_plural = _("learners")
        constraints = [
            models.CheckConstraint(
                name="learner_aamc_id_has_eight_digits",
                condition=Q(aamc_id="") | Q(aamc_id__regex=r"^[0-9]{8}$"),
                violation_error_message=_("An AAMC ID has eight digits."),
            ),
            models.CheckConstraint(
                name="learner_usmle_id_has_eight_digits",
                condition=Q(usmle_id="") | Q(usmle_id__regex=r"^[0-9]{8}$"),
                violation_error_message=_("A USMLE/ECFMG ID has eight digits."),
            ),
            models.CheckConstraint(
                name="learner_day_of_a_certificate_that_there_is",
                condition=Q(ecfmg_on=None) | Q(ecfmg=Ecfmg.CERTIFIED),
                violation_error_message=_("Only whoever is certified has a day for it."),
            ),
            models.CheckConstraint(
                name="learner_studies_begin_before_graduation",
                condition=Q(studies_from=None)
                | Q(graduation_on=None)
                | Q(graduation_on__gte=F("studies_from")),
                violation_error_message=_("Your studies begin before you graduate."),
            ),
            models.CheckConstraint(
                name="learner_emergency_contact_can_be_called",
                condition=Q(emergency_name="", emergency_phone="")
                | ~Q(emergency_name="") & ~Q(emergency_phone=""),
                violation_error_message=_("An emergency contact has a name and a phone number."),
            ),
        ]

    # What an application cannot do without (handbook 4.2, "profile ≥ minimum").
    NEEDED = ("family", "citizenship", "school", "graduation_on", "visa_plan")

    def __str__(self) -> str:
        return str(self.user)

    @property
    def missing(self) -> list[str]:
        """The needed fields that are empty, as people call them."""
        empty = [name for name in self.NEEDED if not getattr(self, name)]
        return [str(self._meta.get_field(name).verbose_name) for name in empty]  # type: ignore[union-attr]

    @property
    def is_complete(self) -> bool:
        return not self.missing

    @property
    def waits_for_consulate(self) -> bool:
        """Needs a visa, and nobody has said yes or no yet."""
        return self.needs_visa and self.visa_outcome in {"", VisaOutcome.PENDING}

    @property
    def is_student(self) -> bool:
        return self.family in ENROLLED

    @property
    def is_visitor(self) -> bool:
        """Comes on B-1, B-2 or the Visa Waiver: observing only, unless a student's elective."""
        return self.visa_plan in VISITORS

    @property
    def needs_visa(self) -> bool:
        return self.visa_plan in NEEDS_VISA

    def is_enrolled_on(self, day: date) -> bool:
        """A student on that day: begun, and not graduated yet."""
        has_begun = self.studies_from is None or self.studies_from <= day
        ends_later = self.graduation_on is None or self.graduation_on > day
        return self.is_student and has_begun and ends_later
