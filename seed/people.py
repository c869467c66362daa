"""The demo's people: staff with a second factor, learners with their papers."""

import hashlib
import secrets
import time
from datetime import date, timedelta
from typing import Any

from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from allauth.mfa.utils import decrypt
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.kinds import ConsentKind, Scan, ShotKind
from accounts.models import (
    AddressChange,
    Consent,
    Document,
    DocumentType,
    ImmunizationFact,
    LearnerProfile,
    User,
)
from accounts.models.document import private_path
from letters.models import MatchSeason
from rotations.models import Specialty
from seed.reading import structure
from seed.scenery import make_user
from seed.stage import sample_pdf


def build_staff() -> tuple[User, User]:
    """A coordinator in her group and an admin, each with a second factor."""
    people = {row["role"]: row for row in structure("demo/cast.json")["people"]}
    coordinator, admin = (
        make_user(
            row["email"],
            row["name"],
            call_me=row["call_me"],
            time_zone=row["time_zone"],
            is_staff=True,
            is_superuser=role == "admin",
        )
        for role, row in ((role, people[role]) for role in ("coordinator", "admin"))
    )
    coordinator.groups.add(Group.objects.get(name="coordinators"))
    for user in (coordinator, admin):
        TOTP.activate(user, generate_totp_secret())
        RecoveryCodes.activate(user)
    return coordinator, admin


def build_learners(staff: User) -> dict[str, User]:
    types = {one.slug: one for one in DocumentType.objects.all()}
    learners = {}
    for row in structure("demo/learners.json"):
        user = make_user(
            row.get("login") or row["email"],
            row["name"],
            call_me=row.get("call_me") or "",
            pronouns=row.get("pronouns") or "",
            time_zone=row["time_zone"],
        )
        _profile(user, row)
        Consent.objects.bulk_create(
            Consent(user=user, kind=kind, version="1")
            for kind in (ConsentKind.TERMS, ConsentKind.PRIVACY, ConsentKind.HEALTH)
        )
        for paper in row["documents"]:
            _document(user, types[paper["type"]], paper, row, staff)
        _immunizations(user, row["key"], staff)
        learners[row["key"]] = user
    return learners


def build_address_changes(learners: list[User]) -> None:
    """One that waits for its code, one that is done and can be taken back, one that was stopped."""
    now = timezone.now()
    states: list[dict[str, Any]] = [
        {},
        {"done_at": now - timedelta(hours=20)},
        {"stopped_at": now - timedelta(hours=20)},
    ]
    for user, state in zip(learners, states, strict=False):
        local, _, domain = user.email.partition("@")
        other = f"{local}.earlier@{domain}" if "done_at" in state else f"{local}.new@{domain}"
        old, new = (other, user.email) if "done_at" in state else (user.email, other)
        AddressChange.objects.create(
            user=user,
            old=old,
            new=new,
            key=secrets.token_hex(32),
            asked_at=now - timedelta(hours=21 if state else 2),
            **state,
        )


def _profile(user: User, row: dict[str, Any]) -> None:
    same = ("family", "citizenship", "school", "school_country", "aamc_id", "usmle_id",
            "visa_plan", "languages", "phone", "goals", "statement")  # fmt: skip
    more = structure("demo/profiles.json").get(row["key"], {})
    profile = LearnerProfile.objects.create(
        user=user,
        **{name: row.get(name) or "" for name in (*same, "step1", "step2", "rn_state")},
        **{name: more.get(name, "") for name in ("step3", "ecfmg", "english_test", "visa_outcome")},
        **{f"emergency_{name}": words for name, words in (more.get("emergency") or {}).items()},
        step2_score=row.get("step2_score"),
        graduation_on=_in_days(row["graduation_in_days"]),
        ecfmg_on=_in_days(more.get("ecfmg_days_ago"), back=True),
        english_on=_in_days(more.get("english_days_ago"), back=True),
        visa_interview_on=_in_days(more.get("interview_in_days")),
        season=MatchSeason.objects.filter(name=more.get("season")).first(),
    )
    profile.specialties.set(Specialty.objects.filter(slug__in=more.get("specialties", ())))


def _in_days(days: int | None, *, back: bool = False) -> date | None:
    if days is None:
        return None
    return timezone.localdate() + timedelta(days=-days if back else days)


def _document(
    user: User, kind: DocumentType, paper: dict[str, Any], row: dict[str, Any], staff: User
) -> None:
    today, now = timezone.localdate(), timezone.now()
    content = sample_pdf(f"{kind.name}: {user.name}", _words(kind, row))
    expires = paper.get("expires_in_days")
    reviewed_at = now - timedelta(days=1)
    state = paper["state"]
    document = Document(
        owner=user,
        type=kind,
        name=f"{kind.slug}.pdf",
        content_type="application/pdf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        issued_on=today - timedelta(days=paper["issued_days_ago"]),
        expires_on=None if expires is None else today + timedelta(days=expires),
        verified_at=reviewed_at if state == "verified" else None,
        verified_by=staff if state == "verified" else None,
        rejected_at=reviewed_at if state == "rejected" else None,
        rejected_by=staff if state == "rejected" else None,
        reject_reason=paper.get("reject_reason") or "",
        reject_note=paper.get("reject_note") or "",
        scan=Scan.INFECTED if state == "infected" else Scan.UNSCANNED,
        virus=paper.get("virus") or "",
        superseded_at=reviewed_at if state == "infected" else None,
    )
    if state == "infected":
        document.file.name = private_path(document, document.name)
        document.save()
        return
    document.file.save("sample.pdf", ContentFile(content), save=False)
    document.save()


def _immunizations(user: User, key: str, staff: User) -> None:
    """Her record, as she copied it; staff have held some of them against the papers."""
    record = structure("demo/immunizations.json").get(key)
    if record is None:
        return
    seen = {"verified_at": timezone.now(), "verified_by": staff} if record["seen"] else {}
    for kind, days_ago, *more in record["facts"]:
        said = {"value" if kind == ShotKind.ANTI_HBS else "result": one for one in more}
        on = timezone.localdate() - timedelta(days=days_ago)
        ImmunizationFact.objects.create(owner=user, kind=kind, on=on, **said, **seen)


def _words(kind: DocumentType, row: dict[str, Any]) -> list[str]:
    """A CV says something about its owner; other papers say that they are samples."""
    if kind.slug != "cv":
        return ["A sample for the demonstration. Not a real document."]
    cv = row["cv"]
    return ["Education", *cv["education"], "", "Experience", *cv["experience"], "", *cv["other"]]


def current_codes() -> dict[str, str]:
    """What an authenticator app would show now, for each invented staff account."""
    counter = int(time.time()) // mfa_settings.TOTP_PERIOD
    secrets = Authenticator.objects.filter(
        type=Authenticator.Type.TOTP, user__is_demo=True, user__is_staff=True
    ).order_by("user__email")
    return {
        one.user.email: format_hotp_value(hotp_value(decrypt(one.data["secret"]), counter))
        for one in secrets.select_related("user")
    }
