"""What changes about papers: they come, are scanned and judged, and go."""

from datetime import date
from functools import partial

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import emails
from accounts.actions.people import has_consented
from accounts.kinds import ConsentKind, RejectReason, Scan
from accounts.models import Document, DocumentType, Preview, User
from accounts.permissions import shown_for
from accounts.uploads import MAX_FILES, MAX_TOTAL, CleanFile, Refused, scanning
from audit.actions import record
from audit.models import Event
from clocks.actions import schedule
from outbox.actions import nudge


@transaction.atomic
def add_document(
    owner: User,
    kind: DocumentType,
    file: CleanFile,
    *,
    by: User,
    issued_on: date | None = None,
    expires_on: date | None = None,
) -> Document:
    """Put a paper into the wallet; the version that was there is replaced.

    The owner's row is locked, so that two uploads of one kind leave one current
    version. Refuses with ``Refused`` past 100 files or 300 MB, and health records of
    somebody who has not agreed that they are kept.
    """
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)
    if kind.is_health and not has_consented(owner, ConsentKind.HEALTH):
        raise Refused(_("We may keep health records only if their owner agrees."), code="consent")
    refuse_hoard(owner, file.size)
    owner.documents.current().filter(type=kind).update(superseded_at=timezone.now())
    document = Document(
        owner=owner,
        type=kind,
        name=file.name,
        content_type=file.content_type,
        size=file.size,
        sha256=file.sha256,
        pages=file.pages,
        scan=Scan.WAITING if scanning.is_configured() else Scan.UNSCANNED,
        issued_on=issued_on,
        expires_on=expires_on,
    )
    _keep(document, file.content)
    event = record("document.uploaded", document, by=by, type=kind.slug)
    next_work = "draw_pages" if document.is_openable else "scan_document"
    nudge(f"accounts.tasks.{next_work}", document.pk)
    _look_again(owner, event)
    return document


def _keep(document: Document, content: bytes) -> None:
    """Row and file, both or neither."""
    document.file.save("content", ContentFile(content), save=False)
    try:
        document.save()
    except Exception:
        document.file.delete(save=False)
        raise


