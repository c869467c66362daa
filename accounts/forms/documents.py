"""Papers: their files, their dates, and why one does not count."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms.days import DayInput, check_year
from accounts.kinds import RejectReason, Validity
from accounts.models import DocumentType
from accounts.uploads import MAX_AT_ONCE, CleanFile, Refused, clean_upload, join

# Papers of different kinds on one page.
MAX_ROWS = 8


class DatesForm(forms.Form):
    """The dates of one paper, as far as its validity depends on them."""

    issued_on = forms.DateField(
        label=_("Date on it"), required=False, widget=DayInput, help_text=_("When it was issued.")
    )
    expires_on = forms.DateField(
        label=_("Expires"),
        required=False,
        widget=DayInput,
        help_text=_("If a date is printed on it."),
    )

    def __init__(self, *args: Any, only: DocumentType, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.only = only
        for name in _dates_left_out(only):
            del self.fields[name]
        self._require_dates()

    def _require_dates(self) -> None:
        validity = self.only.validity
        if validity in PRINTED:
            self._require("expires_on", _("Enter until when it is valid."))
            self.fields["expires_on"].help_text = _("The last day, as printed on it.")
        elif validity == Validity.SEASON:
            self._require("issued_on", _("Enter the day of your dose."))
            self.fields["issued_on"].label = _("Day of your dose")
            self.fields["issued_on"].help_text = ""
        elif validity == Validity.MONTHS:
            cast("Any", self.fields["issued_on"]).needed = _("or when it expires")

    def _require(self, name: str, why: Any) -> None:
        self.fields[name].required = True
        self.fields[name].error_messages["required"] = why

    def clean_issued_on(self) -> date | None:
        day = check_year(self.cleaned_data["issued_on"])
        # Somewhere it is tomorrow already.
        if day and day > timezone.localdate() + timedelta(days=1):
            raise ValidationError(_("This day has not come yet."), code="future")
        return day

    def clean_expires_on(self) -> date | None:
        day = check_year(self.cleaned_data["expires_on"])
        if day and day < timezone.localdate() - timedelta(days=1):
            raise ValidationError(
                _("It has expired on this day. Send one that is still valid."), code="expired"
            )
        return day

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        issued, expires = facts.get("issued_on"), facts.get("expires_on")
        if issued and expires and expires < issued:
            self.add_error("expires_on", _("It cannot expire before it was issued."))
        is_dated = issued or expires or {"issued_on", "expires_on"} & set(self.errors)
        if self.only.validity == Validity.MONTHS and not is_dated:
            self.add_error("issued_on", _("Enter the date on it: that decides how long it counts."))
        return facts

    @property
    def dates(self) -> dict[str, date | None]:
        return {name: self.cleaned_data.get(name) for name in ("issued_on", "expires_on")}


PRINTED = frozenset({Validity.PRINTED, Validity.POLICY})


def _dates_left_out(kind: DocumentType) -> tuple[str, ...]:
    """What would not change how long this kind counts."""
    match kind.validity:
        case Validity.BLOCK | Validity.PLACEMENT:
            return ("issued_on", "expires_on")
        case Validity.NONE | Validity.SEASON:
            return ("expires_on",)
        case Validity.PRINTED | Validity.POLICY:
            return ("issued_on",)
    return ()


class SeveralFilesInput(forms.ClearableFileInput):
    """Takes several files, and on a phone a picture that is taken there and then."""

    allow_multiple_selected = True
    template_name = "accounts/files_input.html"


class FilesField(forms.FileField):
    """One file, or several that become the pages of one document."""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> CleanFile:  # noqa: ARG002  Django passes it
        uploads = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if not uploads:
            raise ValidationError(self.error_messages["required"], code="required")
        if len(uploads) > MAX_AT_ONCE:
            raise Refused(
                gettext("Choose %(most)d files at most.") % {"most": MAX_AT_ONCE}, code="many"
            )
        return join([self._clean_one(upload, len(uploads)) for upload in uploads])

    def _clean_one(self, upload: UploadedFile, number: int) -> CleanFile:
        try:
            return clean_upload(upload)
        except Refused as refusal:
            if number == 1:
                raise
            words = {"name": upload.name, "why": " ".join(refusal.messages)}
            raise Refused(gettext("%(name)s: %(why)s") % words, code=refusal.code) from None


class DocumentForm(DatesForm):
    """One paper: the file, and the dates that its validity needs."""

    field_order = ["file", "issued_on", "expires_on"]

    file = FilesField(
        label=_("File"),
        help_text=_(
            "PDF, JPG or PNG, up to 10 MB. A sharp phone picture is fine; several become the pages "
            "of one document. No patient data."
        ),
        widget=SeveralFilesInput(
            attrs={"accept": ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"}
        ),
        error_messages={"required": _("Choose a file.")},
    )


class RowForm(DocumentForm):
    """One paper among several: which one it is is chosen beside the file."""

    field_order = ["file", "kind", "issued_on", "expires_on"]

    kind = forms.ChoiceField(
        label=_("Which document is it?"), error_messages={"required": _("Choose which one it is.")}
    )

    def __init__(self, kinds: Mapping[str, DocumentType], *args: Any, **kwargs: Any) -> None:
        data, prefix = (args[0] if args else None), kwargs["prefix"]
        chosen = kinds.get(data.get(f"{prefix}-kind", "")) if data else None
        # Until she has chosen, both dates are offered.
        only = chosen or DocumentType(validity=Validity.MONTHS)
        super().__init__(*args, only=only, **kwargs)
        cast("forms.ChoiceField", self.fields["kind"]).choices = _by_group(kinds.values())

    @classmethod
    def blank(cls, kinds: Mapping[str, DocumentType], number: int) -> list["RowForm"]:
        return [cls(kinds, prefix=str(n)) for n in range(number)]

    @classmethod
    def filled(cls, data: Any, files: Any, kinds: Mapping[str, DocumentType]) -> list["RowForm"]:
        """Those rows in which she chose a file or said which document it is; else the first."""
        used = [
            str(n)
            for n in range(MAX_ROWS)
            if data.get(f"{n}-kind") or any(files.getlist(f"{n}-file"))
        ]
        rows = [cls(kinds, data, files, prefix=n) for n in used or ["0"]]
        seen: set[str] = set()
        for row in rows:
            if row.is_valid() and row.only.slug in seen:
                row.add_error("kind", _("It is there twice. Choose all its pages in one place."))
            seen.add(row.only.slug)
        return rows


def _by_group(kinds: Iterable[DocumentType]) -> list[Any]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for kind in kinds:
        groups.setdefault(str(kind.get_group_display()), []).append((kind.slug, kind.name))
    return [("", _("Choose the document")), *groups.items()]


class RejectForm(forms.Form):
    """Why a paper does not count."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Choose a reason")), *RejectReason.choices],
        error_messages={"required": _("Choose a reason.")},
    )
    note = forms.CharField(
        label=_("What to send instead"),
        help_text=_("The learner reads it. No patient details."),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
