"""What a workbook's rows, cells and columns that could not be read said in the edition before: that is not taken back.

A row that says what it is about keeps what it said, one that does not keeps its whole sheet; a short cut that is left
out keeps its links. A sheet that is not there keeps all that it said, since only what is read is taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import product

from graph.store import Stays
from loaders.workbook_binding import Bound
from loaders.workbook_columns import Column, Role
from loaders.workbook_values import Keys, several
from ontology.errors import ValueProblem
from ontology.model import LinkType


def of_node(table: str, keys: Keys, ids: Mapping[Role, str], person: bool) -> set[Stays]:
    """The row's record and its short cuts' links, by every key that it may have had; nothing where its id is unread."""
    try:
        mine = {keys.person(ids[Role.ID])} | (set() if person else keys.may_be(ids[Role.ID], (table,)))
    except (KeyError, ValueProblem):
        return set()
    for text in several("" if person else ids.get(Role.ALSO, "")):
        with suppress(ValueProblem):  # its own problem is told where the row is read
            mine |= keys.may_be(text, (table,))
    return {stay for key in mine for stay in (Stays(table, key), Stays(table, key, ""), Stays(table, "", key))}


def of_link(table: str, sources: Iterable[str], targets: Iterable[str]) -> set[Stays]:
    """The row's link, by every key that its ends may have had; nothing where one end has none."""
    return {Stays(table, *ends, table) for ends in product(sources, targets)}


def of_shortcut(table: str, key: str, column: Column, others: Iterable[str]) -> Iterator[Stays]:
    """The links of a row's cell, to the things that it names; to any, where it cannot be read."""
    assert column.link is not None  # a short cut is made from a link type
    for other in set(others) or {""}:
        ends = (other, key) if column.incoming else (key, other)
        yield Stays(table, *ends, column.link.name)


def of_columns(bound: Bound) -> Iterator[Stays]:
    """The links that a column may have said whose heading is not known, or not there."""
    if isinstance(bound.sheet.declared, LinkType) or not any(map(bound.has_unread, bound.table.rows)):
        return
    read = {column.link.name for column in bound.columns if column is not None and column.link}
    for name in {column.link.name for column in bound.sheet.columns if column.link} - read:
        yield Stays(bound.sheet.name, "", "", name)
