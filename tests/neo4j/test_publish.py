"""Publishing: the graph in Neo4j reads like the ontology and follows the record by the difference only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from graph.neo4j import difference, layout, publishing, statements
from graph.neo4j.freezing import freeze
from graph.neo4j.publishing import Published
from graph.neo4j.removing import unpublish
from graph.neo4j.server import Server
from graph.sqlite import Store
from ontology.errors import InputError, StoreBusyError, StoreError
from ontology.model import LINKS, NODES
from ontology.records import Secrecy
from tests.neo4j import worlds
from tests.neo4j.worlds import DAY, SECRET, frozen, last, link, load, record, ref, source, told, world

ALL_OF_IT = (
    "MATCH (n) WHERE n.hash IS NOT NULL RETURN elementId(n) AS x, properties(n) AS p"
    " UNION ALL MATCH ()-[n]->() WHERE n.hash IS NOT NULL RETURN elementId(n) AS x, properties(n) AS p"
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with world(tmp_path / "record.sqlite") as made:
        yield made


def publish(
    server: Server, store: Store, clearance: Secrecy = Secrecy.PUBLIC, *, day: date = DAY, dry_run: bool = False
) -> Published:
    snapshot = frozen(store, clearance, day)
    return publishing.publish(server, store, last(store, clearance), snapshot, clock=lambda: told(99), dry_run=dry_run)


def held(server: Server) -> dict[str, dict[str, object]]:
    """All of Kedja's own, by what Neo4j calls it."""
    return {x: p for x, p in server.read(ALL_OF_IT)}  # noqa: C416 (rows are lists)


def contents(server: Server) -> list[str]:
    """The same, without what Neo4j calls it."""
    return sorted(str(sorted(p.items())) for p in held(server).values())


# -- what it reads like ---------------------------------------------------------------------------------------------


def test_an_entity_is_one_node_and_a_statement_one_relationship(server: Server, store: Store) -> None:
    publish(server, store)
    snapshot = frozen(store)
    assert server.read("MATCH (n:Entity) RETURN count(n)") == [[snapshot.n]]
    contract = server.read(
        "MATCH (c:Contract {key: 'local:gloves'}) RETURN c.name, c.kind, c.awarded_value, c.rank, c.valid_from,"
        " EXISTS { (s:Source) WHERE s.id = c.source }, c.status, c.confidence_stated"
    )
    assert contract == [["Gloves", "framework", 18500000.0, 1, date.min, True, "declared", False]]
    several = server.read(
        "MATCH (:Step {key: 'local:latex'})-[e:SUPPLIES]->(:Step {key: 'local:dipping'})"
        " RETURN e.resolution, e.confidence, e.share, e.valid_from, e.valid_to, e.status ORDER BY e.valid_from"
    )
    assert several == [
        ["item", 0.7, 0.25, date(2024, 1, 1), date(2027, 1, 1), "declared"],  # while there is a latex step
        ["item", 0.95, None, date(2025, 1, 1), date(2026, 1, 1), "verified"],
    ]


def test_a_day_is_one_condition(server: Server, store: Store) -> None:
    publish(server, store)
    upstream = (
        "MATCH (:Contract {key: 'local:gloves'})<-[e:DELIVERED_UNDER|SUPPLIES*1..50]-(s:Step)"
        " WHERE all(x IN e WHERE x.valid_from <= $day < x.valid_to) RETURN DISTINCT s.name ORDER BY s.name"
    )
    assert server.read(upstream, {"day": DAY}) == [["Dipping"], ["Latex"]]
    assert server.read(upstream, {"day": date(2020, 1, 1)}) == [["Dipping"]]  # before there was a latex step


def test_no_pattern_of_a_link_type_counts_what_is_denied(server: Server, store: Store) -> None:
    publish(server, store)
    assert server.read("MATCH (:Contract {key: 'local:paper'})<-[e:DELIVERED_UNDER]-() RETURN e.id") == []
    ((kind, confidence),) = server.read("MATCH (:Contract)<-[e:DENIED]-(:Step) RETURN e.type, e.confidence")
    assert (kind, confidence) == ("DELIVERED_UNDER", 0.8)


