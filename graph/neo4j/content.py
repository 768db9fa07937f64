"""What a publication looks like as rows of the layout, in the order of writing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np

from graph.neo4j.entering import Entering, Exposures
from graph.neo4j.layout import ENTERS, EXPOSED_TO, RISK, SOURCE, WITHIN
from graph.neo4j.statements import Statements
from graph.neo4j.table import Row, Table, mixed, tabled
from graph.neo4j.things import Things, risk_of
from graph.questions.exposed import assessed
from graph.snapshot.topology import NODE_CODE
from graph.snapshot.view import Snapshot
from graph.sqlite import Store
from graph.store import At
from ontology.records import Source
from ontology.vocabulary import vocabulary

SIZE = 10_000
"""Rows of a table, at most."""
COMPUTED = (SOURCE, WITHIN, ENTERS, EXPOSED_TO)
"""Kinds of which it cannot be told without making them which rows changed: they are few."""

Part = Callable[[], Iterator[Table]]


@dataclass(frozen=True)
class Content:
    """All rows of a publication."""

    store: Store
    at: At
    snapshot: Snapshot

    @cached_property
    def entering(self) -> Entering:
        return Entering(self.snapshot)

    @cached_property
    def things(self) -> Things:
        return Things(self.store, self.at, self.snapshot, assessed(self.snapshot))

    @cached_property
    def statements(self) -> Statements:
        return Statements(self.things)

    @cached_property
    def hash(self) -> int:
        """63 bits of all entities and links."""
        return sum(int(np.bitwise_xor.reduce(mixed(one))) for one in (self.things.hash, self.statements.hash)) >> 1

    def parts(self, *, size: int = SIZE, since: Content | None = None) -> list[Part]:
        """What gives the rows, nodes first, as often as asked; ``since``: only those of what differs from another
        publication, and all of the computed kinds."""
        things, statements = self.stored(since, size=size)
        computed = (self._within, self.entering.rows, Exposures(self.snapshot).rows)
        return [
            lambda: _batched(self._sources(), size),
            things,
            statements,
            *(lambda rows=rows: _batched(rows(), size) for rows in computed),
        ]

    def stored(self, other: Content | None, *, size: int = SIZE) -> tuple[Part, Part]:
        """The entities and the links; those that another publication does not have, where one is given."""
        vertices = rows = None
        if other:
            vertices = ~np.isin(self.things.hash, other.things.hash)
            rows = ~np.isin(self.statements.hash, other.statements.hash)
        return lambda: self.things.tables(size, vertices), lambda: self.statements.tables(size, rows)

    def _sources(self) -> Iterator[Row]:
        for id_, source in sorted(self.store.sources(self.at).items()):
            yield Row(SOURCE, id_, _source(source))

    def _within(self) -> Iterator[Row]:
        """From each risk type to the broader one."""
        s, ids = self.snapshot, dict[str, str]()
        for vertex in np.flatnonzero(s.topology.vertices.type == NODE_CODE[RISK]).tolist():
            if name := risk_of(s.keys(vertex)):
                ids.setdefault(name, s.id(vertex))
        for name, id_ in sorted(ids.items()):
            broader = vocabulary("risk-types")[name].broader
            if broader in ids:
                yield Row(WITHIN, f"{name}<{broader}", {}, source=id_, target=ids[broader])


def _batched(rows: Iterable[Row], size: int) -> Iterator[Table]:
    left = iter(rows)
    while batch := list(islice(left, size)):
        yield from tabled(batch)


def _source(source: Source) -> dict[str, Any]:
    facts = {name: getattr(source, name) for name in source.__slots__}
    facts |= {"mode": source.mode.value, "secrecy": source.secrecy.name.lower()}
    return {name: value for name, value in facts.items() if value is not None}
