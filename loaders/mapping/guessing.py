"""What a column is, by its heading and by what stands in it; nothing is guessed that neither tells."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import ontology.links  # noqa: F401  (declares the types)
from ontology.errors import ValueProblem
from ontology.model import NODES
from ontology.placeholders import is_placeholder
from ontology.values import SCHEMES, bare_keys, make_key, parse_day

SAMPLED = 500
"""Rows that are looked at."""
_MOST = 0.9
"""Share of the values that must fit an identifier's form for the column to be taken for it."""
COUNTRY = "iso3166-1"
ACTORS = SCHEMES["gln"].identifies
"""The node types that act: what has a place, sells and buys."""
_INNER = 5
_PIECES = re.compile(r"[^\W\d_]+|\d+")
_CAMEL = re.compile(r"(?<=[a-zåäö])(?=[A-ZÅÄÖ])")


@cache
def words() -> Mapping[str, Mapping[str, list[str]]]:
    """Names by what they are of (``thing``, ``property``, ``identifier``, ``relationship``), then by what they mean."""
    found: dict[str, dict[str, list[str]]] = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
    return found


def type_of(thing: str) -> str:
    return str(words()["type"][thing])


def _pieces(name: str) -> list[str]:
    return [piece.casefold() for piece in _PIECES.findall(_CAMEL.sub(" ", name))]


def _is(piece: str, word: str) -> bool:
    return piece == word or (len(word) >= _INNER and (piece.startswith(word) or piece.endswith(word)))


def meaning(kind: str, name: str) -> str:
    """What a heading, label or relationship means; empty where no word of it is known."""
    pieces = _pieces(name)
    whole = ["".join(pieces)]
    found = (key for key, known in words()[kind].items() if any(_is(p, w) for p in pieces + whole for w in known))
    return next(found, "")


def _only(name: str, thing: str) -> bool:
    """Whether a heading says a thing, or its name, and nothing more (``vendor``, and not ``vendor inco term``)."""
    known = [*words()["thing"][thing], *words()["property"]["name"]]
    return all(any(_is(piece, word) for word in known) for piece in _pieces(name))


@dataclass(frozen=True, slots=True)
class Column:
    """A column and the values of its first rows."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column is: of which thing, and what it tells of it: a scheme, ``name``, ``id`` or a property. ``why`` says
    how that is known; ``use`` is empty where it is not."""

    column: str
    thing: str = ""
    use: str = ""
    why: str = ""

    @property
    def scheme(self) -> str:
        return self.use if self.use in SCHEMES else ""


def columns_of(header: Iterable[str], rows: Iterable[Mapping[str, str]]) -> list[Column]:
    """The columns with what stands in them; placeholders for what is not known are left out."""
    seen = list(rows)
    told = ((name, [text for row in seen if (text := row.get(name, ""))]) for name in header)
    return [Column(name, tuple(t for t in texts if not is_placeholder(t) or t == "NA")) for name, texts in told]


def placeholders(header: Iterable[str], rows: Iterable[Mapping[str, str]]) -> list[str]:
    """The texts in the rows that stand for what is not known."""
    texts = {text for row in rows for name in header if (text := row.get(name, "")) and is_placeholder(text)}
    return sorted(texts - {"NA"})


def _fits(scheme: str, text: str) -> bool:
    try:
        make_key(scheme, text)
    except ValueProblem as problem:
        return problem.reason == "personal_number"
    return True


def _of_values(values: tuple[str, ...]) -> tuple[str, int]:
    """(the scheme that most values are identifiers of by their check digits or form, how many)."""
    counts = Counter(key.partition(":")[0] for text in values for key in set(bare_keys(text, NODES)))
    for scheme, count in counts.most_common():
        several = len(set(values)) > 1 or scheme != COUNTRY
        if count >= max(_MOST * len(values), 2) and several:
            return scheme, count
    return "", 0


