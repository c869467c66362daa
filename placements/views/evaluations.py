"""The evaluation: saved at each tap, signed once, then read."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import UserRequest, allow
from placements.actions.evaluations import (
    OPEN_IN,
    competencies,
    save_evaluation,
    sign_evaluation,
)
from placements.forms.review import NOT_OBSERVED, EvaluationForm
from placements.models import Evaluation, Placement
from placements.models.evaluation import EvaluationKind
from placements.permissions import is_coordinator, is_learner_of, may_evaluate
from placements.views.hours import visible


def _of(placement: Placement) -> Evaluation:
    final = placement.evaluations.filter(kind=EvaluationKind.FINAL).first()
    return final or Evaluation(placement=placement)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def evaluation(request: UserRequest, code: str) -> HttpResponse:
    """The preceptor fills it in; learner and staff read it once it is signed."""
    placement = visible(request, code)
    final = _of(placement)
    author = may_evaluate(request.user, placement)
    if final.is_signed or not author:
        return _read(request, placement, final)
    if placement.status not in OPEN_IN:
        return render(request, "placements/evaluation_later.html", {"placement": placement})
    if request.method == "POST":
        return _write(request, placement)
    form = EvaluationForm(initial=_initial(final), placement=placement)
    return _page(request, placement, final, form)


def _initial(final: Evaluation) -> dict[str, Any]:
    scores = {name: NOT_OBSERVED if n is None else str(n) for name, n in final.scores.items()}
    host = {None: "", True: "yes", False: "no"}[final.would_host_again]
    return {
        **scores,
        "comment": final.comment,
        "would_host_again": host,
        "would_support_letter": final.would_support_letter,
    }


def _page(
    request: UserRequest,
    placement: Placement,
    final: Evaluation,
    form: EvaluationForm,
    status: int = 200,
) -> HttpResponse:
    left = sum(one not in final.scores for one in competencies(placement))
    facts = {
        "placement": placement,
        "evaluation": final,
        "form": form,
        "left": left,
        "now": timezone.now(),
    }
    template = "placements/evaluation.html"
    if request.htmx and status == 200:  # noqa: PLR2004
        template += "#saved"
    return render(request, template, facts, status=status)


def _write(request: UserRequest, placement: Placement) -> HttpResponse:
    form = EvaluationForm(request.POST, placement=placement)
    if not form.is_valid():
        return _page(request, placement, _of(placement), form, status=422)
    try:
        final = save_evaluation(placement, by=request.user, **form.facts)
        if "sign" in request.POST:
            sign_evaluation(final, by=request.user)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _page(request, placement, _of(placement), form, status=422)
    if "sign" in request.POST:
        messages.success(request, _("Signed. Thank you: the certificate can be made now."))
        return redirect("placements:learners")
    if request.htmx:
        return _page(request, placement, final, form)
    messages.success(request, _("Saved."))
    return redirect("placements:evaluation", code=placement.code)


def _read(request: UserRequest, placement: Placement, final: Evaluation) -> HttpResponse:
    """What was signed; whether she would support a letter is nobody's but hers."""
    readers = (is_learner_of, is_coordinator, may_evaluate)
    allow(final.is_signed and any(may(request.user, placement) for may in readers))
    lines = [(one.label, final.scores.get(one)) for one in competencies(placement)]
    facts = {
        "placement": placement,
        "evaluation": final,
        "lines": lines,
        "is_author": may_evaluate(request.user, placement),
    }
    return render(request, "placements/evaluation_signed.html", facts)
