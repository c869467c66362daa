"""Requests for letters, whom they concern, and what is mailed about them."""

from datetime import timedelta

from django.utils import timezone

from letters.actions.requests import save_letter
from outbox.models import Message
from placements.states import PlacementStatus
from tests.factories.placements import PlacementFactory

# What an author says in confidence.
NOTE = "I cannot recommend this person warmly."


def learner_of(letter):
    return letter.placement.learner


def author_of(letter):
    return letter.placement.preceptor.user


def mails(name):
    return Message.objects.filter(template=f"letters/{name}")


def completed():
    placement = PlacementFactory(status=PlacementStatus.COMPLETED)
    profile = placement.learner.learner_profile
    profile.aamc_id = "14725836"
    profile.save()
    return placement


def draft(placement=None, **more):
    """Whole enough to be sent, unless told otherwise."""
    placement = placement or completed()
    answers = {
        "waived": True,
        "destination": "eras",
        "letter_id": "F7K2-90QM",
        "specialty_label": "Internal medicine",
        "target_on": timezone.localdate() + timedelta(days=30),
        "message": "Would you feel comfortable?",
        **more,
    }
    return save_letter(placement, by=placement.learner, **answers)
