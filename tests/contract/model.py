"""A store as simple as can be: everything in memory, every publication worked out anew from all that stands.

It shares with the stores only ``graph.identity.join``, which ``tests/graph/test_identity.py`` checks by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from graph.identity import UNSEEN, Base, Joined, Manual, entity_id, ghost_id, join
from graph.store import Verdict
from ontology.records import Link, Mode, Record, Secrecy, Source, canonical, edition_order

Key = tuple[str, str]


@dataclass(frozen=True)
class Said:
    """A statement that stands: the item, with its secrecy raised to its source's, and who says it."""

    item: Record | Link
    id: str
    source: Source

    @property
    def content(self) -> str:
        item = self.item
        first = item.key if isinstance(item, Record) else ""
        common = item.common
        facts = (common.status, common.confidence, common.polarity, common.secrecy, common.cites)
        return repr((first, canonical(item.properties), *facts))

    @property
    def key(self) -> Key:
        return self.id, self.content


@dataclass
class State:
    """What stands at one publication."""

    said: dict[Key, Said] = field(default_factory=dict)
    judged: list[tuple[str, str, Verdict, str]] = field(default_factory=list)
    """Manual judgements, oldest first: base ids, verdict, a name for it."""
    since: dict[tuple[str, Secrecy], int] = field(default_factory=dict)
    shown: dict[str, int] = field(default_factory=dict)
    """Least secrecy with which each base has been seen by now."""
    types: dict[str, str] = field(default_factory=dict)
    """Node type of every base ever seen."""
    keys: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    """Type and keys of every record base ever seen."""


def visible(said: Said, clearance: Secrecy) -> bool:
    return said.item.common.secrecy <= clearance


class Model:
    def __init__(self) -> None:
        self.states = [State()]
        self.runs: dict[str, list[str]] = {}

    @property
    def last(self) -> State:
        return self.states[-1]

    def _next(self) -> State:
        last = self.last
        state = State(
            dict(last.said), list(last.judged), dict(last.since), dict(last.shown), dict(last.types), dict(last.keys)
        )
        self.states.append(state)
        return state

    def load(self, source: Source, items: list[Record | Link]) -> None:
        """What a published load does to what stands."""
        state, number = self._next(), len(self.states) - 1
        earlier = self.runs.setdefault(source.series_key, [])
        newest = max(map(edition_order, earlier), default=())
        older = source.mode is not Mode.APPEND and newest > edition_order(source.edition)
        earlier.append(source.edition)
        if older:
            return
        new: dict[Key, Said] = {}
        for item in items:
            common = replace(item.common, secrecy=max(item.common.secrecy, source.secrecy))
            said = Said(replace(item, common=common), item.id(source.series_key), source)
            new.setdefault(said.key, said)
        named = {id_ for id_, _ in new}
        for key, old in list(state.said.items()):
            if old.source.series_key != source.series_key or key in new:
                continue
            if source.mode is Mode.FULL or (source.mode is Mode.DELTA and key[0] in named):
                del state.said[key]
        for key, said in new.items():
            state.said.setdefault(key, said)
        self._note(state, number)

    def _note(self, state: State, number: int) -> None:
        for said in state.said.values():
            level = said.item.common.secrecy
            if isinstance(said.item, Record):
                state.since.setdefault((said.id, level), number)
                state.keys[said.id] = (said.item.type, said.item.keys)
                type_ = said.item.type
                bases = [(said.id, type_), *((ghost_id(type_, key), type_) for key in said.item.keys)]
            else:
                bases = [(ghost_id(end.type, end.key), end.type) for end in (said.item.source, said.item.target)]
            for base, type_ in bases:
                state.types[base] = type_
                state.shown[base] = min(level, state.shown.get(base, UNSEEN))

    def judge(self, a: str, b: str, verdict: Verdict, name: str) -> None:
        self._next().judged.append((a, b, verdict, name))

    def withdraw(self, name: str) -> None:
        state = self._next()
        state.judged = [j for j in state.judged if j[3] != name]

    def unchanged(self) -> None:
        """A publication that changes nothing."""
        self._next()


