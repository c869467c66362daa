"""Two accounts of one person become one: what moves, what stays, and what refuses it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Field, Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import emails
from accounts.actions.people import end_sessions
from accounts.models import Document, User
from audit.actions import record
from clocks.actions import schedule

# Whose they are: they go with the person.
MOVED = frozenset(
    {
        "accounts.Consent.user",
        "accounts.Delegation.person",
        "accounts.Document.owner",
        "accounts.ImmunizationFact.owner",
        "accounts.PreceptorProfile.user",
        "outbox.Message.user",
        "placements.Application.learner",
        "placements.Placement.learner",
        "rotations.Alert.owner",
        "rotations.Question.asker",
        "rotations.SavedListing.owner",
        "threads.Attachment.owner",
        "threads.Report.reporter",
        "socialaccount.SocialAccount.user",
    }
)
# Of these nobody has two of the same: the one that stays keeps hers.
ONCE = {"rotations.Alert.owner": "query", "rotations.SavedListing.owner": "listing_id"}
# Rows with a rule of their own, below.
SETTLED = frozenset(
    {
        "account.EmailAddress.user",
        "accounts.AddressChange.user",
        "accounts.LearnerProfile.user",
        "accounts.User_groups.user",
        "accounts.User_user_permissions.user",
        "mfa.Authenticator.user",
        "threads.Mark.person",
        "threads.Message.author",
        "threads.Notice.person",
        "threads.Quiet.person",
        "usersessions.UserSession.user",
    }
)
# Who did something stays as it was written down, and so do the logs.
STAYING = frozenset(
    {
        "admin.LogEntry.user",
        "audit.Event.by",
        "audit.Event.on_behalf_of",
        "pghistory.MiddlewareEvents.user",
        # Opens nothing any more: its account is closed.
        "placements.CalendarFeed.owner",
        "privacy.Erasure.person",
        "privacy.Export.owner",
        "threads.Message.on_behalf_of",
    }
)
# Facts that belong together are taken over together, if the first of them is empty.
TOGETHER = (
    ("school", "school_country", "studies_from", "graduation_on"),
    ("step2", "step2_score"),
    ("ecfmg", "ecfmg_on"),
    ("english_test", "english_on"),
    ("visa_plan", "visa_interview_on", "visa_outcome"),
    ("emergency_name", "emergency_relation", "emergency_phone"),
)
ALONE = (
    "family", "citizenship", "aamc_id", "usmle_id", "step1", "step3", "rn_state", "languages",
    "phone", "season", "goals", "statement",
)  # fmt: skip
LISTED = MOVED | SETTLED | STAYING


class MergeRefused(ValidationError):
    """They cannot be one as they are; the messages say what to settle first."""


def links() -> Iterator[tuple[str, type[Model], Field]]:
    """Every column that points to a person, by name; of all apps, and of those to come."""
    relations: Any = User._meta.get_fields(include_hidden=True)
    for relation in relations:
        if relation.auto_created and not relation.concrete and not relation.many_to_many:
            model, field = relation.related_model, relation.field
            yield f"{model._meta.label}.{field.name}", model, field


def is_written_down(model: type[Model], field: Field) -> bool:
    """By whom something was done, or a row's history."""
    return hasattr(model, "pgh_tracked_model") or field.name.endswith("_by")


def without_a_rule() -> list[str]:
    """Columns that nobody has thought about yet."""
    return sorted(
        name
        for name, model, field in links()
        if name not in LISTED and not is_written_down(model, field)
    )


@dataclass(frozen=True)
class Move:
    """How many rows of one kind go over."""

    name: str
    count: int


@dataclass(frozen=True)
class Merge:
    """What would happen if ``kept`` took over what is ``gone``'s."""

    kept: User
    gone: User
    moves: list[Move]
    rules: list[str]
    conflicts: list[str]


def plan_merge(kept: User, gone: User) -> Merge:
    """Nothing is written."""
    return Merge(kept, gone, _moves(gone), _rules(kept, gone), _conflicts(kept, gone))


