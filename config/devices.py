"""Where somebody is signed in, and how she ends it elsewhere (promise A10)."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth.decorators import login_required
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import person
from accounts.models import User
from config.sessions import SessionStore
from config.staying import ends_at


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def devices(request: HttpRequest) -> HttpResponse:
    """Her sessions that still open something, the newest first; a POST ends all but this one."""
    sessions = living_sessions(person(request))
    here = request.session.session_key
    if request.method == "POST":
        for session in sessions:
            if session.session_key != here:
                session.end()
        messages.success(request, _("You are signed out everywhere else."))
        return redirect("usersessions_list")
    facts = {"sessions": sessions, "session_count": len(sessions)}
    return render(request, "usersessions/usersession_list.html", facts)


def living_sessions(user: User) -> list[UserSession]:
    """In three statements, however many there are; the library asks for each."""
    known = list(UserSession.objects.filter(user=user).order_by("-created_at"))
    keys = [session.session_key for session in known]
    rows = {row.session_key: row for row in Session.objects.filter(session_key__in=keys)}
    living = []
    for session in known:
        store = _opened(rows.get(session.session_key), user)
        if store and timezone.now() <= ends_at(store, user):
            session.last_seen_at = store.used or session.created_at
            living.append(session)
    gone = {session.pk for session in known} - {session.pk for session in living}
    if gone:
        UserSession.objects.filter(pk__in=gone).delete()
    return living


def _opened(row: Session | None, user: User) -> SessionStore | None:
    """What a browser with this cookie would find; nothing where her password changed since."""
    if row is None:
        return None
    store = SessionStore(row.session_key)
    store.fill(row)
    fits = constant_time_compare(store.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    return store if fits else None
