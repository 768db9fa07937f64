"""Entities: what is one thing, what its id is, and what stays of an id when things change."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import numpy as np
import pytest

from graph.identity import entity_id, ghost_id
from graph.snapshot.reader import read_topology
from graph.snapshot.topology import NODE_TYPES, STATUSES
from graph.sqlite import Store
from graph.store import At, Judgement, RecordColumns, StoredRecord, Verdict
from ontology.errors import InputError, NotInGraphError
from ontology.model import LINKS, NODES
from ontology.records import Common, Mode, Polarity, Record, Ref, Secrecy, Status, canonical, link_id
from ontology.values import from_day
from tests.contract.saying import ALL, START, company, day, entity, load, names, now, owns, secret, source

LEI = "lei:213800KUD8LAJWSQ9D15"


def judged(store: Store, a: str, b: str, verdict: Verdict, why: str = "seen the papers") -> str:
    """Judge, and give the judgement's id."""
    store.judge(Judgement(a, b, verdict, "A. Buyer", why), day(9))
    return next(j.id for j in store.judgements(now(store, ALL)) if j.why == why)


def entity_of(store: Store, series: str, record: Record) -> str:
    return entity_id(record.id(source(series).series_key))


def test_records_that_share_a_strong_identifier_are_one_thing(store: Store) -> None:
    load(store, source("a"), [company("local:1", "One AB", LEI)])
    _, settled = load(store, source("b"), [company("local:2", "One Aktiebolag", LEI)])
    (found,) = store.entities(now(store))
    assert found.id == entity_of(store, "a", company("local:1", "", LEI))
    assert found.keys == tuple(sorted(["local:1", "local:2", LEI]))
    assert found.name == "One AB"
    assert settled.merged == 1
    (judgement,) = store.judgements(now(store))
    assert (judgement.verdict, judgement.who, judgement.rule) == (Verdict.SAME, "kedja", "identifier:lei")
    assert {judgement.a, judgement.b} == {found.id, entity_of(store, "b", company("local:2", "", LEI))}


def test_of_one_publication_the_smallest_id_names_the_thing(store: Store) -> None:
    records = [company(f"local:{n}", f"Name {n}", LEI) for n in range(5)]
    load(store, source(), records)
    (found,) = store.entities(now(store))
    assert found.id == min(entity_of(store, "register", r) for r in records)


def test_things_of_two_types_are_never_one(store: Store) -> None:
    gln = "gln:7350053850019"
    load(
        store,
        source(),
        [company("local:1", "A company", gln), Record("Site", "local:1", {"name": "A site"}, also=(gln,))],
    )
    assert names(store) == ["A company", "A site"]
    actor, site = (e.id for e in sorted(store.entities(now(store)), key=lambda e: e.name))
    with pytest.raises(InputError):
        store.judge(Judgement(site, actor, Verdict.SAME, "me", "why"), START)


def test_a_similar_name_makes_nothing_one(store: Store) -> None:
    load(store, source(), [company("local:1", "One AB"), company("local:2", "One AB")])
    assert len(list(store.entities(now(store)))) == 2


def test_a_natural_person_is_never_joined_by_a_rule(store: Store) -> None:
    load(store, source("a"), [company("local:1", "A person", natural_person=True)])
    load(store, source("b"), [company("local:1", "A person", natural_person=True)])
    assert len(list(store.entities(now(store)))) == 2


def test_a_link_to_what_nobody_describes_stands_at_a_ghost_named_by_its_key(store: Store) -> None:
    _, settled = load(store, source(), [company("local:1", "One"), owns("local:1", LEI)])
    ghost = store.find(now(store), LEI)
    assert ghost is not None
    assert (ghost.ghost, ghost.name, ghost.keys, ghost.type) == (True, LEI, (LEI,), "Organisation")
    assert ghost.id == entity_id(ghost_id("Organisation", LEI))
    assert settled.ghosts == 1
    assert [k.target for k in store.links(now(store))] == [ghost.id]
    assert list(store.records(now(store), entities=[ghost.id])) == []
    assert [e.id for e in store.entities(now(store), types=["Site"])] == []


