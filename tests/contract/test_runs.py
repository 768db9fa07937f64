"""Runs: what a load makes visible, when, and what a newer or older edition does to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from graph.sqlite import Store
from graph.sqlite.settling import FIRST_FILL
from graph.store import At, Read, RunState, Settled, Stays
from ontology.errors import InputError, LeaseLostError, StoreBusyError, StoreError
from ontology.records import Common, Link, Mode, Record, Secrecy
from tests.contract.conftest import Opener
from tests.contract.saying import ALL, START, company, day, entity, load, names, now, owns, run_of, source, whole


def test_nothing_of_a_run_is_visible_until_it_is_published(store: Store) -> None:
    load(store, source("first"), [company("local:1", "One AB")])
    before = whole(store, now(store))
    run = store.begin(source("second"), "test", "1", {}, START).run
    items: list[Record | Link] = [company("local:2", "Two AB"), owns("local:1", "local:2"), owns("local:1", "local:3")]
    store.add(run, items)
    assert whole(store, now(store)) == before
    assert store.search(now(store), "two") == []
    store.settle(run, {})
    assert whole(store, now(store)) == before
    assert store.find(now(store), "local:3") is None
    store.publish(run, START)
    assert names(store) == ["One AB", "Two AB", "local:3"]


def test_an_abandoned_run_leaves_nothing(store: Store) -> None:
    load(store, source("first"), [company("local:1", "One AB"), owns("local:1", "local:2")])
    before = whole(store, now(store))
    run, _ = run_of(store, source("first", "2"), [company("local:2", "Two AB")])
    store.abandon(run, "bad file")
    assert whole(store, now(store)) == before
    assert store.search(now(store), "two") == []
    assert [(r.state, r.note) for r in store.runs()] == [(RunState.PUBLISHED, ""), (RunState.ABANDONED, "bad file")]
    assert store.check() == []
    load(store, source("first", "2"), [company("local:2", "Two AB")])
    assert names(store) == ["Two AB"]


def test_a_run_that_is_settled_may_be_abandoned_and_what_it_took_back_stands_again(store: Store) -> None:
    load(store, source(), [company("local:1", "One AB", "lei:X"), owns("local:1", "local:2")])
    before = whole(store, now(store))
    run, settled = run_of(store, source(edition="2"), [company("local:2", "Two AB", "lei:X")])
    assert settled.retracted == 2
    store.abandon(run, "no")
    assert whole(store, now(store)) == before
    assert store.check() == []


def test_the_same_bytes_loader_version_and_options_change_nothing(store: Store) -> None:
    said = source(sha="a" * 64)
    published, _ = load(store, said, [company("local:1")])
    again = store.begin(said, "test", "1", {}, day(9))
    assert again.published == published
    assert len(store.runs()) == 1
    for changed in (
        store.begin(said, "test", "2", {}, day(9)),
        store.begin(said, "test", "1", {"sheet": "2"}, day(9)),
        store.begin(said, "other", "1", {}, day(9)),
        store.begin(replace(said, sha256="b" * 64), "test", "1", {}, day(9)),
    ):
        assert changed.published is None
        store.abandon(changed.run, "only asked")


def test_a_source_without_a_hash_is_never_the_same(store: Store) -> None:
    load(store, source(sha=""), [company("local:1")])
    assert store.begin(source(sha=""), "test", "1", {}, START).published is None


def test_adding_the_same_items_again_changes_nothing(store: Store) -> None:
    items: list[Record | Link] = [company("local:1"), owns("local:1", "local:2")] * 2
    run = store.begin(source(), "test", "1", {}, START).run
    store.add(run, items)
    store.add(run, items)
    store.add(run, [])
    settled = store.settle(run, {})
    store.publish(run, START)
    assert (settled.records, settled.links) == (1, 1)
    assert len(list(store.records(now(store)))) == len(list(store.links(now(store)))) == 1


def test_a_first_fill_of_many_rows_is_as_one_of_few(store: Store) -> None:
    """Its indexes are made at the end: what was said twice is found then, and a record by the keys of its links."""

    def indexes() -> list[tuple[str, str]]:
        asked = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql <> '' ORDER BY name"
        return store.core.reader().execute(asked).fetchall()

    before = indexes()
    items: list[Record | Link] = [company("local:1", "One")]
    items += [owns("local:1", "local:2", row_key=str(n)) for n in range(FIRST_FILL)]
    run = store.begin(source(), "test", "1", {}, START).run
    store.add(run, items)
    store.add(run, items[:10])
    settled = store.settle(run, {})
    store.publish(run, START)
    assert (settled.records, settled.links, settled.ghosts) == (1, FIRST_FILL, 1)
    assert indexes() == before
    assert store.check() == []
    owner = store.find(now(store), "local:1")
    assert owner is not None
    assert owner.name == "One"
    assert len(list(store.links(now(store), source=[owner.id]))) == FIRST_FILL


def test_a_full_edition_takes_back_what_it_no_longer_says(store: Store) -> None:
    load(store, source(), [company("local:1", "One"), company("local:2", "Two"), owns("local:1", "local:2")])
    _, settled = load(store, source(edition="2"), [company("local:1", "One"), company("local:3", "Three")])
    assert names(store) == ["One", "Three"]
    assert list(store.links(now(store))) == []
    assert (settled.records, settled.unchanged, settled.retracted) == (1, 1, 2)
    assert names(store, At(1)) == ["One", "Two"]


def test_an_edition_takes_back_nothing_of_another_series(store: Store) -> None:
    load(store, source("register"), [company("local:1", "One")])
    load(store, source("survey", "9"), [company("local:2", "Two")])
    assert names(store) == ["One", "Two"]


def test_identical_content_keeps_its_version_and_its_source(store: Store) -> None:
    load(store, source(), [replace(company("local:1"), locator="row 1"), owns("local:1", "local:2")])
    before = list(store.records(now(store))), list(store.links(now(store)))
    moved = replace(company("local:1"), locator="row 2", raw={"Namn": "LOCAL:1 "})
    _, settled = load(store, source(edition="2"), [moved, owns("local:1", "local:2")])
    assert (list(store.records(now(store))), list(store.links(now(store)))) == before
    assert (settled.records, settled.links, settled.unchanged, settled.retracted) == (0, 0, 2, 0)
    assert store.changes(At(1), At(2)).added == ()


def test_other_content_is_a_new_version_and_the_old_one_ends(store: Store) -> None:
    load(store, source(), [company("local:1", "Old name")])
    load(store, source(edition="2"), [company("local:1", "New name")])
    (record,) = store.records(now(store))
    assert record.name == "New name"
    assert [(v.properties["name"], added, gone) for v, added, gone in store.history(record.id, ALL)] == [
        ("Old name", 1, 2),
        ("New name", 2, None),
    ]
    assert entity(store, "local:1", At(1)) == entity(store, "local:1", At(2))


def test_an_older_edition_that_comes_late_shows_nothing_and_says_so(store: Store) -> None:
    load(store, source(edition="2021"), [company("local:1", "New name")])
    before = whole(store, now(store))
    published, settled = load(store, source(edition="2020"), [company("local:1", "Old name"), company("local:2")])
    assert settled.older_edition
    assert (settled.records, settled.links) == (0, 0)
    assert whole(store, At(published.number))[:5] == before[:5]
    assert store.search(now(store), "old") == []
    assert store.runs()[-1].counts["older_edition"] == 1
    assert store.check() == []


def test_a_delta_replaces_what_it_names_and_leaves_the_rest(store: Store) -> None:
    load(store, source(mode=Mode.DELTA), [company("local:1", "One"), company("local:2", "Two")])
    load(store, source(edition="2", mode=Mode.DELTA), [company("local:1", "One, renamed"), company("local:3", "Three")])
    assert names(store) == ["One, renamed", "Three", "Two"]
    _, late = load(store, source(edition="1", mode=Mode.DELTA), [company("local:1", "One, again")])
    assert late.older_edition
    assert names(store) == ["One, renamed", "Three", "Two"]


def test_a_delta_takes_back_what_it_says_that_it_speaks_about(store: Store) -> None:
    told = Common(valid_from=day(1).date())
    load(store, source(), [
        replace(owns("local:1", "local:2"), common=told, table="direct"),
        replace(owns("local:1", "local:2"), table="ultimate"),
        replace(owns("local:1", "local:3"), table="direct"),
        replace(company("local:4"), common=told, table="direct"),
    ])  # fmt: skip
    run = store.begin(source(edition="2", mode=Mode.DELTA), "test", "1", {}, START).run
    ended = replace(owns("local:1", "local:2"), common=replace(told, valid_to=day(5).date()), table="direct")
    store.add(run, [ended])
    named = frozenset({Stays("direct", "", "local:2", "OWNS"), Stays("direct", "local:4")})
    settled = store.settle(run, {}, Read(None, named=named))
    store.publish(run, START)
    assert settled.retracted == 2
    links = sorted((one.target_key, str(one.common.valid_to)) for one in store.links(now(store)))
    assert links == [("local:2", str(day(5).date())), ("local:2", "None"), ("local:3", "None")]
    assert store.check() == []


def test_a_delta_that_speaks_about_a_key_with_a_slash_speaks_about_what_stands_right_under_it(store: Store) -> None:
    under = ["local:a/1", "local:a/2", "local:a/1/x", "local:ab/1", "local:a"]
    load(store, source(mode=Mode.DELTA), [*map(company, under), owns("local:a/1", "local:ab/1")])
    run = store.begin(source(edition="2", mode=Mode.DELTA), "test", "1", {}, START).run
    store.add(run, [company("local:a/2")])
    named = frozenset({Stays("", "local:a/"), Stays("", "local:a/", "")})
    assert store.settle(run, {}, Read(None, named=named)).retracted == 2
    store.publish(run, START)
    assert {record.keys[0] for record in store.records(now(store))} == {*under} - {"local:a/1"}
    assert not list(store.links(now(store)))
    assert store.check() == []


def test_an_appended_edition_takes_back_nothing_whatever_its_order(store: Store) -> None:
    load(store, source(edition="2", mode=Mode.APPEND), [company("local:1", "One", row_key="a")])
    load(store, source(edition="1", mode=Mode.APPEND), [company("local:1", "One, elsewhere", row_key="b")])
    assert sorted(r.name for r in store.records(now(store))) == ["One", "One, elsewhere"]


def test_a_source_that_says_two_things_of_one_id_is_heard_twice(store: Store) -> None:
    load(store, source(), [company("local:1", "One AB"), company("local:1", "ONE AB")])
    assert sorted(r.name for r in store.records(now(store))) == ["ONE AB", "One AB"]
    load(store, source(edition="2"), [company("local:1", "ONE AB")])
    assert [r.name for r in store.records(now(store))] == ["ONE AB"]


def test_parallel_links_are_never_merged(store: Store) -> None:
    year = Common(valid_from=day(0).date(), valid_to=day(365).date())
    load(
        store, source("a"), [owns("local:1", "local:2", share=0.2), owns("local:1", "local:2", share=0.3, common=year)]
    )
    load(store, source("b"), [owns("local:1", "local:2", share=0.4)])
    assert sorted(k.properties["share"] for k in store.links(now(store))) == [0.2, 0.3, 0.4]


def test_a_row_is_its_run_and_its_place(store: Store) -> None:
    load(store, source(), [company("local:1"), owns("local:1", "local:2"), company("local:2")])
    rows = [r.row for r in store.records(now(store))] + [k.row for k in store.links(now(store))]
    assert sorted(rows) == [2**32, 2**32 + 1, 2**32 + 2]
    assert [r.row for r in store.records(now(store), rows=[2**32 + 2])] == [2**32 + 2]


def test_counts_of_the_loader_and_of_settling_stand_in_the_run(store: Store) -> None:
    run = store.begin(source(), "test", "7", {"sheet": "x"}, day(1)).run
    store.add(run, [company("local:1"), owns("local:1", "local:9")])
    store.settle(run, {"rows_in": 5, "accepted": 2, "rejected": 3})
    published = store.publish(run, day(2))
    (info,) = store.runs()
    assert (info.run, info.kind, info.loader, info.version, info.options) == (run, "load", "test", "7", {"sheet": "x"})
    assert info.publication == published
    assert info.began == day(1)
    assert info.source == source()
    assert info.counts["rows_in"] == 5
    assert (info.counts["records"], info.counts["links"], info.counts["ghosts"]) == (1, 1, 1)


def test_a_time_is_resolved_to_the_last_publication_by_then(store: Store) -> None:
    assert store.resolve(day(5)) is None
    assert store.latest() is None
    first, _ = load(store, source("a"), [], 1)
    second, _ = load(store, source("b"), [], 3)
    assert store.publications() == [first, second]
    assert store.resolve(day(0)) is None
    assert store.resolve(day(1)) == store.resolve(day(2)) == first
    assert store.resolve(day(3)) == store.resolve(day(99)) == store.latest() == second


def test_publications_never_go_back_in_time(store: Store) -> None:
    load(store, source("a"), [], 5)
    late, _ = load(store, source("b"), [], 3)
    assert late.at == day(5)
    assert store.resolve(day(5)) == late


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(InputError):
        store.begin(source(), "test", "1", {}, datetime(2026, 1, 1))  # noqa: DTZ001


def test_a_publication_that_is_not_there_is_refused(store: Store) -> None:
    with pytest.raises(InputError):
        list(store.records(At(1)))
    assert list(store.records(At(0))) == []
    assert store.search(At(0), "x") == []
    assert list(store.link_columns(At(0), ["OWNS"])) == []


def test_a_run_is_published_once_and_only_when_settled(store: Store) -> None:
    run = store.begin(source(), "test", "1", {}, START).run
    with pytest.raises(LeaseLostError):
        store.publish(run, START)
    store.settle(run, {})
    with pytest.raises(StoreError):
        store.add(run, [company("local:1")])
    store.publish(run, START)
    with pytest.raises(StoreError):
        store.publish(run, START)
    with pytest.raises(StoreError):
        store.abandon(run, "too late")
    with pytest.raises(StoreError):
        store.add(99, [company("local:1")])


def test_two_runs_cannot_be_settled_at_once(store: Store) -> None:
    first, _ = run_of(store, source("a"), [company("local:1", "One")])
    second = store.begin(source("b"), "test", "1", {}, START).run
    with pytest.raises(StoreBusyError):
        store.settle(second, {})
    store.publish(first, START)
    store.settle(second, {})
    store.publish(second, START)
    assert len(store.publications()) == 2


def test_a_settled_run_whose_process_ended_loses_the_lock(opened: Opener) -> None:
    first = opened()
    load(first, source(), [company("local:1", "One")])
    before = whole(first, now(first))
    run, _ = run_of(first, source(edition="2"), [company("local:2", "Two")])
    first.close()
    second = opened()
    assert whole(second, now(second)) == before
    load(second, source("other"), [])
    third = opened()
    with pytest.raises(LeaseLostError):
        third.publish(run, START)
    assert whole(second, At(1)) == before
    assert names(second) == ["One"]
    assert second.check() == []


def test_who_settles_after_a_process_that_died_settling_finds_nothing_of_it(opened: Opener) -> None:
    first, second = opened(), opened()
    items: list[Record | Link] = [company("local:1", "One", "lei:A"), owns("local:1", "local:2")]
    load(first, source(), items)
    run = first.begin(source(edition="3"), "test", "1", {}, START).run
    first.add(run, items)
    run_of(second, source(edition="2"), [company("local:2", "Two", "lei:A")])
    second.close()
    settled = first.settle(run, {})
    assert (settled.records, settled.links, settled.unchanged, settled.retracted) == (0, 0, 2, 0)
    first.publish(run, START)
    assert names(first) == ["One", "local:2"]
    assert first.check() == []


def test_a_sweep_removes_what_dead_runs_left_and_nothing_else(opened: Opener) -> None:
    dead, living = opened(), opened()
    load(living, source(), [company("local:1", "One")])
    dead.add(dead.begin(source("x"), "test", "1", {}, START).run, [company("local:2")])
    alive = living.begin(source("y"), "test", "1", {}, START).run
    living.add(alive, [company("local:3", "Three")])
    assert opened().sweep() == 0
    dead.close()
    assert opened().sweep() == 1
    assert opened().sweep() == 0
    living.settle(alive, {})
    living.publish(alive, START)
    assert names(living) == ["One", "Three"]
    assert [r.state for r in living.runs()] == [RunState.PUBLISHED, RunState.ABANDONED, RunState.PUBLISHED]
    assert living.check() == []


def test_beginning_again_sweeps_the_attempt_that_died(opened: Opener) -> None:
    said = source(sha="a" * 64)
    dead = opened()
    dead.add(dead.begin(said, "test", "1", {}, START).run, [company("local:1")])
    dead.close()
    store = opened()
    again = store.begin(said, "test", "1", {}, START)
    assert again.published is None
    assert [r.state for r in store.runs()] == [RunState.ABANDONED, RunState.ADDING]


def test_a_run_of_another_process_cannot_be_abandoned_from_here(opened: Opener) -> None:
    one, other = opened(), opened()
    run = one.begin(source(), "test", "1", {}, START).run
    with pytest.raises(StoreError):
        other.abandon(run, "not mine")


def test_runs_that_publish_out_of_order_hide_what_was_not_yet_published(store: Store) -> None:
    early = store.begin(source("early"), "test", "1", {}, START).run
    store.add(early, [company("local:1", "Early")])
    load(store, source("late"), [company("local:2", "Late"), owns("local:2", "local:1")])
    assert names(store, At(1)) == ["Late", "local:1"]
    store.settle(early, {})
    store.publish(early, START)
    assert names(store, At(1)) == ["Late", "local:1"]
    assert names(store, At(2)) == ["Early", "Late"]


def test_changes_are_what_one_sees_and_the_other_does_not(store: Store) -> None:
    load(store, source(), [company("local:1", "One"), company("local:2", "Two"), owns("local:1", "local:2")])
    load(store, source(edition="2"), [company("local:1", "One B"), company("local:2", "Two"), company("local:3")])
    id_ = {r.keys[0]: r.id for r in store.records(At(2))}
    (link,) = store.links(At(1))
    forth = store.changes(At(1), At(2))
    assert forth.added == tuple(sorted([id_["local:1"], id_["local:3"]]))
    assert forth.retracted == tuple(sorted([id_["local:1"], link.id]))
    back = store.changes(At(2), At(1))
    assert (back.added, back.retracted) == (forth.retracted, forth.added)
    assert store.changes(At(2), At(2)).added == ()
    with pytest.raises(InputError):
        store.changes(At(1), At(2, Secrecy.INTERNAL))


def test_sources_are_those_of_published_runs(store: Store) -> None:
    load(store, source("a"), [])
    store.begin(source("b"), "test", "1", {}, START)
    assert store.sources(now(store)) == {source("a").id: source("a")}
    load(store, source("c", secrecy=Secrecy.INTERNAL), [company("local:1")])
    assert list(store.sources(now(store))) == [source("a").id]
    assert len(store.sources(now(store, Secrecy.INTERNAL))) == 2


def test_two_stores_given_the_same_runs_agree_byte_for_byte(opened: Opener) -> None:
    def fill(store: Store) -> None:
        load(
            store,
            source("a"),
            [company("local:1", "One", "lei:A"), owns("local:1", "local:2"), owns("local:2", "lei:B")],
        )
        load(store, source("b"), [company("local:2", "Two", "lei:A"), company("local:3", "Three", "lei:B")])
        load(store, source("a", "2"), [company("local:1", "One"), owns("local:2", "lei:B")])

    one, other = opened("one"), opened("other")
    fill(one)
    fill(other)
    for number in range(4):
        for clearance in Secrecy:
            assert whole(one, At(number, clearance)) == whole(other, At(number, clearance))
    assert one.uid != other.uid
    assert one.secret() != other.secret()
    assert len(one.secret()) == 32


def test_a_store_opened_again_is_the_same_store(opened: Opener) -> None:
    first = opened()
    load(first, source(), [company("local:1", "One"), owns("local:1", "local:2")])
    before, secret, uid, url = whole(first, now(first)), first.secret(), first.uid, first.url
    first.close()
    again = opened()
    assert whole(again, now(again)) == before
    assert (again.secret(), again.uid, again.url) == (secret, uid, url)


def test_a_closed_store_says_so(opened: Opener) -> None:
    store = opened()
    store.close()
    with pytest.raises(StoreError):
        store.latest()
    store.close()


def test_a_full_edition_takes_back_only_in_tables_that_were_read_and_not_what_stays(store: Store) -> None:
    def said(key: str, table: str) -> Record:
        return replace(company(key), table=table)

    def edition(number: int, items: list[Record | Link], read: Read) -> Settled:
        run = store.begin(source(edition=str(number)), "test", "1", {}, day(number)).run
        store.add(run, items)
        settled = store.settle(run, {}, read)
        store.publish(run, day(number))
        return settled

    link = replace(owns("local:1", "local:2"), table="a")
    edition(1, [said("local:1", "a"), said("local:2", "a"), said("local:3", "a"), said("local:4", "b"), link], Read())
    stays = frozenset({Stays("a", "local:2"), Stays("a", "", "local:2", "OWNS")})
    settled = edition(2, [said("local:1", "a")], Read(frozenset({"a"}), stays))
    assert names(store) == ["local:1", "local:2", "local:4"]
    assert [x.target_key for x in store.links(now(store))] == ["local:2"]
    assert (settled.kept, settled.kept_in, settled.retracted) == (3, ("a", "b"), 1)
    edition(3, [], Read(frozenset({"a", "b"})))
    assert names(store) == []
    assert store.check() == []
