"""The mark ``(:KedjaPublication {key: 'kedja'})``: which publication of which record the graph shows, to whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from graph.neo4j.layout import LAYOUT, MARK, WRITER
from graph.neo4j.server import Server, Tx
from graph.snapshot.view import Snapshot
from ontology.errors import StoreBusyError, StoreError
from ontology.model import VERSION

_FIND = f"MATCH (m:{MARK} {{key: 'kedja'}})"

WRITERS = 3
"""Sessions that write beside each other, at most."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a published graph says of itself.

    ``record`` is the record's own name (``Store.uid``); ``publication`` has the number by which the clearance knows it,
    which tells nothing of what is withheld; ``whole`` is false while a publish is under way or was cut
    short; ``topology`` and ``weights`` are the hashes of the snapshot; ``entities``, ``links`` (statements, derived
    ones included), ``denied`` and ``derived`` count what was published, ``rows`` all of it: 0 while not all is there;
    ``content`` is a hash of entities and links. Settled properties and EXPOSED_TO hold for ``valid_at``, ENTERS from
    ``entering_from`` until ``entering_to``: always, but for large graphs.
    """

    record: str
    publication: int
    known_at: datetime
    clearance: str
    valid_at: date
    method: str
    ontology: str
    layout: int
    topology: str
    weights: str
    entities: int = 0
    links: int = 0
    denied: int = 0
    derived: int = 0
    rows: int = 0
    content: int = 0
    entering_from: date = date.min
    entering_to: date = date.max
    whole: bool = False
    attempt: str = ""
    began: datetime | None = None
    ended: datetime | None = None

    @staticmethod
    def of(record: str, snapshot: Snapshot) -> Mark:
        """The mark of a snapshot that is to be published."""
        assert snapshot.moment.valid_at is not None
        topology, _, weights = snapshot.hash.partition("/")
        known = snapshot.known
        return Mark(
            record, known.number, known.at, known.clearance, snapshot.moment.valid_at,
            f"{snapshot.method.name}/{snapshot.method.version}", VERSION, LAYOUT, topology, weights,
        )  # fmt: skip

    def shows(self, other: Mark) -> bool:
        """Whether both show one publication in the same way. That the hashes agree is not enough: they do not hold
        all that the graph does, such as who is cited."""
        names = (
            "record",
            "publication",
            "clearance",
            "valid_at",
            "method",
            "ontology",
            "layout",
            "topology",
            "weights",
        )
        return all(getattr(self, name) == getattr(other, name) for name in names)

    @property
    def given(self) -> dict[str, Any]:
        """The properties of the node."""
        return asdict(self)


def read(server: Server) -> Mark | None:
    """The mark of the graph in a database; None where Kedja has published none.

    Raises:
        StoreError: a graph of another layout, or what an earlier Kedja kept in Neo4j; nothing is changed.
    """
    rows = server.read(f"OPTIONAL MATCH (s:KedjaStore) OPTIONAL {_FIND} RETURN s IS NOT NULL, properties(m) LIMIT 1")
    store, held = rows[0]
    if store:
        raise StoreError(
            f"{server.address.url} holds what an earlier Kedja kept in Neo4j. Nothing was changed.",
            remedy="Publish to an empty database, or empty this one first.",
        )
    return None if held is None else _mark(server, held)


def _mark(server: Server, held: Mapping[str, Any]) -> Mark:
    if held.get("layout") != LAYOUT:
        raise StoreError(
            f"{server.address.url} holds a graph of layout {held.get('layout')}; this Kedja publishes layout {LAYOUT}."
            " Nothing was changed.",
            remedy="Remove it with the Kedja that published it (kedja publish --remove), then publish again.",
        )
    names = {f.name for f in fields(Mark)}
    return Mark(**{name: _native(value) for name, value in held.items() if name in names})


def _native(value: Any) -> Any:
    return value.to_native() if hasattr(value, "to_native") else value


def put(tx: Tx, mark: Mark) -> None:
    """Make or overwrite the mark."""
    tx.rows(f"MERGE (m:{MARK} {{key: 'kedja'}}) SET m = $given SET m.key = 'kedja'", {"given": mark.given})


def begin(tx: Tx, mark: Mark) -> None:
    """Put the mark of a publish that goes on for several transactions. Whoever else publishes writes no more: this
    waits for what is being written, as each writer holds a node of its own meanwhile."""
    put(tx, mark)
    tx.rows(f"UNWIND range(0, {WRITERS - 1}) AS k MERGE (w:{WRITER} {{key: k}}) SET w.attempt = $attempt",
            {"attempt": mark.attempt})  # fmt: skip


def end(tx: Tx, mark: Mark) -> None:
    """Put the mark of a publish that is done."""
    put(tx, mark)
    tx.rows(f"MATCH (w:{WRITER}) DELETE w")


def hold(tx: Tx, attempt: str, writer: int | None = None) -> None:
    """Hold the mark, or one writer's part in it, until the transaction ends, so that no other publish begins beside.

    Raises:
        StoreBusyError: another publish has begun meanwhile; this one writes no more.
    """
    found = _FIND if writer is None else f"MATCH (m:{WRITER} {{key: $writer}})"
    held = f"{found} WHERE m.attempt = $attempt SET m.attempt = $attempt RETURN 1"
    if not tx.rows(held, {"attempt": attempt, "writer": writer}):
        raise StoreBusyError(
            "Another publish to this database has begun meanwhile, and this one has stopped.",
            remedy="Wait until the other has ended, then publish again.",
        )
