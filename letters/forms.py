from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.validators import clean_aamc_id, clean_letter_id
from letters import deadlines
from letters.codes import ALPHABET, LENGTH, clean_code
from letters.models import LetterRequest
from letters.states import Destination
from letters.uploads import MAX_SIZE, HashedFile

MESSAGE_MAX = 1000
NOTE_MAX = 600


class CodeForm(forms.Form):
    """A code as somebody types it from paper."""

    code = forms.CharField(
        label=_("Code"),
        max_length=64,
        widget=forms.TextInput(
            attrs={
                "class": "code w-auto",
                "size": 24,
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
        error_messages={"required": _("Type the code that stands under the square.")},
    )

    def clean_code(self) -> str:
        """Refuses what no certificate of ours can carry, and says how many signs are missing."""
        code = clean_code(self.cleaned_data["code"])
        if strange := sorted(set(code) - set(ALPHABET)):
            raise ValidationError(
                _("Our codes have no %(signs)s. Look at the certificate again."),
                params={"signs": ", ".join(strange[:5])},
            )
        if len(code) != LENGTH:
            raise ValidationError(
                _("A code has %(all)d letters and numbers. This one has %(n)d."),
                params={"all": LENGTH, "n": len(code)},
            )
        return code


class FileForm(forms.Form):
    """A PDF to compare with the one that we issued."""

    file = forms.FileField(
        label=_("PDF file"),
        widget=forms.FileInput(attrs={"accept": "application/pdf,.pdf"}),
        error_messages={"required": _("Choose the PDF file that you want to compare.")},
    )

    def clean_file(self) -> HashedFile:
        file: HashedFile = self.cleaned_data["file"]
        if (file.size or 0) > MAX_SIZE:
            raise ValidationError(
                _("The file is %(size)s MB. Certificates are far smaller; choose one under 10 MB."),
                params={"size": f"{(file.size or 0) / 1_000_000:.1f}"},
            )
        return file
