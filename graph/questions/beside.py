"""What every question about a group of contracts says of the group itself: when it has contracts, if it has none on the
day, and which contracts of other kinds may belong to it or count as it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict

from graph.asked import OfKind, OtherDays
from graph.questions.groups import Group, of_broader_kinds, other_days
from graph.questions.naming import Naming
from graph.snapshot.view import Snapshot


class Beside(TypedDict):
    """The fields of ``OfGroup``."""

    other_days: OtherDays | None
    may_belong: tuple[OfKind, ...]


def beside(naming: Naming, vertex: int | None, group: Group) -> Beside:
    """Of a group that a vertex (None: all contracts) makes."""
    return Beside(
        other_days=None if len(group.contracts) else other_days(naming.s, vertex),
        may_belong=of_kinds(naming, vertex, group, of_broader_kinds),
    )


def of_kinds(
    naming: Naming, vertex: int | None, group: Group, find: Callable[[Snapshot, int], dict[int, list[int]]]
) -> tuple[OfKind, ...]:
    """The contracts that ``find`` finds of kinds beside the one that is asked about, and by which links."""
    if vertex is None or group.view != "category":
        return ()
    s, rows = naming.s, []
    for kind, contracts in find(s, vertex).items():
        narrow, broad = (kind, vertex) if vertex in s.kinds.up(kind) else (vertex, kind)
        links = tuple(naming.link(edge) for edge in s.kinds.facts(narrow, broad))
        rows.append(
            OfKind(
                kind=naming.id(kind),
                links=tuple(link.id for link in links),
                matched=any(link.type == "MATCHES" for link in links),
                contracts_n=len(contracts),
                contracts=tuple(s.id(c) for c in naming.first("of_kinds.contracts", contracts)),
            )
        )
    return tuple(rows)
