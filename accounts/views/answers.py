"""Five questions instead of an account."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.answers import Answers, answers_of, drop_answers, keep_answers
from accounts.forms.answers import AnswersForm
from accounts.http import Request, back


@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: Request) -> HttpResponse:
    """Who has an account has a profile, which says the same and more."""
    if request.user.is_authenticated:
        return redirect("accounts:profile")
    answers = answers_of(request)
    form = AnswersForm(request.POST or None, initial=AnswersForm.initial_of(answers))
    if request.method == "POST" and form.is_valid():
        keep_answers(request, form.answers)
        messages.success(request, _("Every rotation now says how many of its rules you meet."))
        return redirect(back(request) or _catalogue(form.answers))
    context = {"form": form, "next": back(request), "answers": answers}
    return render(request, "accounts/questions.html", context, status=422 if form.errors else 200)


def _catalogue(answers: Answers) -> str:
    """The rotations in her dates."""
    wanted = {"start": answers.start_on, "weeks": answers.weeks}
    query = urlencode({name: value for name, value in wanted.items() if value})
    return f"{reverse('rotations:catalogue')}?{query}".rstrip("?")


@require_POST
def clear(request: Request) -> HttpResponse:
    drop_answers(request)
    messages.success(request, _("Your answers are forgotten."))
    return redirect(back(request) or "accounts:questions")
