"""The files in graph/cypher/: made from the ontology, run as they stand, walking by pruned and shortest-path search."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import neo4j
import pytest
from typer.testing import CliRunner

import graph.neo4j
from api.cli import app
from api.commands.demo import parts
from graph.neo4j import Address
from graph.neo4j.questions import FOLDER, Limits, ask, question, questions, read, values, view
from graph.neo4j.store import Neo4jStore
from graph.store import At
from loaders.base import load
from ontology.errors import InputError, NotInGraphError, StoreBusyError
from ontology.model import LINKS
from ontology.records import Secrecy
from tests.demo import LOADED_AT
from tests.neo4j import servers
from tools import cypher_questions

WALKS = {
    "upstream": {"VarLengthExpand(Pruning,BFS,All)"},
    "downstream": {"VarLengthExpand(Pruning,BFS,All)"},
    "affected-contracts": {"VarLengthExpand(Pruning,BFS,All)"},
    "lens-a": {"VarLengthExpand(Pruning,BFS,All)"},
    "best-paths": {"StatefulShortestPath", "VarLengthExpand(Pruning,BFS,All)"},
    "blind-spots": {"VarLengthExpand(Pruning,BFS,All)"},
    "shared-origins": {"VarLengthExpand(Pruning,BFS,All)"},
    "single-points": {"VarLengthExpand(Pruning,BFS,All)", "ShortestPath"},
    "coverage": {"VarLengthExpand(Pruning,BFS,All)"},
    "company-list": {"VarLengthExpand(Pruning,BFS,All)"},
}
"""The operators by which each question walks goods and business relations."""

WALKED = frozenset(name for name, link in LINKS.items() if link.walk in ("goods", "list"))
EXPANDS = re.compile(r"\[[^\]]*:(?P<types>[A-Z_|]+)\*(?P<bounds>[\d.]*)\]")


@pytest.fixture(scope="module", params=servers.LINES)
def store(request: pytest.FixtureRequest) -> Iterator[Neo4jStore]:
    """The demonstration in a store on a real server of each line."""
    running = servers.server(request.param)
    servers.wipe(running)
    with graph.neo4j.open(Address.read(running.uri, *(running.auth or ("", "")))) as opened:
        for loader, file in parts():
            load(opened, loader, file, now=LOADED_AT)
        yield opened


def pasted(store: Neo4jStore, text: str) -> tuple[list[str], list[list[Any]], neo4j.ResultSummary]:
    """What a client gets that sends a text without parameters, in read access mode."""
    with store.core.driver.session(default_access_mode=neo4j.READ_ACCESS) as session:
        result = session.run("PROFILE " + text)
        keys, rows = list(result.keys()), [list(record.values()) for record in result]
        return keys, rows, result.consume()


def operators(plan: Any) -> Iterator[tuple[str, str]]:
    """(operator, details) of a plan."""
    yield plan["operatorType"].partition("@")[0], str(plan["args"].get("Details", ""))
    for child in plan.get("children", ()):
        yield from operators(child)


# -- the files ----------------------------------------------------------------------------------------------------


def test_the_files_are_what_the_templates_and_the_ontology_give() -> None:
    written = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.cypher")}
    assert written == cypher_questions.rendered(), "run: python -m tools.cypher_questions"


@pytest.mark.parametrize("name", questions())
def test_a_file_fits_on_a_screen_and_names_no_link_type_that_is_not_declared(name: str) -> None:
    text = question(name).text
    assert max(map(len, text.splitlines())) <= 120
    named = set(re.findall(r"[|:]([A-Z]+(?:_[A-Z]+)*)(?=[|*{\]])", text)) - {"KEDJA_UNDER", "KEDJA_KEY"}
    assert named
    assert named <= set(LINKS)


def test_a_header_that_cannot_be_understood_is_refused() -> None:
    good = question("upstream").text
    assert read("upstream", good) == question("upstream")
    with pytest.raises(ValueError, match="sections"):
        read("bad", good.replace("// Cost\n", "//\n"))
    with pytest.raises(ValueError, match="Not a parameter"):
        read("bad", good.replace("start: entity.", "start: thing."))


# -- as they stand ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", questions())
def test_a_file_runs_as_it_stands_inside_the_operators_and_gives_what_the_command_gives(
    store: Neo4jStore, name: str
) -> None:
    asked = question(name)
    keys, rows, summary = pasted(store, asked.text)
    assert keys == [column for column, _ in asked.returns]
    assert rows
    assert [status for status in summary.gql_status_objects if status.is_notification] == []
    assert walks_of(summary) == WALKS[name]
    assert scanned(summary) == []
    for at in (None, At(store.publications()[-1].number), At(store.publications()[-1].number, Secrecy.RESTRICTED)):
        found = ask(store.core, name, example(asked.example), at=at)
        assert found.columns == tuple(keys)
        assert [list(row) for row in found.rows] == rows


@pytest.mark.parametrize("name", questions())
def test_walks_stay_inside_the_operators_when_values_are_bound(store: Neo4jStore, name: str) -> None:
    asked = question(name)
    given = {**values(store.core, asked, example(asked.example), None), **view(store.core, None)}
    with store.core.driver.session(default_access_mode=neo4j.READ_ACCESS) as session:
        assert walks_of(session.run("EXPLAIN " + asked.bound({}), given).consume()) == WALKS[name]


def example(text: str) -> dict[str, str]:
    """The parameters of an example."""
    words = text.split()
    given = dict(word.split("=", 1) for word in words if "=" in word)
    return {**given, "valid_at": words[words.index("--valid-at") + 1]}


def walks_of(summary: neo4j.ResultSummary) -> set[str]:
    """The operators that follow goods or business relations; none may enumerate paths or repeat a pattern."""
    found = list(operators(summary.plan or summary.profile))
    assert not [operator for operator, _ in found if operator.startswith("Repeat")]
    shortest = {"StatefulShortestPath" for operator, _ in found if operator.startswith("StatefulShortestPath")}
    return shortest | {operator for operator, details in found if walks_far(details)}


def scanned(summary: neo4j.ResultSummary) -> list[str]:
    """Operators that go through every base: what is named by its key is found by an index."""
    return [f"{op} {of}" for op, of in operators(summary.profile) if "Scan" in op and ":KedjaBase" in of]


def walks_far(details: str) -> bool:
    """An operator that follows goods or business relations further than one link."""
    return any(
        WALKED.intersection(one["types"].split("|")) and not re.fullmatch(r"(\.\.)?1|1\.\.1", one["bounds"])
        for one in EXPANDS.finditer(details)
    )


# -- asking -------------------------------------------------------------------------------------------------------


def test_a_question_that_cannot_be_asked_says_why(store: Neo4jStore) -> None:
    start = {"start": "demo:site-klang-4", "valid_at": "2026-11-01"}
    for name, params, said in (
        ("upstraem", {}, "no question called upstraem"),
        ("upstream", {"valid_at": "2026-11-01"}, "needs start"),
        ("upstream", {**start, "stop": "x"}, "no parameter stop"),
        ("upstream", {**start, "valid_at": "yesterday"}, "not a day"),
        ("upstream", {**start, "max_tier": "six"}, "not a number"),
        ("lens-a", {"contract": "demo:contract-gloves-kalmar", "risk": "gravity"}, "not a risk type"),
    ):
        with pytest.raises(InputError, match=said):
            ask(store.core, name, params)
    with pytest.raises(NotInGraphError, match="demo:nobody"):
        ask(store.core, "upstream", {**start, "start": "demo:nobody"})


def test_rows_are_cut_where_the_limit_says_and_a_tier_bounds_the_walk(store: Neo4jStore) -> None:
    given = {"start": "demo:contract-gloves-kalmar", "valid_at": "2026-11-01"}
    whole = ask(store.core, "upstream", given)
    rows = list(whole.rows)
    cut = ask(store.core, "upstream", given, limits=Limits(rows=3))
    assert list(cut.rows) == rows[:3]
    assert (cut.cut, whole.cut) == (True, False)
    near = list(ask(store.core, "upstream", {**given, "max_tier": "1"}).rows)
    assert near == [row for row in rows if row[0] <= 1]


def test_a_question_whose_time_is_over_is_given_up(store: Neo4jStore) -> None:
    given = {"start": "se-orgnr:2321000073", "valid_at": "2026-11-02"}
    with pytest.raises(StoreBusyError):
        list(ask(store.core, "shared-origins", {**given, "max_tier": "49"}, limits=Limits(seconds=0.001)).rows)


# -- the command --------------------------------------------------------------------------------------------------


def kedja(*words: str, stdin: str = "") -> Any:
    return CliRunner().invoke(app, ["cypher", *words], input=stdin)


@pytest.fixture
def address(store: Neo4jStore, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("KEDJA_NEO4J_USER", store.core.address.user)
    monkeypatch.setenv("KEDJA_NEO4J_PASSWORD", store.core.address.password)
    return store.url


def test_the_command_asks_by_name_at_a_day_and_prints_a_table_json_or_csv(address: str) -> None:
    words = (
        "affected-contracts",
        "--param",
        "start=Selat Biru Plant 4",
        "--valid-at",
        "2026-11-01",
        "--store",
        address,
    )
    table, as_json, as_csv = kedja(*words), kedja(*words, "--json"), kedja(*words, "--csv")
    lines = table.stdout.splitlines()
    rows = json.loads(as_json.stdout)
    assert lines[0].split("\t")[:3] == list(rows[0])[:3] == ["tier", "contract", "name"]
    assert len(lines) == len(rows) + 1 == len(as_csv.stdout.splitlines())
    assert len(json.loads(kedja(*words, "--json", "--valid-at", "2020-01-01").stdout)) < len(rows)
    cut = kedja(*words, "--rows", "1")
    assert len(cut.stdout.splitlines()) == 2
    assert "Cut after 1 rows" in cut.stderr


def test_the_command_asks_for_an_earlier_publication(address: str) -> None:
    words = ("coverage", "--param", "start=demo:contract-gloves-kalmar", "--valid-at", "2026-11-01", "--store", address)
    now = kedja(*words)
    assert kedja(*words, "--known-at", "2027-01-01T00:00Z").stdout == now.stdout
    assert kedja(*words, "--clearance", "restricted").exit_code == 0
    assert isinstance(kedja(*words, "--known-at", "2020-01-01T00:00Z").exception, NotInGraphError)


def test_the_command_lists_and_shows_the_questions_without_a_store() -> None:
    listed = kedja().stdout.splitlines()
    assert [line.split()[0] for line in listed] == list(questions())
    assert set(json.loads(kedja("--json").stdout)) == set(questions())
    assert kedja("upstream", "--show").stdout == question("upstream").text


def test_the_command_reads_a_statement_of_ones_own_from_standard_input(address: str) -> None:
    done = kedja(
        "-", "--param", "n=2", "--param", "t=two", "--json", "--store", address, stdin="RETURN $n + 1 AS n, $t AS t"
    )
    assert json.loads(done.stdout)["rows"] == [[3, "two"]]


def test_a_store_that_is_no_neo4j_is_told_how_to_become_one(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'a.sqlite'}"
    graph.sqlite.open(tmp_path / "a.sqlite").close()
    done = kedja("upstream", "--param", "start=x", "--store", store)
    assert isinstance(done.exception, InputError)
    assert "kedja copy" in done.exception.remedy
