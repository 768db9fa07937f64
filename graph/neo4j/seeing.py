"""Which bases a view sees something of. Three small statements: one with every *or* in it takes a second to plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graph.neo4j.core import Core, View, made, seen
from graph.neo4j.joining import STOOD
from graph.neo4j.schema import ANY_LINK

_HOLDS = (
    "UNWIND $rows AS n MATCH (r:KedjaRecord {{base: n}}) USING INDEX SEEK r:KedjaRecord(base)"
    " WHERE {} RETURN DISTINCT n"
)
_KEYED = (
    "UNWIND $rows AS n MATCH (k:KedjaBase {{node: n}})<-[:KEDJA_KEY]-(h) USING INDEX SEEK k:KedjaBase(node)"
    " MATCH (r:KedjaRecord {{base: h.node}}) USING INDEX SEEK r:KedjaRecord(base) WHERE {} RETURN DISTINCT n"
)
_NAMED = tuple(
    f"UNWIND $rows AS n MATCH (b:KedjaBase {{{{node: n}}}}){STOOD}{arrow} USING INDEX SEEK b:KedjaBase(node)"
    f" WHERE l.{end}_base = n AND {{}} RETURN DISTINCT n"
    for arrow, end in ((f"-[l:{ANY_LINK}]->()", "source"), (f"<-[l:{ANY_LINK}]-()", "target"))
)


def standing(core: Core, view: View, bases: Iterable[int]) -> set[int]:
    """Those of some bases of which a record, or a link that names them, is visible."""
    return _first(core, view, bases, [_HOLDS.format(seen("r")), *(text.format(seen("l")) for text in _NAMED)])


def named(core: Core, view: View, bases: Iterable[int]) -> set[int]:
    """Those of some bases that a visible link names."""
    return _first(core, view, bases, [text.format(seen("l")) for text in _NAMED])


def shown(core: Core, view: View, bases: Iterable[int]) -> set[int]:
    """Those of some bases that have been seen by now, even if they no longer stand."""
    texts = (_HOLDS.format(made("r")), _KEYED.format(made("r")), *(text.format(made("l")) for text in _NAMED))
    return _first(core, view, bases, texts)


def _first(core: Core, view: View, bases: Iterable[int], texts: Iterable[str]) -> set[int]:
    left, found = set(bases), set[int]()
    for text in texts:
        found |= set(_numbers(core, view, text, left - found))
    return found


def _numbers(core: Core, view: View, text: str, rows: set[int]) -> Iterator[int]:
    yield from (n for (n,) in core.ask(text, sorted(rows), **view.given))
