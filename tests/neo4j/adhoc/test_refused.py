"""A statement that does more than read, or too much, is refused before it runs, and the refusal says why."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from graph.neo4j import Neo4jStore, adhoc, adhoc_text
from ontology.errors import InputError, LimitError
from tests.neo4j.adhoc.asking import ask, refusal

REFUSED = {
    # writing
    "CREATE (n:Contract {name: 'mine'}) RETURN n": "holds Create",
    "MATCH (n:Contract) SET n.name = 'x'": "writes",
    "MATCH (n:Contract) DETACH DELETE n": "writes",
    "MERGE (n:Nothing {x: 1}) RETURN n": "writes",
    "FOREACH (i IN [1] | CREATE (:Nothing))": "writes",
    "MATCH (n:Contract) REMOVE n:Contract": "writes",
    "MATCH (n:Contract) CALL (n) { SET n.x = 1 } RETURN count(*) AS n": "writes",
    "CREATE INDEX mine FOR (n:Contract) ON (n.name)": "CreateIndex",
    "DROP CONSTRAINT kedja_nothing IF EXISTS": "DropConstraint",
    # files and addresses
    "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line": "LOAD CSV",
    "LOAD CSV WITH HEADERS FROM 'http://127.0.0.1/' AS line RETURN line": "LOAD CSV",
    "CALL () { LOAD CSV FROM 'file:///x' AS line RETURN line } RETURN line": "LOAD CSV",
    "RETURN COLLECT { LOAD CSV FROM 'file:///x' AS line RETURN line[0] } AS x": "LOAD CSV",
    "RETURN [x IN [1] | COUNT { load/* */\ncsv FROM 'file:///x' AS line RETURN line }] AS x": "LOAD CSV",
    "RETURN file() AS x": "file",
    # procedures
    "CALL dbms.listConfig() YIELD name RETURN name": "dbms.listConfig",
    "CALL dbms.components": "dbms.components",
    "CALL `db` . `createLabel` ('x')": "db.createLabel",
    "CALL db.createLabel('x')": "db.createLabel",
    "CALL apoc.cypher.run('CREATE (n)', {})": "apoc.cypher.run",
    "CALL () { CALL dbms.components() YIELD name RETURN name } RETURN name": "dbms.components",
    "RETURN [x IN [1] | COLLECT { CALL dbms.listConfig() YIELD name RETURN name }] AS x": "dbms.listConfig",
    "OPTIONAL CALL dbms.components() YIELD name RETURN name": "dbms.components",
    # functions
    "RETURN apoc.cypher.runFirstColumnSingle('MATCH (n) RETURN n', {}) AS x": "apoc.cypher.runFirstColumnSingle",
    "RETURN apoc . `load`/* */. x ('') AS x": "apoc.load.x",
    "RETURN [1, 2][1..apoc.x.y(1)] AS x": "apoc.x.y",
    "MATCH (n) RETURN elementId(n) AS x": "elementId",
    "MATCH (n) WHERE `ELEMENTID`(n) = '4:x:1' RETURN n": "ELEMENTID",
    "MATCH (n) RETURN id(n) AS x": "function id",
    # the server itself
    "SHOW SETTINGS": "ShowSettings",
    "SHOW SETTINGS YIELD name, value RETURN name, value": "ShowSettings",
    "SHOW PROCEDURES": "ShowProcedures",
    "SHOW FUNCTIONS": "ShowFunctions",
    "SHOW TRANSACTIONS": "ShowTransactions",
    "TERMINATE TRANSACTIONS 'neo4j-transaction-1'": "TerminateTransactions",
    "SHOW TRANSACTIONS YIELD transactionId AS t TERMINATE TRANSACTIONS t YIELD message RETURN message": "Transactions",
    "SHOW USERS": "command to the server",
    "SHOW DATABASES": "",
    "ALTER USER neo4j SET PASSWORD 'something-else'": "command to the server",
    "CREATE USER mine SET PASSWORD 'something-else'": "command to the server",
    "CREATE DATABASE mine": "CREATE DATABASE",
    # other databases
    "USE system SHOW USERS": "USE system",
    "USE neo4j RETURN 1 AS x": "USE neo4j",
    "CALL () { USE `system` MATCH (n) RETURN n } RETURN n": "USE system",
    # how it is run
    "EXPLAIN MATCH (n) RETURN n": "EXPLAIN",
    "PROFILE MATCH (n) RETURN n": "PROFILE",
    "CYPHER 5 PROFILE MATCH (n) RETURN n": "PROFILE",
    "/* */ CYPHER 5 // x\n explain MATCH (n) RETURN n": "EXPLAIN",
    "CYPHER planner=dp RETURN 1 AS x": "planner",
    "CYPHER 5 runtime=slotted RETURN 1 AS x": "runtime",
    "UNWIND [1, 2] AS x CALL (x) { RETURN 1 AS y } IN TRANSACTIONS RETURN y": "IN TRANSACTIONS",
    "RETURN 1 AS x; RETURN 2 AS x": "several statements",
    "RETURN 1 AS x; MATCH (n) DETACH DELETE n;": "several statements",
    # what hides something, or is no statement
    r"RETURN \u0027a\u0027 AS x": "escape",
    "": "no statement",
    " // nothing \n": "no statement",
    ";": "no statement",
    "RETURN 'a": "does not end",
    "RETURN `a": "does not end",
    "RETURN 1 /* a": "does not end",
    "RETURN 1 AS x LIMIT 0xFLOAD CSV FROM 'file:///x' AS l RETURN l": "follows the number 0xF",
    "RETURN '\ud800' AS x": "half a character",
    "MATCH (n RETURN n": "does not understand",
    "MATCH (n) RETURN m": "line 1, column 18 (offset: 17)",
    "RETURN 1 AS x,\n m AS y": "line 2, column 2 (offset: 16)",
    # parameters
    "RETURN $x AS x": "$x",
    "MATCH (n:$($label)) RETURN n": "$label",
    "RETURN $`strange name` AS x": "$strange name",
    # the key that makes identifiers of persons
    "MATCH (k:KedjaStore) RETURN k.secret AS x": "secret",
    "MATCH (k:KedjaStore) RETURN k.`SECRET` AS x": "secret",
    "MATCH (k:KedjaStore {secret: 'x'}) RETURN k": "secret",
    "MATCH (k:KedjaStore) RETURN properties(k) AS x": "own key",
    "MATCH (k:KedjaStore) RETURN [x IN keys(k) | toStringOrNull(k[x])] AS x": "own key",
    "MATCH (k:KedjaStore) RETURN k {.*} AS x": "own key",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_does_more_than_read_is_refused_and_told_why(store: Neo4jStore, text: str) -> None:
    error = refusal(store, text)
    assert isinstance(error, InputError)
    assert REFUSED[text] in error.message


TOO_MUCH = {
    "MATCH (a:Spot), (b:Spot), (c:Spot), (d:Spot), (e:Spot) WHERE a.i + b.i + c.i = d.i + e.i RETURN a": "rows at",
    "MATCH (a:Spot {i: 1})-[:NEXT*1..30]->(b) RETURN count(b) AS n": "VarLengthExpand",
    "MATCH path = (a:Spot {i: 1})-[:NEXT*]->(b) RETURN path": "VarLengthExpand",
    "RETURN reduce(s = 0, i IN range(1, 100000000000) | s + i) AS n": "100,000,000,000 numbers",
    "RETURN size([i IN range(0, 1e12) WHERE i = 1]) AS n": "1,000,000,000,000 numbers",
    "RETURN size([i IN range(1, 5000) | [j IN range(1, 5000) | i * j]]) AS n": "25,000,000 numbers",
    f"RETURN 1 AS x // {'x' * adhoc_text.MAX_TEXT}": "characters",
    f"RETURN {'(' * 51}1{')' * 51} AS x": "inside one another",
    f"MATCH (n) WHERE {'EXISTS { (n)--() WHERE ' * 9}true{'}' * 9} RETURN n": "inside one another",
}


@pytest.mark.parametrize("text", TOO_MUCH)
def test_what_is_too_much_work_is_refused_before_it_runs(store: Neo4jStore, text: str) -> None:
    error = refusal(store, text)
    assert isinstance(error, LimitError)
    assert TOO_MUCH[text] in error.message


def test_the_end_of_a_loop_may_not_be_hidden_in_a_parameter(store: Neo4jStore) -> None:
    assert "numbers" in refusal(store, "RETURN size([i IN range(1, $n) | i]) AS n", n=10**11).message


def test_a_subquery_in_a_list_stands_in_no_plan_so_the_text_is_read_too(store: Neo4jStore) -> None:
    inner = "COUNT { LOAD CSV FROM 'file:///nowhere' AS line RETURN line }"

    def operators(text: str) -> str:
        with store.core.driver.session(database="neo4j") as session:
            return json.dumps(session.run(f"EXPLAIN {text}").consume().plan, default=str)

    assert '"LoadCSV' in operators(f"RETURN {inner} AS n")
    assert '"LoadCSV' not in operators(f"RETURN [x IN [1] | {inner}] AS n")
    assert "LOAD CSV" in refusal(store, f"RETURN [x IN [1] | {inner}] AS n").message


def test_a_walk_that_meets_each_thing_once_is_not_taken_for_all_its_paths(store: Neo4jStore) -> None:
    walk = "MATCH (a:Spot {i: 1})-[:NEXT*1..]->(b:Spot) "
    assert ask(store, walk + "RETURN count(DISTINCT b) AS n").rows == [[200]]
    assert "rows at" in refusal(store, walk + "RETURN count(b) AS n").message
    applied = walk + "WITH DISTINCT b CALL (b) { MATCH (b)-[:NEXT]->(c) RETURN count(c) AS n } RETURN sum(n) AS n"
    assert ask(store, applied).rows == [[4000]]


def test_a_parameter_that_the_statement_does_not_have_is_told(store: Neo4jStore) -> None:
    assert "$nmae" in refusal(store, "MATCH (n {name: $name}) RETURN n", name="x", nmae="y").message


@pytest.mark.parametrize("value", [2**63, [{"a": -(2**63) - 1}], math.nan, math.inf, "\ud800", {"\udfff": 1}, {1, 2}])
def test_a_parameter_that_neither_json_nor_the_server_has_is_refused(store: Neo4jStore, value: Any) -> None:
    assert isinstance(refusal(store, "RETURN $x AS x", x=value), InputError)


def test_long_parameters_are_refused(store: Neo4jStore) -> None:
    assert isinstance(refusal(store, "RETURN size($x) AS n", x="x" * adhoc.MAX_PARAMETERS), LimitError)
