"""How names are folded for the index, how a search text is read, and how hits rank.

Ranks rest on the text and the names alone, never on how often a word occurs: counts would tell of rows that a reader
may not see.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from anyascii import anyascii

from ontology.legal_forms import legal_forms
from ontology.roles import FOUND_FIRST, FOUND_LAST

MAX_WORDS = 12
CANDIDATES = 500
"""How many records of each stage of a search are ranked. A stage that finds more takes those whose names are about as
long as the text, then by type, then the shortest; so the best are among them."""
NEAR_LENGTH = 2
LAST_TIERS = (3, 4, 5, 6)
"""The worst tier of ``spelling`` that each stage of a search is sure to have found: names that begin so, whole words,
an unfinished last one, parts of words."""
PART_TIER = 6
UNFINISHED = 1.0
"""The score of a hit whose last word is not whole (see ``spelling``)."""
MAX_FOLDED = 1_000
"""Characters of a folded name that an index need hold; a longer one is still found by its words."""
SHORTEST_PART = 3
"""Letters of a text from which it may be a part of a word."""
_SHORTEST_COMPOUND = 7
"""Letters of a word that may end in a word worth finding: *operationshandskar*."""

_TYPE_RANK = {name: rank for rank, name in enumerate((*FOUND_FIRST, *FOUND_LAST))}

# Chinese is written without spaces and cannot be cut into words without a dictionary: each sign is one.
_SIGN = re.compile("([\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])")
_DIGRAPHS = str.maketrans({"å": "aa", "ä": "ae", "ö": "oe", "ø": "oe", "ü": "ue"})


def clean(text: str) -> str:
    """The text with one space between words, composed, without control characters, in lower case."""
    return " ".join(unicodedata.normalize("NFC", text.replace("\0", " ")).split()).casefold()


def fold(text: str) -> str:
    """``clean`` in the letters a to z: ``Göteborg``, ``Łódź``, ``Straße`` and ``Кота`` as one types them without."""
    plain = clean(text)
    if plain.isascii():
        return plain
    return " ".join(anyascii(_SIGN.sub(r" \1 ", plain)).casefold().split())


def words_of(text: str, most: int = MAX_WORDS) -> list[str]:
    """The words of a text: runs of letters and digits; the first ``most`` of them."""
    return re.findall(r"[^\W_]+", text)[:most]


_LONGEST_FORM = 7
"""Words of a legal form, of which ``G.m.b.H. & Co. KG`` has six."""


@cache
def _forms() -> frozenset[str]:
    """Legal forms, folded and without what stands between their words: ``GmbH``, ``G.m.b.H.``."""
    return frozenset("".join(words_of(fold(form))) for form in legal_forms())


def core_of(words: Sequence[str]) -> tuple[int, int]:
    """[from, to) of folded words without the legal forms before and after: all of them where nothing else is left."""
    forms, lengths = _forms(), range(_LONGEST_FORM, 0, -1)
    first, last = 0, len(words)
    while cut := next((n for n in lengths if first < last - n and "".join(words[last - n : last]) in forms), 0):
        last -= cut
    while cut := next((n for n in lengths if first + n < last and "".join(words[first : first + n]) in forms), 0):
        first += cut
    return first, last


def core_name(text: str) -> str:
    """A folded name without its legal forms: ``AB Volvo (publ)`` and ``Volvo Aktiebolag`` are ``volvo``."""
    words = words_of(fold(text), MAX_FOLDED)
    first, last = core_of(words)
    return " ".join(words[first:last])


def _digraphs(text: str) -> str:
    return fold(clean(text).translate(_DIGRAPHS))


@dataclass(frozen=True, slots=True)
class Indexed:
    """The texts under which a record is found. ``also`` holds other spellings of its names, ``ends`` the words that
    others may end in, backwards, so that what a word ends in is what it begins with."""

    name: str
    alias: str
    numbers: str
    also: str
    ends: str


def indexed(name: str, alias: str, numbers: str) -> Indexed:
    """What an index holds of a record with a name, a name in another language, and identifiers without schemes."""
    names = _indexed(name, alias)
    return Indexed(names[0], names[1], fold(numbers), names[2], names[3])


@lru_cache(maxsize=10_000)  # a procurement, its lots and its contracts have one title
def _indexed(name: str, alias: str) -> tuple[str, str, str, str]:
    """What ``Indexed`` holds of the names: both folded, other spellings, ends."""
    folded = {text: fold(text) for text in (name, alias)}
    also: list[str] = []
    ends: dict[str, None] = {}
    for text, plain in folded.items():
        words = words_of(plain, MAX_FOLDED)
        first, last = core_of(words)
        also += words[first:last] if first else []
        also += _other_spellings(text, words) if not text.isascii() else []
        ends |= dict.fromkeys(word[::-1] for word in words if len(word) >= _SHORTEST_COMPOUND)
    return folded[name], folded[alias], " ".join(also), " ".join(ends)


def _other_spellings(text: str, words: Sequence[str]) -> list[str]:
    """Words of a name as others write them: ``oe`` for ö, Chinese words in one."""
    joined = words_of(anyascii(clean(text)).casefold(), MAX_FOLDED) if _SIGN.search(text) else []
    return [*joined, *(word for word in words_of(_digraphs(text), MAX_FOLDED) if word not in words)]


@dataclass(frozen=True, slots=True)
class Query:
    """A search text in the forms that matching needs.

    ``chunks`` are what stands between spaces, folded to words, without legal forms; the last may be unfinished. Each
    has its other spelling beside it. ``words`` are all the folded ones, ``spelled`` are not folded.
    """

    text: str
    folded: str
    chunks: tuple[tuple[str, ...], ...]
    words: tuple[str, ...]
    spelled: tuple[str, ...]
    core: str

    @staticmethod
    def read(text: str) -> Query:
        whole, spelled = clean(text), words_of(clean(text))
        parts = [part for part in whole.split() if words_of(fold(part))][:MAX_WORDS]
        words = [(place, word) for place, part in enumerate(parts) for word in words_of(fold(part))]
        first, last = core_of([word for _, word in words])
        kept = words[first:last]
        chunks = [
            _chunk(parts[place], [w for p, w in kept if p == place]) for place in dict.fromkeys(p for p, _ in kept)
        ]
        core = " ".join(word for _, word in kept)
        return Query(whole, fold(text), tuple(chunks), tuple(w for _, w in words), tuple(spelled), core)


def _chunk(part: str, words: list[str]) -> tuple[str, ...]:
    """The spellings of one chunk, each its words with spaces between."""
    other = " ".join(words_of(_digraphs(part)))
    return tuple(dict.fromkeys((" ".join(words), *([other] if len(words) == 1 and " " not in other else []))))


def spelling(query: Query, names: Sequence[str], keys: Sequence[str]) -> tuple[int, int, int]:
    """How well a record fits: (tier, words not spelled as asked, length of the name); smaller is better.

    Tiers: 0 the whole name or key as spelled, 1 the whole name but for diacritics or legal form, 2 begins so as
    spelled, 3 begins so but for these, 4 every word whole, 5 the last one unfinished, 6 the rest.
    """
    best = (PART_TIER, len(query.words), 2**30)
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
    have = set(words_of(plain, MAX_FOLDED))
    strange = sum(1 for word in query.spelled if word not in have)
    if plain == query.text:
        tier = 0
    elif folded == query.folded or core_name(name) == query.core:
        tier = 1
    elif plain.startswith(query.text):
        tier = 2
    elif folded.startswith((query.folded, query.core)):
        tier = 3
    else:
        tier = _by_word(query, {*words_of(folded, MAX_FOLDED), *words_of(_digraphs(name), MAX_FOLDED)})
    return tier, strange, len(name)


def _by_word(query: Query, have: Iterable[str]) -> int:
    have = set(have)
    *firsts, last = [word for chunk in query.chunks for word in chunk[0].split()] or [""]
    if not set(firsts) <= have:
        return PART_TIER
    if last in have:
        return 4
    return 5 if any(word.startswith(last) for word in have) else PART_TIER


def slips_in(word: str) -> int:
    """How many letters may be wrong, missing, too many or swapped in a word that names nothing: two in a long one, none
    in a number or in a word of two letters."""
    if len(word) < SHORTEST_PART or not word.isalpha():
        return 0
    return 1 if len(word) < _LONG else 2


_LONG = 8


def type_rank(type_: str) -> int:
    """Things before what is said of them."""
    return _TYPE_RANK.get(type_, len(_TYPE_RANK))
