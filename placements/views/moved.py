"""The answer when the world moved between the page and the click."""

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from placements.models import Application, Placement
from placements.views.meanwhile import meanwhile, what_now
from rotations.actions.seats import SeatsGone
from rotations.queries import alternatives


def moved(
    request: HttpRequest,
    refusal: ValidationError,
    *,
    about: Application | Placement,
    back: str = "",
    back_label: str = "",
) -> HttpResponse:
    """409: what happened, where it stands now, and what can be done instead."""
    gone = isinstance(refusal, SeatsGone)
    context = {
        "reasons": [*refusal.messages, *filter(None, [meanwhile(about), what_now(about)])],
        "title": _("These dates were filled a moment ago") if gone else _("Something changed"),
        "about": about,
        "back": back or about.get_absolute_url(),
        "back_label": back_label or _("See where it stands now"),
        "alternatives": alternatives(about.listing, about.start_on) if gone else [],
    }
    return render(request, "placements/moved.html", context, status=409)
