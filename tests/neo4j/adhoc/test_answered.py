"""A statement that reads is answered with values that JSON has, within its limits."""

from __future__ import annotations

import base64
import json
import re
import sys
import uuid
from pathlib import Path
from typing import Any

import neo4j
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from neo4j.time import Date, Duration

from graph.neo4j import Address, Neo4jStore, adhoc, adhoc_child
from graph.neo4j.adhoc import Limits
from graph.neo4j.core import Core
from graph.store import At
from ontology.errors import KedjaError, LimitError
from tests.neo4j.adhoc.asking import ask, refusal


def test_a_question_about_what_was_loaded_is_answered_and_stamped_with_the_publication(store: Neo4jStore) -> None:
    text = "MATCH (o:Organisation) WHERE o.name STARTS WITH $letter RETURN o.id AS id, o.name AS name"
    found = ask(store, text, letter="Ö")
    entity = store.find(At(2), "local:1")
    assert entity is not None
    assert (found.columns, found.rows) == (("id", "name"), [[entity.id, "Öppna AB"]])
    assert (found.truncated, found.publication, found.notices) == (None, 2, ())


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("RETURN 1 AS x", [[1]]),
        ("RETURN 1 AS x;", [[1]]),
        ("cypher 5 return 1 as x", [[1]]),
        ("// a comment\nRETURN /* and */ 'LOAD CSV' AS x", [["LOAD CSV"]]),
        ("UNWIND [3, 1, 2] AS x RETURN x ORDER BY x DESC LIMIT 2", [[3], [2]]),
        ("MATCH (s:Spot) RETURN count(s) AS n, min(s.i) AS least, max(s.i) AS most", [[200, 0, 199]]),
        ("MATCH (a:Spot {i: 0}) OPTIONAL MATCH (a)-[:NEXT]->(b {i: -1}) RETURN b", [[None]]),
        ("RETURN 1 AS i UNION MATCH (b:Spot {i: 1}) RETURN b.i AS i", [[1]]),
        ("MATCH (a:Spot {i: 0}) RETURN EXISTS { (a)-->(:Spot {i: 1}) } AS x, COUNT { (a)-->() } AS n", [[True, 20]]),
        ("MATCH p = SHORTEST 1 (a:Spot {i: 0})-[:NEXT]->+(b:Spot {i: 3}) RETURN length(p) AS n", [[3]]),
        ("MATCH p = shortestPath((a:Spot {i: 0})-[:NEXT*]->(b:Spot {i: 3})) RETURN length(p) AS n", [[3]]),
        ("MATCH (a:Spot) WHERE a.i < 5 CALL (a) { MATCH (a)-->(b) RETURN max(b.i) AS m } RETURN count(m) AS n", [[5]]),
        ("CALL db.labels() YIELD label WHERE label = 'Spot' RETURN label", [["Spot"]]),
        ("CALL db.relationshipTypes() YIELD relationshipType AS t WHERE t = 'NEXT' RETURN t", [["NEXT"]]),
        ("SHOW INDEXES YIELD name WHERE name = 'nothing' RETURN name", []),
        ("SHOW CONSTRAINTS YIELD name WHERE name = 'nothing' RETURN name", []),
        ("MATCH (s:Spot) WHERE s.i = 7 RETURN s", [[{"labels": ["Spot"], "properties": {"i": 7}}]]),
        ("MATCH (:Spot {i: 7})-[r:NEXT]->({i: 8}) RETURN r", [[{"type": "NEXT", "properties": {}}]]),
        ("RETURN {a: [1, 2.5, null, true], b: {c: 'x'}} AS x", [[{"a": [1, 2.5, None, True], "b": {"c": "x"}}]]),
        ("RETURN 0.0 / 0.0 AS a, 1.0 / 0.0 AS b, -1.0 / 0.0 AS c", [["NaN", "Infinity", "-Infinity"]]),
        ("RETURN date('2026-11-01') AS a, duration('P1Y2M3DT4S') AS b", [["2026-11-01", "P1Y2M3DT4S"]]),
        ("RETURN localtime('12:00') AS a", [["12:00:00.000000000"]]),
        ("RETURN datetime('2026-11-01T12:00+01:00') AS a", [["2026-11-01T12:00:00.000000000+01:00"]]),
        ("RETURN point({longitude: 18, latitude: 59.5}) AS a", [[{"srid": 4326, "coordinates": [18.0, 59.5]}]]),
        ("RETURN 9223372036854775807 AS a", [[2**63 - 1]]),
        ("MATCH (s:Spot) FINISH", []),
    ],
)  # fmt: skip
def test_a_statement_that_only_reads_is_answered(store: Neo4jStore, text: str, rows: list[Any]) -> None:
    assert ask(store, text).rows == rows


def test_a_walk_says_which_way_each_of_its_relationships_leads(store: Neo4jStore) -> None:
    text = "MATCH p = (:Spot {i: 0})-[:NEXT]->(:Spot {i: 1})<-[:NEXT]-(:Spot {i: 197}) RETURN p"
    ((path,),) = ask(store, text).rows
    assert [node["properties"]["i"] for node in path["nodes"]] == [0, 1, 197]
    assert [(link["from"], link["to"], link["type"]) for link in path["relationships"]] == [
        (0, 1, "NEXT"),
        (2, 1, "NEXT"),
    ]


