"""How the records' trees are read: a text, a day, several of a kind, in each of the shapes that GLEIF's forms give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from ontology.errors import ValueProblem
from ontology.records import PropertyProblem
from ontology.values import parse_day

Tree = Mapping[str, Any]

TEXT = "$"
"""Where GLEIF's JSON has the text of a value."""
NOTHING = frozenset({"", "NULL", "null"})
"""What stands where nothing is told; GLEIF writes the word in thousands of records."""


def text(tree: Any, *path: str) -> str:
    """The text at a path, empty where there is none; the first of several."""
    for name in path:
        if type(tree) is list:
            tree = tree[0] if tree else None
        if type(tree) is not dict:
            return ""
        tree = tree.get(name)
    return _plain(tree)


def _plain(value: Any) -> str:
    if type(value) is str:
        value = value.strip()
        return "" if value in NOTHING else value
    if type(value) is dict:
        return _plain(value.get(TEXT) or value.get("1"))
    if type(value) is list:
        return _plain(value[0]) if value else ""
    return str(value) if type(value) in (int, float) else ""


def several(tree: Any, *path: str) -> Iterator[Any]:
    """All at a path: the one that stands alone, those of a list, or of numbered columns.

    A list that stands one name earlier (``RelationshipPeriods: [...]``) is it already.
    """
    for name in path:
        if type(tree) is not dict or name not in tree:
            break
        tree = tree[name]
    else:
        yield from _all(tree)
        return
    if type(tree) is list:
        yield from tree


def _all(value: Any) -> Iterator[Any]:
    if type(value) is list:
        yield from value
    elif type(value) is dict and value and all(name.isdecimal() for name in value):
        yield from (value[name] for name in sorted(value, key=int))
    elif value is not None:
        yield value


def texts(tree: Any, *path: str) -> list[str]:
    """The texts of all at a path."""
    return [found for found in map(_plain, several(tree, *path)) if found]


def day_of(tree: Any, *path: str, end: bool = False) -> date | None:
    """The day at a path as it is written, whatever its time and offset; the day after, of an ``end``.

    Raises:
        PropertyProblem: no day.
    """
    found = text(tree, *path)
    if not found:
        return None
    try:
        return parse_day(found.partition("T")[0])[int(end)]
    except ValueProblem as problem:
        raise PropertyProblem(path[-1], problem.reason, found) from None


def deleted(tree: Tree) -> date | None:
    """The day on which a record was deleted. JSON has the place for it, with null, in records that live."""
    for path in _DELETED:
        if path[0] in tree and text(tree, *path):
            return day_of(tree, *path)
    return None


_DELETED = (
    ("Extension", "Deletion", "DeletedAt"),
    ("Extension", "gleif:Deletion", "gleif:DeletedAt"),
    ("Deletion", "DeletedAt"),
    ("DeletedAt",),
)
"""Where the day stands; JSON may keep the prefix of the extension's names."""
