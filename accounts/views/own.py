from allauth.core.internal import ratelimit
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions, queries
from accounts.actions import (
    find_address_change,
    save_profile,
)
from accounts.completeness import completeness_of
from accounts.forms import ProfileForm
from accounts.http import (
    ROLE,
    ROLES,
    Request,
    UserRequest,
    back,
    remember_roles,
    role_of,
)
from accounts.kinds import Role

LINKS = {"stop": "20/m/ip"}


START = {
    Role.PRECEPTOR: "placements:inbox",
    Role.DELEGATE: "placements:inbox",
    Role.LEARNER: "placements:my_applications",
    Role.COORDINATOR: "admin:index",
}


@require_safe
@login_required
def dashboard(request: UserRequest) -> HttpResponse:
    """Everybody's start: where her own work is."""
    held = queries.roles(request.user)
    remember_roles(request, held)
    role = role_of(request, held)
    return redirect(START[Role(role)]) if role else render(request, "accounts/welcome.html")


@require_POST
@login_required
def take_role(request: UserRequest, role: str) -> HttpResponse:
    """Work as another of what she is."""
    if role not in queries.roles(request.user):
        raise Http404
    request.session[ROLE] = role
    return redirect("accounts:dashboard")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def profile(request: UserRequest) -> HttpResponse:
    """Who she is, and what her role needs to know of her, on one page."""
    user = request.user
    as_learner = role_of(request, request.session.get(ROLES, [])) == Role.LEARNER
    if request.method != "POST":
        return _profile_page(request, ProfileForm(user, as_learner=as_learner))
    form = ProfileForm(user, request.POST, as_learner=as_learner)
    if form.is_valid():
        save_profile(*form.changed, by=user, specialties=form.specialties)
        messages.success(request, _("Your profile is saved."))
        return redirect(back(request) or "accounts:profile")
    user.refresh_from_db()
    return _profile_page(request, form, status=422)


def _profile_page(request: UserRequest, form: ProfileForm, *, status: int = 200) -> HttpResponse:
    user = request.user
    facts = {
        "form": form,
        "next": back(request),
        "missing": form.missing,
        "completeness": completeness_of(user),
        "has_papers": user.documents.exists(),
        "licences": user.preceptor_profile.licences.all() if user.is_preceptor else (),
    }
    return render(request, "accounts/profile.html", facts, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def stop_address_change(request: Request, key: str) -> HttpResponse:
    """From the mail to the old address; whoever holds the link may stop it, by a press."""
    if not ratelimit.consume(request, app="accounts", action="stop", config=LINKS, limit_get=True):
        refusal: HttpResponse = ratelimit.respond_429(request)
        return refusal
    change = find_address_change(key)
    if change is None:
        return render(request, "accounts/link_over.html", status=404)
    if request.method == "POST":
        try:
            actions.stop_address_change(change)
        except ValidationError as refusal:
            messages.error(request, refusal.messages[0])
        else:
            messages.success(request, _("Stopped. Everybody is signed out; choose a new password."))
            return redirect("account_reset_password")
    return render(request, "accounts/stop_address_change.html", {"change": change})


@require_POST
@login_required
def end_session(request: UserRequest, pk: int) -> HttpResponse:
    """Sign out on another of her devices, or on this one."""
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    here = session.is_current()
    session.end()
    if here:
        logout(request)
        return redirect("account_login")
    messages.success(request, _("That device is signed out."))
    return redirect("usersessions_list")


@require_POST
@login_required
def decline_second_factor(request: UserRequest) -> HttpResponse:
    """Not now; the offer does not come again."""
    actions.decline_second_factor(request.user)
    return redirect(back(request) or "accounts:dashboard")
