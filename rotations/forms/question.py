"""A question about a listing, and its answer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rotations.models import Question


class QuestionForm(forms.Form):
    """Whoever is signed in is asked for the question alone."""

    name = forms.CharField(
        label=_("Your name"),
        min_length=2,
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("We answer to this address and use it for nothing else."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    text = forms.CharField(
        label=_("Your question"),
        min_length=10,
        max_length=1500,
        help_text=_("Please write nothing about patients."),
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": 1500}),
    )

    def __init__(self, *args: Any, is_known: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        if is_known:
            del self.fields["name"], self.fields["email"]


class AnswerForm(forms.ModelForm):
    """What staff write back; sending it is the action's."""

    answer = forms.CharField(
        label=_("Answer"),
        max_length=3000,
        help_text=_("Saving mails it to the asker."),
        widget=forms.Textarea(attrs={"rows": 8, "cols": 80}),
    )

    class Meta:
        model = Question
        fields = ["answer"]
