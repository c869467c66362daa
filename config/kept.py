"""What somebody typed is not lost to a limit or to a session that ended (promises A9, W10)."""

import time
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

KEPT = "kept-form"
LONGEST = 12 * 3600
# One session row holds it; a longer form saves itself while she types.
LARGEST = 100_000
# Typed anew, every time.
SECRET = ("password", "code", "credential", "csrfmiddlewaretoken")


def fields_of(request: HttpRequest) -> list[tuple[str, str]]:
    """What was posted, without secrets and files; nothing when it is too much."""
    if request.method != "POST":
        return []
    posted = request.POST.lists()
    fields = [
        (name, str(value))
        for name, values in posted
        for value in values
        if not any(word in name.lower() for word in SECRET)
    ]
    size = sum(len(name) + len(value) for name, value in fields)
    return fields if size <= LARGEST else []


def keep(request: HttpRequest, owner: int) -> bool:
    """Keep it in the session for its owner, until she is back."""
    fields = fields_of(request)
    if fields:
        request.session[KEPT] = {
            "owner": owner,
            "action": request.get_full_path(),
            "fields": fields,
            "files": sorted(request.FILES),
            "at": int(time.time()),
        }
    return bool(fields)


@require_safe
@login_required
def kept(request: HttpRequest) -> HttpResponse:
    """The form that was sent when nobody was signed in any more, ready to be sent again."""
    facts = _take(request)
    if facts is None:
        raise Http404
    return render(request, "kept.html", facts)


def _take(request: HttpRequest) -> dict[str, Any] | None:
    """What waits in the session, if it is hers and not of yesterday; else it goes."""
    facts: dict[str, Any] | None = request.session.get(KEPT)
    if facts is None:
        return None
    fresh = time.time() - facts["at"] < LONGEST
    ours = url_has_allowed_host_and_scheme(facts["action"], allowed_hosts=None)
    if fresh and ours and facts["owner"] == request.user.pk:
        return facts
    del request.session[KEPT]
    return None
