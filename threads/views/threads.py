"""Conversations: their list, one of them, its files, and the mails about them."""

from typing import Any

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import Request, UserRequest, address_of
from accounts.views.documents import sandboxed
from placements.models import Application, Placement
from threads.actions.messages import (
    NoPartOfIt,
    ThreadClosed,
    mark_read,
    open_thread,
    read_attachment,
    send_message,
)
from threads.actions.notices import choose_mails
from threads.forms import MessageForm
from threads.kinds import Side
from threads.links import read_quiet
from threads.models import Message, Quiet, Thread
from threads.permissions import (
    applications_of,
    attachments_visible_to,
    side_of,
    takes_messages,
    writing_ends,
)
from threads.queries import Talk, lines_after, talk, threads_of

PAGE_SIZE = 25
# Nobody types more; a program would.
SENDS = {"send": "60/h/user"}
RETRY_AFTER = "600"


@require_safe
@login_required
def threads(request: UserRequest) -> HttpResponse:
    """Her conversations, newest first, with how much is unread in each."""
    page = Paginator(threads_of(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    facts = {"page": page, "is_quiet": Quiet.objects.filter(person=request.user).exists()}
    return render(request, "threads/threads.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def thread(request: UserRequest, code: str) -> HttpResponse:
    """One conversation. The page of a draft has one, too: with a coordinator."""
    found = _application(request, code)
    if request.method == "POST":
        return _send(request, found)
    shown = _talk(request, found)
    if shown.lines and request.method == "GET":
        open_thread(found.thread, by=request.user, read_to=shown.last, address=address_of(request))
        if side_of(request.user, found) == Side.STAFF:
            shown = _talk(request, found)  # with the line that says that she joined
    return _page(request, found, shown, _blank(request, found, shown))


@require_safe
@login_required
def of_placement(request: UserRequest, code: str) -> HttpResponse:
    """The conversation about its application lives on as the placement's."""
    rows = Placement.objects.visible_to(request.user).select_related("application")
    placement = get_object_or_404(rows, code=code)
    return redirect("threads:thread", placement.application.code)


def _application(request: UserRequest, code: str) -> Application:
    """Whose conversation she is part of now; 404 otherwise."""
    rows = applications_of(request.user).with_listing().select_related("thread")
    found = get_object_or_404(rows, code=code)
    if thread_of(found):
        found.thread.application = found
    return found


def thread_of(application: Application) -> Thread | None:
    return getattr(application, "thread", None)


def _talk(request: UserRequest, application: Application) -> Talk:
    before = request.GET.get("before", "")
    is_key = before.isdecimal() and len(before) < 18  # noqa: PLR2004  what a key can be
    return talk(thread_of(application), before=int(before) if is_key else None)


def _blank(request: UserRequest, application: Application, shown: Talk) -> MessageForm:
    """An answer to a coordinator is meant for one."""
    newest = shown.newest_text
    return MessageForm.blank(
        offers_staff=_offers_staff(request, application),
        asks_staff=bool(newest and newest.side == Side.STAFF),
        after=shown.last,
    )


def _offers_staff(request: UserRequest, application: Application) -> bool:
    """Where a preceptor's office reads too; else a coordinator does in any case."""
    is_staff = side_of(request.user, application) == Side.STAFF
    return application.review_started_at is not None and not is_staff


def _page(
    request: UserRequest,
    application: Application,
    shown: Talk,
    form: MessageForm,
    *,
    status: int = 200,
) -> HttpResponse:
    side = side_of(request.user, application)
    facts = {
        "application": application,
        "placement": getattr(application, "placement", None),
        "talk": shown,
        "form": form,
        "side": side,
        "is_open": takes_messages(application),
        "ends": writing_ends(application),
        "had_files": bool(request.FILES),
    }
    return render(request, "threads/thread.html", facts, status=status)


def _send(request: UserRequest, application: Application) -> HttpResponse:
    form = MessageForm(
        request.POST, request.FILES, offers_staff=_offers_staff(request, application)
    )
    if not ratelimit.consume(request, app="threads", action="send", config=SENDS):
        form.add_error("text", _("That were many messages in one hour. Send it a little later."))
        return _refused(request, application, form, status=429)
    if not form.is_valid():
        return _refused(request, application, form, status=422)
    try:
        message = send_message(application, by=request.user, **form.words)
    except (ThreadClosed, NoPartOfIt) as refusal:
        form.add_error(None, refusal)
        # Of these htmx shows the ones that carry a form.
        return _refused(request, application, form, status=422 if request.htmx else 409)
    except ValidationError as refusal:
        form.add_error("attachments", refusal)
        return _refused(request, application, form, status=422)
    if request.htmx:
        return _appended(request, application, message, form.cleaned_data["after"] or 0)
    return redirect(f"{message.thread.get_absolute_url()}#last")


def _refused(
    request: UserRequest, application: Application, form: MessageForm, *, status: int
) -> HttpResponse:
    """What she typed stays. To htmx the form alone, which takes its own place again."""
    if request.htmx:
        facts = {"form": form, "application": application, "had_files": bool(request.FILES)}
        response = render(request, "threads/thread.html#write", facts, status=status)
        response["HX-Retarget"], response["HX-Reswap"] = "#write", "outerHTML"
    else:
        shown = talk(thread_of(application))
        response = _page(request, application, shown, form, status=status)
    if status == 429:  # noqa: PLR2004
        response["Retry-After"] = RETRY_AFTER
    return response


def _appended(
    request: UserRequest, application: Application, message: Message, after: int
) -> HttpResponse:
    """All that is new since her page was drawn, her own message the last of it."""
    lines = lines_after(message.thread, after)
    last = lines[-1].pk if lines else after
    mark_read(message.thread, by=request.user, read_to=last)
    asked = message.thread.wants_staff
    form = MessageForm.blank(
        offers_staff=_offers_staff(request, application), asks_staff=asked, after=last
    )
    facts = {
        "lines": lines,
        "form": form,
        "application": application,
        "was_empty": not after,
        "oob": True,
    }
    return render(request, "threads/thread.html#appended", facts)


@require_safe
@login_required
def attachment(request: UserRequest, code: str) -> FileResponse:
    """A file of a conversation that she is part of; each reading is remembered."""
    found = get_object_or_404(attachments_visible_to(request.user), code=code)
    try:
        content = found.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    if request.method == "GET":
        read_attachment(found, by=request.user, address=address_of(request))
    response = FileResponse(
        content, as_attachment=True, filename=found.name, content_type=found.content_type
    )
    return sandboxed(response)


@require_POST
@login_required
def mails(request: UserRequest) -> HttpResponse:
    """Whether she has mails about new messages."""
    wanted = request.POST.get("wanted") == "1"
    choose_mails(request.user, wanted=wanted, by=request.user)
    said = _("We write to you about new messages.") if wanted else _no_mails()
    messages.success(request, said)
    return redirect("threads:threads")


def _no_mails() -> str:
    return _("We no longer write to you about new messages. You find them here.")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def quiet_link(request: Request, token: str) -> HttpResponse:
    """Out of a mail, without a sign-in. Looking changes nothing; a mail program's one click posts
    here (RFC 8058), so no token of a form can be asked for.
    """
    person = read_quiet(token)
    if person is None:
        raise Http404
    if request.method == "POST":
        choose_mails(person, wanted=False, by=None)
    facts: dict[str, Any] = {"is_quiet": Quiet.objects.filter(person=person).exists()}
    return render(request, "threads/quiet.html", facts)
