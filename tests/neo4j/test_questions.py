"""The questions as Cypher answer as the snapshot does, and as a plain reading of its links: on random chains."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graph.sqlite
from graph.answer import Basis, Links
from graph.neo4j.address import Address
from graph.neo4j.publishing import publish
from graph.neo4j.questions import ask, questions
from graph.neo4j.server import Server, connected
from graph.questions.affected import affected
from graph.questions.exposure import exposure
from graph.questions.paths import paths
from graph.questions.trace import trace
from graph.snapshot.reader import read_topology
from graph.snapshot.view import Known, Moment, Snapshot
from graph.store import At
from ontology.method import method
from ontology.records import Secrecy
from tests.neo4j import servers
from tests.neo4j.chains import DAY, LOADED, RISKS, Chain, chains
from tests.neo4j.reading import ACTORS, GOODS, Reading

FEW, MANY = 3, 60
"""Examples in `make test` and in `make soak`."""
VIEWS = ((2, Secrecy.PUBLIC), (1, Secrecy.PUBLIC), (2, Secrecy.RESTRICTED))
"""Editions and clearances that a reader may have."""
views = st.sampled_from(VIEWS)


@pytest.fixture(scope="module", params=servers.LINES)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A real server of each line; every example publishes a chain of its own."""
    running = servers.server(request.param)
    with connected(Address.read(running.uri, *(running.auth or ("", "")))) as opened:
        servers.wipe(running)
        yield opened
        servers.wipe(running)


@dataclass
class Case:
    """A chain as one reader sees it: in the database, as a snapshot, and read plainly."""

    chain: Chain
    server: Server
    s: Snapshot
    plain: Reading

    def rows(self, question: str, **params: str) -> list[dict[str, Any]]:
        asked = ask(self.server, question, params)
        assert asked.mark.valid_at == DAY
        rows = [dict(zip(asked.columns, row, strict=True)) for row in asked.rows]
        assert all(row.pop("day_is_marks", True) for row in rows)
        return rows


# -- each question ------------------------------------------------------------------------------------------------


def upstream(case: Case) -> None:
    plain = case.plain
    for start in plain.things("Contract", "Step", "Site", "Organisation", "Lot", "Procurement", most=2):
        tiers = plain.with_actors(plain.tiers(plain.own(start), upstream=True), upstream=True)
        found = {row["id"]: row["tier"] for row in case.rows("upstream", start=start)}
        assert found == tiers, start
        if not case.chain.generic:
            assert found == traced(case, start, upstream=True)


def downstream(case: Case) -> None:
    plain = case.plain
    for start in plain.things("Step", "Site", "Organisation", most=2):
        tiers = plain.with_actors(plain.tiers(plain.own(start), upstream=False), upstream=False)
        found = {row["id"]: row["tier"] for row in case.rows("downstream", start=start)}
        assert found == tiers, start
        if not case.chain.generic:
            assert found == traced(case, start, upstream=False)


def traced(case: Case, start: str, *, upstream: bool) -> dict[str, int]:
    data = trace(case.s, [start], upstream=upstream).data
    assert data is not None
    return {node.node.id: node.tier for node in data.nodes}


def affected_contracts(case: Case) -> None:
    for start in case.plain.things("Step", "Site", "Finding", "RiskAssessment", "Incident", most=3):
        if case.plain.type(start) in ("Finding", "RiskAssessment") and not case.plain.targets("OF_TYPE", start):
            continue  # of no risk type: it enters nowhere
        data = affected(case.s, start).data
        assert data is not None
        expected = {c.contract.id: (c.tier, c.clause_level) for c in data.contracts if c.resolution == "item"}
        rows = case.rows("affected-contracts", start=start)
        assert {row["contract"]: (row["tier"], row["clause_level"]) for row in rows} == expected, start


