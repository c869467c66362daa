"""The rules about the learner herself, and all of a listing's rules together."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.kinds import NURSES, EnglishTest, Family, VisaPlan
from accounts.models import Document, LearnerProfile
from accounts.models.learner import Exam
from rotations.blocks import Block
from rotations.eligibility.check import (
    LATE,
    NOT_NEEDED,
    UNKNOWN,
    UNMET,
    Case,
    Check,
    in_order,
    met,
    stops,
    unknown,
    wallet,
)
from rotations.eligibility.papers import check_papers
from rotations.eligibility.severity import severities
from rotations.eligibility.words import in_words, open_to, said
from rotations.kinds import FOR_ENROLLED, FOR_GRADUATES, PAPER_RULES, Rule, Severity
from rotations.models import Listing

RN_LICENSE = "rn-license"


def check_listing(  # noqa: PLR0913  what is known of her beside her profile
    listing: Listing,
    profile: LearnerProfile | None,
    block: Block | None,
    documents: Sequence[Document],
    *,
    today: date,
    has_overlap: bool | None = None,
    school_approves: bool = False,
    excepted: Collection[str] = (),
) -> list[Check]:
    """Every rule of a listing held against a learner, unmet ones first.

    Asks the database nothing if ``requirements__type``, ``site__state`` and the
    documents' types are loaded. Without a profile, for a visitor, most is unknown;
    where nobody looked for other placements (``has_overlap``), R10 is left out. Rules that
    staff let pass (``excepted``) warn.
    """
    case = Case(listing, profile, block, today, wallet(documents), school_approves)
    found = [rule.check(case) for rule in RULES]
    found.append(_overlap(case, has_overlap=has_overlap))
    hard = severities()
    checks = [check for check in [*found, *check_papers(case)] if check]
    weighed = [_weighed(case, check, hard[check.rule]) for check in checks]
    return in_order(
        _let_pass(check) if check and check.rule in excepted else check for check in weighed
    )


def _let_pass(check: Check) -> Check:
    """For this request alone; the rule is as unmet as before."""
    if not check.blocks:
        return check
    hint = _("A coordinator lets it pass for this request. No visa letter is made for it.")
    return replace(check, state=LATE, blocks=False, hint=hint)


def _weighed(case: Case, check: Check, severity: str) -> Check | None:
    """The verdict as hard as the rule is by now."""
    if severity == Severity.OFF:
        return None
    if severity == Severity.WARNS and check.blocks:
        return replace(check, state=LATE, blocks=False)
    is_lacking = check.rule in PAPER_RULES and check.is_open and case.profile is not None
    if severity == Severity.STOPS and is_lacking:
        return replace(check, state=UNMET, blocks=True)
    return check


def _enrolled(case: Case) -> Check | None:
    """R1: electives, clerkships and sub-internships are for students of a school."""
    if case.listing.rotation_type not in FOR_ENROLLED:
        return None
    title = _("Student of a school from the first to the last day")
    profile = case.profile
    if profile is None or not profile.family:
        return unknown(case, "R1", title)
    kind = case.listing.get_rotation_type_display()
    others = _("Look at externships and observerships, or ask the coordinator.")
    if not profile.is_student:
        why = _("%(type)s: for students only, and you have graduated") % {"type": kind}
        return stops("R1", title, why, others)
    if outside := _outside_studies(case, profile):
        return stops("R1", title, *outside)
    if profile.graduation_on is None:
        return unknown(case, "R1", title)
    day = in_words(profile.graduation_on)
    return met("R1", title, _("you graduate on %(day)s") % {"day": day})


def _outside_studies(case: Case, profile: LearnerProfile) -> tuple[str, str] | None:
    """Why these dates are not within them, and what helps: such hours do not count (3.7)."""
    begin, graduation = profile.studies_from, profile.graduation_on
    if begin and begin > case.first_day:
        why = _("your studies begin on %(begin)s, and your first day is %(first)s")
        why %= {"begin": in_words(begin), "first": in_words(case.first_day)}
        return why, _("Choose dates after it. Hours before it would not count.")
    if graduation and graduation <= case.last_day:
        why = _("you graduate on %(graduation)s, and your last day is %(last)s")
        why %= {"graduation": in_words(graduation), "last": in_words(case.last_day)}
        return why, _("Choose dates before your graduation.")
    return None


def _graduated(case: Case) -> Check | None:
    """R2: an externship needs a degree."""
    if case.listing.rotation_type not in FOR_GRADUATES:
        return None
    title = _("Degree awarded before the first day")
    profile = case.profile
    if profile is None or not profile.family:
        return unknown(case, "R2", title)
    graduation = profile.graduation_on
    if profile.is_student and (graduation is None or graduation > case.first_day):
        why = _("an externship is for graduates, and you are still a student")
        if graduation:
            why = _("an externship is for graduates, and you graduate on %(day)s")
            why %= {"day": in_words(graduation)}
        return stops("R2", title, why, _("Look at electives, or choose dates after it."))
    if graduation and graduation > case.first_day:
        why = _("you graduate on %(day)s, after the first day") % {"day": in_words(graduation)}
        return stops("R2", title, why, _("Choose dates after it."))
    return met("R2", title, _("you have graduated"))


def _visa(case: Case) -> Check:
    """R3: visitors' visas cover a student's elective and observing, not a graduate's hands."""
    title = _("Visa plan that fits hands-on work")
    profile = case.profile
    if not case.listing.is_hands_on:
        return Check("R3", NOT_NEEDED, title, _("Not needed: you do not touch patients here"))
    if profile is None or not (profile.family and profile.visa_plan):
        return unknown(case, "R3", title)
    plan = profile.get_visa_plan_display()
    is_graduate = not profile.is_enrolled_on(case.first_day)
    if is_graduate and profile.is_visitor:
        why = _("%(visa)s does not cover hands-on work by graduates, only observing")
        hint = _("Look at observerships, or ask the coordinator. No visa letter is made for this.")
        return stops("R3", title, why % {"visa": plan}, hint)
    if is_graduate and profile.visa_plan == VisaPlan.NONE_YET:
        hint = _("B-1, B-2 and the Visa Waiver cover only observing for graduates.")
        return Check("R3", UNKNOWN, title, _("Unknown: you have no visa plan yet"), hint)
    return met("R3", title, plan)