def test_records_stand_apart_only_where_there_are_several_or_a_denied_one(server: Server, store: Store) -> None:
    publish(server, store)
    rows = server.read(
        "MATCH (r:Record)-[:DESCRIBES]->(e:Organisation) RETURN e.name, r.name, r.denied, e.record ORDER BY r.name"
    )
    assert [row[1:] for row in rows] == [
        ["Maker Berhad", False, None], ["Maker Bhd", False, None], ["Region (denied)", True, None],
    ]  # fmt: skip
    assert len({rows[0][0], rows[1][0]}) == 1


def test_an_entity_is_found_by_every_name_and_identifier_and_by_ids_that_were_merged_away(
    server: Server, store: Store
) -> None:
    publish(server, store)
    merged = [said.id for said in store.records(last(store)) if "Maker" in said.name]
    names = ["lei:5493001KJTIIGC8Y1R12", "local:other-key", "Makaren", "Maker Berhad", "e" + merged[1][1:]]
    found = server.read(
        "MATCH (e:Entity {key: 'local:maker'}) UNWIND $names AS name"
        " RETURN name, e.name = name OR e.id = name OR e.key = name OR EXISTS { (:Alias {name: name})-[:ALSO]->(e) }",
        {"names": names},
    )
    assert found == [[name, True] for name in names]
    hits = server.read(f"CALL db.index.fulltext.queryNodes('{layout.NAMES}', 'makaren') YIELD node RETURN node.name")
    assert hits == [["Makaren"], ["Maker Bhd"]] or hits == [["Maker Bhd"], ["Makaren"]]


def test_what_only_links_name_is_a_ghost(server: Server, store: Store) -> None:
    publish(server, store)
    assert server.read("MATCH (g:Organisation {ghost: true})-[:HOLDS]->(c) RETURN g.key, c.name") == [
        ["local:nobody-told-of", "Paper"]
    ]


def test_what_a_native_value_would_lose_is_written_beside_it(server: Server, store: Store) -> None:
    publish(server, store)
    assert server.read("MATCH (c:Contract {key: 'local:paper'}) RETURN c.awarded_value, c.as_written") == [
        [1234.5, ['{"awarded_value":"1234.50"}']]
    ]


def test_names_come_from_the_declaration_and_bear_none_that_the_layout_uses(server: Server, store: Store) -> None:
    declared = {name: set(one.properties) for name, one in NODES.items()}
    declared |= {name: set(one.properties) for name, one in LINKS.items()}
    assert {name: layout.RESERVED & names for name, names in declared.items()} == {name: set() for name in declared}
    publish(server, store)
    ((labels,),) = server.read("MATCH (n) UNWIND labels(n) AS label RETURN collect(DISTINCT label)")
    assert set(labels) <= {*NODES, "Entity", "Record", "Source", "Alias", "KedjaPublication"}
    ((types,),) = server.read("MATCH ()-[e]->() RETURN collect(DISTINCT type(e))")
    assert set(types) <= {*LINKS, "DENIED", "DESCRIBES", "ALSO", "WITHIN", "ENTERS", "EXPOSED_TO"}


# -- publishing again -----------------------------------------------------------------------------------------------


def test_the_same_publication_again_writes_nothing(server: Server, store: Store) -> None:
    first, before = publish(server, store), held(server)
    mark = server.read("MATCH (m:KedjaPublication) RETURN properties(m)")
    again = publish(server, store)
    assert (again.added, again.changed, again.removed) == (0, 0, 0)
    assert first.added == again.kept + first.added - first.mark.entities - first.mark.links
    assert held(server) == before
    assert server.read("MATCH (m:KedjaPublication) RETURN properties(m)") == mark


def test_what_did_not_change_is_not_touched(server: Server, store: Store) -> None:
    publish(server, store)
    before = held(server)
    changed = [one for one in worlds.GLOVES if one.type != "SERVES"]
    changed[0] = record("Contract", "gloves", "Gloves, all sizes", kind="framework")
    load(store, source("gloves", "2"), [*changed, record("Step", "new", "New")])
    done = publish(server, store)
    after = held(server)
    assert done.mark.whole
    assert (done.changed, done.removed) == (1, 1)  # the contract, and the link to its buyer
    assert len(after.keys() - before.keys()) == done.added
    same = [x for x in before.keys() & after.keys() if before[x] == after[x] and before[x]["hash"]]  # no alias
    assert len(same) == done.kept


