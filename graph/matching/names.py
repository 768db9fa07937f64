"""Names in the forms that matching compares: words in a to z, legal forms apart, sound, initials."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from graph.searching import MAX_FOLDED, clean, core_of, fold, words_of
from ontology.legal_forms import coded_forms


@cache
def _all_known() -> Mapping[str, Any]:
    return tomllib.loads((files("graph.matching") / "words.toml").read_text("utf-8"))


def known(which: str) -> Any:
    """A list of ``words.toml``."""
    return _all_known()[which]


LINKING = frozenset(known("linking"))
"""Words that say nothing of which company it is, where other words are left."""

MOST_WORDS = 12


@dataclass(frozen=True, slots=True)
class Name:
    """A name as matching sees it.

    ``words`` are its core's, in order, in full where they were abbreviated. ``forms`` are the codes of its legal forms,
    each a set (one abbreviation may stand for forms of several countries), ``form_text`` is how they stand. ``joined``
    is the core without spaces, in the letters that one language uses for another's; ``ordered`` the same, its words
    by the alphabet; ``written`` the same as it is written, its short words not in full and its linking words in place.
    """

    text: str
    words: tuple[str, ...]
    forms: tuple[frozenset[str], ...]
    form_text: str
    joined: str
    ordered: str
    written: str
    each: frozenset[str]
    sound: str
    initials: str


@cache
def abbreviations() -> Mapping[str, str]:
    """Word by its abbreviation, and one word for those that mean the same in names."""
    with (files("graph.matching") / "abbreviations.csv").open(encoding="utf-8") as file:
        return {row["short"]: row["full"] for row in csv.DictReader(file)}


BY_STATE = ("US", "CA")
"""Countries whose forms have a code in each state: Inc. and Incorporated are one."""


@cache
def _forms() -> Mapping[str, frozenset[str]]:
    """Codes of legal forms by how they are written, folded, without what stands between their words."""
    found: dict[str, set[str]] = {}
    for form, country, code in coded_forms():
        of = found.setdefault("".join(words_of(fold(form))), set())
        # A public limited company is written without its (publ) more often than with it.
        of |= {f"{country}?" if not code or country in BY_STATE else code, *(("XJHM",) if code == "0451" else ())}
    return {text: frozenset(codes) for text, codes in found.items()}


_LONGEST = 7
_PLAIN, _SOUNDS = known("letters"), known("sounds")
_DOUBLE = re.compile(r"([a-z])\1+")
_VOWEL = re.compile(r"(?<!^)[aeiouh]")


@lru_cache(maxsize=400_000)
def plain(word: str) -> str:
    """A folded word in one spelling of those that stand for the same letters: ``goeteborg`` and ``goteborg``."""
    for long, short in _PLAIN:
        word = word.replace(long, short)
    return _DOUBLE.sub(r"\1", word)


@lru_cache(maxsize=400_000)
def sound_of(word: str) -> str:
    """The consonants that one hears, for the languages that suppliers' names come from and are spelled over in."""
    for long, short in _SOUNDS:
        word = word.replace(long, short)
    return _DOUBLE.sub(r"\1", _VOWEL.sub("", plain(word)))


_SHORTEST = 6
"""Letters of a word of a legal form that is known in spite of a slip."""


@cache
def _form_words() -> Mapping[str, list[str]]:
    """Long words of legal forms by their first letter: a slip is seldom in it."""
    found: dict[str, list[str]] = {}
    for word in sorted({word for form, _, _ in coded_forms() for word in words_of(fold(form))}):
        if len(word) >= _SHORTEST:
            found.setdefault(word[0], []).append(word)
    return found


@lru_cache(maxsize=100_000)
def _mended(word: str) -> str:
    """The word of a legal form that a long word is with a slip, or two in a longer one: *aktibolag*, *limietd*; else
    the word."""
    near = _form_words().get(word[:1], [])
    if len(word) < _SHORTEST or word in near:
        return word
    most = 1 if len(word) < 8 else 2
    found = process.extractOne(word, near, scorer=DamerauLevenshtein.distance, score_cutoff=most)
    return found[0] if found else word


_ENDS = 4
"""Words at an end of a name that may be a legal form with slips."""


def _mended_ends(words: Sequence[str]) -> list[str]:
    """The words with slips mended in what is a legal form then, and nowhere else."""
    mended = [_mended(word) if at < _ENDS or at >= len(words) - _ENDS else word for at, word in enumerate(words)]
    if mended == words:
        return mended
    first, last = core_of(mended)
    return [*mended[:first], *words[first:last], *mended[last:]]


def _split_forms(words: Sequence[str]) -> list[frozenset[str]]:
    """The legal forms that stand in words, longest first."""
    forms, found, at = _forms(), [], 0
    while at < len(words):
        size = next((n for n in range(_LONGEST, 0, -1) if "".join(words[at : at + n]) in forms), 0)
        if size:
            found.append(forms["".join(words[at : at + size])])
        at += size or 1
    return found


_BESIDE = re.compile(r"\(?\b(?:org\.? ?(?:nr\.?)? ?:? ?)?\d{6}-?\d{4}\b\)?")
"""A Swedish organisation number written beside a name."""
_AND_CO = re.compile(r"\b(?:and|et|och|og|und) (?=co\b)")
_GLUED = re.compile(r"(?<=[^\W\d_A-Z])([A-Z]{2,4}|GmbH)$")
"""A form in capitals without a space before it: *SiemensAG*."""
_APOSTROPHE = re.compile(r"['’`´]")
_LONE = re.compile(r"\b(\w) (?=\w\b)")


def _together(text: str) -> str:
    """Letters that stand alone are one word: ``A.B.C. Company``, ``H & M``, ``S K F``."""
    return _LONE.sub(r"\1", text)


_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
_LONE_ROMAN = {"i": "1", "v": "5", "x": "10"}
_UNITS = frozenset(known("units"))


def _number(before: str, word: str) -> str:
    """A Roman number after another word in figures: *Unit II* is unit 2, and not *Unit III*. A lone letter is one only
    after a word for a unit."""
    if not before:
        return word
    return _ROMAN.get(word) or (_LONE_ROMAN.get(word) if before in _UNITS else None) or word


def _apart(text: str) -> str:
    """A name with its legal form apart from it."""
    glued = _GLUED.search(text)
    return f"{text[: glued.start()]} {glued[0]}" if glued and glued[0].casefold() in _forms() else text


@lru_cache(maxsize=100_000)
def read_name(text: str) -> Name:
    """A name as matching sees it."""
    bare = _BESIDE.sub(" ", text)
    folded = _APOSTROPHE.sub("", clean(_apart(bare if any(map(str.isalpha, bare)) else text)))
    together = _AND_CO.sub("", _together(" ".join(words_of(fold(folded), MAX_FOLDED))))
    words = _mended_ends(words_of(together, MAX_FOLDED))
    first, last = core_of(words)
    forms = _split_forms([*words[:first], *words[last:]])
    core = words[first:last]
    core = [_number(before, word) for before, word in zip(("", *core), core, strict=False)]
    kept = [word for word in core if word not in LINKING] or core
    short = abbreviations()
    full = tuple(plain(part) for word in kept[:MOST_WORDS] for part in short.get(word, word).split())
    joined = "".join(full)
    initials = "".join(word[0] for word in core) if len(core) > 1 else ""
    return Name(
        text,
        full,
        tuple(forms),
        " ".join((*words[:first], *words[last:])),
        joined,
        "".join(sorted(full)),
        "".join(map(plain, core)),
        frozenset(full),
        "".join(map(sound_of, full)),
        initials,
    )
