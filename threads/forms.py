from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.codes import new_code
from accounts.forms.documents import SeveralFilesInput
from accounts.uploads import CleanFile, Refused, clean_upload
from threads.kinds import Concern

MOST_FILES = 3
LONGEST = 4000


class AttachmentsField(forms.FileField):
    """Up to three files, each by itself."""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[CleanFile]:  # noqa: ARG002  Django passes it
        uploads = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if len(uploads) > MOST_FILES:
            raise Refused(
                gettext("Choose %(most)d files at most.") % {"most": MOST_FILES}, code="many"
            )
        return [self._clean_one(upload) for upload in uploads]

    def _clean_one(self, upload: UploadedFile) -> CleanFile:
        try:
            return clean_upload(upload)
        except Refused as refusal:
            words = {"name": upload.name, "why": " ".join(refusal.messages)}
            raise Refused(gettext("%(name)s: %(why)s") % words, code=refusal.code) from None


class MessageForm(forms.Form):
    """What she writes; ``key`` makes a form that comes twice one message."""

    text = forms.CharField(
        label=_("Your message"),
        help_text=_("No patient details: no name, no date of birth, no story."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4, "class": "tall"}),
        error_messages={
            "required": _("Write something."),
            "max_length": _(
                "That is %(show_value)d characters. A message has %(limit_value)d at most: "
                "send it in two."
            ),
        },
    )
    attachments = AttachmentsField(
        label=_("Files"),
        help_text=_("Up to 3, each a PDF, JPG or PNG of at most 10 MB."),
        required=False,
        widget=SeveralFilesInput(
            attrs={"accept": ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"}
        ),
    )
    asks_staff = forms.BooleanField(label=_("A coordinator should read this"), required=False)
    key = forms.CharField(max_length=22, min_length=10, widget=forms.HiddenInput)
    after = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, offers_staff: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not offers_staff:
            del self.fields["asks_staff"]

    @classmethod
    def blank(cls, *, offers_staff: bool, asks_staff: bool, after: int) -> "MessageForm":
        initial = {"key": new_code(), "asks_staff": asks_staff, "after": after}
        return cls(initial=initial, offers_staff=offers_staff)

    @property
    def words(self) -> dict[str, Any]:
        """What ``send_message`` takes of it."""
        facts = self.cleaned_data
        return {
            "text": facts["text"],
            "key": facts["key"],
            "files": facts["attachments"],
            "asks_staff": facts.get("asks_staff", False),
        }

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        if not key.replace("-", "").replace("_", "").isalnum():
            raise ValidationError(_("Open the page once more."), code="key")
        return key


class ReportForm(forms.Form):
    """What somebody tells staff in confidence."""

    concern = forms.ChoiceField(
        label=_("What is it about?"),
        choices=Concern.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is about.")},
    )
    text = forms.CharField(
        label=_("What happened"),
        help_text=_(
            "When, where, who was there. Names of staff and learners help us; leave out names and "
            "details of patients."
        ),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 8, "class": "tall"}),
        error_messages={"required": _("Say what happened.")},
    )
    no_mail = forms.BooleanField(
        label=_("Do not write to me by mail"),
        help_text=_("You then see on this page alone what becomes of it."),
        required=False,
    )
