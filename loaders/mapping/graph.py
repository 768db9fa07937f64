"""Loads a graph that others made in Neo4j, by a mapping.

What the mapping reads is first written to a temporary file, row by row: the record then has the bytes that it was made
from by their hash, and the graph is read once, in read access, however long the loading takes.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from graph.store import Reject
from loaders.base import Progress, Report
from loaders.mapping.files import read_map, source_of
from loaders.mapping.model import ENDS, Map, Rows
from loaders.mapping.table import Found, bound, read_rows
from loaders.mapping.tables import flat
from loaders.mapping.template import is_like
from ontology.errors import FileFormatError, Reason
from ontology.records import Link, Record, Source

if TYPE_CHECKING:
    from graph.neo4j.server import Server

_PATTERN = re.compile(r"\(:(?P<start>[^()\[\]]+)\)-\[:(?P<type>[^()\[\]]+)\]->\(:(?P<end>[^()\[\]]+)\)")
_BITS = (1 << 256) - 1

_NODES = """
MATCH (n) WHERE $label IN labels(n)
RETURN elementId(n), [name IN $own | n[name]]"""
_RELATIONSHIPS = """
MATCH (a)-[r]->(b) WHERE type(r) = $type AND $start IN labels(a) AND $end IN labels(b)
RETURN elementId(r), [name IN $own | r[name]], [name IN $starts | a[name]], [name IN $ends | b[name]]"""
_NODE_NAMES = "MATCH (n) WHERE $label IN labels(n) UNWIND keys(n) AS name RETURN DISTINCT name ORDER BY name"
_RELATIONSHIP_NAMES = """
MATCH (a)-[r]->(b) WHERE type(r) = $type AND $start IN labels(a) AND $end IN labels(b)
UNWIND keys(r) AS name RETURN DISTINCT name ORDER BY name"""
_OTHER_NODES = """
MATCH (n) WHERE none(label IN labels(n) WHERE label IN $labels)
UNWIND labels(n) AS label RETURN label, count(*) AS many ORDER BY label"""
_OTHER_RELATIONSHIPS = """
MATCH (a)-[r]->(b)
WHERE none(t IN $triples WHERE t[0] IN labels(a) AND t[1] = type(r) AND t[2] IN labels(b))
RETURN coalesce(labels(a)[0], '') AS start, type(r) AS type, coalesce(labels(b)[0], '') AS end, count(*) AS many
ORDER BY start, type, end"""
SHAPES = """
MATCH (a)-[r]->(b) UNWIND labels(a) AS start UNWIND labels(b) AS end
RETURN start, type(r) AS type, end, count(*) AS many ORDER BY start, type, end"""
LABELS = "MATCH (n) UNWIND labels(n) AS label RETURN label, count(*) AS many ORDER BY label"


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which nodes or relationships are rows: those with a label, or of a type between two labels."""

    label: str = ""
    start: str = ""
    type: str = ""
    end: str = ""

    @staticmethod
    def of(rows: Rows) -> Pattern:
        if rows.label:
            return Pattern(label=rows.label)
        found = _PATTERN.fullmatch(rows.relationship.replace("`", ""))
        if found is None:
            raise FileFormatError(
                f"{rows.relationship!r} is no pattern of relationships.",
                remedy='Write relationship = "(:Company)-[:SUPPLIES]->(:Company)", or label = "Company" for nodes.',
            )
        return Pattern(start=found["start"].strip(), type=found["type"].strip(), end=found["end"].strip())

    @property
    def given(self) -> dict[str, str]:
        named = {"label": self.label, "start": self.start, "type": self.type, "end": self.end}
        return {name: text for name, text in named.items() if text}

    def __str__(self) -> str:
        return f"(:{self.label})" if self.label else f"(:{self.start})-[:{self.type}]->(:{self.end})"


@dataclass(slots=True)
class Spool:
    """Rows of a graph in a file, and a hash of them that does not depend on their order."""

    path: Path
    header: tuple[str, ...]
    rows: int = 0
    hash: int = 0

    def write(self, found: Iterator[tuple[str, dict[str, str]]]) -> None:
        with self.path.open("w", encoding="utf-8") as file:
            for place, cells in found:
                said = json.dumps(cells, sort_keys=True, ensure_ascii=False)
                file.write(json.dumps([place, cells], ensure_ascii=False) + "\n")
                self.hash = (self.hash + int.from_bytes(hashlib.sha256(said.encode()).digest(), "big")) & _BITS
                self.rows += 1

    def read(self) -> Iterator[tuple[str, dict[str, str]]]:
        with self.path.open(encoding="utf-8") as file:
            for line in file:
                place, cells = json.loads(line)
                yield place, cells


def plain(value: Any) -> Any:
    """A value of Neo4j's as JSON and a table have it: times as ISO 8601, a point as its coordinates."""
    if isinstance(value, list):
        return [plain(part) for part in value]
    if hasattr(value, "srid"):
        return dict(zip(("longitude", "latitude", "height"), value, strict=False))
    return value.iso_format() if hasattr(value, "iso_format") else value