def lens_a(case: Case) -> None:
    for contract in case.plain.things("Contract", most=2):
        for risk in RISKS:
            rows = case.rows("lens-a", contract=contract, risk=risk)
            assert all(row["complete"] for row in rows)
            found = {
                (row["severity"], row["basis"]): (row["low"], row["high"], row["severity_unknown"]) for row in rows
            }
            expected = case.plain.lens(contract, risk)
            assert {(row["severity"], row["basis"] == "specific"): set(row["statements"]) for row in rows} == {
                key: statements for key, (*_, statements) in expected.items()
            }
            assert found == {
                (level, "specific" if specific else "generic"): (low, high, unknown)
                for (level, specific), (low, high, unknown, _) in expected.items()
            }, (contract, risk)
            for row in rows:
                assert (row["path"] is None) == (row["low"] == 0)
                assert row["path"] is None or row["path"][-1] == contract
            assert found == figures(case, contract, risk)


def figures(case: Case, contract: str, risk: str) -> dict[tuple[int, str], tuple[float, float, bool]]:
    data = exposure(case.s, contract, risk).data
    assert data is not None
    (member,) = data.members
    return {
        (f.severity, f.basis.value): (f.low, f.high, f.severity_unknown)
        for f in member.figures
        if f.links is Links.ITEM and f.basis in Basis
    }


def digits(value: float) -> float:
    """To twelve digits: what only rounding tells apart is a tie."""
    return float(f"{value:.11e}")


def best_paths(case: Case) -> None:
    for source in case.plain.things("Site", "Organisation", "Step", most=2):
        for target in case.plain.things("Contract", most=1):
            rows = case.rows("best-paths", source=source, target=target, k="3")
            ways = [way for way in case.plain.ways(source, target, GOODS | ACTORS) if way.value > 0]
            assert all(row["complete"] for row in rows)
            surest = sorted((-digits(way.value), len(way.links)) for way in ways)[:3]
            assert [(-digits(row["certainty"]), len(row["links"])) for row in rows] == surest
            if not case.chain.generic and rows:
                data = paths(case.s, source, target, k=3).data
                assert data is not None
                found = [(row["certainty"], tuple(row["path"]), tuple(row["links"]), row["weakest"]) for row in rows]
                assert found == [(p.value, p.nodes, p.links, p.weakest) for p in data.paths]


def blind_spots(case: Case) -> None:
    plain = case.plain
    for start in plain.things("Contract", "Step", "Organisation", "Procurement", most=2):
        tiers = plain.tiers(plain.own(start), upstream=True)
        rows = case.rows("blind-spots", start=start)
        found = {row["id"]: (row["tier"], row["inputs_known"]) for row in rows}
        assert found == {t: (tier, plain.fact(t, "inputs_known")) for t, tier in tiers.items() if not plain.told(t)}
        if not case.chain.generic:
            ends = trace(case.s, [start]).completeness.ends
            assert found == {end.node: (end.tier, end.inputs_known) for end in ends}
            asked = {end.node: end.ask.contract for end in ends if end.ask and end.ask.entitled}
            if plain.type(start) == "Contract":
                assert {row["id"]: row["under"] for row in rows if row["under"]} == asked


def shared_origins(case: Case) -> None:
    plain = case.plain
    for start in plain.things("Organisation", "Procurement"):
        contracts = [c for c in plain.own(start) if plain.type(c) == "Contract"]
        cones = {c: plain.tiers([c], upstream=True) for c in contracts}
        below = {t: sorted(c for c, cone in cones.items() if t in cone) for t in plain.things("Step")}
        rows = case.rows("shared-origins", start=start)
        assert {row["id"]: (row["contracts"], row["tier"], row["of"]) for row in rows} == {
            t: (len(of), min(cones[c][t] for c in of), of) for t, of in below.items() if len(of) >= 2
        }, start


def single_points(case: Case) -> None:
    plain = case.plain
    for contract in plain.things("Contract", most=2):
        tiers = plain.tiers([contract], upstream=True)
        expected = set()
        for kind in plain.things("Category", "Material"):
            origins = [t for t in tiers if t in plain.sources("OUTPUTS", kind)]
            for point in tiers:
                past = plain.tiers([contract], upstream=True, without=point)
                if origins and point != contract and not any(o in past for o in origins):
                    expected.add((kind, len(origins), point, tiers[point]))
        rows = case.rows("single-points", contract=contract)
        assert {(r["commodity"], r["origins"], r["step"], r["tier"]) for r in rows} == expected, contract
        for kind in plain.things("Category", most=1):
            within = {k for k in plain.things("Category", "Material") if kind in plain.broader(k)}
            some = case.rows("single-points", contract=contract, commodity=kind)
            assert some == [row for row in rows if row["commodity"] in within]


