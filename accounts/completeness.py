"""How much of her profile a learner has filled in, and which part helps her most next.

Nothing here keeps anybody from anything: what an application cannot do without is
``LearnerProfile.NEEDED``, and it is asked there.
"""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.kinds import NURSES, Family
from accounts.models import LearnerProfile, User


@dataclass(frozen=True)
class Part:
    """A section of the profile: what to do there, and what it is good for."""

    key: str
    title: str
    why: str
    is_done: bool

    @property
    def url(self) -> str:
        return f"{reverse('accounts:profile')}#{self.key}"


@dataclass(frozen=True)
class Completeness:
    parts: list[Part]

    @property
    def done(self) -> int:
        return sum(part.is_done for part in self.parts)

    @property
    def total(self) -> int:
        return len(self.parts)

    @property
    def next(self) -> Part | None:
        """The most useful of those that are open: they stand in this order."""
        return next((part for part in self.parts if not part.is_done), None)


def completeness_of(user: User) -> Completeness | None:
    """``None`` for those who learn nothing here."""
    if not user.is_learner and (user.practices or user.is_staff):
        return None
    # Bound to nobody while it is not there: else she would seem to have one.
    profile = user.learner_profile if user.is_learner else LearnerProfile()
    has_aims = bool(profile.pk and profile.specialties.exists())
    return completeness(profile, has_aims=has_aims)


def completeness(profile: LearnerProfile, *, has_aims: bool) -> Completeness:
    """Her profile's parts, the most useful first; asks the database nothing."""
    parts = [
        Part(
            "who",
            _("Say who you are and where your passport is from"),
            _("It decides which rotations are open to you."),
            bool(profile.family and profile.citizenship),
        ),
        Part(
            "school",
            _("Add your school and your graduation"),
            _("Some rotations are for students only, others for graduates only."),
            bool(profile.school and profile.graduation_on),
        ),
        Part(
            "visa",
            *_visa_words(profile),
            is_done=bool(profile.visa_plan) and not _owes_interview(profile),
        ),
    ]
    return Completeness([*parts, *_training(profile), *_personal(profile, has_aims=has_aims)])


def _training(profile: LearnerProfile) -> list[Part]:
    """Asked of those whom sites ask for it; students say it where a rotation needs it."""
    if profile.family == Family.IMG_GRADUATE:
        title = _("Say how your exams and ECFMG certification stand")
        why = _("Preceptors look at this first.")
        return [Part("exams", title, why, bool(profile.ecfmg))]
    if profile.family in NURSES:
        why = _("It decides in which states you may work with patients.")
        return [Part("exams", _("Add the state of your RN license"), why, bool(profile.rn_state))]
    return []


def _personal(profile: LearnerProfile, *, has_aims: bool) -> list[Part]:
    return [
        Part(
            "goals",
            _("Choose the specialties that you aim for"),
            _("A preceptor sees at once whether her rotation helps you."),
            has_aims,
        ),
        Part(
            "words",
            _("Write a few sentences about yourself"),
            _("Each of your applications starts from them."),
            bool(profile.statement.strip()),
        ),
        Part(
            "emergency",
            _("Name somebody to call in an emergency"),
            _("Your preceptor sees it once your rotation is ready, nobody before."),
            bool(profile.emergency_name),
        ),
    ]


def _owes_interview(profile: LearnerProfile) -> bool:
    return profile.waits_for_consulate and profile.visa_interview_on is None


def _visa_words(profile: LearnerProfile) -> tuple[str, str]:
    if profile.visa_plan and _owes_interview(profile):
        return (
            _("Add the day of your visa interview when you have it"),
            _("Your coordinator plans your documents around it."),
        )
    return (
        _("Say how you plan to enter the US"),
        _("A visa decides what you may do here, and how early you apply."),
    )
