"""What a stranger asks: is this certificate genuine? No sign-in, nothing beyond the paper."""

from allauth.core.internal import ratelimit
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from accounts.http import Request
from letters.codes import clean_code
from letters.forms import CodeForm, FileForm
from letters.models import IssuedDocument
from letters.signing import Signature, is_genuine, is_known, published_keys
from letters.uploads import MAX_BODY, Hasher

# Promise B7: so many tries for one address.
TRIES = {"verify": "30/m/ip"}
WAIT_SECONDS = 60


@require_safe
@never_cache
def verify(request: Request) -> HttpResponse:
    """The field for a code; a code that was sent along leads to its own page."""
    if "code" not in request.GET:
        return _page(request, form=CodeForm())
    form = CodeForm(request.GET)
    if form.is_valid():
        return redirect("letters:verify_code", code=form.cleaned_data["code"])
    return _page(request, form=form, status=422)


@require_safe
@never_cache
def verify_code(request: Request, code: str) -> HttpResponse:
    """The verdict. A code that nobody was given is 404: there is no such thing, and it says so."""
    clean = clean_code(code)
    if clean and code != clean:
        return redirect("letters:verify_code", code=clean)
    if _is_too_much(request):
        return _too_many(request)
    return _verdict(request, clean)


@require_safe
def verify_capitals(request: Request, code: str) -> HttpResponse:
    """A QR code in capitals is smaller; its whole address is."""
    return redirect("letters:verify_code", code=clean_code(code) or "-")


@csrf_exempt  # checked in _compare, once the handler that keeps nothing is in place
@require_POST
@never_cache
def compare(request: Request, code: str) -> HttpResponse:
    """Whether a PDF is byte for byte the one we issued. It is hashed on its way in, not kept."""
    if _is_too_much(request):
        return _too_many(request)
    request.upload_handlers = [Hasher(request)]
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MAX_BODY:
        return _verdict(request, clean_code(code), file_is_large=True, status=413)
    return _compare(request, clean_code(code))


@csrf_protect
def _compare(request: Request, code: str) -> HttpResponse:
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _verdict(request, code, file_form=form, status=422)
    return _verdict(request, code, sha256=form.cleaned_data["file"].sha256)


def _verdict(request: Request, code: str, *, status: int = 200, **more: object) -> HttpResponse:
    document = IssuedDocument.objects.select_related("replaced_by").filter(code=code).first()
    if document is None:
        return _page(request, form=CodeForm(), verdict="unknown", status=404)
    facts: dict[str, object] = {
        "form": CodeForm(),
        "verdict": document.state if _is_intact(document) else "broken",
        "document": document,
        "facts": document.facts,
        "file_form": FileForm(),
        **more,
    }
    if "sha256" in more:
        facts["file_is_ours"] = more["sha256"] == document.sha256
    return _page(request, status=status, **facts)


def _is_intact(document: IssuedDocument) -> bool:
    """Whether what is stored still bears its signature; under a withdrawn key the row decides."""
    if not is_known(document.key_id):
        return True
    return is_genuine(document.facts, Signature(document.key_id, document.signature))


def _page(request: Request, *, status: int = 200, **facts: object) -> HttpResponse:
    facts["checked_at"] = timezone.now()
    response = render(request, "letters/verify.html", facts, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response


def _is_too_much(request: Request) -> bool:
    return not ratelimit.consume(
        request, app="letters", action="verify", config=TRIES, limit_get=True
    )


def _too_many(request: Request) -> HttpResponse:
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(WAIT_SECONDS)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
@cache_control(public=True, max_age=3600)
def keys(_request: Request) -> JsonResponse:
    """The public halves of every key that signed, for checks without us."""
    return JsonResponse({"keys": published_keys()})
