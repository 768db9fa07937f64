"""Clearance: what is withheld shows in no row, count, order, id, name, history or search."""

from __future__ import annotations

from graph.identity import entity_id, ghost_id
from graph.sqlite import Store
from graph.store import At, Judgement, Verdict
from ontology.records import Common, Mode, Secrecy
from tests.contract.saying import ALL, START, company, entity, load, names, now, owns, secret, source

LEI = "lei:213800KUD8LAJWSQ9D15"
INTERNAL = Common(secrecy=Secrecy.INTERNAL)


def test_each_clearance_reads_its_own_rows_and_those_below(store: Store) -> None:
    load(store, source(), [
        company("local:1", "Open"), owns("local:1", "local:1"),
        company("local:2", "Inside", common=INTERNAL), owns("local:1", "local:2", common=INTERNAL),
        company("local:3", "Hidden", common=secret()), owns("local:1", "local:3", common=secret()),
    ])  # fmt: skip
    for clearance, seen in ((Secrecy.PUBLIC, 1), (Secrecy.INTERNAL, 2), (Secrecy.RESTRICTED, 3)):
        at = At(1, clearance)
        assert len(names(store, at)) == len(list(store.links(at))) == len(list(store.records(at))) == seen
        assert sum(len(batch.row) for batch in store.link_columns(at, ["OWNS"])) == seen


def test_a_row_is_as_secret_as_its_source_at_least(store: Store) -> None:
    load(store, source(secrecy=Secrecy.RESTRICTED), [company("local:1", "One")])
    assert names(store, At(1, Secrecy.INTERNAL)) == []
    assert list(store.sources(At(1, Secrecy.INTERNAL))) == []
    (record,) = store.records(At(1, ALL))
    assert record.common.secrecy is Secrecy.RESTRICTED


def test_a_thing_of_which_nothing_is_visible_does_not_exist(store: Store) -> None:
    load(store, source(), [company("local:1", "Hidden", LEI, common=secret())])
    hidden = entity(store, LEI, At(1, ALL))
    for text in (LEI, "local:1", hidden, entity_id(ghost_id("Organisation", LEI))):
        assert store.find(At(1), text) is None
    assert list(store.entities(At(1), ids=[hidden])) == []
    (record,) = store.records(At(1, ALL))
    assert store.history(record.id, Secrecy.INTERNAL) == []
    assert len(store.history(record.id, ALL)) == 1


def test_a_public_link_to_a_hidden_thing_shows_a_ghost_named_by_its_key(store: Store) -> None:
    load(store, source("a"), [company("local:1", "Hidden", LEI, common=secret())])
    load(store, source("b"), [owns("local:9", LEI)])
    found = store.find(now(store), LEI)
    assert found is not None
    assert (found.id, found.name, found.ghost) == (entity_id(ghost_id("Organisation", LEI)), LEI, True)
    assert found.keys == (LEI,)
    assert store.find(now(store), "local:1") is None
    inside = store.find(now(store, ALL), "local:1")
    assert inside is not None
    assert (inside.id, inside.name, inside.ghost) == (found.id, "Hidden", False)


def test_a_hidden_record_lends_its_keys_and_name_to_nobody_who_may_not_read_it(store: Store) -> None:
    load(store, source(), [
        company("local:1", "Open", LEI), company("local:2", "Hidden", LEI, "gln:7350053850019", common=secret()),
    ])  # fmt: skip
    (found,) = store.entities(now(store))
    assert (found.name, found.keys) == ("Open", tuple(sorted([LEI, "local:1"])))
    assert store.find(now(store), "gln:7350053850019") is None
    assert store.judgements(now(store)) == []
    assert len(store.judgements(now(store, ALL))) == 1
    (inside,) = store.entities(now(store, ALL))
    assert "gln:7350053850019" in inside.keys


def test_a_hidden_record_never_makes_two_visible_things_one(store: Store) -> None:
    load(store, source("a"), [company("local:1", "One", LEI), company("local:2", "Two", "gln:7350053850019")])
    before = [(e.id, e.name, e.keys) for e in store.entities(now(store))]
    load(store, source("b"), [company("local:3", "Knows", LEI, "gln:7350053850019", common=secret())])
    assert [(e.id, e.name, e.keys) for e in store.entities(now(store))] == before
    store.judge(Judgement("local:1", "local:2", Verdict.SAME, "me", "it is known"), START)
    assert len(names(store)) == 1


def test_a_hidden_record_that_came_first_does_not_name_a_visible_thing(store: Store) -> None:
    load(store, source("a"), [company("local:1", "Hidden", LEI, common=secret())])
    load(store, source("b"), [company("local:2", "Open", LEI)])
    assert entity(store, LEI) == entity_id(company("local:2", "", LEI).id(source("b").series_key))
    assert names(store, now(store, ALL)) == ["Open"]


def test_when_a_record_was_shown_to_few_does_not_tell_on_how_it_stands_to_all(store: Store) -> None:
    first = company("local:1", "Once hidden", LEI, common=secret())
    second = company("local:2", "Open", LEI)
    load(store, source("a"), [first])
    load(store, source("b"), [second])
    load(store, source("a", "2"), [company("local:1", "Once hidden", LEI)])
    # Of what all have seen, the second record came first.
    assert entity(store, LEI) == entity_id(second.id(source("b").series_key))


def test_a_hidden_version_of_an_open_record_changes_nothing_for_others(store: Store) -> None:
    said = [company("local:1", "One", LEI), company("local:1", "One", LEI, natural_person=True, common=secret())]
    load(store, source("a"), [company("local:2", "Two", LEI)])
    load(store, source("b", mode=Mode.APPEND), said)
    assert len(list(store.entities(now(store)))) == 1


def test_what_becomes_public_is_seen_from_then_on_and_not_before(store: Store) -> None:
    load(store, source(), [company("local:1", "One", common=secret())])
    load(store, source(edition="2"), [company("local:1", "One")])
    (record,) = store.records(now(store))
    assert [(added, gone) for _, added, gone in store.history(record.id, Secrecy.PUBLIC)] == [(2, None)]
    assert list(store.records(At(1))) == []
    assert store.changes(At(1), At(2)).added == (record.id,)
    load(store, source(edition="3"), [company("local:1", "One", common=secret())])
    assert list(store.records(now(store))) == []
    assert store.changes(At(2), At(3)).retracted == (record.id,)


def test_changes_tell_only_what_the_clearance_sees(store: Store) -> None:
    load(store, source(), [company("local:1", "One")])
    load(store, source("b"), [company("local:2", "Two", common=secret()), owns("local:1", "local:2", common=secret())])
    assert store.changes(At(1), At(2)).added == ()
    assert len(store.changes(At(1, ALL), At(2, ALL)).added) == 2