@pytest.mark.parametrize(("small", "known"), [(0, True), (publishing.SMALL, True), (publishing.SMALL, False)])
def test_publishing_again_gives_what_a_first_publish_gives(
    server: Server, store: Store, small: int, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether what stands is ``known`` from the record or must be read from the graph."""
    monkeypatch.setattr(publishing, "SMALL", small)
    monkeypatch.setattr(statements, "FEW", 0)  # links in blocks, several written beside each other
    publish(server, store)
    if not known:
        server.run("MATCH (m:KedjaPublication) SET m.content = 0")
    monkeypatch.setattr(publishing, "read_all", difference.read_all if not known else None)
    load(store, source("others", "2"), [*worlds.OTHERS[1:], record("Organisation", "maker", "Maker, renamed")])
    publish(server, store)
    by_difference = contents(server)
    unpublish(server)
    publish(server, store)
    assert contents(server) == by_difference


def test_what_a_newer_edition_only_repeats_is_settled_anew(server: Server, store: Store) -> None:
    for series, form, edition, day in (("a", "AB", "1", 1), ("b", "HB", "1", 2), ("a", "AB", "2", 3)):
        said = replace(source(series, edition), published=date(2026, 6, day))
        load(store, said, [record("Organisation", "two", "Two", legal_form=form)])
        publish(server, store)
        form_now = server.read("MATCH (o:Organisation {key: 'local:two'}) RETURN o.legal_form")
        assert form_now == [[form]]
    assert freeze(server).hash == frozen(store).hash


def test_a_publish_that_was_cut_short_is_resumed(server: Server, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "SMALL", 0)
    publish(server, store)
    whole = contents(server)
    unpublish(server)
    for stop in range(7):
        batches = iter(range(1, stop + 1))

        def cut(_done: int, _total: int, batches: Iterator[int] = batches) -> None:
            if next(batches, None) is None:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            publishing.publish(server, store, last(store), frozen(store), clock=lambda: told(99), progress=cut, size=5)
        assert server.read("MATCH (m:KedjaPublication) RETURN m.whole") == [[False]]
    done = publish(server, store)
    assert done.mark.whole
    assert contents(server) == whole


def test_a_dry_run_says_what_would_change_and_changes_nothing(server: Server, store: Store) -> None:
    dry = publish(server, store, dry_run=True)
    assert server.read("MATCH (n) RETURN count(n)") == [[0]]
    assert dry.added == publish(server, store).added


def test_two_at_once_do_not_mix(server: Server, store: Store) -> None:
    begun: list[int] = []

    def other(done: int, _total: int) -> None:
        if done >= 10 and not begun:
            begun.append(done)
            publish(server, store)

    with pytest.raises(StoreBusyError, match="Another publish"):
        publishing.publish(server, store, last(store), frozen(store), clock=lambda: told(99), progress=other, size=5)
    assert (publish(server, store).added, server.read("MATCH (m:KedjaPublication) RETURN m.whole")) == (0, [[True]])


# -- what it may hold -----------------------------------------------------------------------------------------------


def test_what_a_clearance_may_not_read_is_nowhere_in_the_graph(server: Server, store: Store) -> None:
    publish(server, store, Secrecy.INTERNAL)
    assert any(SECRET in str(p) for p in held(server).values())
    publish(server, store)
    everything = server.read("MATCH (n) RETURN properties(n) AS p UNION ALL MATCH ()-[n]->() RETURN properties(n) AS p")
    assert not [p for (p,) in everything if SECRET in str(p) or "secret-site" in str(p) or "internal" in str(p)]


def test_what_was_erased_is_gone_with_the_next_publish(server: Server, store: Store) -> None:
    load(store, source("erasable"), [record("Organisation", "gone", SECRET), link("OWNS", ref("Organisation", "gone"),
         ref("Organisation", "maker"))])  # fmt: skip
    publish(server, store)
    (wrong,) = (r for r in store.records(last(store)) if r.name == SECRET)
    (owned,) = store.links(last(store), types=["OWNS"])
    store.erase([wrong.id, owned.id], "asked to be forgotten", told(50))
    publish(server, store)
    assert not [p for p in held(server).values() if SECRET in str(p) or "local:gone" in str(p)]


# -- other people's data --------------------------------------------------------------------------------------------


def test_what_others_have_put_there_is_left_alone(server: Server, store: Store) -> None:
    server.run("CREATE (a:Person {name: 'Ann'})-[:KNOWS]->(b:Contract {name: 'a marriage'})")
    publish(server, store)
    server.run("MATCH (p:Person), (c:Contract {key: 'local:gloves'}) CREATE (p)-[:WATCHES {since: 2026}]->(c)")
    server.run(
        "MATCH (o:Organisation {key: 'local:buyer'}), (c:Contract {key: 'local:paper'}) CREATE (c)-[:SERVES]->(o)"
    )
    load(store, source("others", "2"), [record("Step", "new", "New")])
    done = publish(server, store)
    assert done.foreign == 0
    assert server.read("MATCH (p:Person)-[:WATCHES]->(c) RETURN c.name") == [["Gloves"]]
    load(store, source("gloves", "2"), [one for one in worlds.GLOVES if "gloves" not in str(one)])
    assert publish(server, store).foreign == 1
    gone = unpublish(server)
    assert gone is not None
    assert server.read("MATCH (n) RETURN count(n)") == [[2]]
    assert server.read("MATCH (:Person)-[:KNOWS]->(c:Contract) RETURN c.name") == [["a marriage"]]
    assert not [name for (name,) in server.read("SHOW INDEXES YIELD name") if name.startswith("kedja")]


def test_a_database_with_the_graph_of_another_record_is_refused(server: Server, store: Store, tmp_path: Path) -> None:
    publish(server, store)
    before = held(server)
    with world(tmp_path / "another.sqlite") as another, pytest.raises(InputError, match="another record") as refused:
        publish(server, another)
    assert "--remove" in (refused.value.remedy or "")
    assert held(server) == before


def test_a_graph_of_another_layout_is_refused(server: Server, store: Store) -> None:
    server.run("CREATE (:KedjaPublication {key: 'kedja', layout: 0})")
    with pytest.raises(StoreError, match="layout 0"):
        publish(server, store)


def test_nodes_that_share_an_id_with_ours_are_refused_before_anything_is_written(server: Server, store: Store) -> None:
    for name in ("kedja_source_id_unique",):
        server.run(f"DROP CONSTRAINT {name} IF EXISTS")
    server.run("CREATE (:Source {id: 'same'}), (:Source {id: 'same'})")
    with pytest.raises(StoreError, match="of other people"):
        publish(server, store)
    assert server.read("MATCH (n:Entity) RETURN count(n)") == [[0]]
    server.run("MATCH (n:Source) DELETE n")


def test_the_day_is_the_marks_and_the_mark_says_what_the_graph_is(server: Server, store: Store) -> None:
    snapshot = frozen(store)
    publish(server, store)
    ((mark,),) = server.read("MATCH (m:KedjaPublication) RETURN properties(m)")
    assert (mark["publication"], mark["clearance"], mark["valid_at"], mark["layout"]) == (2, "public", DAY, 1)
    assert f"{mark['topology']}/{mark['weights']}" == snapshot.hash
    statements = "MATCH ()-[e]->() WHERE e.source IS NOT NULL OR e.rests_on IS NOT NULL RETURN count(e)"
    assert server.read(statements) == [[mark["links"]]]
    assert (mark["entities"], mark["whole"]) == (snapshot.n, True)


def test_a_value_of_another_kind_than_declared_is_told_as_it_was_written() -> None:
    declared = NODES["Finding"].properties
    given = {"name": "x", "severity": 2**70, "indicators": [], "issued": "someday", "unknown": {"a": 1}}
    held = layout.encoded(declared, given)
    assert held == {
        "name": "x", "indicators": [],
        "as_written": ['{"issued":"someday"}', f'{{"severity":{2**70}}}', '{"unknown":{"a":1}}'],
    }  # fmt: skip
    assert layout.decoded(declared, held) == given
