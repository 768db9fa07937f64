"""How much a word tells of which company it is: seldom ones do, *medical* and *group* do not."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from math import log2

from graph.matching.names import Name

_RAREST = 1 / 20_000
"""The part of names that has a word which nobody has counted: names beyond the counted ones would hold it so seldom."""
_BITS = -log2(_RAREST)


@cache
def background() -> Mapping[str, float]:
    """The part of companies' names that has a word, for the usual ones (``common_words.csv`` says where from)."""
    with (files("graph.matching") / "common_words.csv").open(encoding="utf-8") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {row["word"]: float(row["per_100000"]) / 100_000 for row in rows}


class Rarity(dict[str, float]):
    """How seldom words are, 0 (in every name) to 1: among the names at hand or the usual ones, whichever is more."""

    def __init__(self, names: Iterable[Name] = ()) -> None:
        counts: Counter[str] = Counter()
        total = 0
        for name in names:
            counts.update(name.each)
            total += 1
        self.counts = counts
        # Few names tell nothing of how usual a word is.
        self._total = max(total, 2_000)
        self.of = self.__getitem__

    def __missing__(self, word: str) -> float:
        here = (self.counts.get(word, 0) - 1) / self._total
        part = max(background().get(word, 0.0), here, _RAREST)
        found = self[word] = max(-log2(min(part, 1.0)) / _BITS, 0.02)
        return found
