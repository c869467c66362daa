from letters.models.issued import IssuedDocument
from letters.models.request import LetterRequest
from letters.models.season import MatchSeason

__all__ = ["IssuedDocument", "LetterRequest", "MatchSeason"]
