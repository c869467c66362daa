"""How an installation and a person want it to look, under a policy without inline styles."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from accounts.http import is_page_of_ours
from config.context import THEMES

YEAR = 365 * 24 * 3600


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep light or dark in a cookie; “system” forgets it."""
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
    return redirect(static("brand.svg"))
