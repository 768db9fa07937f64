"""What is declared here and in other packages: ours, a module each in one folder or an entry point, theirs by entry
point."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Extensions(Generic[T]):
    """What was found by its name, ours first; and the entry points that give none, with why."""

    known: Mapping[str, T]
    broken: Mapping[str, str]


OURS = "kedja"
"""The distribution whose entry points are ours."""


def extensions(ours: ModuleType | None, group: str, kind: str, fits: Callable[[Any], bool]) -> Extensions[Any]:
    """Everything with a ``name`` that fits.

    Args:
        ours: the package whose modules declare what is ours; None where that is by entry point, as others do.
        group: the entry point group by which other packages declare theirs. None can take the name of another.
        kind: what it is, in a word, for who is told that something is none.
        fits: whether an object is one.
    """
    known: dict[str, Any] = {one.name: one for one in _packaged(ours) if fits(one)} if ours else {}
    broken: dict[str, str] = {}
    for entry in sorted(entry_points(group=group), key=_ours_first):
        where = f"{entry.value} of {_package(entry)}"
        try:
            one = entry.load()
        except Exception as error:  # noqa: BLE001  whatever another package does when imported: it is told, not hidden
            broken[where] = f"{type(error).__name__}: {error}"
            continue
        if not fits(one):
            broken[where] = f"it is no {kind}"
        elif known.setdefault(one.name, one) is not one:
            broken[where] = f"there is another {one.name}"
    return Extensions(known, broken)


def _ours_first(entry: EntryPoint) -> tuple[bool, str, str]:
    return _package(entry) != OURS, entry.value, entry.name


def _package(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else "?"


def _packaged(ours: ModuleType) -> Iterator[Any]:
    for module in pkgutil.iter_modules(ours.__path__, f"{ours.__name__}."):
        yield from vars(import_module(module.name)).values()
