"""A row of the layout: a node or a relationship, with the hash by which it is told from another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graph.neo4j.layout import fingerprint


@dataclass(frozen=True, slots=True)
class Row:
    """A node or a relationship. ``kind`` is an entity's type, another label, or a relationship type.

    ``source`` and ``target`` are the ids of a relationship's ends; of a record and an alias, ``target`` is the entity.
    """

    kind: str
    id: str
    properties: Mapping[str, Any]
    source: str = ""
    target: str = ""

    @property
    def hash(self) -> int:
        return fingerprint(self.kind, self.id, self.source, self.target, self.properties)
