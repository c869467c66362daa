"""What the portal holds about somebody, who looked at it, and what she agreed to."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import UserRequest, address_of
from accounts.kinds import ConsentKind
from privacy.actions.consents import agree_to_health, withdraw_health
from privacy.forms import HealthForm
from privacy.models import Erasure
from privacy.queries import in_words, readings, terms

PAGE_SIZE, LATEST = 25, 3


@require_safe
@login_required
def your_data(request: UserRequest) -> HttpResponse:
    """A copy, who looked, the yes to health records, how long things stay, and the way out."""
    user = request.user
    facts = {
        "exports": user.exports.all()[:LATEST],
        "erasure": Erasure.objects.open().filter(person=user).first(),
        "readings": in_words(readings(user)[:LATEST]),
        "health": _consent(request),
        "terms": terms(),
    }
    return render(request, "privacy/your_data.html", facts)


def _consent(request: UserRequest) -> object:
    given = request.user.consents.filter(kind=ConsentKind.HEALTH, withdrawn_at=None)
    return given.order_by("-at").first()


@require_safe
@login_required
def who_looked(request: UserRequest) -> HttpResponse:
    """Each time that somebody opened one of her papers."""
    page = Paginator(readings(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "privacy/who_looked.html", {"page": page, "rows": in_words(page)})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def health(request: UserRequest) -> HttpResponse:
    """The one question whether health records may be kept; asked alone, taken back as easily."""
    if request.method == "POST" and "withdraw" in request.POST:
        return _withdraw(request)
    form = HealthForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        agree_to_health(request.user, address=address_of(request))
        messages.success(request, _("Thank you. You can take it back at any time."))
        return redirect(_back(request) or "privacy:home")
    facts = {
        "form": form,
        "consent": _consent(request),
        "papers": request.user.documents.filter(type__is_health=True).count(),
        "next": _back(request),
        "terms": [term for term in terms() if term.key.startswith("health")],
    }
    return render(request, "privacy/health.html", facts, status=422 if form.is_bound else 200)


def _withdraw(request: UserRequest) -> HttpResponse:
    number = withdraw_health(request.user, by=request.user)
    said = ngettext(
        "Taken back. One health record is deleted.",
        "Taken back. %(n)d health records are deleted.",
        number,
    )
    messages.success(request, said % {"n": number} if number else _("Taken back."))
    return redirect(reverse("privacy:health"))


def _back(request: UserRequest) -> str:
    """Where she came from, if that is a page of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts=None) else ""
