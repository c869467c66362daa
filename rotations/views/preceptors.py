from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import Request
from accounts.models import PreceptorProfile
from rotations.models import Listing
from rotations.views.cards import Visitor, cards


@require_safe
def preceptor(request: Request, slug: str) -> HttpResponse:
    """A verified preceptor, as anybody may know her, with what she offers."""
    found = get_object_or_404(
        PreceptorProfile.objects.public().select_related("user").prefetch_related("licences"),
        slug=slug,
    )
    today = timezone.localdate()
    offered = Listing.objects.published().of_preceptor(found).order_by("title")
    context = {
        "preceptor": found,
        "licences": [licence for licence in found.licences.all() if licence.is_good_on(today)],
        "cards": cards(
            list(offered.values_list("pk", flat=True)), Visitor.of(request.user), today=today
        ),
    }
    return render(request, "rotations/preceptor.html", context)
