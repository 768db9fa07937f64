"""The vocabularies: data files with stable ids, labels in Swedish and English, definitions, sources and validity."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import StringIO

from ontology.errors import DeclarationError
from ontology.label import Label
from ontology.model import Family

FIXED = ("id", "broader", "order", "sv", "en", "definition_sv", "definition_en", "source", "valid_from", "valid_to")


@dataclass(frozen=True, slots=True)
class Term:
    """One concept of a vocabulary. ``extra`` holds the columns that only this vocabulary has."""

    id: str
    label: Label
    definition: Label
    broader: str | None
    order: int
    source: str
    valid_from: str
    valid_to: str
    extra: Mapping[str, str]


class Vocabulary:
    """The terms of one file, in their order."""

    def __init__(self, name: str, terms: list[Term]) -> None:
        self.name = name
        self.terms = {term.id: term for term in terms}
        self._within: dict[str, frozenset[str]] = {}
        if len(self.terms) != len(terms):
            raise DeclarationError(f"Vocabulary {name} says an id twice.")

    def __contains__(self, term: object) -> bool:
        return term in self.terms

    def __getitem__(self, term: str) -> Term:
        return self.terms[term]

    def find(self, text: str) -> str | None:
        """The id of the term with this id, or with this label in either language (case folded)."""
        wanted = text.strip().casefold()
        if wanted in self.terms:
            return wanted
        for term in self.terms.values():
            if wanted in (term.label.sv.casefold(), term.label.en.casefold()):
                return term.id
        return None

    def nearest(self, text: str) -> str:
        """The ids and labels nearest to a misspelling, for an error message; empty when none is near."""
        words = {word: term.id for term in self.terms.values() for word in (term.id, *term.label)}
        found = get_close_matches(text, list(words), n=3, cutoff=0.6)
        return ", ".join(dict.fromkeys(words[word] for word in found))

    def within(self, term: str) -> frozenset[str]:
        """The term and everything narrower than it."""
        if term not in self._within:
            self._within[term] = self._narrower(term)
        return self._within[term]

    def _narrower(self, term: str) -> frozenset[str]:
        found = {term}
        grown = True
        while grown:
            more = {t.id for t in self.terms.values() if t.broader in found} - found
            grown = bool(more)
            found |= more
        return frozenset(found)

    def up(self, term: str) -> tuple[str, ...]:
        """The term and everything broader than it, nearest first."""
        chain: list[str] = []
        here: str | None = term
        while here and here not in chain:
            chain.append(here)
            here = self.terms[here].broader
        return tuple(chain)


def _rows(path: Traversable) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(path.read_text("utf-8"), newline="")))


def _term(row: dict[str, str]) -> Term:
    return Term(
        id=row["id"],
        label=Label(row["sv"], row["en"]),
        definition=Label(row["definition_sv"], row["definition_en"]),
        broader=row["broader"] or None,
        order=int(row["order"] or 0),
        source=row["source"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        extra={key: value for key, value in row.items() if key not in FIXED},
    )


@cache
def vocabulary(name: str) -> Vocabulary:
    """Read a vocabulary by file name without ending, once.

    Raises:
        DeclarationError: there is no such file, or it lacks a column.
    """
    path = files("ontology") / "vocabularies" / f"{name}.csv"
    if not path.is_file():
        raise DeclarationError(f"There is no vocabulary called {name}.")
    try:
        return Vocabulary(name, [_term(row) for row in _rows(path)])
    except KeyError as missing:
        raise DeclarationError(f"Vocabulary {name} has no column {missing}.") from missing


def vocabulary_names() -> tuple[str, ...]:
    """Every vocabulary of terms (files whose first column is ``id``), sorted."""
    folder = files("ontology") / "vocabularies"
    tables = (path for path in folder.iterdir() if path.name.endswith(".csv"))
    return tuple(sorted(p.name.removesuffix(".csv") for p in tables if p.read_text("utf-8").startswith("id,broader,")))


def table(name: str) -> list[dict[str, str]]:
    """A plain table beside the vocabularies (which regions make up an area, and when), row by row."""
    path = files("ontology") / "vocabularies" / f"{name}.csv"
    return _rows(path)


def risk_family(risk_type: str) -> Family:
    return Family(vocabulary("risk-types")[risk_type].extra["family"])


def is_labour(risk_type: str) -> bool:
    return vocabulary("risk-types")[risk_type].extra["labour"] == "yes"
