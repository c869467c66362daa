"""Reference data is loaded at each start and leaves what staff edited."""

import pytest

from clocks.intervals import declared
from clocks.models import Interval
from guides.models import Guide
from seed.reference import load_reference

pytestmark = pytest.mark.django_db


def test_every_timer_has_a_row_with_its_shipped_numbers():
    assert load_reference()["timers"] == len(declared())

    rows = dict(Interval.objects.values_list("key", "numbers"))
    assert rows == {one.key: list(one.default) for one in declared().values()}


def test_loaded_again_it_adds_what_is_missing_and_keeps_an_edit():
    load_reference()
    Interval.objects.filter(key="answer").update(numbers=[12])
    Guide.objects.filter(slug="for-preceptors").update(title="For our preceptors")
    Interval.objects.filter(key="offer").delete()

    added = load_reference()

    assert {kind: n for kind, n in added.items() if n} == {"timers": 1}
    assert Interval.objects.get(key="answer").numbers == [12]
    assert Interval.objects.get(key="offer").numbers == [7]
    assert Guide.objects.get(slug="for-preceptors").title == "For our preceptors"
