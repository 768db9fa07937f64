"""The questions as Cypher (``graph/cypher/``) over a published graph: found, described and asked.

A file runs as it stands when it is pasted into Neo4j Browser: its first clause gives each parameter a value. Here the
same text is asked with bound parameters. See docs/reference/cypher.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from graph.neo4j import mark
from graph.neo4j.layout import ALIAS, ALSO, ENTITY
from graph.neo4j.mark import Mark
from graph.neo4j.server import Server
from ontology.days import iso_day
from ontology.errors import InputError, NoGraphError, NotInGraphError, StoreBusyError
from ontology.records import Secrecy
from ontology.vocabulary import vocabulary

FOLDER = Path(__file__).resolve().parent.parent / "cypher"
SECTIONS = ("Question", "Parameters", "Returns", "Cost", "Example")
KINDS = ("entity", "day", "integer", "risk")
TRIES = 3
"""How often a question is asked of a graph that is published to meanwhile."""

_PARAMETER = re.compile(r"^(?P<name>\w+): (?P<kind>\w+)(?: = (?P<default>\S+))?\. (?P<meaning>.+)$")
_COLUMN = re.compile(r"^(?P<name>\w+): (?P<meaning>.+)$")
_VALUES = re.compile(r"^WITH .*?(?=\nMATCH )", re.MULTILINE | re.DOTALL)
"""The first clause, where a file gives its parameters their values."""
_VALUE = re.compile(r"(?:'([^']*)'\)?|(\w+)) AS (\w+)")


@dataclass(frozen=True, slots=True)
class Parameter:
    """``kind`` is one of ``KINDS``; ``default`` as the header writes it, None where a value must be given."""

    name: str
    kind: str
    default: str | None
    meaning: str


@dataclass(frozen=True, slots=True)
class Question:
    """A named question. ``text`` is the file; ``returns`` are (column, meaning)."""

    name: str
    title: str
    question: str
    parameters: tuple[Parameter, ...]
    returns: tuple[tuple[str, str], ...]
    cost: str
    example: str
    text: str = field(repr=False)

    @property
    def described(self) -> dict[str, Any]:
        """The header, JSON-ready."""
        return {
            "title": self.title,
            "question": self.question,
            "parameters": [asdict(parameter) for parameter in self.parameters],
            "returns": dict(self.returns),
            "cost": self.cost,
            "example": self.example,
        }

    @property
    def examples(self) -> dict[str, str]:
        """The values that the file gives the parameters."""
        line = _VALUES.findall(self.text)[0]  # a question may carry its values on, in a WITH further down
        return {name: quoted or bare for quoted, bare, name in _VALUE.findall(line)}

    def bound(self, given: Mapping[str, Any]) -> str:
        """The text with ``$name`` in place of each value; bounds of patterns must be literals and are put in place."""
        return self._with(", ".join(f"${one.name} AS {one.name}" for one in self.parameters), given)

    def written(self, given: Mapping[str, Any]) -> str:
        """The text with other values in it, to be shown and pasted, never run by Kedja."""
        return self._with(", ".join(f"{literal(given[one.name])} AS {one.name}" for one in self.parameters), given)

    def _with(self, values: str, given: Mapping[str, Any]) -> str:
        text = _VALUES.sub(lambda _: f"WITH {values}", self.text, count=1)
        for name, value in given.items():
            if isinstance(value, int):
                text = re.sub(rf"\d+ /\* {name} \*/", f"{value:d} /* {name} */", text)
        return text


def literal(value: Any) -> str:
    """A parameter's value as Cypher writes it."""
    if value is None:
        return "null"
    if isinstance(value, date):
        return f"date('{value.isoformat()}')"
    if isinstance(value, int):
        return f"{value:d}"
    escaped = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return "'" + "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in escaped) + "'"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a question may take, kept by the server, and how many rows are given."""

    seconds: float = 120.0
    rows: int = 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question gave: JSON-ready rows of the graph that ``mark`` describes; ``cut`` where there are more."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    cut: bool
    mark: Mark


