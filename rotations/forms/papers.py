"""What learners must bring, as the preceptor of a listing says it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.kinds import DocumentGroup, Validity
from accounts.models import DocumentType
from rotations.models import Listing, Requirement

MOST_MONTHS = 120


@dataclass(frozen=True)
class Paper:
    """One kind of document as a row of the form."""

    type: DocumentType
    need: forms.BoundField
    months: forms.BoundField
    sees: forms.BoundField | None


class PapersForm(forms.Form):
    """What learners must bring: a tick, how long it may be old, and whether she opens the file."""

    def __init__(self, *args: Any, listing: Listing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = {row.type_id: row for row in listing.requirements.all()}
        self.types = list(DocumentType.objects.exclude(validity=Validity.PLACEMENT))
        for kind in self.types:
            self._offer(kind, there.get(kind.pk))

    def _offer(self, kind: DocumentType, row: Requirement | None) -> None:
        self.fields[f"need_{kind.slug}"] = forms.BooleanField(
            label=kind.name, required=False, initial=row is not None, help_text=kind.what_counts
        )
        self.fields[f"months_{kind.slug}"] = forms.IntegerField(
            label=_("Not older than months"),
            required=False,
            min_value=1,
            max_value=MOST_MONTHS,
            initial=row.months if row else None,
        )
        if not kind.is_identity:
            self.fields[f"sees_{kind.slug}"] = forms.BooleanField(
                label=_("I need to open the file"),
                required=False,
                initial=row is not None and row.site_sees_file,
            )

    @property
    def groups(self) -> Iterator[tuple[str, list[Paper]]]:
        for group in DocumentGroup:
            rows = [self._row(kind) for kind in self.types if kind.group == group]
            if rows:
                yield str(group.label), rows

    def _row(self, kind: DocumentType) -> Paper:
        sees = f"sees_{kind.slug}"
        return Paper(
            kind,
            self[f"need_{kind.slug}"],
            self[f"months_{kind.slug}"],
            self[sees] if sees in self.fields else None,
        )

    @property
    def asked(self) -> dict[int, tuple[int | None, bool]]:
        found = self.cleaned_data
        return {
            kind.pk: (found[f"months_{kind.slug}"], bool(found.get(f"sees_{kind.slug}")))
            for kind in self.types
            if found[f"need_{kind.slug}"]
        }
