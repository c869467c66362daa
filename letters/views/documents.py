"""Files of ours, for those whom they concern."""

from django.contrib.auth.decorators import login_required
from django.db.models.fields.files import FieldFile
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.http import UserRequest
from letters.codes import clean_code
from letters.queries import certificates_visible_to

# A file of ours is for keeping, never for running in a page.
SANDBOX = "sandbox; default-src 'none'"


@require_safe
@login_required
def certificate(request: UserRequest, code: str) -> HttpResponseBase:
    """The PDF, as it was issued. One that is no longer valid only staff still get."""
    found = get_object_or_404(certificates_visible_to(request.user), code=clean_code(code))
    if found.state != "valid" and not request.user.is_staff:
        return redirect(found)
    if not found.rendered_at:
        return render(request, "letters/preparing.html", {"document": found}, status=202)
    if not found.file:  # its holder was erased: what it states can still be checked
        return redirect(found)
    return pdf_download(found.file, f"certificate-{found.number}.pdf")


def pdf_download(file: FieldFile, name: str) -> FileResponse:
    response = FileResponse(
        file.open("rb"), as_attachment=True, filename=name, content_type="application/pdf"
    )
    response["Cache-Control"] = "no-store, private"
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    return response