def test_a_described_ghost_takes_the_records_id_and_its_own_id_redirects(store: Store) -> None:
    load(store, source("a"), [owns("local:1", LEI)])
    ghost = entity(store, LEI)
    (before,) = store.links(now(store))
    load(store, source("b"), [company("local:2", "Two", LEI)])
    found = store.find(now(store), ghost)
    assert found is not None
    assert (found.ghost, found.name) == (False, "Two")
    assert found.id == entity_of(store, "b", company("local:2", "", LEI))
    (after,) = store.links(now(store))
    assert (after.id, after.origin, after.target_key) == (before.id, before.origin, LEI)
    assert (before.target, after.target) == (ghost, found.id)
    assert after.row > before.row
    assert [(v.row, added, gone) for v, added, gone in store.history(after.id, ALL)] == [
        (before.row, 1, 2), (after.row, 2, None),
    ]  # fmt: skip
    assert [j.rule for j in store.judgements(now(store))] == ["ghost"]
    assert entity(store, ghost, At(1)) == ghost


def test_a_thing_whose_record_is_taken_back_is_a_ghost_again_while_links_name_it(store: Store) -> None:
    load(store, source("links"), [owns("local:1", "local:2")])
    ghost = entity(store, "local:2")
    load(store, source("names"), [company("local:2", "Two")])
    described = entity(store, "local:2")
    load(store, source("names", "2"), [])
    found = store.find(now(store), described)
    assert found is not None
    assert (found.id, found.ghost) == (ghost, True)
    assert store.check() == []


def test_an_id_that_changed_with_its_keys_answers_with_where_the_keys_went(store: Store) -> None:
    load(store, source(), [company("local:1", "One")])
    old = entity(store, "local:1")
    load(store, source(edition="2"), [company("local:1", "One", LEI)])
    new = entity(store, LEI)
    assert old != new
    assert entity(store, old) == new
    assert entity(store, old, At(1)) == old


def test_what_was_never_there_is_not_found(store: Store) -> None:
    load(store, source(), [company("local:1", "One")])
    for text in ("local:9", "One", "", "e" + "0" * 20, "e123", "r" + "0" * 20, "x:y:z", "\0", "e" + "é" * 20):
        assert store.find(now(store), text) is None
    assert store.find(now(store), " LOCAL:1 ") is not None


def test_a_person_may_say_that_two_things_are_the_same_and_take_it_back(store: Store) -> None:
    load(store, source(), [company("local:1", "One"), company("local:2", "Two"), owns("local:2", "local:3")])
    before = [(e.id, e.name) for e in store.entities(now(store))]
    one, two = entity(store, "local:1"), entity(store, "local:2")
    said = judged(store, "local:1", two, Verdict.SAME)
    first, second = sorted([one, two])
    assert entity(store, "local:1") == entity(store, "local:2") == entity(store, second) == first
    (link,) = store.links(now(store))
    assert link.source == first
    assert link.origin == source().id
    assert [r.entity for r in store.records(now(store))] == [first, first]
    assert sorted(r.id for r in store.records(now(store), entities=[first])) == sorted(
        r.id for r in store.records(At(1))
    )
    assert [k.id for k in store.links(now(store), source=[first])] == [link.id]

    store.withdraw(said, "A. Buyer", "wrong papers", day(10))
    assert [(e.id, e.name) for e in store.entities(now(store))] == before
    assert [k.source for k in store.links(now(store))] == [two]
    assert store.judgements(now(store)) == []
    assert [j.id for j in store.judgements(At(2))] == [said]
    assert entity(store, second, At(2)) == first
    assert [r.kind for r in store.runs()] == ["load", "judgement", "withdrawal"]
    assert store.check() == []


def test_a_judgement_that_two_are_different_keeps_a_shared_identifier_from_joining_them(store: Store) -> None:
    a, b = company("local:1", "One", LEI), company("local:2", "Two", LEI)
    load(store, source("a"), [a])
    load(store, source("b"), [b])
    assert names(store) == ["One"]
    said = judged(store, entity_of(store, "a", a), entity_of(store, "b", b), Verdict.DIFFERENT)
    assert names(store) == ["One", "Two"]
    load(store, source("c"), [company("local:3", "Three", LEI), owns("local:9", LEI)])
    assert names(store) == ["One", "Two", "local:9"]
    assert [k.target for k in store.links(now(store))] == [entity(store, "local:1")]
    store.withdraw(said, "me", "they are", day(10))
    assert names(store) == ["One", "local:9"]


def test_unsure_joins_nothing_and_is_kept(store: Store) -> None:
    load(store, source(), [company("local:1", "One"), company("local:2", "Two")])
    judged(store, "local:1", "local:2", Verdict.UNSURE)
    assert names(store) == ["One", "Two"]
    assert [j.verdict for j in store.judgements(now(store))] == [Verdict.UNSURE]


