"""The field's small lists about listings (handbook 3.4, 5.3)."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _

# In one week of one listing.
MOST_SEATS = 50


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


# What a type of rotation is, for people who hear of it for the first time.
TYPE_MEANS = {
    RotationType.ELECTIVE: _(
        "A student rotation away from your own school, for credit there. You take "
        "histories, examine patients under supervision and are graded at the end. Your "
        "school must approve it first."
    ),
    RotationType.CLERKSHIP: _(
        "A core or elective rotation at a teaching hospital, beside US students and "
        "residents. You have your own patients on the team's list and present them on "
        "rounds. Programs give this the most weight."
    ),
    RotationType.SUB_INTERNSHIP: _(
        "A final-year student works close to the level of an intern, with more patients "
        "and more responsibility than in a clerkship. An attending or resident signs "
        "everything. Expect long days."
    ),
    RotationType.EXTERNSHIP: _(
        "Hands-on work for graduates, not for school credit. You take histories and "
        "examine patients under supervision and present what you found. How much you may "
        "do depends on the site, the state, your visa and your insurance."
    ),
    RotationType.OBSERVERSHIP: _(
        "You watch. You follow a physician through clinic, rounds or operations, ask "
        "questions and read, but you do not touch patients, write orders or write notes. "
        "It is the usual way for graduates on a visitor visa."
    ),
    RotationType.PRECEPTORSHIP: _(
        "Clinical hours that your NP or PA program asks for, one preceptor and one "
        "learner together. You see patients, present and log each day, and the preceptor "
        "signs your hours. The unit is hours, not weeks."
    ),
    RotationType.RESEARCH: _(
        "You join a study team: reading, collecting data that has no names in it, "
        "statistics, writing. There is no patient care. Ask early who would be an author, "
        "and what happens to the project after you leave."
    ),
    RotationType.TELEROTATION: _(
        "You join a clinic by live video, from wherever you are. You hear visits with the "
        "patient's consent, discuss cases and present topics. No physical contact, no "
        "visa needed, and you keep the clinic's hours in its time zone."
    ),
}


class HandsOn(IntegerChoices):
    """What a learner may do. From 2 on she touches the work, from 3 on the patient."""

    REMOTE = 0, _("Remote or classroom")
    OBSERVE = 1, _("Observe only")
    HISTORY = 2, _("Take histories and present")
    EXAMINE = 3, _("Examine and draft notes under direct supervision")
    PROCEDURES = 4, _("Take part in procedures as privileges allow")


HANDS_ON_FROM = HandsOn.HISTORY

# What each level allows.
LEVEL_MEANS = {
    HandsOn.REMOTE: _("You join by video or work with cases, data and discussion."),
    HandsOn.OBSERVE: _(
        "You follow the physician and watch. You do not touch patients, take histories on "
        "your own or write in the record."
    ),
    HandsOn.HISTORY: _(
        "You take histories under supervision and present the case. The physician "
        "examines the patient."
    ),
    HandsOn.EXAMINE: _(
        "You take histories and examine patients under direct supervision. You draft "
        "notes for review; they do not become part of the record until the preceptor "
        "writes or signs them."
    ),
    HandsOn.PROCEDURES: _(
        "Everything in level 3, and procedures that the site allows you to do or assist "
        "with while the preceptor stands beside you."
    ),
}


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


# Where a letter comes on the hospital's paper.
HOSPITAL_SETTINGS = frozenset(
    {
        Setting.INPATIENT_TEACHING,
        Setting.INPATIENT_COMMUNITY,
        Setting.HOSPITAL_OUTPATIENT,
        Setting.EMERGENCY_DEPARTMENT,
    }
)


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
    ListingStatus.DRAFT: frozenset(
        {ListingStatus.IN_REVIEW, ListingStatus.PUBLISHED, ListingStatus.ARCHIVED}
    ),
    ListingStatus.IN_REVIEW: frozenset({ListingStatus.DRAFT, ListingStatus.PUBLISHED}),
    ListingStatus.PUBLISHED: frozenset({ListingStatus.PAUSED}),
    # Back to a draft: what it offers changes, so staff look at it once more.
    ListingStatus.PAUSED: frozenset(
        {ListingStatus.PUBLISHED, ListingStatus.DRAFT, ListingStatus.ARCHIVED}
    ),
    ListingStatus.ARCHIVED: frozenset(),
}


class Severity(TextChoices):
    STOPS = "stops", _("cannot send a request")
    WARNS = "warns", _("is warned")
    OFF = "off", _("is not asked")


class Rule(TextChoices):
    """The rules that a listing is held against (handbook 3.4)."""

    ENROLLED = "R1", _("R1: student rotations need enrollment")
    DEGREE = "R2", _("R2: externships need a degree")
    VISA = "R3", _("R3: no hands-on work by graduates on a visitor’s visa")
    INSURANCE = "R4", _("R4: malpractice insurance for hands-on work")
    MINIMUMS = "R5", _("R5: what the listing asks: exams, graduation, English")
    STEP_1 = "R5-step1", _("R5: Step 1 for hands-on work by graduates, on any listing")
    FAMILY = "R6", _("R6: whom the listing is open to")
    SCHOOL = "R7", _("R7: the school’s approval")
    NURSE = "R8", _("R8: an RN license for the state")
    DOCUMENTS = "R9", _("R9: documents valid through the last day")
    OVERLAP = "R10", _("R10: no other confirmed rotation then")
    LEAD_TIME = "R11", _("R11: applied far enough ahead")
    STATE_NOTE = "R12", _("R12: the state’s note")


# Papers may come later, a state's note is for reading, and Step 1 where nobody asked for it
# is good advice.
PAPER_RULES = frozenset({Rule.INSURANCE, Rule.SCHOOL, Rule.DOCUMENTS})
WARNING = PAPER_RULES | {Rule.STATE_NOTE, Rule.STEP_1}
SHIPPED = {rule: Severity.WARNS if rule in WARNING else Severity.STOPS for rule in Rule}


class Often(TextChoices):
    """When somebody hears of what opens."""

    AT_ONCE = "at_once", _("Within the hour, one mail a day at most")
    DAILY = "daily", _("Once a day, in the morning")
    OFF = "off", _("No mails")
