from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


def each(request: HttpRequest, rows: QuerySet, act: Any) -> None:
    """Run an action on each row; refusals are told, the others are done."""
    done = 0
    for row in rows:
        try:
            act(row)
        except ValidationError as refusal:
            messages.error(request, f"{row}: {' '.join(refusal.messages)}")
        else:
            done += 1
    if done:
        messages.success(request, _("Done: %(n)d.") % {"n": done})