def test_values_that_cypher_cannot_write_have_a_form_too() -> None:
    assert adhoc_child.ready(b"\x00\xff") == base64.b64encode(b"\x00\xff").decode()
    assert adhoc_child.ready([Date(2026, 11, 1), Duration(days=2)]) == ["2026-11-01", "P2D"]
    assert adhoc_child.ready(uuid.UUID(int=5)) == "00000000-0000-0000-0000-000000000005"
    assert adhoc_child.ready(neo4j.vector.Vector.from_native([1.0, 2.0], "f32")) == [1.0, 2.0]


def test_a_day_that_no_calendar_of_python_has_is_a_refusal(store: Neo4jStore) -> None:
    assert "toString()" in refusal(store, "RETURN date('+12345-01-01') AS d").remedy


def test_the_servers_own_numbers_and_the_stores_own_key_stay_inside(store: Neo4jStore) -> None:
    text = "MATCH p = (n)-[r]->(m) RETURN n, r, p, [n, m] AS both, {a: n} AS map LIMIT 50"
    said = json.dumps(ask(store, text).rows)
    for (own,) in store.core.read("MATCH (n)-[r]->() UNWIND [elementId(n), elementId(r)] AS own RETURN DISTINCT own"):
        assert own not in said
    ((node,),) = ask(store, "MATCH (k:KedjaStore) RETURN k").rows
    assert node["properties"]["key"] == "store"
    assert "secret" not in node["properties"]


def test_what_the_server_warns_of_is_told(store: Neo4jStore) -> None:
    assert any("Contarct" in notice for notice in ask(store, "MATCH (c:Contarct) RETURN c.name AS name").notices)


def test_the_example_of_the_documentation_works(store: Neo4jStore) -> None:
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "neo4j-cypher.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```cypher\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert ask(store, example).columns == ("s.name", "t.name", "e.status")


def test_what_is_secret_is_seen_so_that_only_who_may_read_all_may_ask(store: Neo4jStore) -> None:
    assert store.find(At(2), "local:2") is None
    seen = json.dumps(ask(store, "MATCH (r:KedjaRecord) RETURN r").rows, ensure_ascii=False)
    assert "Öppna AB" in seen
    assert "Hemliga AB" in seen


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NUMBER = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(value=JSON)
def test_a_parameter_comes_back_as_it_was_given(store: Neo4jStore, value: Any) -> None:
    request = {"text": "RETURN $value AS value", "params": {"value": value}, "rows": 10, "size": 10**6}
    with store.core.driver.session(database="neo4j") as session, session.begin_transaction() as tx:
        assert json.loads(adhoc_child.answer(tx, request))["rows"] == [[value]]


# -- limits while it runs --------------------------------------------------------------------------------------


def test_an_answer_is_cut_at_its_most_rows(store: Neo4jStore) -> None:
    found = ask(store, "UNWIND range(1, 1000000000000) AS i RETURN i", Limits(rows=5))
    assert (found.rows, found.truncated) == ([[1], [2], [3], [4], [5]], "rows")
    whole = ask(store, "UNWIND range(1, 5) AS i RETURN i", Limits(rows=5))
    assert (len(whole.rows), whole.truncated) == (5, None)


def test_an_answer_is_cut_at_its_most_bytes(store: Neo4jStore) -> None:
    found = ask(store, "UNWIND range(10, 99) AS i RETURN toString(i) AS i", Limits(size=20))
    assert (found.rows, found.truncated) == ([["10"], ["11"], ["12"]], "size")


def test_a_row_larger_than_an_answer_is_a_refusal(store: Neo4jStore) -> None:
    assert "One row" in refusal(store, "MATCH (n:Spot) RETURN collect(n) AS all", Limits(size=1_000)).message


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="no other system limits a process's memory so")
def test_a_value_that_would_fill_the_memory_ends_the_process_that_reads_it_and_no_other(store: Neo4jStore) -> None:
    text = "RETURN reduce(s = 'x', i IN range(1, 25) | s + s) AS x"
    assert "One row" in refusal(store, text, Limits(memory=32 << 20)).message


def test_a_statement_that_runs_away_is_ended_by_the_server(store: Neo4jStore) -> None:
    error = refusal(store, "UNWIND range(1, 1000000000000) AS i RETURN count(i) AS n", Limits(seconds=1, grace=60))
    assert isinstance(error, LimitError)
    assert error.message == "The server ended the statement after 1 seconds."


def test_a_loop_that_the_server_does_not_end_is_given_up(store: Neo4jStore) -> None:
    # some 300 million steps: many seconds, but not for ever, since the server goes on with it
    text = "WITH 17000 AS n RETURN reduce(s = 0, i IN range(1, n) | s + size([j IN range(1, n) WHERE j = i])) AS n"
    error = refusal(store, text, Limits(seconds=1, grace=1))
    assert isinstance(error, LimitError)
    assert "given up after 2 seconds" in error.message


def test_a_server_that_is_not_there_is_said_to_be_so() -> None:
    address = Address.read("bolt://127.0.0.1:1")
    with neo4j.GraphDatabase.driver(address.uri) as driver, pytest.raises(KedjaError, match="cannot be reached"):
        adhoc.run(Core(address, driver), "RETURN 1 AS x")
