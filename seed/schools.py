"""The demo's schools: asked by a link, and what their officials said."""

from datetime import date, timedelta
from typing import Any

from placements.actions.schools import answer_school, ask_school
from placements.models import Application
from seed.reading import structure
from seed.stage import acting_at, moment

ASKED, ANSWERED = 10, 15


def play_schools(story: str, application: Application, today: date) -> None:
    """Ask and answer, each on its day. An answer that is missing stays missing."""
    application.refresh_from_db()
    for row in structure("demo/schools.json"):
        if row["story"] == story:
            _ask(row, application, today)


def _ask(row: dict[str, Any], application: Application, today: date) -> None:
    with acting_at(moment(today - timedelta(days=row["asked_days_ago"]), ASKED)):
        approval = ask_school(
            application,
            by=application.learner,
            official_name=row["official"],
            official_email=row["email"],
            program=row["program"],
        )
    if row["answer"]:
        with acting_at(moment(today - timedelta(days=row["answered_days_ago"]), ANSWERED)):
            answer_school(
                approval,
                answer=row["answer"],
                signed_name=row["official"],
                signed_title=row["signed_title"],
                note=row["note"],
                address="203.0.113.24",
            )
