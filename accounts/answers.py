"""What a visitor without an account says of herself: five answers, kept in her session alone.

Nothing about her health is asked: that needs a consent of its own (handbook 3.9).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.dateparse import parse_date

from accounts.models import LearnerProfile
from accounts.models.learner import Exam

KEY = "answers"
NO_EXAM, STEP_1, BOTH_STEPS = "none", "step1", "both"


@dataclass(frozen=True)
class Answers:
    """``start_on`` and ``weeks`` say when she wants to come; the rest is who she is."""

    family: str = ""
    graduation_on: date | None = None
    visa_plan: str = ""
    exams: str = ""
    start_on: date | None = None
    weeks: int | None = None

    @classmethod
    def of(cls, facts: Any) -> "Answers":
        """From a session, which keeps days as text."""
        days = {name: parse_date(facts.get(name) or "") for name in ("graduation_on", "start_on")}
        return cls(**{**facts, **days})

    @property
    def kept(self) -> dict[str, Any]:
        """As a session keeps them."""
        found = {name: value for name, value in vars(self).items() if value}
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in found.items()
        }

    @property
    def facts(self) -> dict[str, Any]:
        """What a profile says, by its fields; what she did not answer is left out."""
        found = {
            "family": self.family,
            "graduation_on": self.graduation_on,
            "visa_plan": self.visa_plan,
            "step1": Exam.PASSED if self.exams in {STEP_1, BOTH_STEPS} else "",
            "step2": Exam.PASSED if self.exams == BOTH_STEPS else "",
        }
        return {name: value for name, value in found.items() if value}

    @property
    def profile(self) -> LearnerProfile:
        """A profile that nobody saves."""
        return LearnerProfile(**self.facts)


def answers_of(request: HttpRequest) -> Answers | None:
    facts = request.session.get(KEY)
    return Answers.of(facts) if facts else None


def keep_answers(request: HttpRequest, answers: Answers) -> None:
    request.session[KEY] = answers.kept


def drop_answers(request: HttpRequest) -> None:
    request.session.pop(KEY, None)
