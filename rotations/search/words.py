"""What somebody types, as a question for PostgreSQL's full-text search."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from rotations.models.entry import Word

PART = re.compile(r'(?P<no>-)?(?:"(?P<phrase>[^"]+)"|(?P<words>[^\s"]+))')
LETTERS = re.compile(r"[^\W_]+")
# Words that say nothing about a place or a person.
SMALL_WORDS = frozenset(
    "a an and at by for from in of on or the to with near rotation rotations".split()  # noqa: SIM905
)
MOST_WORDS = 8
# Columns of an entry: its whole text, or titles, specialties, places and names alone.
ANYWHERE, UP_FRONT = "search", "front"
ALIKE = 0.3
# Shorter words are not mended: too much is like them.
LONG = 3
# IM, FM, NP: too short to be the beginning of another word.
ABBREVIATION = 2


@dataclass(frozen=True)
class Part:
    """A word, or a phrase in quotation marks; ``is_open``: it may go on."""

    words: tuple[str, ...]
    is_no: bool = False
    is_open: bool = False

    @property
    def sql(self) -> tuple[str, list[str]]:
        """As an English word and as it stands: names and abbreviations have no stem."""
        ends = ":*" if self.is_open else ""
        text = " <-> ".join(f"{word}{ends}" for word in self.words)
        either = "(to_tsquery('english', %s) || to_tsquery('simple', %s))"
        return (f"!!{either}" if self.is_no else either), [text, text]


def parts(text: str) -> list[Part]:
    """“im houston -observership "ward rounds"”: words, left out small ones, and phrases."""
    return list(_parts(text))[:MOST_WORDS]


def _parts(text: str) -> Iterator[Part]:
    found = list(PART.finditer(plain(text)))
    for match in found:
        is_no = bool(match["no"])
        if match["phrase"]:
            if words := LETTERS.findall(match["phrase"]):
                yield Part(tuple(words), is_no)
            continue
        words = LETTERS.findall(match["words"])
        if len(words) > 1 and len(words[0]) <= ABBREVIATION and not is_no:
            # OB/GYN, sub-I: what a slash or dash holds together stands together in the texts too.
            yield Part(tuple(words))
            continue
        for word in words:
            if word not in SMALL_WORDS:
                is_last = match is found[-1] and word == words[-1]
                yield Part(
                    (word,), is_no, is_open=is_last and not is_no and len(word) > ABBREVIATION
                )


def plain(text: str) -> str:
    """Small letters without accents: “José” is found as “jose”."""
    spelled = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in spelled if not unicodedata.combining(letter))


def says(found: Sequence[Part], column: str = ANYWHERE) -> RawSQL:
    """Entries with all of these parts, and without those that must not be there."""
    queries, params = [], []
    for part in found:
        sql, values = part.sql
        queries.append(sql)
        params += values
    return RawSQL(  # noqa: S611  words of letters and digits, as parameters
        f"{column} @@ ({' && '.join(queries)})", params, output_field=BooleanField()
    )


def mended(found: list[Part]) -> list[Part] | None:
    """The same with each unknown word replaced by the one most like it; None if nothing is."""
    words = {part.words[0] for part in found if len(part.words) == 1 and len(part.words[0]) > LONG}
    known = {word: _most_alike(word) for word in words}
    replaced = [
        Part((known[part.words[0]] or part.words[0],), part.is_no, part.is_open)
        if len(part.words) == 1 and known.get(part.words[0])
        else part
        for part in found
    ]
    return replaced if replaced != found else None


def _most_alike(word: str) -> str:
    """The word of our own texts that is most like it; itself if some text begins with it."""
    if Word.objects.filter(text__startswith=word).exists():
        return word
    best = (
        Word.objects.filter(text__trigram_similar=word)
        .annotate(alike=TrigramSimilarity("text", word))
        .order_by("-alike", "text")
        .values_list("text", "alike")
        .first()
    )
    return best[0] if best and best[1] >= ALIKE else ""
