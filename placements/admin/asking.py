"""What the admin asks before it acts, and what happened so far."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.admin import each
from audit.queries import history_of
from placements.states import CancelledBy, CancelReason, DeclineReason


class Asking:
    """Admin actions that ask something first, on a page of their own."""

    def ask(
        self,
        request: HttpRequest,
        rows: QuerySet,
        form_class: type[forms.Form],
        act: Callable[..., Any],
    ) -> HttpResponse | None:
        form = form_class(request.POST if "asked" in request.POST else None)
        if form.is_valid():
            facts = {k: v for k, v in form.cleaned_data.items() if k != "asked"}
            each(request, rows, lambda row: act(row, **facts))
            return None
        action = request.POST["action"]
        _act, _name, words = self.get_actions(request)[action]  # type: ignore[attr-defined]
        page = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": str(words).removesuffix(" …"),
            "form": form,
            "rows": rows,
            "opts": self.model._meta,  # type: ignore[attr-defined]
            "action": action,
            "act": str(words).removesuffix(" …"),
        }
        return render(request, "admin/ask.html", page, status=422 if form.is_bound else 200)


class Asked(forms.Form):
    asked = forms.CharField(initial="1", widget=forms.HiddenInput)


class NoteForm(Asked):
    note = forms.CharField(
        label=_("What the learner reads"), max_length=600, widget=forms.Textarea(attrs={"rows": 3})
    )


class VisaExceptionForm(Asked):
    note = forms.CharField(
        label=_("Why the visa rule does not stop it; staff read this"), max_length=300
    )


class DeclineForm(Asked):
    reason = forms.ChoiceField(label=_("Reason"), choices=DeclineReason.choices)
    note = forms.CharField(label=_("A kind word"), max_length=600, required=False)


class CancelForm(Asked):
    cancelled_by = forms.ChoiceField(label=_("Who cancels"), choices=CancelledBy.choices)
    reason = forms.ChoiceField(label=_("Reason"), choices=CancelReason.choices)
    note = forms.CharField(label=_("Note"), max_length=600, required=False)


def timeline(*subjects: Any) -> str:
    """What happened to it, by whom: newest first."""
    rows = [
        (f"{event.at:%Y-%m-%d %H:%M} UTC", event.verb, event.who,
         ", ".join(f"{k}: {v}" for k, v in event.detail.items()))
        for event in history_of(*subjects).reverse()[:100]
    ]  # fmt: skip
    body = format_html_join("", "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>", rows)
    return format_html("<table>{}</table>", body)