def _moves(gone: User) -> list[Move]:
    found = []
    for name, model, field in links():
        count = model._default_manager.filter(**{field.name: gone}).count() if name in MOVED else 0
        if count:
            found.append(Move(str(model._meta.verbose_name_plural), count))
    return sorted(found, key=lambda move: move.name)


def _rules(kept: User, gone: User) -> list[str]:
    rules = []
    if kept.is_learner and gone.is_learner:
        rules.append(
            _("Both have a learner’s profile. The one that stays keeps what it says; what it leaves "
              "empty is filled in from the other.")
        )  # fmt: skip
    if doubles := _double_papers(kept, gone):
        names = ", ".join(str(mine.type) for mine, _theirs in doubles)
        rules.append(
            _("Both have these documents: %(names)s. The accepted one counts, or the later one; the "
              "other is kept as an earlier version.") % {"names": names}
        )  # fmt: skip
    if Authenticator.objects.filter(user=gone).exists():
        rules.append(_("The second factor of the account that goes is removed."))
    return rules


def _conflicts(kept: User, gone: User) -> list[str]:
    found = []
    if kept == gone:
        return [_("These are the same account.")]
    if not (kept.is_active and gone.is_active):
        found.append(_("One of them is closed already."))
    if kept.erasures.open().exists() or gone.erasures.open().exists():
        found.append(_("One of them is about to be deleted. Call that off first."))
    if gone.is_staff or gone.is_superuser:
        found.append(_("The account that goes has staff rights. Take them away first."))
    if kept.is_preceptor and gone.is_preceptor:
        found.append(_("Both are preceptors. Move the listings of one to the other first."))
    return [*found, *_rotations_in_the_way(kept, gone), *_rows_without_a_rule(gone)]


def _rotations_in_the_way(kept: User, gone: User) -> list[str]:
    hers = {one.listing_id: one for one in kept.applications.open()}
    twice = [one for one in gone.applications.open() if one.listing_id in hers]
    found = [_("Both have an open application: %(it)s.") % {"it": one.listing} for one in twice]
    for mine in kept.placements.live():
        overlapping = gone.placements.live().filter(
            start_on__lte=mine.end_on, end_on__gte=mine.start_on
        )
        found += [
            _("Two rotations overlap: %(one)s and %(other)s.")
            % {"one": mine.listing, "other": theirs.listing}
            for theirs in overlapping
        ]
    for learner, host in ((kept, gone), (gone, kept)):
        if learner.applications.filter(listing__preceptor__user=host).exists():
            found.append(_("One has applied to the other. Nobody is her own preceptor."))
    return found


def _rows_without_a_rule(gone: User) -> list[str]:
    names = without_a_rule()
    return [
        _("There is no rule yet for %(name)s.") % {"name": name}
        for name, model, field in links()
        if name in names and model._default_manager.filter(**{field.name: gone}).exists()
    ]


@transaction.atomic
def merge_accounts(kept: User, gone: User, *, by: User) -> None:
    """All that is ``gone``'s becomes ``kept``'s; the emptied account is closed. Both are told.

    Both rows are locked, in the order of their keys. Refuses with ``MergeRefused``.
    """
    rows = User.objects.filter(pk__in=[kept.pk, gone.pk]).order_by("pk")
    locked = {row.pk: row for row in rows.select_for_update(no_key=True)}
    kept, gone = locked[kept.pk], locked[gone.pk]
    plan = plan_merge(kept, gone)
    if plan.conflicts:
        raise MergeRefused(plan.conflicts)
    address = gone.email
    _settle_papers(kept, gone)
    _settle_facts(kept, gone)
    _settle_profiles(kept, gone)
    _settle_delegations(kept, gone, by=by)
    _settle_conversations(kept, gone)
    _move_rows(kept, gone)
    _settle_addresses(kept, gone)
    _close(gone)
    end_sessions(kept)
    event = record(
        "account.merged",
        kept,
        by=by,
        gone=gone.pk,
        moved={move.name: move.count for move in plan.moves},
    )
    record("account.merged_away", gone, by=by, kept=kept.pk)
    emails.accounts_merged(kept, address, occasion=event)
    schedule("learner.documents_changed", kept.pk, at=timezone.now(), occurrence=str(event.pk))


