"""How a search text is read and how hits rank: shared by the stores, so that both give the same list.

Ranks rest on the text and the names alone, never on how often a word occurs: counts would tell of rows that a reader
may not see.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

MAX_WORDS = 12
CANDIDATES = 500
"""How many records of each stage of a search are ranked. A stage that finds more takes those whose names are about as
long as the text, then by type, then the shortest; so the best are among them."""
NEAR_LENGTH = 2
LAST_TIERS = (3, 4, 5)
"""The worst tier of ``spelling`` that each stage of a search is sure to have found: names that begin so, whole words,
an unfinished one."""
MAX_FOLDED = 1_000
"""Characters of a folded name that an index need hold; a longer one is still found by its words."""

FIRST_TYPES = (
    "Organisation",
    "Contract",
    "Site",
    "Product",
    "Procurement",
    "Lot",
    "Category",
    "Material",
    "Place",
    "Step",
)
LAST_TYPES = ("Incident", "RiskType", "Measure", "Audit", "Finding", "RiskAssessment")
_TYPE_RANK = {name: rank for rank, name in enumerate((*FIRST_TYPES, *LAST_TYPES))}


def clean(text: str) -> str:
    """The text with one space between words, composed, without control characters, in lower case."""
    return " ".join(unicodedata.normalize("NFC", text.replace("\0", " ")).split()).casefold()


def fold(text: str) -> str:
    """``clean`` without diacritics: ``Göteborg`` and ``goteborg`` are the same."""
    parts = unicodedata.normalize("NFKD", clean(text))
    return "".join(c for c in parts if not unicodedata.combining(c))


def words_of(text: str, most: int = MAX_WORDS) -> list[str]:
    """The words of a text: runs of letters and digits; the first ``most`` of them."""
    return re.findall(r"[^\W_]+", text)[:most]


@dataclass(frozen=True, slots=True)
class Query:
    """A search text in the forms that matching needs.

    ``chunks`` are what stands between spaces, without quotation marks, each with a letter or digit; the last may be
    unfinished. ``words`` are folded, ``spelled`` are not.
    """

    text: str
    folded: str
    chunks: tuple[str, ...]
    words: tuple[str, ...]
    spelled: tuple[str, ...]

    @staticmethod
    def read(text: str) -> Query:
        spelled = words_of(clean(text))
        plain = unicodedata.normalize("NFC", text.replace("\0", " ").replace('"', " "))
        chunks = [chunk for chunk in plain.split() if words_of(chunk)][:MAX_WORDS]
        return Query(clean(text), fold(text), tuple(chunks), tuple(fold(w) for w in spelled), tuple(spelled))


def spelling(query: Query, names: Sequence[str], keys: Sequence[str]) -> tuple[int, int, int]:
    """How well a record fits: (tier, words not spelled as asked, length of the name); smaller is better.

    Tiers: 0 the whole name or key as spelled, 1 the whole name but for diacritics, 2 begins so as spelled, 3 begins so
    but for diacritics, 4 every word whole, 5 the rest.
    """
    best = (5, len(query.words), 2**30)
    for name in names:
        if name:
            best = min(best, _of_name(query, name))
    text = query.text
    for key in keys:
        low = key.casefold()
        if text in (low, low.partition(":")[2]):
            return 0, 0, len(names[0]) if names else 0
    return best


def _of_name(query: Query, name: str) -> tuple[int, int, int]:
    plain, folded = clean(name), fold(name)
    have = set(words_of(plain))
    strange = sum(1 for word in query.spelled if word not in have)
    if plain == query.text:
        tier = 0
    elif folded == query.folded:
        tier = 1
    elif plain.startswith(query.text):
        tier = 2
    elif folded.startswith(query.folded):
        tier = 3
    else:
        tier = 4 if set(query.words) <= set(words_of(folded)) else 5
    return tier, strange, len(name)


def type_rank(type_: str) -> int:
    """Things before what is said of them."""
    return _TYPE_RANK.get(type_, len(_TYPE_RANK))