class Seen:
    """A state as one clearance reads it."""

    def __init__(self, state: State, clearance: Secrecy) -> None:
        self.state, self.clearance = state, clearance
        self._ids: dict[str, int] = {}
        self._keys: dict[str, str] = {}
        self._joined = self._join()

    def _number(self, base: str) -> int:
        return self._ids.setdefault(base, len(self._ids))

    def _join(self) -> dict[int, Joined]:
        state = self.state
        levels: dict[str, int] = {}
        records: dict[str, list[Record]] = {}
        for said in state.said.values():
            item = said.item
            if isinstance(item, Record):
                records.setdefault(said.id, []).append(item)
                for key in item.keys:
                    self._keys[ghost_id(item.type, key)] = key
            else:
                for end in (item.source, item.target):
                    ghost = ghost_id(end.type, end.key)
                    self._keys[ghost] = end.key
                    levels[ghost] = min(item.common.secrecy, levels.get(ghost, UNSEEN))
        bases = []
        judged = {b for j in state.judged for b in j[:2]}
        for id_ in sorted({*records, *self._keys, *judged}):
            if id_.startswith("g"):
                bases.append(Base(self._number(id_), id_, True, (), levels.get(id_, UNSEEN), 2**62))
                continue
            items = records.get(id_, [])
            ghosts = sorted({ghost_id(i.type, key) for i in items for key in i.keys})
            level = min((i.common.secrecy for i in items), default=UNSEEN)
            # Only the most public statements count: a withheld one shows in nothing.
            apart = any(i.properties.get("natural_person") is True for i in items if i.common.secrecy == level)
            since = min((n for (b, s), n in state.since.items() if b == id_ and s <= level), default=2**62)
            bases.append(Base(self._number(id_), id_, False, tuple(map(self._number, ghosts)), level, since, apart))
        manual = [
            Manual(self._number(a), self._number(b), verdict is Verdict.SAME)
            for a, b, verdict, _ in reversed(state.judged)
            if verdict is not Verdict.UNSURE
        ]
        schemes = {self._number(ghost): key.partition(":")[0] for ghost, key in self._keys.items()}
        return join(bases, manual, schemes)

    def stands(self, base: str) -> str:
        """The entity that a base belongs to."""
        joined = self._joined.get(self._ids.get(base, -1))
        return entity_id(base if joined is None else list(self._ids)[joined.entity])

    def type_of(self, base: str) -> str:
        """The node type of a base that has been seen."""
        return self.state.types[base]

    def said(self) -> list[Said]:
        return [s for s in self.state.said.values() if visible(s, self.clearance)]

    def records(self) -> list[tuple[Any, ...]]:
        rows = [
            (
                self.stands(s.id),
                s.id,
                s.item.keys,
                canonical(s.item.properties),
                s.item.common,
                s.source.id,
                s.item.locator,
            )
            for s in self.said()
            if isinstance(s.item, Record)
        ]
        return sorted(rows, key=repr)

    def links(self) -> list[tuple[Any, ...]]:
        rows = []
        for s in self.said():
            if isinstance(s.item, Link):
                ends = [self.stands(ghost_id(e.type, e.key)) for e in (s.item.source, s.item.target)]
                rows.append((*ends, s.id, canonical(s.item.properties), s.item.common, s.source.id, s.item.locator))
        return sorted(rows, key=repr)

    def entities(self) -> dict[str, tuple[tuple[str, ...], bool]]:
        """Keys of each visible entity, and whether it is a ghost."""
        described: dict[str, set[str]] = {}
        named: dict[str, set[str]] = {}
        for s in self.said():
            if isinstance(s.item, Record):
                described.setdefault(self.stands(s.id), set()).update(s.item.keys)
            else:
                for end in (s.item.source, s.item.target):
                    named.setdefault(self.stands(ghost_id(end.type, end.key)), set()).add(end.key)
        ghosts = {e: (tuple(sorted(keys)), True) for e, keys in named.items() if e not in described}
        return ghosts | {e: (tuple(sorted(keys)), False) for e, keys in described.items()}

    def find(self, base: str) -> str | None:
        """The entity that answers to a base's entity id."""
        if self.state.shown.get(base, UNSEEN) > self.clearance:
            return None
        there = self.entities()
        if (entity := self.stands(base)) in there:
            return entity
        type_, keys = self.state.keys.get(base, ("", ()))
        for ghost in sorted(ghost_id(type_, key) for key in keys):
            if self._says(ghost) and (entity := self.stands(ghost)) in there:
                return entity
            if holders := [self.stands(s.id) for s in self.said() if self._holds(s, ghost)]:
                return min(holders)
        return None

    @staticmethod
    def _holds(said: Said, ghost: str) -> bool:
        item = said.item
        return isinstance(item, Record) and ghost in {ghost_id(item.type, key) for key in item.keys}

    def _says(self, ghost: str) -> bool:
        for s in self.said():
            ends = [s.item] if isinstance(s.item, Record) else [s.item.source, s.item.target]
            for end in ends:
                keys = end.keys if isinstance(end, Record) else (end.key,)
                if ghost in {ghost_id(end.type, key) for key in keys}:
                    return True
        return False