@cache
def questions() -> Mapping[str, Question]:
    """Every question by name, in the order of the names."""
    return {path.stem: read(path.stem, path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.cypher"))}


def question(name: str) -> Question:
    """The question of a name.

    Raises:
        InputError: there is none.
    """
    try:
        return questions()[name]
    except KeyError:
        names = ", ".join(questions())
        raise InputError(f"There is no question called {name}.", remedy=f"The questions are: {names}.") from None


def read(name: str, text: str) -> Question:
    """A question from its file's text.

    Raises:
        ValueError: the header lacks a section, or a line of it cannot be understood.
    """
    header = []
    for line in text.splitlines():
        if not line.startswith("//"):
            break
        header.append(line.removeprefix("//").rstrip())
    title, parts, section = header[0].strip(), {}, ""
    for line in header[1:]:
        if line.strip() in SECTIONS and not line.startswith("  "):
            section = line.strip()
            parts[section] = list[str]()
        elif section and line.strip():
            parts[section].append(line)
    if tuple(parts) != SECTIONS:
        raise ValueError(f"{name}: the header has the sections {', '.join(parts)}, not {', '.join(SECTIONS)}.")
    return Question(
        name=name,
        title=title,
        question=" ".join(line.strip() for line in parts["Question"]),
        parameters=tuple(_parameter(line) for line in _entries(parts["Parameters"])),
        returns=tuple(_column(line) for line in _entries(parts["Returns"])),
        cost=" ".join(line.strip() for line in parts["Cost"]),
        example=" ".join(line.strip() for line in parts["Example"]),
        text=text,
    )


def _entries(lines: list[str]) -> list[str]:
    """One text an entry: its further lines stand deeper."""
    found: list[str] = []
    for line in lines:
        if line.startswith("     "):
            found[-1] += f" {line.strip()}"
        else:
            found.append(line.strip())
    return found


def _parameter(line: str) -> Parameter:
    found = _PARAMETER.match(line)
    if found is None or found["kind"] not in KINDS:
        raise ValueError(f"Not a parameter: {line}")
    return Parameter(found["name"], found["kind"], found["default"], found["meaning"])


def _column(line: str) -> tuple[str, str]:
    found = _COLUMN.match(line)
    if found is None:
        raise ValueError(f"Not a column: {line}")
    return found["name"], found["meaning"]


# -- asking -------------------------------------------------------------------------------------------------------


def ask(
    server: Server, name: str, params: Mapping[str, str], limits: Limits | None = None,
    clearance: Secrecy = Secrecy.RESTRICTED,
) -> Asked:  # fmt: skip
    """Ask a question of the graph in a database. Without ``day`` it is the day that the graph's mark holds for.

    ``clearance`` is the highest that the graph may have been published at.

    Raises:
        InputError: no such question, an unknown or missing parameter, a value not of its kind.
        NoGraphError: no graph, or one that holds more than the clearance.
        NotInGraphError: a thing that the graph does not hold.
        StoreBusyError: the time is over, or the graph is being published.
    """
    asked, limits = question(name), limits or Limits()
    for _ in range(TRIES):
        before = mark.read(server)
        if before is None:
            raise NoGraphError(f"{server.address.url} holds no graph of Kedja's.", remedy="kedja publish makes one.")
        if Secrecy.read(before.clearance) > clearance:
            raise NoGraphError(
                "The published graph holds more than may be shown here.",
                remedy=f"Publish one with --clearance {clearance.name.lower()}.",
            )
        given = values(asked, {"day": before.valid_at.isoformat(), **params})
        given |= {one.name: _found(server, given[one.name]) for one in asked.parameters if one.kind == "entity"}
        rows = server.read(
            f"{asked.bound(given)}LIMIT $rows", {**given, "rows": limits.rows + 1}, seconds=limits.seconds
        )
        if before.whole and mark.read(server) == before:
            columns = tuple(column for column, _ in asked.returns)
            shown = [tuple(map(plain, row)) for row in rows[: limits.rows]]
            return Asked(columns, shown, len(rows) > limits.rows, before)
    raise StoreBusyError(
        f"The graph in {server.address.url} is being published, or its last publish was cut short.",
        remedy="Ask again when it has ended, or publish again: kedja publish.",
    )


def values(asked: Question, params: Mapping[str, str]) -> dict[str, Any]:
    """The value of each parameter, as the driver takes it; an entity is still as the user named it."""
    known = {parameter.name: parameter for parameter in asked.parameters}
    if unknown := sorted(set(params) - set(known)):
        raise InputError(
            f"{asked.name} has no parameter {', '.join(unknown)}.", remedy=f"Its parameters are: {', '.join(known)}."
        )
    found = {}
    for name, parameter in known.items():
        text = params.get(name, parameter.default)
        if text is None:
            raise InputError(f"{asked.name} needs {name}.", remedy=f"{name} is: {parameter.meaning}")
        found[name] = _value(parameter, text)
    return found


def _value(parameter: Parameter, text: str) -> Any:
    if text == "null" and parameter.default == "null":
        return None
    match parameter.kind:
        case "integer":
            if not re.fullmatch(r"[0-9]{1,6}", text):
                raise InputError(f"{text} is not a number for {parameter.name}.", remedy="Write digits.")
            return int(text)
        case "day":
            try:
                return iso_day(text)
            except ValueError:
                raise InputError(f"{text} is not a day.", remedy="Write it as YYYY-MM-DD.") from None
        case "risk":
            terms = vocabulary("risk-types")
            risk = terms.find(text)
            if risk is None:
                near = terms.nearest(text) or ", ".join(terms.terms)
                raise InputError(f"{text} is not a risk type.", remedy=f"The nearest are: {near}.")
            return risk
        case _:
            return text


def _found(server: Server, text: str | None) -> str | None:
    """The id of the entity that an id, a key or another name of it gives."""
    if text is None:
        return None
    rows = server.read(
        f"MATCH (x:{ENTITY}) WHERE x.id = $text OR x.key = $text RETURN x.id AS id"
        f" UNION MATCH (:{ALIAS} {{name: $text}})-[:{ALSO}]->(x) RETURN x.id AS id",
        {"text": text},
    )
    if len(rows) == 1:
        return str(rows[0][0])
    raise NotInGraphError(
        f"“{text}” is {'several things' if rows else 'not'} in the graph.",
        remedy="Give an id or an identifier: kedja search NAME.",
    )


def plain(value: Any) -> Any:
    """A value as JSON and a terminal can show it."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value.to_native().isoformat() if hasattr(value, "to_native") else value
