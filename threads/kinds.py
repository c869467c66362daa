"""The small lists of conversations and reports."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Side(TextChoices):
    """On which side of a conversation somebody writes."""

    LEARNER = "learner", _("Learner")
    OFFICE = "office", _("Preceptor’s office")
    STAFF = "staff", _("Coordinator")


class Line(TextChoices):
    TEXT = "text", _("Message")
    JOINED = "joined", _("A coordinator joined")


class Concern(TextChoices):
    """What a report is about. What concerns the portal’s own staff goes past them."""

    MISTREATMENT = (
        "mistreatment",
        _("Somebody is treated badly: harassment, discrimination, threats"),
    )
    SAFETY = "safety", _("Somebody’s safety: patients, learners, needles, infection")
    OTHER = "other", _("Something else that is not right")
    STAFF = "staff", _("A coordinator or somebody else of this portal")
