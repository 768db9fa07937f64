"""The ten questions as their user meets them: pasted as they stand, by command, over HTTP, on the pages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import neo4j
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.app import create_app
from api.cli import app
from api.publishing import publish_to
from api.service import Service, When
from api.settings import DEMO_VALID_AT, Settings
from graph.neo4j import mark
from graph.neo4j.address import Address
from graph.neo4j.layout import ENTERS, RELATIONSHIPS
from graph.neo4j.questions import Limits, Question, ask, literal, question, questions, read
from graph.neo4j.server import Server, connected
from ontology.errors import InputError, NoGraphError, NotInGraphError, StoreBusyError
from ontology.records import Secrecy
from tests.neo4j import servers

SHORT = re.compile(r"\*\d*\.\.[123]\]")
"""A pattern of at most three links, in the details of a plan."""
ROOT = Path(__file__).resolve().parents[2]
GLOVES, KLANG = "demo:contract-gloves-kalmar", "demo:site-klang-4"


@pytest.fixture(scope="module", params=servers.LINES)
def server(request: pytest.FixtureRequest, demo_settings: Settings) -> Iterator[Server]:
    """The demonstration published to a real server of each line."""
    running = servers.server(request.param)
    servers.wipe(running)
    address = Address.read(running.uri, *(running.auth or ("", "")))
    with connected(address) as found, Service(demo_settings, valid_at=DEMO_VALID_AT) as service:
        publish_to(found, service, When())
        yield found
        servers.wipe(running)


def pasted(server: Server, text: str) -> tuple[list[str], list[list[Any]], neo4j.ResultSummary]:
    """What a client gets that sends a text without parameters, in read access mode."""
    with server.driver.session(default_access_mode=neo4j.READ_ACCESS) as session:
        result = session.run(text)
        keys, rows = list(result.keys()), [list(record.values()) for record in result]
        return keys, rows, result.consume()


def operators(plan: Any) -> Iterator[tuple[str, str]]:
    """(operator, details) of a plan."""
    yield plan["operatorType"].partition("@")[0], str(plan["args"].get("Details", ""))
    for child in plan.get("children", ()):
        yield from operators(child)


def example(asked: Question) -> dict[str, str]:
    return dict(re.findall(r"--param (\w+)=(\S+)", asked.example))


# -- the files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", questions())
def test_a_file_names_no_relationship_that_is_not_declared(name: str) -> None:
    named = set(re.findall(r"[|:]([A-Z]+(?:_[A-Z]+)*)(?=[|*{\] ])", question(name).text))
    assert named
    assert named <= {*RELATIONSHIPS, ENTERS}


def test_a_header_that_cannot_be_understood_is_refused() -> None:
    good = question("upstream").text
    assert read("upstream", good) == question("upstream")
    with pytest.raises(ValueError, match="sections"):
        read("bad", good.replace("// Cost\n", "//\n"))
    with pytest.raises(ValueError, match="Not a parameter"):
        read("bad", good.replace("start: entity.", "start: thing."))


@pytest.mark.parametrize("name", questions())
def test_a_file_runs_as_it_stands_and_gives_what_is_asked_with_parameters(server: Server, name: str) -> None:
    asked = question(name)
    languages = ("CYPHER 5 ",) if server.version.startswith("5") else ("CYPHER 5 ", "CYPHER 25 ")
    found = ask(server, name, example(asked))
    assert found.rows
    for language in languages:
        keys, rows, summary = pasted(server, language + asked.text)
        assert [status for status in summary.gql_status_objects if status.is_notification] == []
        assert keys == [column for column, _ in asked.returns] == list(found.columns)
        assert [tuple(row) for row in rows] == found.rows


@pytest.mark.parametrize("name", questions())
def test_what_may_be_long_is_walked_by_pruned_or_shortest_path_search(server: Server, name: str) -> None:
    _, _, summary = pasted(server, "EXPLAIN " + question(name).text)
    met = list(operators(summary.plan))
    walks = {one for one, details in met if "Path" in one or ("VarLength" in one and not SHORT.search(details))}
    assert walks
    assert all(("Pruning" in one and "BFS" in one) or "Shortest" in one for one in walks), walks
    assert not [one for one, _ in met if one in ("Repeat(Trail)", "AllNodesScan")]
    scanned = {details.partition(":")[2] for one, details in met if one == "NodeByLabelScan"}
    assert scanned <= {"KedjaPublication"}


def test_a_walk_ends_at_the_tier_that_is_asked_for(server: Server) -> None:
    tiers = {row[0] for row in ask(server, "upstream", {"start": GLOVES, "max_tier": "2"}).rows}
    assert tiers == {0, 1, 2}


def test_on_another_day_the_settled_properties_are_said_to_be_of_the_marks(server: Server) -> None:
    column = [name for name, _ in question("blind-spots").returns].index("day_is_marks")
    for day, said in (("2026-11-01", True), ("2026-10-01", False)):
        rows = ask(server, "blind-spots", {"start": GLOVES, "day": day}).rows
        assert {row[column] for row in rows} == {said}


def test_a_thing_is_found_by_id_by_key_and_by_another_name(server: Server) -> None:
    ((other, key, id_),) = server.read(
        "MATCH (a:Alias)-[:ALSO]->(x:Organisation) WHERE COUNT { (a)-[:ALSO]->() } = 1"
        " RETURN a.name, x.key, x.id ORDER BY a.name LIMIT 1"
    )
    rows = ask(server, "downstream", {"start": id_}).rows
    assert ask(server, "downstream", {"start": key}).rows == rows
    assert ask(server, "downstream", {"start": other}).rows == rows


@pytest.mark.parametrize(
    ("name", "params", "error"),
    [
        ("upstream", {}, InputError),
        ("upstream", {"start": "nobody"}, NotInGraphError),
        ("upstream", {"start": GLOVES, "tiers": "3"}, InputError),
        ("upstream", {"start": GLOVES, "max_tier": "three"}, InputError),
        ("upstream", {"start": GLOVES, "day": "yesterday"}, InputError),
        ("lens-a", {"contract": GLOVES, "risk": "forced-labor"}, InputError),
        ("sideways", {"start": GLOVES}, InputError),
        ("upstream", {"start": "x' OR true //"}, NotInGraphError),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_remedy(
    server: Server, name: str, params: dict[str, str], error: type[InputError]
) -> None:
    with pytest.raises(error) as refused:
        ask(server, name, params)
    assert refused.value.remedy


def test_a_graph_that_is_being_published_is_not_answered_from(server: Server) -> None:
    server.run("MATCH (m:KedjaPublication) SET m.whole = false")
    try:
        with pytest.raises(StoreBusyError, match="being published"):
            ask(server, "upstream", {"start": GLOVES})
    finally:
        server.run("MATCH (m:KedjaPublication) SET m.whole = true")


def test_a_graph_of_a_higher_clearance_is_not_shown(server: Server) -> None:
    server.run("MATCH (m:KedjaPublication) SET m.clearance = 'restricted'")
    try:
        with pytest.raises(NoGraphError):
            ask(server, "upstream", {"start": GLOVES}, clearance=Secrecy.PUBLIC)
    finally:
        server.run("MATCH (m:KedjaPublication) SET m.clearance = 'public'")
    found = mark.read(server)
    assert found is not None
    assert found.clearance == "public"


def test_more_rows_than_are_wanted_are_cut_and_it_is_said(server: Server) -> None:
    found = ask(server, "upstream", {"start": GLOVES}, Limits(rows=3))
    assert (len(found.rows), found.cut) == (3, True)


@pytest.mark.parametrize("text", ["it's", 'a "b"', "back\\slash", "line\nfeed", "\u202eright", "𝄞"])
def test_a_text_is_written_so_that_cypher_reads_it_as_it_is(server: Server, text: str) -> None:
    assert pasted(server, f"RETURN {literal(text)}")[1] == [[text]]


# -- the documents ------------------------------------------------------------------------------------------------


def blocks() -> list[tuple[str, str]]:
    """(page, text) of each block of Cypher in the documents."""
    pages = sorted(ROOT.glob("docs/**/*.md"))
    return [
        (page.name, text)
        for page in pages
        for text in re.findall(r"^```cypher\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    ]


@pytest.mark.parametrize(("page", "text"), blocks(), ids=lambda one: one.split("\n")[0][:30])
def test_a_block_of_cypher_in_the_documents_gives_rows(server: Server, page: str, text: str) -> None:
    _, rows, summary = pasted(server, text)
    assert rows
    assert [status for status in summary.gql_status_objects if status.is_notification] == []


def test_the_tutorials_own_question_has_the_answer_that_it_names(server: Server) -> None:
    _, rows, _ = pasted(
        server,
        "WITH date('2026-11-01') AS day"
        " MATCH (o:Organisation)-[h:HOLDS]->(c:Contract)<-[r:DELIVERED_UNDER|SUPPLIES*1..]-(s:Step)"
        " WHERE h.valid_from <= day < h.valid_to"
        " AND all(e IN r WHERE e.valid_from <= day < e.valid_to AND e.status <> 'generic')"
        " MATCH (s)<-[:PERFORMS*0..1]-()-[:LOCATED_IN]->()-[:PART_OF*0..]->(:Place {name: 'Malaysia'})"
        " RETURN DISTINCT o.name",
    )
    assert ["Björkvik Vårdgrossist AB"] in rows


# -- by command, over HTTP, on the pages --------------------------------------------------------------------------


def run(server: Server, *arguments: str) -> tuple[int, str]:
    user, password = server.address.auth or ("", "")
    own = {"KEDJA_GRAPH": server.address.url, "KEDJA_NEO4J_USER": user, "KEDJA_NEO4J_PASSWORD": password}
    done = CliRunner().invoke(app, ["cypher", *arguments], env=own)
    return done.exit_code, done.stdout


def test_the_command_lists_shows_and_asks(server: Server) -> None:
    assert [line.split()[0] for line in run(server)[1].splitlines()] == list(questions())
    code, text = run(server, "upstream", "--show", "--param", f"start={KLANG}")
    assert code == 0
    assert f"WITH '{KLANG}' AS start, date('2026-11-01') AS day" in text
    code, text = run(server, "upstream", "--param", f"start={KLANG}", "--json")
    assert code == 0
    rows = json.loads(text)
    assert [tuple(row.values()) for row in rows] == ask(server, "upstream", {"start": KLANG}).rows
    code, text = run(server, "affected-contracts", "--param", f"start={KLANG}", "--csv")
    assert (code, text.lstrip("\ufeff").splitlines()[0]) == (
        0,
        "tier,contract,name,holders,buyers,clause_level,day_is_marks",
    )


def client_of(settings: Settings, graph: str | None) -> TestClient:
    given = Settings(settings.store, settings.cache, graph)
    return TestClient(create_app(given, valid_at=DEMO_VALID_AT), base_url="http://127.0.0.1")


def test_the_text_comes_over_http_and_with_run_the_rows(
    server: Server, demo_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, password = server.address.auth or ("", "")
    monkeypatch.setenv("KEDJA_NEO4J_USER", user)
    monkeypatch.setenv("KEDJA_NEO4J_PASSWORD", password)
    with client_of(demo_settings, server.address.url) as client:
        assert list(client.get("/v1/cypher").json()) == list(questions())
        text = client.get(f"/v1/cypher/upstream?start={KLANG}&day=2026-11-01")
        assert text.headers["content-type"].startswith("text/plain")
        _, rows, _ = pasted(server, text.text)
        told = client.get(f"/v1/cypher/upstream?start={KLANG}&day=2026-11-01&run=yes").json()
        stands = mark.read(server)
        assert stands
        assert told["rows"] == rows
        assert (told["publication"], told["truncated"], list(told["columns"])) == (
            stands.publication, False, ["tier", "type", "id", "name"],
        )  # fmt: skip
        assert client.get("/v1/cypher/upstream?run=yes&start=nobody").status_code == 404
        assert client.get("/v1/cypher/upstream?stat=x").status_code == 422
        assert client.get("/v1/cypher/upstream?max_tier=x").status_code == 422
        assert client.get("/v1/cypher/sideways").status_code == 404


def test_without_a_graph_the_rows_are_refused_and_the_text_is_not(demo_settings: Settings) -> None:
    with client_of(demo_settings, None) as client:
        assert client.get(f"/v1/cypher/upstream?start={KLANG}").status_code == 200
        refused = client.get(f"/v1/cypher/upstream?start={KLANG}&run=yes")
        assert refused.status_code == 409
        assert "kedja publish" in refused.json()["detail"]


def test_a_page_shows_its_question_ready_to_paste(server: Server, demo_settings: Settings) -> None:
    with client_of(demo_settings, None) as client:
        for path, given in (
            (f"/tier?start={GLOVES}", ["upstream", "blind-spots", "coverage"]),
            (f"/tier?start={KLANG}&direction=downstream", ["downstream"]),
            (f"/affected?start={KLANG}", ["affected-contracts", "company-list"]),
            (f"/exposure?subject={GLOVES}", ["lens-a", "single-points"]),
            (f"/paths?source={KLANG}&target={GLOVES}", ["best-paths"]),
        ):
            page = unescape(client.get(path, headers={"accept-language": "en"}).text)
            assert re.findall(r"<h2><code>([\w-]+)</code></h2>", page) == given
            for text in re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", page, re.DOTALL):
                keys, rows, _ = pasted(server, text)
                assert rows
                if "name" in keys and "contract" in keys:
                    assert [row for row in rows if row[keys.index("name")] not in page] == []