def test_of_two_judgements_the_newer_holds(store: Store) -> None:
    load(store, source(), [company("local:1", "One"), company("local:2", "Two")])
    one, two = entity(store, "local:1"), entity(store, "local:2")
    judged(store, one, two, Verdict.DIFFERENT, "first")
    judged(store, one, two, Verdict.SAME, "second")
    assert len(names(store)) == 1
    judged(store, one, two, Verdict.DIFFERENT, "third")
    assert names(store) == ["One", "Two"]


def test_a_judgement_outlives_the_editions_of_what_it_is_about(store: Store) -> None:
    load(store, source("a"), [company("local:1", "One")])
    load(store, source("b"), [company("local:2", "Two")])
    judged(store, "local:1", "local:2", Verdict.SAME)
    load(store, source("b", "2"), [])
    assert names(store) == ["One"]
    load(store, source("b", "3"), [company("local:2", "Two again")])
    assert names(store) == ["One"]
    assert entity(store, "local:2") == entity(store, "local:1")


def test_a_judgement_on_what_is_not_there_is_refused_and_leaves_no_run(store: Store) -> None:
    load(store, source(), [company("local:1", "One")])
    for a, b in (("local:1", "local:9"), ("nonsense", "local:1")):
        with pytest.raises(NotInGraphError):
            store.judge(Judgement(a, b, Verdict.SAME, "me", "why"), START)
    with pytest.raises(InputError):
        store.judge(Judgement("local:1", entity(store, "local:1"), Verdict.SAME, "me", "why"), START)
    with pytest.raises(NotInGraphError):
        store.withdraw("j" + "0" * 20, "me", "why", START)
    assert len(store.runs()) == 1


def test_a_rules_judgement_cannot_be_withdrawn_only_contradicted(store: Store) -> None:
    load(store, source("a"), [company("local:1", "One", LEI)])
    load(store, source("b"), [company("local:2", "Two", LEI)])
    (rule,) = store.judgements(now(store))
    with pytest.raises(NotInGraphError, match="different"):
        store.withdraw(rule.id, "me", "why", START)
    judged(store, rule.a, rule.b, Verdict.DIFFERENT)
    assert [j.verdict for j in store.judgements(now(store))] == [Verdict.DIFFERENT]


def test_filters_of_records_and_links_all_apply(store: Store) -> None:
    load(store, source(), [
        company("local:1", "One"), company("local:2", "Two"), Record("Site", "local:7", {"name": "Seven"}),
        owns("local:1", "local:2"), owns("local:2", "local:1"), owns("local:1", "local:3"),
    ])  # fmt: skip
    at = now(store)
    one, two = entity(store, "local:1"), entity(store, "local:2")
    ids = {r.name: r.id for r in store.records(at)}
    assert [r.name for r in store.records(at, types=["Site"])] == ["Seven"]
    assert [r.name for r in store.records(at, types=["Site", "Nonsense"], ids=[ids["One"], ids["Seven"]])] == ["Seven"]
    assert [r.name for r in store.records(at, entities=[one, two], ids=[ids["Two"], "nonsense"])] == ["Two"]
    assert (
        list(store.records(at, types=[]))
        == list(store.records(at, entities=[]))
        == list(store.records(at, ids=[]))
        == []
    )
    assert len(list(store.links(at, source=[one]))) == 2
    assert [k.target for k in store.links(at, source=[one], target=[two])] == [two]
    (link,) = store.links(at, source=[two])
    assert list(store.links(at, ids=[link.id, "l" + "f" * 16, "l1", "x"])) == [link]
    assert list(store.links(at, rows=[link.row])) == [link]
    assert list(store.links(at, types=["OPERATES"])) == list(store.links(at, types=[], ids=[link.id])) == []
    assert len(list(store.links(at, types=["OWNS", "OPERATES"]))) == 3
    assert list(store.links(at, source=["nonsense"])) == []
    assert [e.id for e in store.entities(at, ids=[one, "nonsense", "e" + "0" * 20])] == [one]
    assert sorted(e.name for e in store.entities(at, types=["Organisation"])) == ["One", "Two", "local:3"]


def test_links_come_in_canonical_order(store: Store) -> None:
    items = [owns(f"local:{n % 4}", f"local:{n % 3}", row_key=str(n)) for n in range(24)]
    load(store, source(), [*items, *(company(f"local:{n}") for n in range(2))])
    order = [(k.source, k.target, k.type, k.id) for k in store.links(now(store))]
    assert order == sorted(order)
    assert len(order) == 24


