"""Saved searches, and the link in a mail that ends such mails."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from accounts.http import Request, UserRequest
from rotations.actions.alerts import remove_search, save_search, set_often
from rotations.forms.alerts import (
    OftenForm,
    SearchForm,
    kept_query,
    name_of,
    read_search,
)
from rotations.kinds import Often
from rotations.models import Alert

# What a mail program sends when its reader clicks “unsubscribe” (RFC 8058).
ONE_CLICK = ("List-Unsubscribe", "One-Click")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def search(request: UserRequest) -> HttpResponse:
    """Keep the search that stands in the address, whatever it is."""
    filters = read_search(request.META.get("QUERY_STRING", ""))
    query, name = kept_query(filters), name_of(filters)
    form = SearchForm(request.POST or None, initial={"often": Often.AT_ONCE})
    if request.method == "POST" and form.is_valid():
        try:
            save_search(query, name, Often(form.cleaned_data["often"]), by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Saved: %(title)s") % {"title": name})
            return redirect("rotations:saved")
    context = {"form": form, "name": name, "query": query, "email": request.user.email}
    status = 422 if form.errors else 200
    return render(request, "rotations/search_save.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@csrf_exempt
def alert(request: Request, key: str) -> HttpResponse:
    """What these mails are, and how often; who has the mail may end them without a sign-in.

    A mail program's one click brings no token of ours, and needs none: the key is in the link.
    """
    found = get_object_or_404(Alert.objects.select_related("owner"), key=key)
    if request.method == "POST" and request.POST.get(ONE_CLICK[0]) == ONE_CLICK[1]:
        set_often(found, Often.OFF)
        return HttpResponse(_("You get no more of these mails."), content_type="text/plain")
    answer: HttpResponse = _changed(request, found)
    return answer


@csrf_protect
def _changed(request: Request, found: Alert) -> HttpResponse:
    is_hers = request.user == found.owner
    if request.method == "POST" and "remove" in request.POST and is_hers and found.is_search:
        remove_search(found)
        messages.success(request, _("Removed: %(title)s") % {"title": found})
        return redirect("rotations:saved")
    form = OftenForm(request.POST or None, initial={"often": found.often})
    if request.method == "POST" and form.is_valid():
        set_often(found, Often(form.cleaned_data["often"]))
        messages.success(
            request,
            _("You get these mails again.")
            if found.is_on
            else _("You get no more of these mails."),
        )
        return redirect(reverse("rotations:saved") if is_hers else request.path)
    context = {"alert": found, "form": form, "is_hers": is_hers, "frequencies": Often}
    status = 422 if form.errors else 200
    return render(request, "rotations/alert.html", context, status=status)
