"""A graph that others made in Neo4j becomes records and links, by a mapping: `kedja load neo4j URL --map FILE`."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from loaders.base import Report, no_progress
from loaders.mapping.graph import GraphLoader
from ontology.errors import FileFormatError, KedjaError
from ontology.records import Link, Record
from tests.conftest import ROOT
from tests.neo4j.servers import Running, connect

DATA = ROOT / "tests" / "data" / "mapping"
Kedja = Callable[..., Result]


def fill(running: Running, cypher: str, **given: object) -> None:
    with connect(running) as driver:
        driver.execute_query(cypher, given)


def read(running: Running, mapping: Path) -> tuple[list[Record | Link], Report]:
    loader, options = GraphLoader(), {"address": running.uri, "map": str(mapping)}
    loader.sign_in(*(running.auth or ("", "")))
    report = Report(running.uri)
    source = loader.source(mapping, options)
    items = list(loader.read(mapping, source, options, b"k" * 32, report, no_progress))
    assert report.rows_in == report.accepted + report.rejected
    return items, report


@pytest.fixture
def kedja(neo4j_server: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kedja:
    user, password = neo4j_server.auth or ("", "")
    monkeypatch.setenv("KEDJA_NEO4J_USER", user)
    monkeypatch.setenv("KEDJA_NEO4J_PASSWORD", password)
    monkeypatch.setenv("KEDJA_STORE", f"sqlite:///{tmp_path / 'record.sqlite'}")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Result:
        found = CliRunner().invoke(app, arguments)
        if isinstance(found.exception, KedjaError):
            raise found.exception
        return found

    return run


def test_nodes_and_relationships_become_what_the_mapping_says(neo4j_server: Running) -> None:
    fill(neo4j_server, (DATA / "distribution.cypher").read_text("utf-8"))
    items, report = read(neo4j_server, DATA / "distribution.toml")
    sites = {r.key: r.properties for r in items if isinstance(r, Record) and r.type == "Site"}
    assert sites == {
        "local:distribution/1": {"name": "North depot", "latitude": 58.6, "longitude": 16.2},
        "local:distribution/2": {"name": "South depot", "latitude": 41.0, "longitude": 29.0},
        "local:distribution/3": {"name": "Lost depot"},
    }
    links = sorted((k.type, k.source.key[-1], k.target.key[-2:]) for k in items if isinstance(k, Link))
    assert links == [
        ("LOCATED_IN", "1", "SE"), ("LOCATED_IN", "2", "TR"), ("LOCATED_IN", "3", "US"), ("LOCATED_IN", "4", "FI"),
        ("SELLS_TO", "1", "/4"), ("SELLS_TO", "2", "/4"),
    ]  # fmt: skip
    assert (report.rows_in, report.rejected) == (7, 1)
    assert not [reject for reject in report.rejects if "." in reject.column], "parts of a list are the list's"


def test_what_is_rejected_and_what_is_not_mapped_is_named_with_label_and_element_id(neo4j_server: Running) -> None:
    fill(neo4j_server, (DATA / "distribution.cypher").read_text("utf-8"))
    _, report = read(neo4j_server, DATA / "distribution.toml")
    told = {(str(r.reason), r.sheet, r.column): r for r in report.rejects}
    missing = told["missing", "(:DestinationCenter)", "id"]
    assert str(missing.row).startswith("4:"), "its element id"
    assert ("not_mapped", "(:DestinationCenter)", "position") in told
    assert ("not_mapped", "(:DistributionCenter)-[:LINKED]->(:DistributionCenter), 1", "") in told
    assert not [sheet for _, sheet, _ in told if "Truck" in sheet], "left out on purpose"


def test_the_command_loads_once_takes_back_what_is_gone_and_is_withdrawn(
    neo4j_server: Running, kedja: Kedja, tmp_path: Path
) -> None:
    fill(neo4j_server, (DATA / "distribution.cypher").read_text("utf-8"))
    load = ("load", "neo4j", f"{neo4j_server.uri}/neo4j", "--map", str(DATA / "distribution.toml"), "--lang", "en")
    assert "7 rows, 6 accepted, 1 rejected" in kedja(*load, "--edition", "1", "--rejects", "out.csv").stderr
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        assert any(row["Row"].startswith("4:") for row in csv.DictReader(file))
    (run,) = json.loads(kedja("runs", "--json").stdout)
    assert run["source"]["url"].startswith(neo4j_server.uri)
    assert "already loaded" in kedja(*load, "--edition", "1").stderr
    fill(neo4j_server, "MATCH (n {id: 2}) DETACH DELETE n")
    assert "retracted" in kedja(*load, "--edition", "2").stderr
    names = kedja("search", "depot", "--json").stdout
    assert "North depot" in names
    assert "South depot" not in names
    kedja("withdraw", "distribution", "--publisher", "Invented")
    assert "North depot" not in kedja("search", "depot", "--json").stdout


def test_nothing_is_written_to_the_graph(neo4j_server: Running) -> None:
    fill(neo4j_server, (DATA / "distribution.cypher").read_text("utf-8"))
    count = "MATCH (n) OPTIONAL MATCH (n)-[r]->() RETURN count(DISTINCT n), count(r)"
    with connect(neo4j_server) as driver:
        before = driver.execute_query(count).records
        read(neo4j_server, DATA / "distribution.toml")
        assert driver.execute_query(count).records == before


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ('"{description}"', '"{descripton}"', "has no column descripton, which the mapping reads. Is description"),
        ('label = "DistributionCenter"', 'label = "Center"', r"graph's \(:Center\) has no column"),
        ("-[:SUPPLY_TO]->", "-[SUPPLY_TO]-", "is no pattern of relationships"),
    ],
)
def test_a_mapping_that_does_not_fit_the_graph_is_told(
    neo4j_server: Running, tmp_path: Path, was: str, becomes: str, told: str
) -> None:
    fill(neo4j_server, (DATA / "distribution.cypher").read_text("utf-8"))
    text = (DATA / "distribution.toml").read_text("utf-8")
    assert was in text
    (tmp_path / "map.toml").write_text(text.replace(was, becomes), "utf-8")
    with pytest.raises(FileFormatError, match=told):
        read(neo4j_server, tmp_path / "map.toml")


WHOLESALER = """
CREATE (f:Company {name: 'Glove Maker'}), (w:Company {name: 'Wholesaler'})
CREATE (f)-[:SUPPLIES {product: 'gloves'}]->(w)
WITH f, w
UNWIND range(1, 1000) AS number
CREATE (c:Company {name: 'Customer ' + number})
CREATE (w)-[:SUPPLIES {product: ['gloves', 'gowns', 'soap', 'paper'][number % 4]}]->(c)
WITH w, number, c WHERE number <= 8
CREATE (c)-[:HOLDS]->(:Contract {number: number, goods: ['gloves', 'gowns', 'soap', 'paper'][number % 4]})"""
CONTRACTS = """
[[rows]]
relationship = "(:Company)-[:HOLDS]->(:Contract)"
ignore = ["to.number"]
[rows.node.holder]
type = "Organisation"
key = "{from.name}"
[rows.node.goods]
type = "Product"
key = "{to.goods}"
name = "{to.goods}"
[rows.node.delivered]
type = "Step"
key = "{from.name}: {to.goods}"
name = "{to.goods} of {from.name}"
[rows.node.contract]
type = "Contract"
key = "contract {to.number}"
name = "{to.goods} {to.number}"
[[rows.link]]
type = "HOLDS"
from = "holder"
to = "contract"
[[rows.link]]
type = "OUTPUTS"
from = "delivered"
to = "goods"
[[rows.link]]
type = "DELIVERED_UNDER"
from = "delivered"
to = "contract"
"""


def touched(kedja: Kedja, name: str) -> dict[str, str]:
    found: dict[str, Any] = json.loads(kedja("affected", name, "--valid-at", "2026-11-01", "--json").stdout)
    return {row["contract"]["name"]: row["resolution"] for row in found["data"]["contracts"]}


def test_a_wholesaler_with_a_thousand_customers_does_not_expose_all_that_it_sells(
    neo4j_server: Running, kedja: Kedja, tmp_path: Path
) -> None:
    fill(neo4j_server, WHOLESALER)
    (tmp_path / "map.toml").write_text((DATA / "companies.toml").read_text("utf-8") + CONTRACTS, "utf-8")
    assert "0 rejected" in kedja("load", "neo4j", neo4j_server.uri, "--map", "map.toml", "--lang", "en").stderr
    found = touched(kedja, "Glove Maker")
    assert {name for name, resolution in found.items() if resolution == "item"} == {"gloves 4", "gloves 8"}
    assert not {resolution for name, resolution in found.items() if not name.startswith("gloves")} - {"company"}


def test_where_the_goods_are_not_named_companies_are_only_linked(
    neo4j_server: Running, kedja: Kedja, tmp_path: Path
) -> None:
    fill(neo4j_server, WHOLESALER)
    fill(neo4j_server, "MATCH (:Company {name: 'Glove Maker'})-[r]->() REMOVE r.product")
    (tmp_path / "map.toml").write_text((DATA / "companies.toml").read_text("utf-8") + CONTRACTS, "utf-8")
    told = kedja("load", "neo4j", neo4j_server.uri, "--map", "map.toml", "--lang", "en").stderr
    assert "Rows without goods: no step is made: 2" in told
    assert "item" not in touched(kedja, "Glove Maker").values()


def test_a_step_of_all_that_a_company_sells_is_refused(neo4j_server: Running, kedja: Kedja, tmp_path: Path) -> None:
    fill(neo4j_server, WHOLESALER)
    text = (DATA / "companies.toml").read_text("utf-8").replace('key = "{from.name}: {product}"', 'key = "{from.name}"')
    (tmp_path / "map.toml").write_text(text, "utf-8")
    with pytest.raises(FileFormatError, match=r"makes one step, .*Wholesaler, of two sorts of goods"):
        kedja("load", "neo4j", neo4j_server.uri, "--map", "map.toml")
    assert "unpublished" in kedja("runs").stdout or "abandoned" in kedja("runs").stdout


def test_a_proposal_for_a_graph_of_companies_loads_and_makes_steps_where_goods_are_named(
    neo4j_server: Running, kedja: Kedja, tmp_path: Path
) -> None:
    fill(neo4j_server, WHOLESALER)
    assert kedja("map", neo4j_server.uri, "--out", "map.toml").exit_code == 0
    who = ("--publisher", "P", "--series", "s", "--title", "T")
    told = kedja("load", "neo4j", neo4j_server.uri, "--map", "map.toml", *who, "--lang", "en").stderr
    assert "0 rejected" in told
    items, _ = read(neo4j_server, _signed(tmp_path / "map.toml"))
    kinds = {item.type for item in items}
    assert {"SELLS_TO", "SUPPLIES", "OUTPUTS", "RUNS"} <= kinds


def _signed(mapping: Path) -> Path:
    text = mapping.read_text("utf-8")
    for field in ("publisher", "series", "title"):
        text = text.replace(f'{field} = ""', f'{field} = "x"')
    mapping.write_text(text, "utf-8")
    return mapping


def test_a_proposal_for_a_graph_comments_out_what_its_names_do_not_tell(neo4j_server: Running, kedja: Kedja) -> None:
    fill(neo4j_server, (DATA / "distribution.cypher").read_text("utf-8"))
    text = kedja("map", neo4j_server.uri).stdout
    assert '# label = "Truck"' in text
    assert '# relationship = "(:DistributionCenter)-[:LINKED]->(:DistributionCenter)"' in text
    assert 'label = "DistributionCenter"' in text
