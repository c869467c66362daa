"""A copy of all that is held about somebody: asked for, and fetched."""

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import UserRequest, address_of
from privacy.actions.exports import request_export, take_export
from privacy.models import Export

# A file of ours is for keeping, never for running in a page.
SANDBOX = "sandbox; default-src 'none'"


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required
def ask(request: UserRequest) -> HttpResponse:
    """What the copy holds, and the button that has it made."""
    if request.method != "POST":
        return render(request, "privacy/ask_copy.html")
    export = request_export(request.user, by=request.user)
    if export.state == "ready":
        messages.info(request, _("There is one that was made within the hour. Here it is."))
    else:
        messages.success(request, _("We are making your copy. A mail tells you when it is ready."))
    return redirect("privacy:home")


@require_safe
@login_required
def download(request: UserRequest, code: str) -> HttpResponseBase:
    """The owner's alone: to anybody else there is none, with or without a password."""
    export = get_object_or_404(Export, code=code, owner=request.user)
    raise_if_reauthentication_required(request, app="privacy")
    return _file(request, export)


def _file(request: UserRequest, export: Export) -> HttpResponseBase:
    if export.state == "requested":
        return redirect("privacy:home")
    if export.state != "ready":
        messages.info(request, _("This copy is no longer here. Ask for a new one."))
        return redirect("privacy:home")
    try:
        content = export.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    if request.method == "GET":
        take_export(export, by=request.user, address=address_of(request))
    name = f"your-data-{export.requested_at:%Y-%m-%d}.zip"
    response = FileResponse(
        content, as_attachment=True, filename=name, content_type="application/zip"
    )
    response["Cache-Control"] = "no-store, private"
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    return response
