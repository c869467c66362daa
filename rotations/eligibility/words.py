"""How rules speak of days and people."""

from collections.abc import Iterable
from datetime import date

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from accounts.kinds import Family
from accounts.models import LearnerProfile


def in_words(day: date) -> str:
    """“Fri, May 21, 2027”."""
    return format_date(day, "D, M j, Y")


def said(profile: LearnerProfile | None, fields: Iterable[str]) -> str:
    """“who you are: Physician assistant; graduation: Thu, Jul 1, 2027”; what is empty is left out."""
    if profile is None:
        return ""
    found = []
    for name in fields:
        value = getattr(profile, name)
        if value:
            shown = getattr(profile, f"get_{name}_display", lambda value=value: value)()
            label = LearnerProfile._meta.get_field(name).verbose_name  # type: ignore[union-attr]
            found.append(f"{label}: {in_words(value) if isinstance(value, date) else shown}")
    return "; ".join(found)


def open_to(families: Iterable[str]) -> str:
    """In few words: “IMGs, medical, NP and PA students”."""
    chosen = set(families)
    if chosen >= set(Family):
        return _("all learners")
    graduates = [
        (Family.IMG_GRADUATE, _("IMGs")),
        (Family.NP_GRADUATE, _("NPs")),
        (Family.PA_GRADUATE, _("PAs")),
    ]
    words = [word for family, word in graduates if family in chosen]
    students = _medical_students(chosen)
    students += [_("NP")] if Family.NP_STUDENT in chosen else []
    students += [_("PA")] if Family.PA_STUDENT in chosen else []
    if students:
        students[-1] = _("%(kind)s students") % {"kind": students[-1]}
    words += students
    if len(words) < 2:  # noqa: PLR2004
        return "".join(words)
    return _("%(several)s and %(last)s") % {"several": ", ".join(words[:-1]), "last": words[-1]}


def _medical_students(families: set[str]) -> list[str]:
    abroad, offshore = Family.IM_STUDENT in families, Family.CARIBBEAN_STUDENT in families
    american = Family.US_MD_DO_STUDENT in families
    if american:
        return [_("medical")] if abroad or offshore else [_("US medical")]
    if abroad:
        return [_("international medical")]
    return [_("offshore medical")] if offshore else []
