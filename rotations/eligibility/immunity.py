"""A learner's doses and tests held against what one listing asks, which may be more than usual."""

from collections.abc import Mapping, Sequence

from accounts.immunity import Shot, Threshold, Verdict, judge, stricter
from accounts.kinds import Immunity
from rotations.blocks import Block
from rotations.models import Listing, Requirement

# What each paper is about; the AAMC form is about all of it.
ABOUT: Mapping[str, tuple[Immunity, ...]] = {
    "mmr": (Immunity.MEASLES, Immunity.MUMPS, Immunity.RUBELLA),
    "varicella": (Immunity.VARICELLA,),
    "hepb": (Immunity.HEPB,),
    "tdap": (Immunity.TDAP,),
    "tb": (Immunity.TB,),
    "flu": (Immunity.FLU,),
    "covid": (Immunity.COVID,),
}


def check_immunity(
    listing: Listing, block: Block, shots: Sequence[Shot], thresholds: Mapping[str, Threshold]
) -> dict[str, list[Verdict]]:
    """Verdicts by the slug of the paper that they are about; asks nothing beyond
    ``listing.requirements`` with their types.
    """
    found: dict[str, list[Verdict]] = {}
    for row in listing.requirements.all():
        for item in ABOUT.get(row.type.slug, ()):
            threshold = _asked(row, thresholds[item])
            verdict = judge(threshold, shots, first=block.start_on, last=block.end_on)
            found.setdefault(row.type.slug, []).append(verdict)
    return found


def _asked(row: Requirement, usual: Threshold) -> Threshold:
    return stricter(usual, least=row.least, months=row.months)