def refuse_hoard(owner: User, *sizes: int) -> None:
    """More files of these sizes: papers and what went with messages count together.

    The caller has locked the owner's row. Refuses with ``Refused``.
    """
    number, total = len(sizes), sum(sizes)
    for files in (owner.documents, owner.attachments):
        kept = files.exclude(scan=Scan.INFECTED).aggregate(number=Count("pk"), total=Sum("size"))
        number, total = number + kept["number"], total + (kept["total"] or 0)
    if number > MAX_FILES or total > MAX_TOTAL:
        raise Refused(
            _(
                "Your wallet is full: %(files)d files and %(mb)d MB are the most. "
                "Delete what you no longer need."
            )
            % {"files": MAX_FILES, "mb": MAX_TOTAL // 1_000_000},
            code="full",
        )


@transaction.atomic
def date_document(
    document: Document, *, by: User, issued_on: date | None, expires_on: date | None
) -> None:
    """Correct its dates. What a reviewer had accepted is looked at once more."""
    _lock(document)
    if (document.issued_on, document.expires_on) == (issued_on, expires_on):
        return
    document.issued_on, document.expires_on = issued_on, expires_on
    _clear_review(document)
    document.save(update_fields=["issued_on", "expires_on", *REVIEW])
    event = record("document.dated", document, by=by)
    _look_again(document.owner, event)


@transaction.atomic
def confirm_dates(document: Document, *, by: User) -> None:
    """She read its dates once more and says that they are right."""
    dates = {name: str(getattr(document, name) or "") for name in ("issued_on", "expires_on")}
    record("document.dates_confirmed", document, by=by, **dates)


@transaction.atomic
def remove_document(document: Document, *, by: User) -> None:
    """Delete a paper that went with no application, file and all. Refuses with ``Refused``."""
    _lock(document)
    if document.sent_with.exists():
        raise Refused(
            _("This paper went with an application, so it stays in the record."), code="sent"
        )
    event = record("document.removed", document, by=by, type=document.type.slug)
    _delete_files(document)
    document.delete()
    _look_again(document.owner, event)


def _delete_files(document: Document) -> None:
    for name in document.file_names:
        transaction.on_commit(partial(document.file.storage.delete, name))


@transaction.atomic
def keep_scan(document: Document, *, virus: str) -> None:
    """What the scanner said of its file. Said twice, it is one verdict."""
    User.objects.select_for_update(no_key=True).get(pk=document.owner_id)
    _lock(document)
    if document.scan not in {Scan.UNSCANNED, Scan.WAITING}:
        return
    if virus:
        _refuse_infected(document, virus)
        return
    document.scan = Scan.CLEAN
    document.save(update_fields=["scan"])
    record("document.scanned", document, by=None)
    nudge("accounts.tasks.draw_pages", document.pk)


def _refuse_infected(document: Document, virus: str) -> None:
    """The file goes, its row says why, and the version before it counts again."""
    was_current = document.superseded_at is None
    document.scan, document.virus = Scan.INFECTED, virus[:100]
    document.superseded_at = document.superseded_at or timezone.now()
    _clear_review(document)
    document.save(update_fields=["scan", "virus", "superseded_at", *REVIEW])
    Preview.objects.filter(document=document).delete()
    if was_current:
        _bring_back(document)
    event = record("document.infected", document, by=None, virus=virus)
    emails.document_infected(document, occasion=event)
    _delete_files(document)
    _look_again(document.owner, event)


def _bring_back(refused: Document) -> None:
    versions = Document.objects.filter(owner=refused.owner_id, type=refused.type_id)
    earlier = versions.exclude(scan=Scan.INFECTED).order_by("-uploaded_at", "-pk").first()
    if earlier:
        Document.objects.filter(pk=earlier.pk).update(superseded_at=None)


def release_waiting() -> int:
    """The scanner was taken out of the settings: what waited for it is unscanned now."""
    return Document.objects.filter(scan=Scan.WAITING).update(scan=Scan.UNSCANNED)


def _look_again(owner: User, event: Event) -> None:
    """What she has ahead may be ready now, or no longer: the clock looks."""
    schedule("learner.documents_changed", owner.pk, at=timezone.now(), occurrence=str(event.pk))


@transaction.atomic
def read_document(
    document: Document, *, by: User, address: str | None, page: int | None = None
) -> None:
    """Remember that somebody opened it, or looked at one page of it (promise B8)."""
    seen = {"page": page} if page else {}
    record(
        "document.read",
        document,
        by=by,
        on_behalf_of=shown_for(by, document),
        address=address,
        type=document.type.slug,
        **seen,
    )


REVIEW = ("verified_at", "verified_by", "rejected_at", "rejected_by", "reject_reason",
          "reject_note")  # fmt: skip


def _lock(document: Document) -> None:
    rows = Document.objects.select_for_update(no_key=True, of=("self",))
    document.refresh_from_db(from_queryset=rows)


def _clear_review(document: Document) -> None:
    document.verified_at = document.verified_by = None
    document.rejected_at = document.rejected_by = None
    document.reject_reason = document.reject_note = ""


@transaction.atomic
def verify_document(document: Document, *, by: User) -> None:
    """Staff read it, and it counts. Said twice, it is one review.

    Refuses with ``Refused`` what nobody could open.
    """
    _lock(document)
    if document.verified_at:
        return
    _refuse_unopenable(document)
    _clear_review(document)
    document.verified_at, document.verified_by = timezone.now(), by
    document.save(update_fields=REVIEW)
    event = record("document.verified", document, by=by)
    emails.document_verified(document, occasion=event)
    _look_again(document.owner, event)


def _refuse_unopenable(document: Document) -> None:
    if not document.is_openable:
        raise Refused(
            _("Nobody can have read it: %(scan)s.") % {"scan": document.get_scan_display()},
            code="scan",
        )


@transaction.atomic
def reject_document(document: Document, *, by: User, reason: RejectReason, note: str = "") -> None:
    """It does not count, for a reason from the list, which the learner reads.

    Refuses with ``Refused`` what nobody could open.
    """
    _lock(document)
    if document.rejected_at and (document.reject_reason, document.reject_note) == (reason, note):
        return
    _refuse_unopenable(document)
    _clear_review(document)
    document.rejected_at, document.rejected_by = timezone.now(), by
    document.reject_reason, document.reject_note = reason, note
    document.save(update_fields=REVIEW)
    event = record("document.rejected", document, by=by, reason=reason)
    emails.document_rejected(document, occasion=event)
    _look_again(document.owner, event)
