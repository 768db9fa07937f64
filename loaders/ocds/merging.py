"""The releases of one process as one, by the rules of OCDS 1.1, where the public libraries follow them and not.

ocdsmerge 0.8 keeps an object or a list of objects that a later release sets to null, compares dates as text, tells the
ids 1 and "1" apart and doubles items without an id. Here null withdraws whatever stood there; dates are instants, ids
text (``reading``); a list whose items are not all told apart by an id is replaced whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from loaders.ocds.reading import Json

WHOLE = frozenset({"additionalIdentifiers", "additionalClassifications", "changes"})
"""Lists that the standard's schema replaces whole."""
APART = frozenset({"tag", "date", "id"})
"""What a release says of itself, and not of the process."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A value that a later release changed or withdrew: where, until when, what it was."""

    path: tuple[str, ...]
    until: str
    value: Any


@dataclass(slots=True)
class Merged:
    """A process as its releases leave it."""

    release: Json
    earlier: list[Earlier] = field(default_factory=list)
    first: dict[str, int] = field(default_factory=dict)
    """In which of the releases, by their order, each award was first said."""
    compiled: bool = False
    """Whether its publisher merged it: then only dates tell which award came first."""


def merged(releases: Sequence[Json]) -> Merged:
    """Merge the releases of a process, oldest first."""
    whole = Merged({})
    if len(releases) == 1 and _clean(releases[0]):  # as most processes come: nothing to merge, nothing to copy
        whole.release = {key: value for key, value in releases[0].items() if key not in APART}
        whole.first = dict.fromkeys((str(award.get("id") or "") for award in listed(whole.release, "awards")), 0)
        return whole
    for place, release in enumerate(releases):
        said = {key: value for key, value in release.items() if key not in APART}
        _merge(whole, whole.release, said, (), str(release.get("date") or ""))
        for award in listed(release, "awards"):
            whole.first.setdefault(str(award.get("id") or ""), place)
    return whole


def _clean(value: Json) -> bool:
    """Take what is null out of a release, in place. False where a list has one id twice, so that its items merge."""
    for key in [key for key, inner in value.items() if inner is None]:
        del value[key]
    for key, inner in value.items():
        kind = type(inner)
        if kind is dict:
            if not _clean(inner):
                return False
        elif kind is list and not _clean_list(key, inner):
            return False
    return True


def _clean_list(key: str, value: list[Any]) -> bool:
    if None in value:
        value[:] = [inner for inner in value if inner is not None]
    ids = set()
    for inner in value:
        kind = type(inner)
        if kind is dict:
            if not _clean(inner):
                return False
            ids.add(str(inner.get("id")))
        elif kind is list and not _clean_list(key, inner):
            return False
    return not ids or len(ids) == len(value) or not _by_id(key, value)


def _merge(whole: Merged, into: Json, said: Json, path: tuple[str, ...], date: str) -> None:
    for key, value in said.items():
        old = into.get(key)
        if value is None:
            into.pop(key, None)
        elif isinstance(value, dict):
            if isinstance(old, dict):
                _merge(whole, old, value, (*path, key), date)
                continue
            into[key] = without_null(value)
        elif _by_id(key, value) and (old is None or _by_id(key, old)):
            into[key] = _merge_items(whole, old or [], value, (*path, key), date)
            continue
        else:
            into[key] = without_null(value)
        if old is not None and old != into.get(key):
            whole.earlier.append(Earlier((*path, key), date, old))


def _merge_items(whole: Merged, old: list[Json], said: list[Json], path: tuple[str, ...], date: str) -> list[Json]:
    """The items of two lists by their ids. An id that comes twice in one list is one item, the later said over it."""
    items = {str(item["id"]): item for item in old}
    for item in said:
        _merge(whole, items.setdefault(str(item["id"]), {}), item, (*path, str(item["id"])), date)
    return list(items.values())


def _by_id(key: str, value: object) -> bool:
    return key not in WHOLE and isinstance(value, list) and all(isinstance(i, dict) and i.get("id") for i in value)


def without_null(value: Any) -> Any:
    """The same without what is null."""
    if isinstance(value, dict):
        return {key: without_null(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [without_null(inner) for inner in value if inner is not None]
    return value


def listed(of: object, name: str) -> list[Json]:
    """The objects of a list; none where it is no list."""
    found = of.get(name) if isinstance(of, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def inner(of: object, *way: str) -> Json:
    """An object further in; an empty one where there is none."""
    for name in way:
        of = of.get(name) if isinstance(of, dict) else None
    return of if isinstance(of, dict) else {}


def text(of: object, *way: str) -> str:
    """A text further in, trimmed; a number as it is written; empty where there is neither."""
    found = of
    for name in way:
        found = found.get(name) if type(found) is dict else None
    if type(found) is str:
        return found if found.isalnum() else " ".join(found.split())
    if found is None:
        return ""
    return str(found) if isinstance(found, (int, float)) and not isinstance(found, bool) else ""
