from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.http import Request
from accounts.models import PreceptorProfile, User
from guides.http import moved
from guides.structured import breadcrumbs, graph
from rotations.models import Listing
from rotations.structured import person
from rotations.views.cards import cards
from rotations.visitors import Visitor


@require_safe
def preceptor(request: Request, slug: str) -> HttpResponse:
    """A verified preceptor, as anybody may know her, with what she offers."""
    public = PreceptorProfile.objects.public().select_related("user")
    found = public.prefetch_related("licences").filter(slug=slug).first()
    if found is None:
        return moved(request, public, slug)
    today = timezone.localdate()
    offered = Listing.objects.published().of_preceptor(found).order_by("title")
    shown = cards(
        list(offered.values_list("pk", flat=True)), Visitor.of_request(request), today=today
    )
    fields = {card.listing.specialty_id: card.listing.specialty for card in shown}
    boards = list(found.certifications.shown(today))
    trail = [
        (_("Rotations"), reverse("rotations:catalogue")),
        (found.title, found.get_absolute_url()),
    ]
    context = {
        "preceptor": found,
        "is_away": found.is_away(today),
        "licences": [licence for licence in found.licences.all() if licence.is_good_on(today)],
        "boards": boards,
        "cards": shown,
        "fields": sorted(fields.values(), key=lambda field: field.name),
        "places": sorted({card.listing.site.place for card in shown}),
        "trail": trail,
        "structured": graph(
            person(
                found,
                [field.name for field in fields.values()],
                boards=[one.words for one in boards],
            ),
            breadcrumbs(trail),
        ),
    }
    return render(request, "rotations/preceptor.html", context)


@require_safe
def photo(request: Request, slug: str) -> FileResponse:
    """A public preceptor's picture; of one who is not, for herself and staff alone."""
    found = get_object_or_404(PreceptorProfile.objects.exclude(photo=""), slug=slug)
    is_public = PreceptorProfile.objects.public().filter(pk=found.pk).exists()
    if not (is_public or _may_see(request.user, found)):
        raise Http404
    try:
        content = found.photo.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(content, content_type="image/jpeg")
    # Minutes, not days: a page that is hidden takes its picture with it.
    response["Cache-Control"] = "public, max-age=300" if is_public else "no-store, private"
    response["Content-Security-Policy"] = "default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _may_see(user: object, preceptor: PreceptorProfile) -> bool:
    if not isinstance(user, User):
        return False
    return preceptor.user_id == user.pk or (
        user.is_staff and user.has_perm("accounts.view_preceptorprofile")
    )
