"""A confidential report to staff, and what becomes of it, for whoever wrote it."""

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import UserRequest, address_of
from guides.models import Page
from guides.queries import page_in_full
from placements.models import Application
from threads.actions.reports import file_report
from threads.forms import ReportForm
from threads.models import Report
from threads.permissions import applications_of

REPORTS = {"report": "10/d/user"}
RETRY_AFTER = "3600"
# What to do at once, in words that staff edit.
URGENT = "urgent-help"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def report(request: UserRequest) -> HttpResponse:
    """Write one, below what to do at once; and what she reported before."""
    about = _about(request)
    if request.method != "POST":
        return _page(request, about, ReportForm())
    form = ReportForm(request.POST)
    if not ratelimit.consume(request, app="threads", action="report", config=REPORTS):
        form.add_error(None, _("That were many reports in one day. Call us, please."))
        response = _page(request, about, form, status=429)
        response["Retry-After"] = RETRY_AFTER
        return response
    if not form.is_valid():
        return _page(request, about, form, status=422)
    filed = file_report(
        by=request.user, application=about, address=address_of(request), **form.cleaned_data
    )
    messages.success(request, _("Coordinators have it now, and nobody else."))
    return redirect(filed)


def _about(request: UserRequest) -> Application | None:
    """The rotation from whose page she came; what is not hers is nothing."""
    rows = applications_of(request.user).with_listing()
    return rows.filter(code=request.GET.get("about", "")).first()


def _page(
    request: UserRequest, about: Application | None, form: ReportForm, *, status: int = 200
) -> HttpResponse:
    urgent = Page.objects.filter(slug=URGENT).first()
    facts = {
        "form": form,
        "about": about,
        "urgent": page_in_full(urgent) if urgent else None,
        "reports": Report.objects.filter(reporter=request.user),
    }
    return render(request, "threads/report.html", facts, status=status)


@never_cache
@require_safe
@login_required
def own_report(request: UserRequest, code: str) -> HttpResponse:
    """Hers alone, staff have it in the admin: what she wrote, and how far it is."""
    rows = Report.objects.filter(reporter=request.user)
    rows = rows.select_related("application__listing__site__state", "listing__site")
    return render(
        request, "threads/own_report.html", {"report": get_object_or_404(rows, code=code)}
    )