def test_columns_hold_what_the_links_hold(store: Store) -> None:
    period = Common(Status.VERIFIED, 0.25, Polarity.DENIED, Secrecy.PUBLIC, day(-20_000).date(), day(40_000).date())
    until = Common(Status.GENERIC, 0.0, valid_to=day(3).date())
    load(store, source("a"), [
        company("local:1"), owns("local:1", "local:2", common=period), owns("local:2", "local:1", common=until),
        owns("local:2", "local:3"), owns("local:2", "local:4", common=secret()),
    ])  # fmt: skip
    load(store, source("b"), [company("local:9", "Nine", "local:3")])
    at = now(store)
    nodes = {e.node: e.id for e in store.entities(at)}
    links = {k.row: k for k in store.links(at)}
    seen = 0
    for batch in store.link_columns(at, ["OWNS", "SUPPLIES"]):
        for i, row in enumerate(batch.row):
            link = links[int(row)]
            assert (nodes[int(batch.source[i])], nodes[int(batch.target[i])]) == (link.source, link.target)
            assert (int(batch.source[i]), int(batch.target[i])) == (link.source_node, link.target_node)
            assert sorted(LINKS)[batch.type[i]] == link.type
            assert list(Status)[batch.status[i]] is link.common.status
            assert bool(batch.denied[i]) == (link.common.polarity is Polarity.DENIED)
            given = link.common.confidence
            assert np.isnan(batch.confidence[i]) if given is None else batch.confidence[i] == given
            assert from_day(int(batch.valid_from[i])) == link.common.valid_from
            assert from_day(int(batch.valid_to[i])) == link.common.valid_to
            assert link_id(int(batch.order[i])) == link.id
            seen += 1
    assert seen == len(links) == 3
    assert list(store.link_columns(at, [])) == list(store.link_columns(at, ["SUPPLIES"])) == []


def test_record_columns_hold_what_the_records_hold(store: Store) -> None:
    period = Common(Status.VERIFIED, 1.0, valid_from=day(-20_000).date(), valid_to=day(40_000).date())
    name = 'Å "quoted" <b>\u202e 50 % _ \\ \' ; -- 漢字 😀'
    load(store, source("a"), [
        company("local:1", "One AB", LEI, "demo:z", "demo:a", common=period), owns("local:1", "local:8"),
        Record("Site", "local:1", {"name": "A site"}, common=Common(Status.GENERIC, 0.0)),
    ])  # fmt: skip
    load(store, source("b"), [
        company("local:2", "One Aktiebolag", LEI, roles=["buyer"]),
        company('local:"å" \\ ö', name, "local:3,", "demo:3"),
        company("local:3", "Not so", common=Common(polarity=Polarity.DENIED)),
        company("local:4", "Withheld", LEI, common=secret()), company("local:5", "Also withheld", common=secret()),
    ])  # fmt: skip
    load(store, source("c", mode=Mode.APPEND), [company("local:2", "One Aktiebolag again", LEI, row_key="2")])
    load(store, source("d"), [company("local:6", "Taken back")])
    load(store, source("d", "2"), [company("local:7", "")])
    sources = {run.run: run.source.id for run in store.runs() if run.source}
    for at, count in ((now(store), 7), (now(store, ALL), 9), (At(2), 5), (At(4), 7), (At(0), 0)):
        records = {r.row: r for r in store.records(at)}
        seen = [row for batch in store.record_columns(at) for row in _checked(batch, records, sources)]
        assert sorted(seen) == sorted(records)
        assert len(seen) == count


def _checked(batch: RecordColumns, records: Mapping[int, StoredRecord], sources: Mapping[int, str]) -> Iterator[int]:
    """Compare a batch with the records themselves, and give its rows."""
    for i, row in enumerate(batch.row.tolist()):
        record = records[row]
        assert (batch.id[i], batch.node[i], batch.base[i]) == (record.entity, record.node, record.id)
        assert bool(batch.primary[i]) == (entity_id(record.id) == record.entity)
        assert sorted(NODES)[batch.type[i]] == record.type
        assert list(Status)[batch.status[i]] is record.common.status
        given = record.common.confidence
        assert np.isnan(batch.confidence[i]) if given is None else batch.confidence[i] == given
        assert bool(batch.denied[i]) is (record.common.polarity is Polarity.DENIED)
        assert sources[int(batch.said[i])] == record.source
        assert from_day(int(batch.valid_from[i])) == record.common.valid_from
        assert from_day(int(batch.valid_to[i])) == record.common.valid_to
        assert batch.name[i] == record.name
        assert batch.keys[i] == "".join(f"{key}\n" for key in sorted(record.keys))
        assert batch.properties[i] == canonical(record.properties)
        yield row


