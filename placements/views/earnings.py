"""What a preceptor earned and was paid: hers alone, not her delegates', never a learner's."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import UserRequest
from placements.models import PreceptorTerms

PAGE_SIZE = 50


@require_safe
@login_required
def earnings(request: UserRequest) -> HttpResponse:
    if not request.user.is_preceptor:
        raise Http404
    preceptor = request.user.preceptor_profile
    rows = preceptor.earnings.select_related(
        "placement__learner", "placement__listing__site", "correction"
    ).defer("placement__listing__document")
    terms = PreceptorTerms.objects.filter(listing__preceptor=preceptor)
    context = {
        "account": preceptor.earnings.account(),
        "page": Paginator(rows.order_by("-pk"), PAGE_SIZE).get_page(request.GET.get("page")),
        "terms": terms.select_related("listing").defer("listing__document"),
    }
    return render(request, "placements/earnings.html", context)
