"""A snapshot from a published graph: the very function that freezes a record reads its tables from Neo4j here.

What comes out has the hashes of the snapshot that was published, or it is refused: somebody has changed the graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from graph.identity import content_hash, entity_id
from graph.neo4j.layout import DENIED, FIRST_DAY, LAST_DAY, decoded
from graph.neo4j.reading import AT_ONCE, STATEMENTS, Things, at_of, native, steadily, verified
from graph.neo4j.server import Server, chunks
from graph.snapshot.reader import MARKED, read_topology
from graph.snapshot.topology import LINK_CODE, NODE_CODE, STATUSES, joined_keys
from graph.snapshot.view import Snapshot
from graph.store import At, Entity, LinkColumns, RecordColumns, RunInfo, RunState, StoredLink
from graph.texts import Texts
from ontology.model import LINKS
from ontology.records import Common, Polarity, Source, canonical, link_order
from ontology.values import BEGINNING, END, to_day


def freeze(server: Server) -> Snapshot:
    """The snapshot that a graph shows; errors as of ``graph.neo4j.reading.steadily``."""
    return steadily(server, lambda stands: verified(server, stands, read_topology(Said.read(server), at_of(stands))))


@dataclass(slots=True)
class Said:
    """What a graph says, as a freeze reads it: ``graph.snapshot.reader.Tables``."""

    things: Things
    batches: list[LinkColumns] = field(default_factory=list)
    marked: list[StoredLink] = field(default_factory=list)

    @staticmethod
    def read(server: Server) -> Said:
        said = Said(Things.read(server))
        for ids in chunks(said.things.numbers, AT_ONCE):
            ((rows,),) = server.read(_LINKS, {"ids": ids, "marked": MARKED})
            said._add([row for row in rows if row[2] in LINK_CODE or row[2] == DENIED])
        return said

    def _add(self, rows: Sequence[Sequence[Any]]) -> None:
        """``rows`` as ``_LINKS`` gives them."""
        first = sum(len(batch.row) for batch in self.batches)
        denied = [row[2] == DENIED for row in rows]
        kinds = [row[3] if no else row[2] for row, no in zip(rows, denied, strict=True)]
        numbers = self.things.numbers
        self.batches.append(
            LinkColumns(
                row=np.arange(first, first + len(rows), dtype=np.int64),
                source=np.array([numbers[row[0]] for row in rows], np.int32),
                target=np.array([numbers[row[1]] for row in rows], np.int32),
                type=np.array([LINK_CODE[kind] for kind in kinds], np.int8),
                status=np.array([_STATUS[row[5]] for row in rows], np.int8),
                denied=np.array(denied, np.int8),
                confidence=np.array([row[6] if row[7] else np.nan for row in rows], np.float64),
                valid_from=np.array([_day(row[8]) for row in rows], np.int32),
                valid_to=np.array([_day(row[9]) for row in rows], np.int32),
                order=np.array([link_order(row[4]) for row in rows], np.int64),
            )
        )
        for place, (row, kind) in enumerate(zip(rows, kinds, strict=True)):
            if row[10] is not None:
                facts = decoded(LINKS[kind].properties, native(row[10]))
                self.marked.append(
                    StoredLink(first + place, row[4], kind, row[0], row[1], 0, 0, "", "", facts, Common(), "", "")
                )

    # -- what a freeze asks -----------------------------------------------------------------------------------
    def link_columns(self, at: At, types: Iterable[str]) -> Iterator[LinkColumns]:  # noqa: ARG002 (all types)
        return iter(self.batches)

    def links(self, at: At, *, types: Iterable[str] | None = None) -> Iterator[StoredLink]:  # noqa: ARG002 (as MARKED)
        return iter(self.marked)

    def ghosts(self, at: At) -> Iterator[Entity]:  # noqa: ARG002 (the graph shows one publication)
        return iter(self.things.ghosts)

    def sources(self, at: At) -> dict[str, Source]:  # noqa: ARG002 (the graph shows one publication)
        return {source.id: source for source in self.things.sources}

    def runs(self) -> list[RunInfo]:
        """A run for each source: the freeze asks what said a record, not when."""
        never = datetime(1970, 1, 1, tzinfo=UTC)
        return [
            RunInfo(number, "load", RunState.PUBLISHED, source, "", "", {}, {}, never, None)
            for number, source in enumerate(self.things.sources)
        ]

    def record_columns(self, at: At) -> Iterator[RecordColumns]:  # noqa: ARG002 (the graph shows one publication)
        records, numbers = self.things.records, self.things.numbers
        said = {source.id: number for number, source in enumerate(self.things.sources)}
        commons = [one.item.common for one in records]
        texts = [canonical(one.item.properties) for one in records]
        hashes = [
            content_hash(one.item, text, one.item.common.secrecy) for one, text in zip(records, texts, strict=True)
        ]
        yield RecordColumns(
            id=Texts.of(one.entity for one in records),
            node=np.array([numbers[one.entity] for one in records], np.int32),
            base=Texts.of(one.id for one in records),
            primary=np.array([entity_id(one.id) == one.entity for one in records], np.bool_),
            hash=np.array(hashes, np.int64),
            row=np.arange(len(records), dtype=np.int64),
            said=np.array([said[one.said] for one in records], np.int64),
            type=np.array([NODE_CODE[one.item.type] for one in records], np.int8),
            status=np.array([STATUSES.index(common.status) for common in commons], np.int8),
            denied=np.array([common.polarity is Polarity.DENIED for common in commons], np.bool_),
            confidence=np.array([np.nan if c.confidence is None else c.confidence for c in commons], np.float64),
            valid_from=np.array([to_day(common.valid_from, BEGINNING) for common in commons], np.int32),
            valid_to=np.array([to_day(common.valid_to, END) for common in commons], np.int32),
            name=Texts.of(str(one.item.properties.get("name", "")) for one in records),
            keys=Texts.of(joined_keys(sorted(one.item.keys)) for one in records),
            properties=Texts.of(texts),
        )


_STATUS = {status.value: code for code, status in enumerate(STATUSES)}

_LINKS = (
    f"{STATEMENTS} RETURN collect([s.id, t.id, type(x), x.type, x.id, x.status, x.confidence, x.confidence_stated,"
    " coalesce(x.stated_from, x.valid_from), coalesce(x.stated_to, x.valid_to),"
    " CASE WHEN type(x) IN $marked OR x.type IN $marked THEN properties(x) END])"
)


def _day(held: Any) -> int:
    """A bound as days since 1970-01-01."""
    day: date = held.to_native()
    if day == FIRST_DAY:
        return BEGINNING
    return END if day == LAST_DAY else to_day(day, 0)
