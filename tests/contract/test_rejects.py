"""What a run did not accept is kept with it: seen at its source's secrecy, erased with what it is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.sqlite import Store
from graph.store import MOST_REJECTS, Reject
from ontology.errors import NotInGraphError, Reason
from ontology.records import Record, Secrecy, Source
from tests.contract.conftest import Opener
from tests.contract.saying import ALL, START, company, day, now, source

WORD = "Kvastgatan"


def rejects(count: int = 1, value: str = WORD) -> list[Reject]:
    given = {"column": "name"}
    return [Reject("f.csv", "sheet", n, "name", f"{value} {n}", Reason.MISSING, given) for n in range(count)]


def loaded(store: Store, said: Source, items: list[Record], found: list[Reject]) -> int:
    run = store.begin(said, "test", "1", {}, START).run
    store.add(run, items)
    store.keep_rejects(run, found)
    store.settle(run, {})
    store.publish(run, START)
    return run


def test_the_first_ten_thousand_are_kept_in_their_order(store: Store) -> None:
    found = rejects(MOST_REJECTS + 5)
    run = loaded(store, source("a"), [company("local:1")], found)
    assert store.rejects(run, Secrecy.PUBLIC) == found[:MOST_REJECTS]


def test_they_are_as_secret_as_their_source(store: Store) -> None:
    run = loaded(store, source("a", secrecy=Secrecy.RESTRICTED), [company("local:1")], rejects())
    with pytest.raises(NotInGraphError):
        store.rejects(run, Secrecy.INTERNAL)
    assert store.rejects(run, ALL) == rejects()


def test_a_reader_finds_them_under_the_number_that_a_run_has_for_him(store: Store) -> None:
    """Loads above a clearance leave no gap in its numbers: number 1 of the public is the second load here."""
    loaded(store, source("a", secrecy=Secrecy.RESTRICTED), [company("local:1")], rejects())
    loaded(store, source("b"), [company("local:2")], rejects(2, "Another street"))
    (seen,) = store.runs_seen(Secrecy.PUBLIC)
    assert store.rejects(seen.run, Secrecy.PUBLIC) == rejects(2, "Another street")
    assert store.rejected(Secrecy.PUBLIC) == {seen.run: 2}
    with pytest.raises(NotInGraphError):
        store.rejects(2, Secrecy.PUBLIC)
    assert store.rejected(ALL) == {1: 1, 2: 2}


def held(folder: Path) -> list[str]:
    return [p.name for p in folder.rglob("*") if p.is_file() and WORD.encode() in p.read_bytes()]


def test_erasing_what_a_series_says_takes_the_rejects_of_all_its_runs(opened: Opener, tmp_path: Path) -> None:
    store = opened()
    first = loaded(store, source("a"), [company("local:1")], rejects())
    second = loaded(store, source("a", "2"), [company("local:1")], rejects(2))
    other = loaded(store, source("b"), [company("local:2")], rejects(3, "Another street"))
    assert held(tmp_path)
    record = next(r for r in store.records(now(store)) if r.keys == ("local:1",))
    store.erase([record.id], "asked to be forgotten", day(2))
    assert [len(store.rejects(run, ALL)) for run in (first, second, other)] == [0, 0, 3]
    assert held(tmp_path) == []


def test_the_rejects_of_a_run_are_erased_by_themselves(opened: Opener, tmp_path: Path) -> None:
    store = opened()
    run = loaded(store, source("a"), [company("local:1")], rejects(4))
    assert store.erase_rejects(run, "a name in them", day(2)) == 4
    assert store.rejects(run, ALL) == []
    assert held(tmp_path) == []
    assert store.check() == []
    with pytest.raises(NotInGraphError):
        store.erase_rejects(run, "again", day(3))


def test_a_run_that_is_swept_leaves_none(opened: Opener, tmp_path: Path) -> None:
    store = opened()
    run = store.begin(source("a"), "test", "1", {}, START).run
    store.keep_rejects(run, rejects())
    store.abandon(run, "no")
    assert store.rejects(run, ALL) == []


def test_they_come_back_with_a_backup(opened: Opener, tmp_path: Path) -> None:
    store = opened()
    run = loaded(store, source("a"), [company("local:1")], rejects(3))
    store.dump(tmp_path / "dump")
    other = opened("other")
    other.restore(tmp_path / "dump")
    assert other.rejects(run, Secrecy.PUBLIC) == rejects(3)
