"""Who may do what with a letter request. No side effects."""

from accounts.models import User
from letters.models import LetterRequest


def is_learner_of(user: User, request: LetterRequest) -> bool:
    return request.placement.learner_id == user.pk


def is_author_of(user: User, request: LetterRequest) -> bool:
    return request.placement.preceptor.user_id == user.pk
