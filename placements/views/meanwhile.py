"""What happened to a placement between the page and the click, and what can be done now."""

from django.utils.translation import gettext as _

from audit.queries import history_of
from outbox.templatetags.plain import rdate
from placements.models import Application, Placement
from placements.states import PlacementStatus


def meanwhile(thing: Application | Placement) -> str:
    """“It went to “On hold” on Tue, Mar 2, 2027, by Dana Whitlock.”; empty for an application."""
    if not isinstance(thing, Placement):
        return ""
    steps = [f"placement.{one}" for one in PlacementStatus]
    last = history_of(thing).filter(verb__in=steps).order_by("pk").last()
    if last is None:
        return ""
    facts = {
        "status": thing.get_status_display(),
        "day": rdate(last.at.astimezone(thing.listing.site.zone).date()),
        "who": last.by.name if last.by else _("the portal’s clock"),
    }
    return _("It went to “%(status)s” on %(day)s, by %(who)s.") % facts


def what_now(thing: Application | Placement) -> str:
    """One sentence: what the person who clicked can do instead."""
    if not isinstance(thing, Placement):
        return ""
    status = PlacementStatus(thing.status)
    if status == PlacementStatus.ON_HOLD:
        return _(
            "The seat stays held. Your coordinator lifts the hold, or other dates are agreed on."
        )
    if status in {PlacementStatus.ONBOARDING, PlacementStatus.READY}:
        return _("It still lies ahead: other dates, a pause or a cancellation are possible.")
    if status == PlacementStatus.ACTIVE:
        return _("It runs: hours can be logged, and it can be paused or extended.")
    if status in {PlacementStatus.WRAP_UP, PlacementStatus.INCOMPLETE}:
        return _("Its last day has passed: hours and the evaluation can still come.")
    return _(
        "It has ended, and nothing about it changes any more. Your coordinator can tell you more."
    )