def guess(column: Column) -> Guess:
    """What a column is by its heading and its values."""
    name, values = column.name, column.values
    thing, said = meaning("thing", name), meaning("identifier", name)
    if said and values:
        fitting = sum(_fits(said, text) for text in values)
        if fitting >= _MOST * len(values):
            return Guess(name, thing, said, f"its heading, and {fitting} of {len(values)} values are such")
    scheme, count = _of_values(values)
    if scheme:
        told = "countries" if scheme == COUNTRY else f"identifiers of this kind ({SCHEMES[scheme].label.en})"
        return Guess(name, "" if thing == "country" else thing, scheme, f"{count} of {len(values)} values are {told}")
    if thing == "country":
        fitting = sum(_fits(COUNTRY, text) for text in values)
        return Guess(name, why=f"its heading says country, and {fitting} of {len(values)} values are one")
    property_ = meaning("property", name)
    if not values:
        return Guess(name)
    if thing and property_ in ("", "name"):
        return Guess(name, thing, "name", "its heading") if _only(name, thing) else Guess(name)
    return Guess(name, thing, property_, "its heading" if property_ else "")


def days_in(column: Column) -> bool:
    """Whether a column holds days."""

    def is_day(text: str) -> bool:
        try:
            return bool(parse_day(text))
        except ValueProblem:
            return False

    return bool(column.values) and sum(map(is_day, column.values)) >= _MOST * len(column.values)


@dataclass(slots=True)
class Group:
    """What is known of one thing: its guesses, and the country that it lies in."""

    thing: str
    of: dict[str, Guess] = field(default_factory=dict)
    country: Guess | None = None

    @property
    def type(self) -> str:
        return type_of(self.thing)

    def identifiers(self, before: str = "") -> list[str]:
        """Templates of its identifiers, the surest first; ``before`` stands before each column."""
        schemes = [
            g for g in self.of.values() if g.scheme and self.type in (SCHEMES[g.scheme].identifies or (self.type,))
        ]
        found = [f"{g.scheme}:{{{before}{g.column}}}" for g in schemes]
        own = self.of.get("id") or self.of.get("name")
        if own and not (found and own.use == "name" and len(self.of) > 1 and self.type == "Category"):
            parts = [own, *([self.of["address"]] if own.use == "name" and "address" in self.of else [])]
            found.append(", ".join(f"{{{before}{g.column}}}" for g in parts))
        return found


def _main(guesses: list[Guess]) -> str:
    """The thing that columns are of whose heading names none: the only actor; else what their own form tells."""
    actors = {g.thing for g in guesses if g.thing and type_of(g.thing) in ACTORS}
    if actors:
        return actors.pop() if len(actors) == 1 else ""
    uses = {g.use for g in guesses if not g.thing}
    if uses & {"address", "latitude", "os-id"}:
        return "site"
    if uses & {"se-orgnr", "vat", "lei"}:
        return "company"
    return next((g.thing for g in guesses if g.thing), "")


def _identified(one: Guess, guesses: list[Guess]) -> str:
    """The only thing that an identifier without a thing in its heading can be of."""
    types = SCHEMES[one.use].identifies if one.scheme and one.scheme != COUNTRY else ()
    things = {g.thing for g in guesses if g.thing and type_of(g.thing) in types}
    return things.pop() if len(things) == 1 else ""


def grouped(guesses: list[Guess], main: str = "") -> dict[str, Group]:
    """The guesses by thing. ``main`` is that of columns whose heading names none, where it is known."""
    main = main or _main(guesses)
    named = any(g.use == "name" and not g.thing for g in guesses)
    groups: dict[str, Group] = {}
    for one in guesses:
        thing = one.thing or ("category" if one.scheme in ("cpv", "hs") else main) or _identified(one, guesses)
        if not one.use or not thing or (one.use == "id" and not one.thing and not named):
            continue
        group = groups.setdefault(thing, Group(thing))
        if one.scheme == COUNTRY:
            group.country = group.country or one
        else:
            group.of.setdefault(one.use, one)
    return {thing: group for thing, group in groups.items() if group.of.keys() & {"name", "id", *SCHEMES}}
