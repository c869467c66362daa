"""The demo's certificates and letter requests, each on its day."""

from datetime import timedelta
from typing import Any

from letters.actions.issuing import issue_certificate, reissue_certificate, revoke_document
from letters.actions.requests import (
    agree_to_letter,
    attest_upload,
    cancel_letter,
    confirm_letter,
    decline_letter,
    expire_letter,
    request_letter,
    save_letter,
)
from letters.models import IssuedDocument
from letters.states import LetterStatus
from placements.models import Placement

Row = dict[str, Any]
EVENING = 18
ANSWERED_AFTER_DAYS, HOPED_FOR_DAYS = 2, 28
AGREED = frozenset({LetterStatus.AGREED, LetterStatus.UPLOADED, LetterStatus.CONFIRMED})


def play_papers(placement: Placement, row: Row, company: Any) -> None:
    placement.refresh_from_db()
    _certificates(placement, row["certificates"], company)
    if row["letter"]:
        _letter(placement, row["letter"], company)


def _certificates(placement: Placement, rows: list[Row], company: Any) -> None:
    """The first is issued, each further one replaces it; one may be revoked."""
    document: IssuedDocument | None = None
    for row in rows:
        with company.days_ago(row["issued_days_ago"], EVENING):
            if document is None:
                document = issue_certificate(placement, by=None)
            else:
                document = reissue_certificate(document, by=company.staff)
        if row["status"] == "revoked":
            with company.days_ago(row["revoked_days_ago"], EVENING):
                revoke_document(document, by=company.staff, reason=row["reason"])


def _letter(placement: Placement, row: Row, company: Any) -> None:
    learner, status = placement.learner, LetterStatus(row["status"])
    answers = {
        name: row[name]
        for name in ("waived", "destination", "letter_id", "specialty_label", "message")
    }
    target = row["target_in_days"]
    if target is None and status != LetterStatus.DRAFT:
        target = HOPED_FOR_DAYS - row["asked_days_ago"]
    target_on = company.today + timedelta(days=target) if target is not None else None
    with company.days_ago(row["asked_days_ago"] or 1):
        letter = save_letter(placement, by=learner, target_on=target_on, **answers)
        if status == LetterStatus.DRAFT:
            return
        request_letter(letter, by=learner)
    _answer(letter, row, company)
    _end(letter, row, company)


def _answer(letter: Any, row: Row, company: Any) -> None:
    """What the author said, and what she attested."""
    author, status = letter.placement.preceptor.user, LetterStatus(row["status"])
    if status in AGREED:
        promised = row["promised_in_days"]
        with company.days_ago(max(row["asked_days_ago"] - ANSWERED_AFTER_DAYS, 0), EVENING):
            day = company.today + timedelta(days=promised) if promised is not None else None
            agree_to_letter(letter, by=author, promised_on=day)
    if row["uploaded_days_ago"] is not None:
        day = company.today - timedelta(days=row["uploaded_days_ago"])
        with company.days_ago(row["uploaded_days_ago"], EVENING):
            attest_upload(letter, by=author, uploaded_on=day)
    if row["confirmed_days_ago"] is not None:
        with company.days_ago(row["confirmed_days_ago"], EVENING):
            confirm_letter(letter, by=letter.placement.learner)


def _end(letter: Any, row: Row, company: Any) -> None:
    if row["ended_days_ago"] is None:
        return
    author, learner = letter.placement.preceptor.user, letter.placement.learner
    with company.days_ago(row["ended_days_ago"], EVENING):
        match LetterStatus(row["status"]):
            case LetterStatus.DECLINED:
                decline_letter(
                    letter, by=author, note=row["decline_note"], shares_note=row["shares_note"]
                )
            case LetterStatus.CANCELLED:
                cancel_letter(letter, by=learner)
            case LetterStatus.EXPIRED:
                expire_letter(letter)