def test_ghosts_are_the_entities_that_only_links_name(store: Store) -> None:
    load(store, source("a"), [company("local:1", "One"), owns("local:1", "local:8")])
    load(store, source("b"), [owns("local:1", "local:9", common=secret()), company("local:7", common=secret())])
    load(store, source("c"), [owns("local:1", "local:7")])
    assert [g.name for g in store.ghosts(At(0))] == []
    assert sorted(g.name for g in store.ghosts(now(store))) == ["local:7", "local:8"]
    assert sorted(g.name for g in store.ghosts(now(store, ALL))) == ["local:8", "local:9"]
    for at in (now(store), now(store, ALL), At(1)):
        assert list(store.ghosts(at)) == [e for e in store.entities(at) if e.ghost]


def test_a_freeze_shows_each_thing_once_as_the_record_that_names_it_does(store: Store) -> None:
    period = Common(Status.VERIFIED, 0.5, valid_from=day(0).date(), valid_to=day(10).date())
    until = Common(confidence=0.25, valid_from=day(5).date(), valid_to=day(20).date())
    load(store, source("a"), [company("local:1", "One AB", LEI, common=period), owns("local:1", "local:8", share=0.7)])
    load(store, source("b"), [company("local:2", "One Aktiebolag", LEI, "demo:1", roles=["buyer"], common=until)])
    load(store, source("c"), [company("local:3", "Three"), company("local:4", "Withheld", LEI, common=secret())])
    at = now(store)
    t = read_topology(store, at)
    v, things = t.vertices, {e.id: e for e in store.entities(at)}
    assert list(v.id) == sorted(things)
    for i, id in enumerate(v.id):
        thing = things[id]
        assert (v.name[i], NODE_TYPES[v.type[i]], bool(v.ghost[i])) == (thing.name, thing.type, thing.ghost)
        assert v.keys[i] == "".join(f"{key}\n" for key in thing.keys)
    one = list(v.id).index(entity(store, LEI))
    assert json.loads(v.properties[one]) == {"name": "One AB", "roles": ["buyer"]}
    assert STATUSES[v.status[one]] is Status.VERIFIED
    assert v.confidence[one] == 0.5
    assert (from_day(int(v.valid_from[one])), from_day(int(v.valid_to[one]))) == (day(0).date(), day(20).date())
    (link,) = store.links(at)
    ends = (v.id[int(t.edges.source[0])], v.id[int(t.edges.target[0])], t.edges.id(0), t.edges.row[0])
    assert ends == (link.source, link.target, link.id, link.row)
    assert t.edges.mark.tolist() == [1]


def test_what_was_erased_takes_its_links_out_of_earlier_freezes(store: Store) -> None:
    people = [company("local:1", "One"), company("local:2", "Two"), company("local:3", "Three")]
    load(store, source(), [*people, owns("local:1", "local:2"), owns("local:1", "local:3", share=0.7)])
    (record,) = (r for r in store.records(At(1)) if r.name == "Two")
    store.erase([record.id], "asked to be forgotten", day(3))
    before, after = read_topology(store, At(1)), read_topology(store, At(2))
    assert (list(before.vertices.ghost), len(before.edges), before.edges.mark.tolist()) == ([False, False], 1, [1])
    assert before.vertices.name[int(before.edges.target[0])] == "Three"
    assert sorted(after.vertices.name) == ["One", "Three", "local:2"]
    assert len(after.edges) == 2


def test_two_versions_of_a_link_stand_in_the_order_in_which_they_were_said(store: Store) -> None:
    load(store, source(mode=Mode.APPEND), [owns("local:1", "local:2", share=0.2)])
    load(store, source(edition="2", mode=Mode.APPEND), [owns("local:1", "local:2", share=0.7)])
    assert read_topology(store, now(store)).edges.mark.tolist() == [0, 1]


def test_a_self_loop_and_odd_texts_come_back_as_they_went_in(store: Store) -> None:
    name = 'Å "quoted" <b>\u202e 50 % _ \\ \' ; --'
    facts = company("local:å ö", name, roles=["buyer", "supplier"])
    load(store, source(), [facts, owns("local:å ö", "local:å ö", share=0.5)])
    (record,) = store.records(now(store))
    assert (record.name, record.properties["roles"], record.keys) == (name, ["buyer", "supplier"], ("local:å ö",))
    (link,) = store.links(now(store))
    assert link.source == link.target == record.entity
    assert Ref("Organisation", link.source_key) == Ref("Organisation", "local:å ö")
