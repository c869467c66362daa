"""What a stranger asks: is this certificate genuine? No sign-in, nothing beyond the paper."""

from django.core.cache import cache
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import Request, address_of
from letters.codes import clean_code
from letters.forms import CodeForm, FileForm
from letters.models import IssuedDocument
from letters.signing import Signature, is_genuine, published_keys
from letters.uploads import MAX_BODY, Hasher

TRIES_A_MINUTE, MINUTE = 30, 60


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
    """The verdict: valid, replaced, revoked; an unknown code is 404 and says so."""
    if _is_too_much(request):
        return _too_many(request)
    clean = clean_code(code)
    if clean and code != clean:
        return redirect("letters:verify_code", code=clean)
    return _verdict(request, clean)


@require_safe
def verify_capitals(request: Request, code: str) -> HttpResponse:
    """A QR code in capitals is smaller; its whole address is."""
    return redirect("letters:verify_code", code=clean_code(code) or "-")


@csrf_exempt
@require_http_methods(["POST"])
@never_cache
def compare(request: Request, code: str) -> HttpResponse:
    """Whether a PDF is byte for byte the one we issued. It is hashed on its way in, not kept."""
    if _is_too_much(request):
        return _too_many(request)
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
        return _verdict(request, clean_code(code), file_problem=True, status=413)
    request.upload_handlers = [Hasher(request)]
    return _compare(request, code)


@csrf_protect
def _compare(request: Request, code: str) -> HttpResponse:
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _verdict(request, clean_code(code), file_form=form, status=422)
    return _verdict(request, clean_code(code), sha256=form.cleaned_data["file"].sha256)


def _verdict(request: Request, code: str, *, status: int = 200, **more: object) -> HttpResponse:
    document = IssuedDocument.objects.select_related("replaced_by").filter(code=code).first()
    if document is None:
        return _page(request, form=CodeForm(), verdict="unknown", status=404)
    genuine = is_genuine(document.facts, Signature(document.key_id, document.signature))
    facts: dict[str, object] = {
        "form": CodeForm(),
        "verdict": document.state if genuine else "broken",
        "document": document,
        "facts": document.facts,
        "file_form": FileForm(),
        "checked_at": timezone.now(),
        **more,
    }
    if "sha256" in more:
        facts["file_is_ours"] = more["sha256"] == document.sha256
    return _page(request, status=status, **facts)


def _page(request: Request, *, status: int = 200, **facts: object) -> HttpResponse:
    response = render(request, "letters/verify.html", facts, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response


def _is_too_much(request: Request) -> bool:
    """Thirty tries a minute for one address (promise B7)."""
    key = f"verify:{address_of(request)}:{timezone.now():%Y%m%d%H%M}"
    cache.add(key, 0, MINUTE * 2)
    return int(cache.incr(key)) > TRIES_A_MINUTE


def _too_many(request: Request) -> HttpResponse:
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(MINUTE)
    return response


@require_safe
def keys(_request: Request) -> JsonResponse:
    """The public halves of every key that signed, for checks without us."""
    return JsonResponse({"keys": published_keys()})
