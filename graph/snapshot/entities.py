"""From records to vertices: columns put in order, the records of one entity made one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from graph.snapshot.arrays import I64, Array, Bool, whole
from graph.snapshot.sayings import Saying, Sayings, asserted, merged, standing_of
from graph.snapshot.topology import NODE_TYPES, STATUSES, VertexRow, Vertices, joined_keys
from graph.store import Entity, RecordColumns
from graph.texts import Texts
from ontology.records import Source, Status, canonical
from ontology.values import BEGINNING, END, is_own_key, to_day

U64 = npt.NDArray[np.uint64]


def vertices_of(
    records: Sequence[RecordColumns], ghosts: Iterable[Entity], saying: Callable[[], Mapping[int, Source]]
) -> tuple[Vertices, Sayings, I64]:
    """The vertices in the order of their ids, what is said of those of which several records or a denied one speak, and
    the store's number of each vertex, shape (vertices,). ``saying`` gives the source of what each run said."""
    known = whole(RecordColumns, records)
    first, rest = digests(known.id)
    order = np.argsort(first, kind="stable")
    alone, shared = _apart(order, first, known.denied)
    sources = saying() if len(shared) else {}
    groups = _grouped(known, shared)
    said = [[_saying(known, row, sources[int(known.said[row])]) for row in group] for group in groups]
    made = [_made(known, group, sayings) for group, sayings in zip(groups, said, strict=True)]
    unknown = list(ghosts)
    extra = Vertices.from_rows([*(row for _, row in made), *map(_ghost, unknown)])
    more = digests(extra.id)
    rows = np.concatenate((alone, np.arange(len(first), len(first) + len(extra.id))))
    if len(extra.id):
        rows = _in_order(rows, np.concatenate((first, more[0])), np.concatenate((rest, more[1])))
    numbers = [*(node for node, _ in made), *(ghost.node for ghost in unknown)]
    nodes: I64 = np.concatenate((known.node.astype(np.int64), np.array(numbers, np.int64)))[rows]
    vertices = Vertices(**{f.name: _column(f.name, known, extra, rows) for f in fields(Vertices)})
    place = {vertices.id.find(known.id[group[0]]): sayings for group, sayings in zip(groups, said, strict=True)}
    return vertices, Sayings.of({vertex: said for vertex, said in place.items() if vertex is not None}), nodes


def digests(ids: Texts) -> tuple[U64, U64]:
    """The twenty hexadecimal digits of each id as two integers that sort as the ids do: sixteen digits, and four."""
    text = ids.blob.reshape(len(ids), 21)[:, 1:]
    half = (text & 15) + 9 * (text >> 6)  # the letters a-f begin at 0x61, the digits at 0x30
    octets = np.zeros((len(ids), 16), np.uint8)
    octets[:, :8] = (half[:, 0:16:2] << 4) | half[:, 1:16:2]
    octets[:, 14:] = (half[:, 16::2] << 4) | half[:, 17::2]
    numbers = octets.view(">u8").astype(np.uint64)
    return numbers[:, 0], numbers[:, 1]


def _apart(order: I64, first: U64, denied: Bool) -> tuple[I64, I64]:
    """Rows with a number of their own, and those that share theirs with another row or deny; both in order."""
    ordered = first[order]
    same = ordered[1:] == ordered[:-1]
    shared = denied[order]
    shared[1:] |= same
    shared[:-1] |= same
    return order[~shared], order[shared]


def _in_order(rows: I64, first: U64, rest: U64) -> I64:
    return rows[np.lexsort((rest[rows], first[rows]))]


def _column(name: str, known: RecordColumns, extra: Vertices, rows: I64) -> Any:
    more = getattr(extra, name)
    had = np.zeros(len(known.row), np.bool_) if name == "ghost" else getattr(known, name)
    if isinstance(had, Texts):
        return Texts.joined([had, more]).take(rows)
    column: Array = np.concatenate((had, more))[rows]
    return column


def _grouped(known: RecordColumns, rows: I64) -> list[list[int]]:
    """Rows by entity, the one that names it first."""

    def place(row: int) -> tuple[str, bool, str, int, int]:
        return (known.id[row], not known.primary[row], known.base[row], int(known.hash[row]), int(known.row[row]))

    places = sorted((place(row), row) for row in rows.tolist())
    return [[row for _, row in group] for _, group in groupby(places, key=lambda found: found[0][0])]


def _saying(known: RecordColumns, row: int, source: Source) -> Saying:
    return Saying(
        record=known.base[row],
        source=source.id,
        publisher=source.publisher,
        own="".join(f"{key}\n" for key in known.keys[row].split("\n") if is_own_key(key)),
        published=to_day(source.published, BEGINNING),
        status=int(known.status[row]),
        denied=bool(known.denied[row]),
        confidence=float(known.confidence[row]),
        valid_from=int(known.valid_from[row]),
        valid_to=int(known.valid_to[row]),
        properties=json.loads(known.properties[row]),
    )


def _made(known: RecordColumns, rows: list[int], said: Sequence[Saying]) -> tuple[int, VertexRow]:
    """One vertex from the records of an entity, of all time. What holds at a moment is the snapshot's to say."""
    first = rows[0]
    type = NODE_TYPES[known.type[first]]
    keys = {key for row in rows for key in known.keys[row].split("\n") if key}
    heard = asserted(said) or said
    properties = merged(type, heard)
    return int(known.node[first]), VertexRow(
        known.id[first],
        type,
        str(properties.get("name", "")),
        joined_keys(sorted(keys)),
        canonical(properties),
        False,
        *standing_of(heard),
        min(one.valid_from for one in heard),
        max(one.valid_to for one in heard),
    )


def _ghost(ghost: Entity) -> VertexRow:
    declared = STATUSES.index(Status.DECLARED)
    return VertexRow(
        ghost.id, ghost.type, ghost.name, joined_keys(ghost.keys), "{}", True, declared, float("nan"), BEGINNING, END
    )
