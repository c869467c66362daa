"""Who looks at rotations, as far as their rules know her."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from accounts.answers import Answers, answers_of
from accounts.models import Document, LearnerProfile, User
from rotations.blocks import Block
from rotations.eligibility import Summary, check_listing, summary
from rotations.models import Listing


@dataclass(frozen=True)
class Visitor:
    """A profile and a wallet, the answers of somebody without an account, or nothing."""

    profile: LearnerProfile | None = None
    documents: Sequence[Document] = ()
    answers: Answers | None = None

    @classmethod
    def of(cls, user: User | AnonymousUser) -> "Visitor":
        profile = getattr(user, "learner_profile", None)
        if profile is None:
            return cls()
        return cls(profile, list(profile.user.documents.current().select_related("type")))

    @classmethod
    def of_request(cls, request: HttpRequest) -> "Visitor":
        """As ``of``; who is not signed in is who she said she is."""
        if request.user.is_authenticated:
            return cls.of(request.user)
        answers = answers_of(request)
        return cls(answers.profile, answers=answers) if answers else cls()

    @property
    def is_known(self) -> bool:
        """Whether rules can be held against her at all."""
        return bool(self.profile and self.profile.family)

    @property
    def needs_visa(self) -> bool:
        return bool(self.profile and self.profile.needs_visa)

    def summary(self, listing: Listing, block: Block | None, *, today: date) -> Summary | None:
        if not self.is_known:
            return None
        return summary(check_listing(listing, self.profile, block, self.documents, today=today))