def names_of(server: Server, pattern: Pattern) -> tuple[str, ...]:
    """The properties of the rows: of a relationship also those of its ends, as ``from.name`` and ``to.name``."""
    if pattern.label:
        return tuple(name for (name,) in server.read(_NODE_NAMES, pattern.given))
    own = [name for (name,) in server.read(_RELATIONSHIP_NAMES, pattern.given)]
    for prefix, label in zip(ENDS, (pattern.start, pattern.end), strict=True):
        own += [prefix + name for (name,) in server.read(_NODE_NAMES, {"label": label})]
    return tuple(own)


def rows_of(server: Server, pattern: Pattern, names: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """(element id, properties by name) of each row, streamed."""
    starts, ends = ([name.removeprefix(p) for name in names if name.startswith(p)] for p in ENDS)
    own = [name for name in names if not name.startswith(ENDS)] if not pattern.label else list(names)
    wanted = {"own": own, "starts": starts, "ends": ends}
    for place, *values in server.stream(_NODES if pattern.label else _RELATIONSHIPS, pattern.given | wanted):
        listed = [*own, *(f"from.{name}" for name in starts), *(f"to.{name}" for name in ends)]
        cells = {name: plain(value) for name, value in zip(listed, chain(*values), strict=True) if value is not None}
        yield str(place), flat(cells)


@dataclass(slots=True, weakref_slot=True)
class GraphLoader:
    """Reads a graph in Neo4j by a mapping. Options: ``address``, and the fields of the source that are given."""

    name: str = "neo4j"
    version: str = "1"
    user: str = ""
    password: str = field(default="", repr=False)
    _folder: Path = Path()
    _spools: list[tuple[Rows, Pattern, Spool]] = field(default_factory=list)
    _left: list[str] = field(default_factory=list)

    def sign_in(self, user: str, password: str) -> None:
        self.user, self.password = user, password

    def source(self, path: Path, options: Mapping[str, str]) -> Source:
        """Read the graph into a temporary file, and describe it: its hash is that of the rows.

        Raises:
            FileFormatError: not a mapping of a graph, or one that names what the graph has not.
            StoreError: no server there, or it refused.
        """
        from graph.neo4j.address import Address
        from graph.neo4j.server import connected

        mapping = read_map(path)
        if not all(rows.label or rows.relationship for rows in mapping.rows):
            raise FileFormatError(
                f"{path.name} maps a table: some rows have neither a label nor a relationship.",
                remedy="kedja load table FILE --map ..., or name what in the graph the rows are.",
            )
        self._folder = Path(mkdtemp(prefix="kedja-neo4j-"))
        weakref.finalize(self, shutil.rmtree, self._folder)  # also where nothing is read: it was loaded before
        with connected(Address.read(options["address"], self.user, self.password)) as server:
            ((day,),) = server.read("RETURN toString(date())")
            self._spools = [self._spooled(server, rows, number) for number, rows in enumerate(mapping.rows)]
            self._left = list(_left_out(server, mapping, [pattern for _, pattern, _ in self._spools]))
            url = server.address.url
        source = source_of(mapping, options, path.name, str(day))
        said = "".join(f"{pattern}:{spool.hash:x}:{rows.title}" for rows, pattern, spool in self._spools)
        return replace(source, url=source.url or url, sha256=hashlib.sha256(said.encode()).hexdigest())

    def _spooled(self, server: Server, rows: Rows, number: int) -> tuple[Rows, Pattern, Spool]:
        pattern = Pattern.of(rows)
        header = names_of(server, pattern)
        read = set(bound(rows, header, f"The graph's {pattern}").values())
        wanted = [name for name in header if name in read or any(one.startswith(f"{name}.") for one in read)]
        spool = Spool(self._folder / f"{number}.jsonl", header)
        spool.write(rows_of(server, pattern, wanted))
        return rows, pattern, spool

    def read(
        self,
        path: Path,  # noqa: ARG002
        source: Source,
        options: Mapping[str, str],  # noqa: ARG002
        secret: bytes,
        report: Report,
        progress: Progress,
    ) -> Iterator[Record | Link]:
        """See ``loaders.base.Loader``; the place of a row is its element id."""
        for what in self._left:
            report.rejects.append(Reject(report.file, what, 0, "", what, Reason.NOT_MAPPED))
        spools = self._spools
        found = [(rows, Found(str(what), spool.header, spool.read(), spool.rows)) for rows, what, spool in spools]
        yield from read_rows(found, source, secret, report, progress)


def _left_out(server: Server, mapping: Map, patterns: Sequence[Pattern]) -> Iterator[str]:
    """What of the graph no rows of the mapping are, and what is not left out on purpose."""
    labels = [pattern.label for pattern in patterns if pattern.label]
    for label, many in server.read(_OTHER_NODES, {"labels": labels}):
        if not any(is_like(label, one) for one in mapping.ignore):
            yield f"(:{label}), {many}"
    triples = [[pattern.start, pattern.type, pattern.end] for pattern in patterns if pattern.type]
    for start, type_, end, many in server.read(_OTHER_RELATIONSHIPS, {"triples": triples}):
        if not any(is_like(name, one) for name in (start, type_, end) for one in mapping.ignore):
            yield f"(:{start})-[:{type_}]->(:{end}), {many}"