def _exam(case: Case, title: str, *, result: str, rule: str = Rule.MINIMUMS) -> Check:
    if case.profile is None or not case.profile.family:
        return unknown(case, rule, title)
    if result == Exam.PASSED:
        return met(rule, title, _("passed, as you told us"))
    why = _("you told us: not passed yet") if result else _("you told us: not taken")
    return stops(rule, title, why, _("Update your profile when you have the result."))


def _step1(case: Case) -> Check | None:
    """R5, Step 1: as the listing asks, or by the rule for graduates' hands."""
    result = case.profile.step1 if case.profile else ""
    if case.listing.needs_step1:
        return _exam(case, _("USMLE Step 1 passed"), result=result)
    if case.listing.is_hands_on and case.family == Family.IMG_GRADUATE:
        title = _("USMLE Step 1 passed, for hands-on work by graduates")
        return _exam(case, title, result=result, rule=Rule.STEP_1)
    return None


def _step2(case: Case) -> Check | None:
    """R5, Step 2 CK, with a score where the listing names one."""
    least = case.listing.min_step2_score
    if not (case.listing.needs_step2 or least):
        return None
    title = _("USMLE Step 2 CK passed")
    if least:
        title = _("USMLE Step 2 CK, %(score)d or more") % {"score": least}
    found = _exam(case, title, result=case.profile.step2 if case.profile else "")
    if not least or not found.is_met or case.profile is None:
        return found
    score = case.profile.step2_score
    if score is None:
        return unknown(case, Rule.MINIMUMS, title)
    if score < least:
        why = _("your score is %(score)d") % {"score": score}
        return stops(Rule.MINIMUMS, title, why, _("Ask the coordinator before you give up."))
    return met(Rule.MINIMUMS, title, f"{score}")


def _english(case: Case) -> Check | None:
    """R5, an English test; not for students of US schools."""
    if not case.listing.needs_english or case.family == Family.US_MD_DO_STUDENT:
        return None
    title = _("An English test (OET, TOEFL or IELTS)")
    if case.profile is None or not case.profile.english_test:
        return unknown(case, Rule.MINIMUMS, title)
    if case.profile.english_test == EnglishTest.NONE:
        hint = _("Update your profile when you have taken one.")
        return stops(Rule.MINIMUMS, title, _("you told us: not taken"), hint)
    return met(Rule.MINIMUMS, title, str(case.profile.get_english_test_display()))


def _graduation_year(case: Case) -> Check | None:
    """R5, how recently she must have graduated."""
    year = case.listing.min_graduation_year
    if year is None:
        return None
    title = _("Graduation in %(year)d or after") % {"year": year}
    graduation = case.profile.graduation_on if case.profile else None
    if graduation is None:
        return unknown(case, "R5", title)
    if graduation.year < year:
        why = _("you graduated in %(year)d") % {"year": graduation.year}
        return stops("R5", title, why, _("Ask the coordinator if a later degree counts."))
    return met("R5", title, f"{graduation.year}")


