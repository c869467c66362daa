"""What the demo's learner keeps: rotations, one of which has filled up since, and two searches."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from rotations.actions.alerts import save_search
from rotations.actions.saved import as_it_stands, save_listing
from rotations.forms.alerts import kept_query, name_of, read_search
from rotations.kinds import Often
from rotations.models import Listing
from seed.reading import structure
from seed.stage import acting_at


def play_saved(listings: dict[str, Listing], learners: dict[str, User]) -> None:
    learner = next(one for one in learners.values() if one.email == "learner@demo.example")
    content: dict[str, Any] = structure("demo/saved.json")
    for row in content["listings"]:
        with acting_at(timezone.now() - timedelta(days=row["days_ago"])):
            kept = as_it_stands(listings[row["listing"]])
            for day, more in zip(kept.seats, row["more_seats"], strict=False):
                kept.seats[day] += more
            save_listing(kept, by=learner)
    for row in content["searches"]:
        with acting_at(timezone.now() - timedelta(days=row["days_ago"])):
            filters = read_search(row["query"])
            save_search(kept_query(filters), name_of(filters), Often(row["often"]), by=learner)
