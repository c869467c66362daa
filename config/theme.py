"""How an installation and a person want it to look, under a policy without inline styles."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.http import is_page_of_ours
from config.context import THEMES

YEAR = 365 * 24 * 3600


CHOICES = (
    ("light", _("Light colors"), "sun"),
    ("dark", _("Dark colors"), "moon"),
    ("system", _("As my device"), "monitor"),
)


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def choose(request: HttpRequest) -> HttpResponse:
    """Keep light or dark in a cookie; “system” forgets it.

    The form is a page of its own, which htmx fetches: in every footer its key would set a cookie
    for everybody, and no page could be cached.
    """
    if request.method == "POST":
        return _keep(request)
    template = "theme.html#choice" if request.headers.get("HX-Request") else "theme.html"
    context = {"choices": CHOICES, "next": request.GET.get("next", "")}
    return render(request, template, context)


def _keep(request: HttpRequest) -> HttpResponse:
    theme = request.POST.get("theme", "")
    if theme not in {*THEMES, "system"}:
        return HttpResponseBadRequest()
    back = request.POST.get("next", "")
    response = redirect(back if is_page_of_ours(back) else "/")
    if theme == "system":
        response.delete_cookie("theme")
    else:
        response.set_cookie(
            "theme", theme, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    return response


@require_safe
@cache_control(public=True, max_age=3600)
def style_sheet(_request: HttpRequest) -> HttpResponse:
    """The installation's own colour, over the style sheet's."""
    light = settings.PORTAL["brand"]
    dark = settings.PORTAL["brand_dark"] or light
    css = f":root{{--brand:light-dark({light},{dark})}}" if light else ""
    return HttpResponse(css, content_type="text/css")


@require_safe
@cache_control(public=True, max_age=3600)
def icon(_request: HttpRequest) -> HttpResponse:
    """Where browsers look for a picture when a page, such as a PDF, names none."""
    return redirect(static("icons/favicon.ico"))