def _family(case: Case) -> Check:
    """R6: whom the listing is open to."""
    title = _("Open to %(families)s") % {"families": open_to(case.listing.families)}
    profile = case.profile
    if profile is None or not profile.family:
        return unknown(case, "R6", title)
    mine = profile.get_family_display()
    if profile.family in case.listing.families:
        return met("R6", title, mine)
    why = _("you are: %(family)s") % {"family": mine}
    return stops("R6", title, why, _("Filter the catalogue by who you are."))


def _nurse(case: Case) -> Check | None:
    """R8: a nurse's licence in the state of the site, or one that covers it."""
    if case.family not in NURSES or case.profile is None:
        return None
    state = case.listing.site.state
    title = _("RN license for %(state)s") % {"state": state.name}
    mine = case.profile.rn_state
    if mine == state.abbr:
        return met("R8", title, mine)
    if not mine:
        why = _("your profile names no RN license")
        return stops("R8", title, why, _("Add it to your profile."))
    license_ = case.papers.get(RN_LICENSE)
    if license_ and license_.verified_at:
        text = _("Not met: your RN license is from %(mine)s; it counts if it is a compact license")
        hint = _("Your program and the coordinator check that it covers this state.")
        return Check("R8", LATE, title, text % {"mine": mine}, hint, document=RN_LICENSE)
    hint = _(
        "A compact (multistate) license may cover it: add it to your wallet, so that we can see."
    )
    return stops("R8", title, _("your RN license is from %(mine)s") % {"mine": mine}, hint)


def _overlap(case: Case, *, has_overlap: bool | None) -> Check | None:
    """R10: one confirmed placement at a time."""
    if case.profile is None or case.is_told or case.block is None or has_overlap is None:
        return None
    title = _("No other confirmed rotation on these dates")
    if has_overlap:
        why = _("you have a confirmed rotation on some of these days")
        return stops("R10", title, why, _("Choose other dates, or cancel that one first."))
    return met("R10", title, _("nothing confirmed from %(first)s to %(last)s") % {
        "first": in_words(case.first_day), "last": in_words(case.last_day),
    })  # fmt: skip


def _lead_time(case: Case) -> Check | None:
    """R11: how long ahead one must apply."""
    if case.block is None:
        return None
    needs_visa = bool(case.profile and case.profile.needs_visa)
    earliest = case.listing.first_start(needs_visa=needs_visa, today=case.today)
    days = (earliest - case.today).days
    title = ngettext(
        "Applied %(days)d day ahead", "Applied %(days)d days ahead", days
    ) % {"days": days}  # fmt: skip
    ahead = (case.first_day - case.today).days
    if case.first_day >= earliest:
        why = ngettext("%(n)d day until the start", "%(n)d days until the start", ahead)
        return met("R11", title, why % {"n": ahead})
    why = _("the first start that can still be prepared is on or after %(day)s")
    hint = _("A visa takes time, so you apply earlier.") if needs_visa else _("Choose later dates.")
    return stops("R11", title, why % {"day": in_words(earliest)}, hint)


def _state_note(case: Case) -> Check | None:
    """R12: what a state's rules say; read before sending, never a verdict."""
    state = case.listing.site.state
    if not state.note:
        return None
    title = _("Rules in %(state)s") % {"state": state.name}
    return Check("R12", NOT_NEEDED, title, state.note, _("Information, not legal advice."))


@dataclass(frozen=True)
class Asked:
    """A rule about her, the fields of her profile that it reads, and where she mends them."""

    verdict: Callable[[Case], Check | None]
    fields: tuple[str, ...] = ()
    section: str = ""
    guide: str = ""

    def check(self, case: Case) -> Check | None:
        found = self.verdict(case)
        if found is None:
            return None
        evidence = said(case.profile, self.fields)
        return replace(found, evidence=evidence, section=self.section, guide=self.guide)


RULES = (
    Asked(_family, ("family",), "who", "eligibility"),
    Asked(
        _enrolled,
        ("family", "studies_from", "graduation_on"),
        "school",
        "types-of-us-clinical-experience",
    ),
    Asked(_graduated, ("family", "graduation_on"), "school", "types-of-us-clinical-experience"),
    Asked(_visa, ("family", "visa_plan"), "visa", "visa-basics"),
    Asked(_step1, ("step1",), "exams", "eligibility"),
    Asked(_step2, ("step2", "step2_score"), "exams", "eligibility"),
    Asked(_english, ("english_test",), "exams", "eligibility"),
    Asked(_graduation_year, ("graduation_on",), "school", "eligibility"),
    Asked(_nurse, ("rn_state",), "exams", "np-and-pa-hours"),
    Asked(_lead_time, ("visa_plan",), "", "visa-basics"),
    Asked(_state_note),
)
