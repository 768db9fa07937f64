"""Method files: the policy behind the figures (confidence by status, what a published level means), versioned."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ontology.errors import DeclarationError
from ontology.records import Status
from ontology.vocabulary import vocabulary

DEFAULT = "spine-2"


@dataclass(frozen=True, slots=True)
class LevelRow:
    """What a published level counts as; ``unknown`` seeds nothing: the step stays unassessed."""

    severity: int | None
    likelihood: float | None
    unknown: bool


@dataclass(frozen=True, slots=True)
class Method:
    """``confidence``: c_e of a link or statement that states none, by status. ``threshold``: orders and folds only."""

    name: str
    version: str
    confidence: Mapping[Status, float]
    threshold: float
    levels: Mapping[str, LevelRow]


@cache
def method(file: str = DEFAULT) -> Method:
    """Read a method file by name without ending.

    Raises:
        DeclarationError: there is no such method, or it lacks a level of the vocabulary.
    """
    path = files("ontology") / "vocabularies" / "methods" / f"{file}.toml"
    if not path.is_file():
        raise DeclarationError(f"There is no method called {file}.")
    content = tomllib.loads(path.read_text("utf-8"))
    levels = {
        level: LevelRow(row.get("severity"), row.get("likelihood"), bool(row.get("unknown", False)))
        for level, row in content["levels"].items()
    }
    if missing := set(vocabulary("levels").terms) - set(levels):
        raise DeclarationError(f"Method {file} says nothing of the levels {', '.join(sorted(missing))}.")
    return Method(
        name=content["name"],
        version=content["version"],
        confidence={Status(status): float(c) for status, c in content["confidence"].items()},
        threshold=float(content["threshold"]),
        levels=levels,
    )
