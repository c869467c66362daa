from django import forms
from django.utils.translation import gettext_lazy as _


class HealthForm(forms.Form):
    """One question, one box, and nothing else on the page."""

    agree = forms.BooleanField(
        label=_("Yes, keep my health records and check them for the rotations I apply for"),
        error_messages={"required": _("Tick the box if you agree. Without it we keep none.")},
    )


class EraseForm(forms.Form):
    sure = forms.BooleanField(
        label=_("Delete my account and what is in it"),
        error_messages={"required": _("Tick the box if this is what you want.")},
    )
