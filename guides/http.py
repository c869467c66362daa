"""What pages with a name in their address have in common."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponsePermanentRedirect

from guides.models import FormerSlug


def moved(request: HttpRequest, rows: QuerySet[Any], slug: str) -> HttpResponsePermanentRedirect:
    """The way to the one of these rows that had this slug before; 404 if none had.

    ``rows`` are those that may be seen, so an old address tells no more than a new one.
    """
    before = FormerSlug.objects.filter(kind=rows.model._meta.db_table, slug=slug)
    found = rows.filter(pk__in=before.values("subject_id")).first()
    if found is None:
        raise Http404
    path = request.path.replace(f"/{slug}/", f"/{found.slug}/", 1)
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(f"{path}?{query}" if query else path)
