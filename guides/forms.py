from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from guides.facts import facts
from guides.markdown import names_in


class TextForm(forms.ModelForm):
    """A text in Markdown; what it names in braces must be something that the portal knows."""

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        known = facts()
        unknown = sorted(name for name in names_in(body) if name not in known)
        if unknown:
            raise ValidationError(
                _("The portal has no fact named %(names)s."),
                params={"names": ", ".join(f"{{{name}}}" for name in unknown)},
            )
        return body