def _double_papers(kept: User, gone: User) -> list[tuple[Document, Document]]:
    mine = {one.type_id: one for one in kept.documents.current().select_related("type")}
    theirs = gone.documents.current().select_related("type")
    return [(mine[one.type_id], one) for one in theirs if one.type_id in mine]


def _settle_papers(kept: User, gone: User) -> None:
    for pair in _double_papers(kept, gone):
        older, _newer = sorted(pair, key=lambda one: (bool(one.verified_at), one.uploaded_at))
        older.superseded_at = timezone.now()
        older.save(update_fields=["superseded_at"])


def _settle_facts(kept: User, gone: User) -> None:
    """A dose that both have entered is one; what staff have seen stays."""
    for theirs in gone.immunization_facts.all():
        same = kept.immunization_facts.filter(kind=theirs.kind, on=theirs.on)
        if theirs.verified_at:
            same.filter(verified_at=None).delete()
        if same.exists():
            theirs.delete()


def _settle_profiles(kept: User, gone: User) -> None:
    """Where both have one, the kept one's empty fields are filled in from the other."""
    if not gone.is_learner:
        return
    theirs = gone.learner_profile
    if not kept.is_learner:
        theirs.user = kept
        theirs.save(update_fields=["user"])
        return
    mine = kept.learner_profile
    for names in (*TOGETHER, *((name,) for name in ALONE)):
        if not getattr(mine, names[0]):
            for name in names:
                setattr(mine, name, getattr(theirs, name))
    mine.save()
    mine.specialties.add(*theirs.specialties.all())
    theirs.delete()


def _settle_delegations(kept: User, gone: User, *, by: User) -> None:
    """Nobody acts for a preceptor twice, or for herself."""
    hers = Q(preceptor__in=kept.delegations.current().values("preceptor"))
    for_herself = Q(preceptor__user__in=[kept, gone])
    now = timezone.now()
    gone.delegations.current().filter(hers | for_herself).update(ended_at=now, ended_by=by)
    kept.delegations.current().filter(for_herself).update(ended_at=now, ended_by=by)


def _settle_conversations(kept: User, gone: User) -> None:
    """One mark for each conversation, the further one; what a mail still owes her is counted on
    her pages. That somebody joined as a coordinator stays as it was.
    """
    for theirs in gone.thread_marks.all():
        mine = kept.thread_marks.filter(thread=theirs.thread_id)
        mine.filter(read_to__lt=theirs.read_to).update(read_to=theirs.read_to)
        if mine.exists():
            theirs.delete()
    gone.thread_marks.update(person=kept)
    gone.notices.all().delete()
    gone.said.filter(kind="text").update(author=kept)
    if hasattr(gone, "quiet"):
        gone.quiet.delete()


def _move_rows(kept: User, gone: User) -> None:
    for name, model, field in links():
        if name in MOVED:
            theirs = model._default_manager.filter(**{field.name: gone})
            if name in ONCE:
                _drop_twins(theirs, model._default_manager.filter(**{field.name: kept}), ONCE[name])
            changes: Any = {field.name: kept}
            theirs.update(**changes)


def _drop_twins(theirs: QuerySet, hers: QuerySet, what: str) -> None:
    mine = set(hers.values_list(what, flat=True))
    for row in theirs:
        if getattr(row, what) in mine:
            row.delete()


def _settle_addresses(kept: User, gone: User) -> None:
    """What was proved stays hers, beside her own; what was not is forgotten."""
    hers = EmailAddress.objects.filter(user=gone)
    hers.filter(verified=False).delete()
    twice = EmailAddress.objects.filter(user=kept, verified=False)
    twice.filter(email__in=hers.values("email")).delete()
    hers.update(user=kept, primary=False)
    gone.address_changes.stoppable().update(stopped_at=timezone.now())


def _close(gone: User) -> None:
    """Nobody signs in to it any more; what its person did stays under its name."""
    end_sessions(gone)
    Authenticator.objects.filter(user=gone).delete()
    gone.groups.clear()
    gone.user_permissions.clear()
    gone.set_unusable_password()
    gone.is_active, gone.email = False, f"merged-{gone.pk}@merged.invalid"
    gone.save(update_fields=["is_active", "email", "password"])
