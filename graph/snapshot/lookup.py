"""What is looked up in a topology: edges by their place among the link ids, vertices by their keys."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph.snapshot.arrays import I32, I64, Bool, Texts


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """Worked out once and kept with the topology's columns, so that each process maps it and none makes its own.

    ``by_id`` are the edges in the order of their ids, derived ones first: what breaks a tie between paths, shape
    (edges,). ``key`` are all keys of all vertices, sorted as UTF-8, and ``keyed`` whose each is, shape (keys,): the
    first vertex first where several share one.
    """

    by_id: I32
    key: Texts
    keyed: I32

    @staticmethod
    def of(order: I64, derived: Bool, keys: Texts) -> Lookup:
        """Of the edges' orders and whether each is derived, shape (edges,), and the keys of each vertex."""
        places = np.argsort(order).astype(np.int32)
        made = derived[places]
        found = sorted((key.encode(), vertex) for vertex, text in enumerate(keys) for key in text.split("\n") if key)
        return Lookup(
            by_id=np.concatenate((places[made], places[~made])),
            key=Texts.of_bytes([key for key, _ in found]),
            keyed=np.array([vertex for _, vertex in found], np.int32),
        )

    def vertex(self, key: str) -> int | None:
        """The vertex with a ``scheme:value`` key."""
        place = self.key.find(key)
        return None if place is None else int(self.keyed[place])
