"""Lens A written into the store: the numbers of the API, all of one edition, and gone without a trace when replaced."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import graph.neo4j
from graph.answer import Basis, Links
from graph.neo4j import Address, Neo4jStore, exposing
from graph.neo4j.exposing import CURRENT, Edition
from graph.questions.exposed import exposed
from graph.questions.exposure import exposure
from graph.snapshot.reader import read_topology
from graph.snapshot.view import Known, Moment, Snapshot
from graph.store import At
from ontology.errors import NotInGraphError
from ontology.method import method
from ontology.records import Common, Link, Record, Ref
from tests.contract.saying import load, source
from tests.neo4j.servers import Running

DAY = date(2026, 11, 1)


def ref(type_: str, key: str) -> Ref:
    return Ref(type_, f"demo:{key}")


def world() -> list[Record | Link]:
    """Two contracts: one of gloves dipped at a site with a finding, one of paper that nobody has said anything of."""
    return [
        Record("Contract", "demo:gloves", {"name": "Gloves"}), Record("Contract", "demo:paper", {"name": "Paper"}),
        Record("Step", "demo:dipping", {"name": "Dipping", "stage": "final-manufacture"}),
        Record("Step", "demo:pulp", {"name": "Pulp", "stage": "processing"}),
        Record("Site", "demo:plant", {"name": "Plant"}),
        Record("RiskType", "risk:forced-labour", {"name": "Forced labour"}),
        Record("Finding", "demo:found", {"name": "Passports kept", "severity": 3, "standing": "alleged"}),
        Link("PERFORMS", ref("Site", "plant"), ref("Step", "dipping")),
        Link("DELIVERED_UNDER", ref("Step", "dipping"), ref("Contract", "gloves"), common=Common(confidence=0.8)),
        Link("DELIVERED_UNDER", ref("Step", "pulp"), ref("Contract", "paper")),
        Link("ABOUT", ref("Finding", "found"), ref("Site", "plant")),
        Link("OF_TYPE", ref("Finding", "found"), Ref("RiskType", "risk:forced-labour")),
    ]  # fmt: skip


@pytest.fixture
def store(neo4j_server: Running) -> Iterator[Neo4jStore]:
    with graph.neo4j.open(Address.read(neo4j_server.uri, *(neo4j_server.auth or ("", "")))) as made:
        load(made, source("demo:world"), world())
        yield made


def snapshot(store: Neo4jStore) -> Snapshot:
    known = Known(1, datetime(2026, 1, 1, tzinfo=UTC), "public")
    return Snapshot(read_topology(store, At(1)), Moment(DAY), method(), known)


def published(store: Neo4jStore, rows: list[tuple[str, str, dict[str, Any]]]) -> exposing.Written:
    return exposing.write(store.core, Edition("spine/1", DAY, 1, "abc"), rows)


def rows_of(s: Snapshot) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (x.contract, "risk:forced-labour", {"severity": x.severity, "basis": x.basis, "links": x.links, "low": x.low})
        for x in exposed(s, "forced-labour")
    ]


def standing(store: Neo4jStore) -> list[Any]:
    return store.core.read(
        f"{CURRENT} RETURN c.name, r.name, e.severity, e.basis, e.links, e.low, e.edition ORDER BY e.row"
    )


def test_every_contract_shows_the_figures_of_the_answer_and_no_other(store: Neo4jStore) -> None:
    s = snapshot(store)
    published(store, rows_of(s))
    gloves = store.find(At(1), "demo:gloves")
    assert gloves is not None
    answer = exposure(s, gloves.id, "forced-labour").data
    assert answer is not None
    # 1 of the alleged finding x 1 of its site x 0.8 of the delivery, times c_i and c of PERFORMS by the method.
    said = {(f.severity, f.basis.value, f.links.value, f.low) for f in answer.members[0].figures}
    there = standing(store)
    assert {(severity, basis, links, low) for _, _, severity, basis, links, low, _ in there} == said
    assert {(contract, risk) for contract, risk, *_ in there} == {("Gloves", "Forced labour")}
    assert max(severity for _, _, severity, *_ in there) == 3
    assert {(basis, links) for _, _, _, basis, links, _, _ in there} == {
        (Basis.SPECIFIC.value, links.value) for links in Links
    }


def test_a_new_edition_takes_the_place_of_the_old_one_and_nothing_else_goes(store: Neo4jStore) -> None:
    rows = rows_of(snapshot(store))
    first = published(store, rows)
    links = store.core.read("MATCH ()-[e]->() WHERE type(e) <> 'EXPOSED_TO' RETURN count(e)")
    second = published(store, rows[:1])
    assert (first.written, second.written, second.removed) == (len(rows), 1, len(rows))
    assert [row[-1] for row in standing(store)] == [second.number]
    assert store.core.read("MATCH ()-[e:EXPOSED_TO]->() RETURN count(e)") == [[1]]
    assert store.core.read("MATCH ()-[e]->() WHERE type(e) <> 'EXPOSED_TO' RETURN count(e)") == links
    assert store.check() == []
    assert exposing.clear(store.core) == 1
    assert standing(store) == []


def test_until_the_last_row_is_written_the_old_edition_counts_and_a_broken_one_never_does(store: Neo4jStore) -> None:
    rows = rows_of(snapshot(store))
    published(store, rows)
    before = standing(store)

    def interrupted() -> Iterator[tuple[str, str, dict[str, Any]]]:
        for _ in range(3000):  # more than a batch
            yield from rows
        assert standing(store) == before
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exposing.write(store.core, Edition("spine/1", DAY, 1, "abc"), interrupted())
    assert standing(store) == before
    assert any("edition that does not count" in fault for fault in store.check())
    published(store, rows)
    assert store.check() == []
    assert store.core.read("MATCH ()-[e:EXPOSED_TO]->() RETURN count(e)") == [[len(rows)]]


def test_a_risk_type_that_the_graph_lacks_is_named_and_what_counts_is_unchanged(store: Neo4jStore) -> None:
    rows = rows_of(snapshot(store))
    published(store, rows)
    before = standing(store)
    with pytest.raises(NotInGraphError, match=r"risk:child-labour.*kedja load reference"):
        published(store, [(rows[0][0], "risk:child-labour", {})])
    assert standing(store) == before


def test_neither_a_freeze_nor_a_dump_reads_it(store: Neo4jStore, tmp_path: Path) -> None:
    before = read_topology(store, At(1)).hash
    store.dump(tmp_path / "before.gz")
    published(store, rows_of(snapshot(store)))
    store.dump(tmp_path / "after.gz")
    assert read_topology(store, At(1)).hash == before
    assert (tmp_path / "before.gz").read_bytes() == (tmp_path / "after.gz").read_bytes()
