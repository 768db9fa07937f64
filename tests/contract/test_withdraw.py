"""Withdrawing a source: what it says now is taken back, history keeps it, and it may be loaded again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.sqlite import Store
from graph.store import At
from ontology.errors import InputError, NotInGraphError
from ontology.records import Mode
from tests.contract.saying import ALL, company, day, entity, load, names, now, owns, source, whole


def test_what_a_series_says_is_taken_back_and_history_keeps_it(store: Store) -> None:
    load(store, source("a"), [company("local:1", "One"), owns("local:1", "local:2")])
    load(store, source("b"), [company("local:2", "Two")])
    before = whole(store, now(store))
    done = store.withdraw_source("a", reason="not theirs", at=day(3))
    assert (done.publication.number, done.title, done.records, done.links) == (3, "a 1", 1, 1)
    assert names(store) == ["Two"]
    assert list(store.links(now(store))) == []
    assert whole(store, At(2, ALL)) == before
    (run,) = (run for run in store.runs() if run.kind == "withdrawal")
    assert (run.note, run.source and run.source.series, run.counts) == ("not theirs", "a", {"retracted": 2})
    assert store.check() == []


def test_the_same_bytes_may_be_loaded_again_after_they_were_withdrawn(store: Store) -> None:
    said = source("a", sha="a" * 64)
    for mode in (Mode.FULL, Mode.APPEND):
        said = replace(said, series=mode.value, mode=mode)
        load(store, said, [company("local:1", "One")])
        assert store.begin(said, "test", "1", {}, day(2)).published is not None
        store.withdraw_source(mode.value, reason="", at=day(3))
        assert names(store) == []
        load(store, said, [company("local:1", "One")])
        assert names(store) == ["One"]
        store.withdraw_source(mode.value, reason="", at=day(4))
    assert store.check() == []


def test_a_full_edition_goes_with_all_that_it_repeats_and_an_older_one_may_come_back(store: Store) -> None:
    old = source("a", "1", sha="a" * 64)
    load(store, old, [company("local:1", "One"), company("local:2", "Two")])
    load(store, source("a", "2", sha="b" * 64), [company("local:1", "One"), company("local:3", "Three")], 1)
    with pytest.raises(InputError, match="replaced by 2"):
        store.withdraw_source("a", "1", reason="", at=day(2))
    assert names(store) == ["One", "Three"]
    store.withdraw_source("a", "2", reason="", at=day(2))
    assert names(store) == []
    _, settled = load(store, old, [company("local:1", "One"), company("local:2", "Two")], 3)
    assert not settled.older_edition
    assert names(store) == ["One", "Two"]


def test_one_appended_edition_goes_and_the_others_stay(store: Store) -> None:
    load(store, source("a", "1", mode=Mode.APPEND), [company("local:1", "One")])
    load(store, source("a", "2", mode=Mode.APPEND), [company("local:2", "Two")])
    store.withdraw_source("a", "1", reason="", at=day(2))
    assert names(store) == ["Two"]


def test_a_thing_falls_apart_when_what_joined_it_is_withdrawn(store: Store) -> None:
    first, second = "lei:213800KUD8LAJWSQ9D15", "gln:7350053850019"
    load(store, source("a"), [company("local:1", "One", first), company("local:2", "Two", second)])
    load(store, source("b"), [company("local:3", "Both", first, second)])
    assert entity(store, "local:1") == entity(store, "local:2")
    store.withdraw_source("b", reason="wrong", at=day(3))
    assert names(store) == ["One", "Two"]
    assert store.check() == []


def test_what_does_not_show_cannot_be_withdrawn_and_nothing_is_then(store: Store) -> None:
    load(store, source("a"), [company("local:1", "One")])
    load(store, replace(source("a"), publisher="Another publisher"), [company("local:2", "Two")])
    for series, edition, publisher, error, told in (
        ("b", None, None, NotInGraphError, "Series that show: a"),
        ("a", "7", "A publisher", NotInGraphError, "It has: 1"),
        ("a", None, "Nobody", NotInGraphError, "Series that show: a"),
        ("a", None, None, InputError, "--publisher"),
    ):
        with pytest.raises(error) as refused:
            store.withdraw_source(series, edition, publisher=publisher, reason="", at=day(2))
        assert told in refused.value.remedy
    assert names(store) == ["One", "Two"]
    assert [run.kind for run in store.runs()] == ["load", "load"]
    store.withdraw_source("a", publisher="A publisher", reason="", at=day(2))
    assert names(store) == ["Two"]
    with pytest.raises(NotInGraphError):
        store.withdraw_source("a", publisher="A publisher", reason="again", at=day(3))
