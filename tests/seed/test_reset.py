"""The demo loaded anew, as it is committed."""

import pytest
from django.core.management import call_command

from placements.models import Placement


@pytest.mark.django_db(transaction=True)
def test_reset_loads_it_anew():
    call_command("demo", verbosity=0)
    first = set(Placement.objects.values_list("code", flat=True))

    call_command("demo", reset=True, verbosity=0)

    assert first.isdisjoint(Placement.objects.values_list("code", flat=True))
