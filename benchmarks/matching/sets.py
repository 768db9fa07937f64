"""Labelled records as matching takes them, the pairs that are one, and how well pairs were found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from benchmarks.matching.made import Labelled
from graph.matching.profiles import Profile, profile
from graph.matching.words import Rarity

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Labels:
    """Records with who they are; positions are those of ``things``."""

    title: str
    records: Sequence[Labelled]
    things: Sequence[Profile]
    rarity: Rarity

    @staticmethod
    def of(title: str, records: Iterable[Labelled]) -> Labels:
        kept, things = [], []
        for one in records:
            names = [one.name, one.also] if one.also else [one.name]
            thing = profile(one.id, "Organisation", names, [one.country] if one.country else [],
                            [one.address] if one.address else [], one.keys)  # fmt: skip
            if thing is not None:
                kept.append(one)
                things.append(thing)
        return Labels(title, kept, things, Rarity(name for thing in things for name in thing.names))

    def joined(self) -> set[Pair]:
        """Pairs that share an identifier, which are one without being proposed."""
        return {(i, j) for i, j in self.truth() if set(self.things[i].keys) & set(self.things[j].keys)}

    def truth(self) -> set[Pair]:
        """The pairs that are one."""
        by_truth: dict[str, list[int]] = defaultdict(list)
        for place, one in enumerate(self.records):
            by_truth[one.truth].append(place)
        return {pair for places in by_truth.values() for pair in combinations(places, 2)}


@dataclass(frozen=True, slots=True)
class Score:
    """Of pairs: how many were told, were right, and are."""

    told: int
    right: int
    true: int

    @staticmethod
    def of(told: set[Pair], truth: set[Pair]) -> Score:
        return Score(len(told), len(told & truth), len(truth))

    @property
    def precision(self) -> float:
        return self.right / self.told if self.told else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.told + self.true) if self.told + self.true else 1.0
