"""Erasing breaks history on purpose: bytes leave for good, a tombstone stays, everything else still agrees."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from graph.sqlite import Store
from graph.store import At, Judgement, Verdict
from ontology.errors import NotInGraphError
from ontology.records import Common, Secrecy
from tests.contract.conftest import Opener
from tests.contract.saying import ALL, company, day, entity, load, names, now, owns, source, whole

SECRET = "Xylofonsson"
KEY = "local:kvastgatan-17"


def person(name: str) -> object:
    return replace(
        company(KEY, f"{SECRET} {name}", common=Common(cites=f"{SECRET} himself")),
        raw={"Namn": f"{SECRET.upper()} {name}"}, locator=f"row of {SECRET}",
    )  # fmt: skip


def holding(folder: Path, word: str) -> list[str]:
    """Files in a folder that hold a word."""
    return [p.name for p in folder.rglob("*") if p.is_file() and word.encode() in p.read_bytes()]


def fill(store: Store) -> None:
    load(store, source("a"), [person("Ett"), company("local:2", "Two"), owns(KEY, "local:2")])  # type: ignore[list-item]
    load(store, source("a", "2"), [person("Två"), company("local:2", "Two"), owns(KEY, "local:2")])  # type: ignore[list-item]


def test_every_version_is_gone_at_every_publication_and_a_tombstone_stays(store: Store) -> None:
    fill(store)
    (record,) = (r for r in store.records(now(store)) if SECRET in r.name)
    assert store.erase([record.id], "asked to be forgotten", day(3)) == 2
    for number in range(4):
        assert [r.name for r in store.records(At(number, ALL)) if SECRET in r.name] == []
        assert store.search(At(number, ALL), SECRET) == []
    assert store.history(record.id, ALL) == []
    (stone,) = store.tombstones()
    assert (stone.id, stone.publication, stone.reason, stone.at, stone.rows) == (
        record.id, 3, "asked to be forgotten", day(3), 2,
    )  # fmt: skip
    assert [r.kind for r in store.runs()] == ["load", "load", "erasure"]
    assert store.check() == []


def test_no_byte_of_it_is_left_on_the_disk(opened: Opener, tmp_path: Path) -> None:
    store = opened()
    fill(store)
    whole(store, now(store))
    (record,) = (r for r in store.records(now(store)) if SECRET in r.name)
    (link,) = store.links(now(store))
    assert holding(tmp_path, SECRET)
    assert holding(tmp_path, "kvastgatan")
    store.erase([record.id, link.id], "asked", day(3))
    for word in (SECRET, SECRET.lower(), SECRET.upper(), "kvastgatan"):
        assert not holding(tmp_path, word), word
    assert names(store) == ["Two"]


def test_no_copy_is_left_where_erasing_others_moved_it_about(opened: Opener, tmp_path: Path) -> None:
    store, chance = opened(), random.Random(3)
    for edition in range(3):
        items = [company(f"local:{n}", f"Name {n} " + "x" * chance.randrange(300)) for n in range(1500)]
        items += [
            company(f"local:p-{n}", f"{SECRET} {n} {edition} " + "y" * chance.randrange(3000)) for n in range(300)
        ]
        chance.shuffle(items)
        load(store, source("a", str(edition)), items)
    records = list(store.records(now(store)))
    people = [r.id for r in records if SECRET in r.name]
    chance.shuffle(people)
    store.erase([r.id for r in records if SECRET not in r.name and chance.random() < 0.8], "others", day(4))
    store.erase(people[:200], "some", day(5))
    store.erase(people[200:], "the rest", day(6))
    assert not holding(tmp_path, SECRET)
    assert not holding(tmp_path, SECRET.lower())


def test_links_of_others_stay_at_a_ghost_of_the_key(store: Store) -> None:
    fill(store)
    old = entity(store, KEY)
    (record,) = store.records(now(store), entities=[old])
    store.erase([record.id], "asked", day(3))
    found = store.find(now(store), KEY)
    assert found is not None
    assert (found.ghost, found.name) == (True, KEY)
    assert [k.source for k in store.links(now(store))] == [found.id]
    assert store.check() == []


def test_what_only_it_held_together_falls_apart(store: Store) -> None:
    first, second = "lei:213800KUD8LAJWSQ9D15", "gln:7350053850019"
    load(store, source("a"), [company("local:1", "One", first), company("local:2", "Two", second)])
    load(store, source("b"), [company("local:3", "Both", first, second)])
    assert len(names(store)) == 1
    (both,) = (r for r in store.records(now(store)) if r.name == "Both")
    store.erase([both.id], "wrong", day(3))
    assert names(store) == ["One", "Two"]
    assert store.check() == []


def test_what_is_not_stored_cannot_be_erased_and_nothing_is_then(store: Store) -> None:
    fill(store)
    before, runs = whole(store, now(store)), store.runs()
    (record,) = (r for r in store.records(now(store)) if SECRET in r.name)
    for wrong in ("r" + "0" * 20, "l" + "0" * 16, "nonsense", record.entity):
        with pytest.raises(NotInGraphError):
            store.erase([record.id, wrong], "x", day(3))
    assert whole(store, now(store)) == before
    assert store.runs() == runs


def test_erasing_twice_erases_nothing_more(store: Store) -> None:
    fill(store)
    (record,) = (r for r in store.records(now(store)) if SECRET in r.name)
    assert store.erase([record.id], "asked", day(3)) == 2
    assert store.erase([record.id], "asked again", day(4)) == 0
    assert len(store.tombstones()) == 1


def test_what_was_erased_may_be_said_again(opened: Opener) -> None:
    one, other = opened(), opened()
    fill(one)
    begun = other.begin(source("b"), "test", "1", {}, day(2)).run
    other.add(begun, [owns("local:7", KEY)])  # this store has seen the key now
    other.abandon(begun, "x")
    (record,) = (r for r in one.records(now(one)) if SECRET in r.name)
    (link,) = one.links(now(one))
    one.erase([record.id, link.id], "asked", day(3))
    load(other, source("c"), [owns("local:7", KEY)])
    (said,) = other.links(now(other))
    assert said.target_key == KEY
    assert one.find(now(one), KEY) is not None
    assert one.check() == []


def test_a_load_on_its_way_while_it_is_erased_arrives_whole(opened: Opener) -> None:
    one, other = opened(), opened()
    fill(one)
    said = other.begin(source("a", "3"), "test", "1", {}, day(2)).run
    other.add(said, [company(KEY, "Anew"), owns(KEY, "local:other")])
    (record,) = (r for r in one.records(now(one)) if SECRET in r.name)
    one.erase([record.id], "asked", day(3))
    other.settle(said, {})
    other.publish(said, day(4))
    found = one.find(now(one), KEY)
    assert found is not None
    assert (found.name, found.keys) == ("Anew", (KEY,))
    assert [k.source for k in one.links(now(one))] == [found.id]
    assert one.check() == []


def test_a_judgement_on_an_erased_record_leaves_the_rest_whole(store: Store) -> None:
    load(store, source(), [company("local:1", "One"), company("local:2", "Two"), company("local:3", "Three")])
    for other in ("local:2", "local:3"):
        store.judge(Judgement("local:1", other, Verdict.SAME, "me", other), day(2))
    (one,) = (r for r in store.records(now(store)) if r.name == "One")
    store.erase([one.id], "x", day(3))
    assert [len(list(store.entities(now(store, c)))) for c in Secrecy] == [1, 1, 1]
    assert store.check() == []
