"""The questions as Cypher (``graph/cypher/``): found, described and asked. See docs/reference/cypher.md.

A file runs as it stands when it is pasted into Neo4j Browser: its first clause gives each parameter a value, and what
a public reader of the last publication sees comes from the store itself. Here the same text is asked with bound
parameters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import neo4j
import neo4j.graph
import neo4j.time

from graph.neo4j import entities
from graph.neo4j.core import Core
from graph.store import At
from ontology.errors import InputError, NotInGraphError
from ontology.records import Secrecy
from ontology.vocabulary import vocabulary

FOLDER = Path(__file__).resolve().parent.parent / "cypher"
PUBLIC_NOW = "store.run AS run, store.hidden AS hidden, 0 AS clearance, store.projected = store.publication AS now"
"""How a file says what a public reader of the last publication sees."""
GIVEN_VIEW = "$run AS run, $hidden AS hidden, $clearance AS clearance, $now AS now"
SECTIONS = ("Question", "Parameters", "Returns", "Cost", "Example")
KINDS = ("entity", "day", "integer", "risk")

_PARAMETER = re.compile(r"^(?P<name>\w+): (?P<kind>\w+)(?: = (?P<default>\S+))?\. (?P<meaning>.+)$")
_COLUMN = re.compile(r"^(?P<name>\w+): (?P<meaning>.+)$")


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

    def bound(self, integers: Mapping[str, int]) -> str:
        """The text with ``$name`` in place of each value; bounds of patterns must be literals and are put in place."""
        names = [parameter.name for parameter in self.parameters]
        line = "WITH " + ", ".join(f"${name} AS {name}" for name in names)
        text = _VALUES.sub(lambda _: line, self.text, count=1)
        for name, number in integers.items():
            text = re.sub(rf"\d+ /\* {name} \*/", f"{number:d} /* {name} */", text)
        return text.replace(PUBLIC_NOW, GIVEN_VIEW)


_VALUES = re.compile(r"^WITH .*?(?=\n//)", re.MULTILINE | re.DOTALL)
"""The first clause, up to the next comment: where a file gives its parameters their values."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a question may take, kept by the server, and how many rows are given."""

    seconds: float = 120.0
    rows: int = 10_000


@dataclass(slots=True)
class Asked:
    """What a question gives: its columns, and its rows as they arrive. ``cut`` is known once they have been read."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]
    cut: bool = False


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


# -- asking --------------------------------------------------------------------------------------------------------


def ask(
    core: Core, name: str, params: Mapping[str, str], *, at: At | None = None, limits: Limits | None = None
) -> Asked:
    """Ask a question by name, in read access mode. ``params`` are texts; ``at`` None is a public reader of the last
    publication.

    Raises:
        InputError: no such question or parameter, one that is missing, or a value that is none of its kind.
        NotInGraphError: a thing that the graph does not hold, as far as the reader sees.
        StoreBusyError: the time is over, also while rows are read.
    """
    asked = question(name)
    return run(core, asked, values(core, asked, params, at), at=at, limits=limits)


def run(
    core: Core, asked: Question, given: Mapping[str, Any], *, at: At | None = None, limits: Limits | None = None
) -> Asked:
    """Ask a question with the value of every parameter, as ``values`` gives them; see ``ask``."""
    integers = {p.name: given[p.name] for p in asked.parameters if p.kind == "integer"}
    found = Asked(tuple(name for name, _ in asked.returns), iter(()))
    found.rows = _rows(core, asked.bound(integers), {**given, **view(core, at)}, limits or Limits(), found)
    return found


def view(core: Core, at: At | None) -> dict[str, Any]:
    """What the reader sees, as the texts take it: run, hidden and clearance of ``core.view``; ``now`` where what stands
    at the entities (the projection) is what the reader sees."""
    rows = core.read("MATCH (s:KedjaStore {key: 'store'}) RETURN s.run, s.hidden, s.publication, s.projected")
    run, hidden, last, projected = rows[0] if rows else (-1, [], 0, 0)
    now = projected == last
    if at is None:
        return {"run": run, "hidden": hidden, "clearance": int(Secrecy.PUBLIC), "now": now}
    return {**core.view(at).given, "now": now and at == At(last, Secrecy.PUBLIC)}


def values(core: Core, asked: Question, params: Mapping[str, str], at: At | None) -> dict[str, Any]:
    """The value of each parameter, as the driver takes it."""
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
        found[name] = _value(core, parameter, text, at)
    return found


def _value(core: Core, parameter: Parameter, text: str, at: At | None) -> Any:
    if text == "null" and parameter.default == "null":
        return None
    match parameter.kind:
        case "integer":
            if not re.fullmatch(r"\d{1,6}", text):
                raise InputError(f"{text} is not a number for {parameter.name}.", remedy="Write digits.")
            return int(text)
        case "day":
            try:
                return date.fromisoformat(text)
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
            return _entity(core, text, at)


def _entity(core: Core, text: str, at: At | None) -> str:
    """The id of the entity that a text, an id or a key, names."""
    found = entities.find(core, at or At(_last(core), Secrecy.PUBLIC), text)
    if found is None:
        raise NotInGraphError(
            f"“{text}” is not in the graph.", remedy="Give an id or an identifier: kedja search NAME."
        )
    return found.id


def _last(core: Core) -> int:
    rows = core.read("MATCH (s:KedjaStore {key: 'store'}) RETURN s.publication")
    return int(rows[0][0]) if rows else 0


def _rows(core: Core, text: str, given: Mapping[str, Any], limits: Limits, asked: Asked) -> Iterator[tuple[Any, ...]]:
    with (
        core.translated(),
        core._session(neo4j.READ_ACCESS) as session,
        session.begin_transaction(timeout=limits.seconds, metadata=core._metadata("question")) as tx,
    ):
        for count, record in enumerate(tx.run(text, dict(given))):
            if count == limits.rows:
                asked.cut = True
                return
            yield tuple(plain(value) for value in record.values())


def plain(value: Any) -> Any:
    """A value as JSON and a terminal can show it."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, neo4j.time.Date):
        return value.to_native().isoformat()
    return value
