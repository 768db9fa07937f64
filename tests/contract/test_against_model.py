"""Whatever is loaded, judged and withdrawn, each publication reads as a simple model says, under each clearance."""

from __future__ import annotations

import gzip
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.identity import entity_id
from graph.sqlite import Store
from graph.store import At, Judgement, Verdict
from ontology.records import Common, Link, Mode, Polarity, Record, Ref, Secrecy, Source, canonical
from tests.contract.model import Model, Seen
from tests.contract.saying import day, open_store

KEYS = ("local:a", "local:b", "local:c", "se-stat:1", "se-stat:2")
secrecies = st.sampled_from([Secrecy.PUBLIC, Secrecy.PUBLIC, Secrecy.INTERNAL, Secrecy.RESTRICTED])
commons = st.builds(
    Common, secrecy=secrecies, confidence=st.sampled_from([None, 0.5]), polarity=st.sampled_from(list(Polarity))
)


@st.composite
def records(draw: st.DrawFn) -> Record:
    keys = draw(st.lists(st.sampled_from(KEYS), min_size=1, max_size=3, unique=True))
    facts: dict[str, Any] = {"name": draw(st.sampled_from(["Alfa AB", "Beta AB"]))}
    if draw(st.integers(0, 9)) == 0:
        facts["natural_person"] = True
    return Record(
        draw(st.sampled_from(["Organisation", "Organisation", "Site"])), keys[0], facts, tuple(keys[1:]), draw(commons),
        locator=draw(st.sampled_from(["", "row 5"])), row_key=draw(st.sampled_from(["", "", "x"])),
    )  # fmt: skip


@st.composite
def links(draw: st.DrawFn) -> Link:
    type_, source, target = draw(st.sampled_from([
        ("OWNS", "Organisation", "Organisation"), ("OPERATES", "Organisation", "Site"),
    ]))  # fmt: skip
    ends = Ref(source, draw(st.sampled_from(KEYS))), Ref(target, draw(st.sampled_from(KEYS)))
    return Link(type_, ends[0], ends[1], common=draw(commons), row_key=draw(st.sampled_from(["", "x"])))


@dataclass(frozen=True)
class Load:
    source: Source
    items: tuple[Record | Link, ...]
    abandoned: bool


@dataclass(frozen=True)
class Judge:
    a: int
    b: int
    verdict: Verdict


@dataclass(frozen=True)
class Withdraw:
    which: int


sources = st.builds(
    lambda series, edition, mode, secrecy: Source(series, edition, "t", "p", mode=mode, secrecy=secrecy),
    st.sampled_from("xy"),
    st.sampled_from("123"),
    st.sampled_from([Mode.FULL, Mode.FULL, Mode.DELTA, Mode.APPEND]),
    st.sampled_from([Secrecy.PUBLIC, Secrecy.PUBLIC, Secrecy.PUBLIC, Secrecy.INTERNAL]),
)
items = st.lists(st.one_of(records(), links()), max_size=6).map(tuple)
loads = st.builds(Load, sources, items, st.integers(0, 7).map(lambda n: n == 0))
judges = st.builds(Judge, st.integers(0, 20), st.integers(0, 20), st.sampled_from([*Verdict, Verdict.SAME]))
steps = st.lists(st.one_of(loads, loads, judges, st.builds(Withdraw, st.integers(0, 5))), min_size=1, max_size=7)


def play(store: Store, script: list[Load | Judge | Withdraw]) -> Model:
    """Do the same to the store and to the model."""
    model = Model()
    for number, step in enumerate(script):
        if isinstance(step, Load):
            _load(store, model, step, number)
        elif isinstance(step, Judge):
            _judge(store, model, step, number)
        elif model.last.judged:
            name = model.last.judged[step.which % len(model.last.judged)][3]
            store.withdraw(name, "me", "a mistake", day(number))
            model.withdraw(name)
    return model


def _load(store: Store, model: Model, step: Load, number: int) -> None:
    run = store.begin(step.source, "test", "1", {}, day(number)).run
    half = len(step.items) // 2
    store.add(run, step.items[:half])
    store.add(run, step.items)  # the first half again: it changes nothing
    store.settle(run, {})
    if step.abandoned:
        store.abandon(run, "changed my mind")
    else:
        store.publish(run, day(number))
        model.load(step.source, list(step.items))