def coverage(case: Case) -> None:
    plain = case.plain
    for start in plain.things("Contract", "Organisation", most=2):
        tiers = plain.tiers(plain.own(start), upstream=True)
        expected = []
        for tier in sorted(set(tiers.values())):
            here = [t for t, at in tiers.items() if at == tier]
            steps = [t for t in here if plain.type(t) == "Step"]
            sites = {t: plain.sources("PERFORMS", t) for t in steps}
            companies = {t: plain.sources("RUNS", t) + plain.sources("OPERATES", *sites[t]) for t in steps}
            spoken = {t: plain.sources("ABOUT", t, *sites[t]) or plain.sources("EXAMINED", t, *sites[t]) for t in steps}
            expected.append({
                "tier": tier, "nodes": len(here), "steps": len(steps), "with_site": sum(map(bool, sites.values())),
                "with_company": sum(map(bool, companies.values())),
                "with_place": sum(bool(plain.targets("LOCATED_IN", t, *sites[t])) for t in steps),
                "with_goods": sum(bool(plain.targets("OUTPUTS", t)) for t in steps),
                "spoken_of": sum(map(bool, spoken.values())), "ends": sum(not plain.told(t) for t in here),
            })  # fmt: skip
        assert case.rows("coverage", start=start) == expected, start


def company_list(case: Case) -> None:
    for start in case.plain.things("Site", "Step", most=2):
        data = affected(case.s, start).data
        assert data is not None
        found = {
            row["company"]: (row["why"], tuple(row["contracts"])) for row in case.rows("company-list", start=start)
        }
        assert found == {row.company: (row.why, row.contracts) for row in data.company_list}, start


CHECKS: dict[str, Callable[[Case], None]] = {
    "upstream": upstream, "downstream": downstream, "affected-contracts": affected_contracts, "lens-a": lens_a,
    "best-paths": best_paths, "blind-spots": blind_spots, "shared-origins": shared_origins,
    "single-points": single_points, "coverage": coverage, "company-list": company_list,
}  # fmt: skip


def test_every_question_is_checked() -> None:
    assert set(CHECKS) == set(questions())


def test_every_question_can_be_read_aloud() -> None:
    for name, asked in questions().items():
        lines = asked.text.splitlines()
        body = lines[next(n for n, line in enumerate(lines) if line.startswith("WITH ")) :]
        assert len(body) <= (50 if name in ("lens-a", "best-paths") else 30), name
        assert max(map(len, lines)) <= 120, name


@settings(max_examples=FEW)
@given(chain=chains(), view=views)
def test_cypher_the_snapshot_and_a_plain_reading_agree(server: Server, chain: Chain, view: tuple[int, Secrecy]) -> None:
    all_agree(server, chain, *view)


@pytest.mark.soak
@settings(max_examples=MANY)
@given(chain=chains(), view=views)
def test_cypher_the_snapshot_and_a_plain_reading_agree_often(
    server: Server, chain: Chain, view: tuple[int, Secrecy]
) -> None:
    all_agree(server, chain, *view)


def all_agree(server: Server, chain: Chain, edition: int, clearance: Secrecy) -> None:
    with tempfile.TemporaryDirectory() as folder, graph.sqlite.open(Path(folder) / "store.sqlite") as store:
        at = At(chain.load(store)[edition - 1], clearance)
        s = Snapshot(
            read_topology(store, at), Moment(DAY), method(), Known(at.publication, LOADED, clearance.name.lower())
        )
        servers_emptied(server)
        publish(server, store, at, s, clock=lambda: LOADED)
        case = Case(chain, server, s, Reading(s))
        for check in CHECKS.values():
            check(case)


def servers_emptied(server: Server) -> None:
    """Every example is another record, which a graph of Kedja's is not overwritten by."""
    server.run("MATCH ()-[e]->() DELETE e")
    server.run("MATCH (n) DELETE n")
