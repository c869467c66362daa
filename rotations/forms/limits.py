"""How many learners of each family a listing takes in a week, as its preceptor says it."""

from typing import Any

from django import forms

from accounts.kinds import Family
from rotations.kinds import MOST_SEATS
from rotations.models import Listing


class LimitsForm(forms.Form):
    """A number for each family that the listing is open to; empty is as many as there are seats."""

    def __init__(self, *args: Any, listing: Listing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = {row.family: row.most for row in listing.family_limits.all()}
        for family in Family:
            if family in listing.families or family in there:
                self.fields[family] = forms.IntegerField(
                    label=family.label,
                    required=False,
                    min_value=1,
                    max_value=MOST_SEATS,
                    initial=there.get(family),
                    widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
                )

    @property
    def most(self) -> dict[str, int]:
        """By family, where there is a limit."""
        return {family: n for family, n in self.cleaned_data.items() if n is not None}