def _judge(store: Store, model: Model, step: Judge, number: int) -> None:
    known = sorted(model.last.shown)
    if not known:
        return
    a, b = known[step.a % len(known)], known[step.b % len(known)]
    seen = Seen(model.last, Secrecy.RESTRICTED)
    if a == b or seen.type_of(a) != seen.type_of(b):
        return
    why = f"reason {number}"
    store.judge(Judgement(entity_id(a), entity_id(b), step.verdict, "me", why), day(number))
    last = store.latest()
    assert last is not None
    made = [j.id for j in store.judgements(At(last.number, Secrecy.RESTRICTED)) if j.why == why]
    model.judge(a, b, step.verdict, made[0])


def compare(store: Store, model: Model) -> None:
    """What the store says of every publication."""
    for number, state in enumerate(model.states):
        for clearance in Secrecy:
            at, seen = At(number, clearance), Seen(state, clearance)
            got: list[tuple[Any, ...]] = [
                (r.entity, r.id, r.keys, canonical(r.properties), r.common, r.source, r.locator)
                for r in store.records(at)
            ]
            assert [(r[0], r[1]) for r in got] == sorted((r[0], r[1]) for r in got)
            assert sorted(got, key=repr) == seen.records()
            got = [
                (k.source, k.target, k.id, canonical(k.properties), k.common, k.origin, k.locator)
                for k in store.links(at)
            ]
            assert sorted(got, key=repr) == seen.links()
            there = list(store.entities(at))
            assert [e.id for e in there] == sorted(e.id for e in there)
            assert {e.id: (e.keys, e.ghost) for e in there} == seen.entities()
            for base in model.last.shown:
                found = store.find(at, entity_id(base))
                assert (found.id if found else None) == seen.find(base), base


Script = list[Load | Judge | Withdraw]
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
many = settings(max_examples=80, deadline=None, suppress_health_check=SLOW)


@given(script=steps)
@many
def test_every_publication_reads_as_the_model_says(script: Script) -> None:
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder)) as store:
        model = play(store, script)
        compare(store, model)
        assert store.check() == []


@given(script=steps)
@many
def test_what_is_withheld_shows_in_nothing_that_others_read(script: Script) -> None:
    """A store without the secret rows reads the same to the public: ids, names, order, links."""
    mixed: list[Load | Judge | Withdraw] = []
    public: list[Load | Judge | Withdraw] = []
    for step in script:
        if isinstance(step, Load):
            step = replace(step, source=replace(step.source, mode=Mode.APPEND))
            mixed.append(step)
            if step.source.secrecy is Secrecy.PUBLIC:
                items = tuple(i for i in step.items if i.common.secrecy is Secrecy.PUBLIC)
                public.append(replace(step, items=items))
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(Path(folder), "all") as one,
        open_store(Path(folder), "public") as other,
    ):
        play(one, mixed)
        play(other, public)
        assert _public(one) == _public(other)


@given(script=steps)
@settings(many, max_examples=20)
def test_two_stores_given_the_same_runs_hold_the_same(script: Script) -> None:
    """Rows, numbers, standing and texts of every version: a dump of one is the other's but for the secret key."""
    dumps = []
    for _ in range(2):
        with tempfile.TemporaryDirectory() as folder, open_store(Path(folder)) as store:
            play(store, script)
            store.dump(Path(folder) / "dump")
            dumps.append(gzip.decompress((Path(folder) / "dump").read_bytes()).splitlines()[1:])
    assert dumps[0] == dumps[1]


def _public(store: Store) -> tuple[list[Any], ...]:
    last = store.latest()
    at = At(last.number if last else 0, Secrecy.PUBLIC)
    return (
        [(r.entity, r.id, r.properties) for r in store.records(at)],
        [(k.source, k.target, k.id) for k in store.links(at)],
        [(e.id, e.name, e.keys, e.ghost) for e in store.entities(at)],
        [(h.entity, h.name, h.exact, h.score) for h in store.search(at, "alfa")],
        [(j.a, j.b, j.rule) for j in store.judgements(at)],
    )
