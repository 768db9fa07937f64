"""When a relationship holds: when its statement does, and both its ends are valid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from graph.neo4j.layout import bound
from graph.neo4j.row import Row
from graph.snapshot.periods import intersection, period
from graph.snapshot.stretches import Stretches
from graph.snapshot.view import Snapshot
from ontology.values import BEGINNING, END


class Ends:
    """The ends of relationships, by id, and when they are valid."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.place = {id_: vertex for vertex, id_ in enumerate(snapshot.topology.vertices.id)}
        self._stretches = Stretches(snapshot.topology)
        v = snapshot.topology.vertices
        self._always = (v.valid_from == BEGINNING) & (v.valid_to == END)
        self._always[list(snapshot.topology.spoken)] = False

    def holding(self, row: Row, first: int, last: int) -> Iterator[Row]:
        """The statement, stated for the days [first, last), once for each period in which it holds.

        Where it holds on no day it is there with an empty period, so that nothing said is missing.
        """
        ends = self.place[row.source], self.place[row.target]
        when = period(first, last)
        for end in ends:
            if not self._always[end]:
                when = intersection(when, self._stretches.alive(end))
        if when == ((first, last),):
            yield row
            return
        stated = {"stated_from": bound(first), "stated_to": bound(last)}
        for stretch, (begins, ceases) in enumerate(when or ((first, first),)):
            facts = {"valid_from": bound(begins), "valid_to": bound(ceases), **stated}
            yield replace(row, properties={**row.properties, **facts, **({"stretch": stretch} if stretch else {})})
