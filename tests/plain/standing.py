"""What shows: sources loaded one after another, as a reader with a clearance sees them at a publication.

Written from the design for the tests that hold the answers to it: sets and dictionaries, nothing of ``graph``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date

from ontology.records import Common, Link, Mode, Polarity, Record, Secrecy, Source

Item = Record | Link


class Edition:
    """One source as it is loaded: everything that it says."""

    def __init__(self, source: Source, items: tuple[Item, ...]) -> None:
        self.source = source
        self.items = items

    def __repr__(self) -> str:
        """One statement a line, so that a counterexample can be read."""
        source = self.source
        head = f"{source.publisher} {source.series} {source.edition} {source.mode} {source.secrecy.name}"
        return "\n  ".join((head, *map(_wording, self.items)))


def _wording(item: Item) -> str:
    what = item.key if isinstance(item, Record) else f"{item.source.key} {item.type} {item.target.key}"
    common, plain = item.common, Common()
    rest = {
        f.name: getattr(common, f.name) for f in fields(Common) if getattr(common, f.name) != getattr(plain, f.name)
    }
    return f"{what} {dict(item.properties)} {', '.join(f'{name}={value}' for name, value in rest.items())}"


@dataclass(frozen=True)
class Said:
    """A statement that stands, and the source that says it."""

    item: Item
    source: Source

    @property
    def secrecy(self) -> Secrecy:
        """A source's secrecy covers all that it says."""
        return max(self.item.common.secrecy, self.source.secrecy)

    @property
    def denied(self) -> bool:
        return self.item.common.polarity is Polarity.DENIED

    def holds(self, days: Iterable[date]) -> bool:
        """Whether it is so on any of some days: valid_to is the first day on which it is so no more."""
        start, end = self.item.common.valid_from, self.item.common.valid_to
        return any((start is None or start <= day) and (end is None or day < end) for day in days)


def _name(item: Item) -> tuple[object, ...]:
    """What a later edition must say to speak of the same: the thing or the two ends, in the same period."""
    what = (item.key,) if isinstance(item, Record) else (item.source.key, item.target.key)
    return (item.type, *what, item.common.valid_from, item.common.valid_to, item.row_key)


def _content(said: Said) -> tuple[str, Secrecy]:
    return repr(said.item), said.secrecy


def shown(loads: Sequence[Edition], publication: int, clearance: Secrecy) -> list[Said]:
    """What stands after the first ``publication`` loads and may be read."""
    standing: dict[str, list[Said]] = {}
    newest: dict[str, int] = {}
    for edition in loads[:publication]:
        series = f"{edition.source.publisher}: {edition.source.series}"
        mode = edition.source.mode
        before = standing.get(series, [])
        number = int(edition.source.edition)
        if mode is not Mode.APPEND and number < newest.get(series, 0):
            continue  # an older edition loaded late changes nothing
        newest[series] = max(number, newest.get(series, 0))
        says = {_content(said): said for said in (Said(item, edition.source) for item in edition.items)}
        named = set(map(_name, edition.items))
        if mode is Mode.FULL:  # says all that stands, but what was appended and is repeated
            before = [said for said in before if _content(said) in says and said.source.mode is Mode.APPEND]
        elif mode is Mode.DELTA:
            before = [said for said in before if _name(said.item) not in named or _content(said) in says]
        kept = set(map(_content, before))
        standing[series] = [*before, *(said for content, said in says.items() if content not in kept)]
    return [said for stands in standing.values() for said in stands if said.secrecy <= clearance]


def without_secrets(loads: Sequence[Edition], clearance: Secrecy) -> list[Edition]:
    """The same loads as if what a reader may not see had never been there."""
    return [
        Edition(one.source, tuple(item for item in one.items if Said(item, one.source).secrecy <= clearance))
        for one in loads
    ]
