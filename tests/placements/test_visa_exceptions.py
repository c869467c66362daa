"""Staff let the visa rule (R3) pass for one request, with a note."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.kinds import VisaPlan
from audit.models import Event
from placements.actions.exceptions import except_from_visa_rule
from placements.queries import precheck
from placements.states import Status
from rotations.kinds import HandsOn
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.factories.placements import ApplicationFactory
from tests.factories.rotations import ListingFactory, open_seats

pytestmark = pytest.mark.django_db


@pytest.fixture
def application():
    """A draft by a graduate on a visitor's visa, for hands-on work."""
    listing = ListingFactory(hands_on=HandsOn.EXAMINE)
    monday, *_rest = open_seats(listing, 4)
    learner = LearnerFactory(visa_plan=VisaPlan.B1_B2)
    return ApplicationFactory(
        listing=listing, learner=learner.user, start_on=monday, weeks=4, status=Status.DRAFT
    )


def visa(application):
    return next(check for check in precheck(application) if check.rule == "R3")


def test_the_rule_warns_from_then_on_and_nothing_else_changes(application):
    others = [check for check in precheck(application) if check.rule != "R3"]
    assert visa(application).blocks

    except_from_visa_rule(application, by=StaffFactory(), note="Has a J-1 pending.")

    application.refresh_from_db()
    found = visa(application)
    assert (found.state, found.blocks) == ("late", False)
    assert "No visa letter" in found.hint
    assert [check for check in precheck(application) if check.rule != "R3"] == others
    assert Event.objects.filter(verb="application.visa_excepted").count() == 1


def test_nothing_is_let_pass_that_was_not_stopped(application):
    profile = application.learner.learner_profile
    profile.visa_plan = VisaPlan.CITIZEN
    profile.save()

    with pytest.raises(ValidationError, match="does not stop"):
        except_from_visa_rule(application, by=StaffFactory(), note="Why not?")


def test_of_another_request_the_rule_is_as_it_was(application):
    except_from_visa_rule(application, by=StaffFactory(), note="Has a J-1 pending.")
    listing = ListingFactory(hands_on=HandsOn.EXAMINE)
    monday, *_rest = open_seats(listing, 4)
    other = ApplicationFactory(
        listing=listing, learner=application.learner, start_on=monday, weeks=4, status=Status.DRAFT
    )

    assert visa(other).blocks


def test_staff_say_why_in_the_admin(staff_client, application):
    url = reverse("admin:placements_application_changelist")
    asked = {"action": "except_visa", "_selected_action": [application.pk]}

    assert "visa rule does not stop it" in staff_client.post(url, asked).text
    staff_client.post(url, {**asked, "asked": "1", "note": "Has a J-1 pending."})

    application.refresh_from_db()
    assert application.visa_exception == "Has a J-1 pending."
    assert application.visa_exception_by is not None
