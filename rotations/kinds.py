"""The field's small lists about listings (handbook 3.4, 5.3)."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class RotationType(TextChoices):
    ELECTIVE = "elective", _("Elective")
    CLERKSHIP = "clerkship", _("Clerkship")
    SUB_INTERNSHIP = "sub-internship", _("Sub-internship")
    EXTERNSHIP = "externship", _("Externship")
    OBSERVERSHIP = "observership", _("Observership")
    PRECEPTORSHIP = "preceptorship", _("Preceptorship")
    RESEARCH = "research", _("Research rotation")
    TELEROTATION = "telerotation", _("Telerotation")


# R1: for students of a school only. R2: a degree is needed.
FOR_ENROLLED = frozenset(
    {RotationType.ELECTIVE, RotationType.CLERKSHIP, RotationType.SUB_INTERNSHIP}
)
FOR_GRADUATES = frozenset({RotationType.EXTERNSHIP})


class HandsOn(IntegerChoices):
    """What a learner may do. From 2 on she touches the work, from 3 on the patient."""

    REMOTE = 0, _("Remote or classroom")
    OBSERVE = 1, _("Observe only")
    HISTORY = 2, _("Take histories and present")
    EXAMINE = 3, _("Examine and draft notes under direct supervision")
    PROCEDURES = 4, _("Take part in procedures as privileges allow")


HANDS_ON_FROM = HandsOn.HISTORY


class Setting(TextChoices):
    INPATIENT_TEACHING = "inpatient-teaching", _("Teaching hospital")
    INPATIENT_COMMUNITY = "inpatient-community", _("Community hospital")
    HOSPITAL_OUTPATIENT = "hospital-outpatient", _("Hospital clinic")
    PRIVATE_PRACTICE = "private-practice", _("Private practice")
    GROUP_PRACTICE = "group-practice", _("Group practice")
    COMMUNITY_HEALTH_CENTER = "community-health-center", _("Community health center (FQHC)")
    URGENT_CARE = "urgent-care", _("Urgent care")
    EMERGENCY_DEPARTMENT = "emergency-department", _("Emergency department")
    AMBULATORY_SURGERY = "ambulatory-surgery", _("Ambulatory surgery")
    SKILLED_NURSING = "skilled-nursing", _("Skilled nursing facility")
    REHABILITATION = "rehabilitation", _("Rehabilitation")
    HOSPICE = "hospice", _("Hospice")
    HOME_VISITS = "home-visits", _("Home visits")
    TELEHEALTH = "telehealth", _("Telehealth")
    ACADEMIC_RESEARCH = "academic-research", _("Academic research")


class Letterhead(TextChoices):
    UNIVERSITY = "university", _("University")
    HOSPITAL = "hospital", _("Hospital")
    PRIVATE_PRACTICE = "private-practice", _("Private practice")
    PERSONAL = "personal", _("Personal")
    NONE = "none", _("No letter, or an observer letter")


class Screening(TextChoices):
    NONE = "none", _("Requests go straight to the preceptor")
    COORDINATOR = "coordinator", _("A coordinator checks requests first")


class SpecialtyGroup(TextChoices):
    PRIMARY = "P", _("Primary care")
    MEDICAL = "M", _("Medical specialties")
    SURGICAL = "S", _("Surgical specialties")
    HOSPITAL = "H", _("Hospital-based")
    MENTAL = "X", _("Mental health")
    ADVANCED = "A", _("Advanced practice")


class ListingStatus(TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    PUBLISHED = "published", _("Published")
    PAUSED = "paused", _("Paused")
    ARCHIVED = "archived", _("Archived")


LISTING_TRANSITIONS: dict[ListingStatus, frozenset[ListingStatus]] = {
    ListingStatus.DRAFT: frozenset({ListingStatus.IN_REVIEW, ListingStatus.PUBLISHED}),
    ListingStatus.IN_REVIEW: frozenset({ListingStatus.DRAFT, ListingStatus.PUBLISHED}),
    ListingStatus.PUBLISHED: frozenset({ListingStatus.PAUSED}),
    ListingStatus.PAUSED: frozenset({ListingStatus.PUBLISHED, ListingStatus.ARCHIVED}),
    ListingStatus.ARCHIVED: frozenset(),
}
