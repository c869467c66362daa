"""Texts of the field whose words are as unevenly common as in real ones (Zipf's law)."""

import re
from collections import Counter
from itertools import accumulate
from pathlib import Path
from random import Random

CONTENT = Path(__file__).parents[2] / "seed" / "content"
WORD = re.compile(r"[a-z]{3,}")
SEED = 20


class Vocabulary:
    """The words of our own guides and lists, the most frequent ones first."""

    def __init__(self) -> None:
        self.random = Random(SEED)
        texts = [path for path in sorted(CONTENT.rglob("*")) if path.is_file()]
        counts = Counter(
            word for path in texts for word in WORD.findall(path.read_text().casefold())
        )
        self.words = [word for word, _number in counts.most_common()]
        self.weights = list(accumulate(1 / rank for rank in range(1, len(self.words) + 1)))

    def sentence(self, length: int) -> str:
        words = self.random.choices(self.words, cum_weights=self.weights, k=length)
        return " ".join(words).capitalize() + "."

    def sentences(self, number: int, *, shortest: int, longest: int, most: int) -> list[str]:
        """So many different ones, none of more than ``most`` characters."""
        lengths = [self.random.randint(shortest, longest) for _ in range(number)]
        return [self.sentence(length)[:most] for length in lengths]
