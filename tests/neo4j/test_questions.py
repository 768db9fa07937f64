"""The questions as Cypher answer as the snapshot does, and as brute force: on random chains, at every point of view."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graph.neo4j
from graph.answer import Basis, Links
from graph.neo4j import Address
from graph.neo4j.questions import ask, questions
from graph.neo4j.store import Neo4jStore
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
from tests.neo4j.brute import ACTORS, GOODS, Brute
from tests.neo4j.chains import DAY, LOADED, RISKS, THINGS, Chain, chains, type_of

FEW, MANY = 6, 60
"""Examples in `make test` and in `make soak`."""
VIEWS = ((2, Secrecy.PUBLIC), (1, Secrecy.PUBLIC), (2, Secrecy.RESTRICTED))
"""Editions and clearances that a reader may have."""
views = st.sampled_from(VIEWS)


@pytest.fixture(scope="module", params=servers.LINES)
def store(request: pytest.FixtureRequest) -> Iterator[Neo4jStore]:
    """A store on a real server of each line; every example adds a chain of its own."""
    running = servers.server(request.param)
    servers.wipe(running)
    with graph.neo4j.open(Address.read(running.uri, *(running.auth or ("", "")))) as opened:
        yield opened


@dataclass
class Case:
    """A chain as one reader sees it: in the database, as a snapshot, and by brute force."""

    chain: Chain
    store: Neo4jStore
    at: At
    brute: Brute
    s: Snapshot

    def id(self, thing: str) -> str:
        return self.s.id(self.s.by_key[self.chain.key(thing)])

    def ids(self, things: Any) -> list[str]:
        return sorted(self.id(thing) for thing in things)

    def things(self, *types: str, most: int = 99) -> list[str]:
        """Things that the reader sees and that are valid on the day, at most some of each of the types."""
        there = [t for t in THINGS if self.brute.there(t) and self.brute.alive(t)]
        return [t for type in types for t in [t for t in there if type_of(t) == type][:most]]

    def rows(self, question: str, **params: str) -> list[dict[str, Any]]:
        """The rows. What stands at the entities is used where the reader is a public one of the last publication."""
        params = {name: self.chain.key(text) if text in THINGS else text for name, text in params.items()}
        asked = ask(self.store.core, question, {**params, "valid_at": DAY.isoformat()}, at=self.at)
        return [dict(zip(asked.columns, row, strict=True)) for row in asked.rows]


def loaded(store: Neo4jStore, chain: Chain, edition: int, clearance: Secrecy) -> Case:
    at = At(chain.load(store)[edition - 1], clearance)
    known = Known(at.publication, LOADED, clearance.name.lower())
    s = Snapshot(read_topology(store, at), Moment(DAY), method(), known)
    return Case(chain, store, at, Brute(chain, edition, clearance), s)


# -- each question against both -----------------------------------------------------------------------------------


def upstream(case: Case) -> None:
    brute = case.brute
    for start in case.things("Contract", "Step", "Site", "Organisation", "Lot", "Procurement", most=2):
        tiers = brute.with_actors(brute.tiers(brute.own(start), upstream=True), upstream=True)
        found = {row["id"]: row["tier"] for row in case.rows("upstream", start=start)}
        assert found == {case.id(thing): tier for thing, tier in tiers.items()}, start
        if not case.chain.generic:
            assert found == traced(case, start, upstream=True)


def downstream(case: Case) -> None:
    brute = case.brute
    for start in case.things("Step", "Site", "Organisation", most=2):
        tiers = brute.with_actors(brute.tiers(brute.own(start), upstream=False), upstream=False)
        found = {row["id"]: row["tier"] for row in case.rows("downstream", start=start)}
        assert found == {case.id(thing): tier for thing, tier in tiers.items()}, start
        if not case.chain.generic:
            assert found == traced(case, start, upstream=False)


def traced(case: Case, start: str, *, upstream: bool) -> dict[str, int]:
    data = trace(case.s, [case.id(start)], upstream=upstream).data
    assert data is not None
    return {node.node.id: node.tier for node in data.nodes}


def affected_contracts(case: Case) -> None:
    brute = case.brute
    for start in case.things("Step", "Site", "Finding", "RiskAssessment", "Incident", most=2):
        rows = case.rows("affected-contracts", start=start)
        found = {row["contract"]: row["tier"] for row in rows}
        tiers = brute.tiers(begins(brute, start), upstream=False)
        assert found == {case.id(t): tier for t, tier in tiers.items() if type_of(t) == "Contract"}, start
        parts = brute.scope(start) if type_of(start) in ("Finding", "RiskAssessment") else {"step": []}
        # Where only companies are named, the snapshot alone goes on to what they make.
        bare = set(parts) == {"actor"} and any(type_of(actor) == "Organisation" for actor in parts["actor"])
        if type_of(start) != "Incident" and {"step", "actor"} & set(parts) and not bare:
            data = affected(case.s, case.id(start)).data
            assert data is not None
            assert found == {c.contract.id: c.tier for c in data.contracts if c.resolution == "item"}, start
            levels = {c.contract.id: c.clause_level for c in data.contracts}
            assert all(row["clause_level"] == levels[row["contract"]] for row in rows)


def begins(brute: Brute, start: str) -> list[str]:
    if type_of(start) in ("Step", "Site"):
        return brute.steps_of(start)
    found = []
    for statement in brute.targets("GATHERS", start) if type_of(start) == "Incident" else [start]:
        scope = brute.scope(statement)
        if brute.live(statement) and set(scope) == {"actor"}:
            found += [step for actor in scope["actor"] if type_of(actor) == "Site" for step in brute.steps_of(actor)]
        elif brute.live(statement):
            found += brute.entered(statement)
    return found


def lens_a(case: Case) -> None:
    for contract in case.things("Contract", most=2):
        for risk in RISKS:
            rows = case.rows("lens-a", contract=contract, risk=risk)
            assert all(row["complete"] for row in rows)
            found = {
                (row["severity"], row["basis"]): (row["low"], row["high"], row["severity_unknown"], row["statements"])
                for row in rows
            }
            expected = case.brute.lens(contract, risk)
            assert found == {
                (level, "specific" if specific else "generic"): (low, high, unknown, case.ids(statements))
                for (level, specific), (low, high, unknown, statements) in expected.items()
            }, (contract, risk)
            for row in rows:
                assert (row["path"] is None) == (row["low"] == 0)
                assert row["path"] is None or row["path"][-1] == case.id(contract)
            if only_named_actors(case.brute, risk):
                assert found_levels(found) == figures(case, contract, risk)


def only_named_actors(brute: Brute, risk: str) -> bool:
    """Every live statement names a step or an actor, so that the snapshot counts no others."""
    statements = [t for t, type in THINGS.items() if type in ("Finding", "RiskAssessment") and brute.live(t)]
    return all({"step", "actor"} & set(brute.scope(t)) or not brute.scope(t) for t in statements)


def found_levels(found: dict[tuple[int, str], Any]) -> dict[tuple[int, str], tuple[float, float, bool]]:
    return {key: values[:3] for key, values in found.items()}


def figures(case: Case, contract: str, risk: str) -> dict[tuple[int, str], tuple[float, float, bool]]:
    data = exposure(case.s, case.id(contract), risk).data
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
    for source in case.things("Site", "Organisation", "Step", most=2):
        for target in case.things("Contract", most=1):
            rows = case.rows("best-paths", source=source, target=target, k="3")
            ways = [way for way in case.brute.ways(source, target, GOODS | ACTORS) if way.value > 0]
            assert all(row["complete"] for row in rows)
            surest = sorted((-digits(way.value), len(way.links)) for way in ways)[:3]
            assert [(-digits(row["certainty"]), len(row["links"])) for row in rows] == surest
            if not case.chain.generic and rows:
                data = paths(case.s, case.id(source), case.id(target), k=3).data
                assert data is not None
                found = [(row["certainty"], tuple(row["path"]), tuple(row["links"]), row["weakest"]) for row in rows]
                assert found == [(p.value, p.nodes, p.links, p.weakest) for p in data.paths]


def blind_spots(case: Case) -> None:
    brute = case.brute
    for start in case.things("Contract", "Step", "Organisation", "Procurement", most=2):
        tiers = brute.tiers(brute.own(start), upstream=True)
        rows = case.rows("blind-spots", start=start)
        found = {row["id"]: (row["tier"], row["inputs_known"]) for row in rows}
        open_ends = {t: tier for t, tier in tiers.items() if not brute.told(t)}
        assert found == {case.id(t): (tier, brute.fact(t, "inputs_known")) for t, tier in open_ends.items()}, start
        if not case.chain.generic:
            ends = trace(case.s, [case.id(start)]).completeness.ends
            assert found == {end.node: (end.tier, end.inputs_known) for end in ends}
            asked = {end.node: end.ask.contract for end in ends if end.ask and end.ask.entitled}
            if type_of(start) == "Contract":
                assert {row["id"]: row["under"] for row in rows if row["under"]} == asked


def shared_origins(case: Case) -> None:
    brute = case.brute
    for start in case.things("Organisation", "Procurement"):
        contracts = [c for c in brute.own(start) if type_of(c) == "Contract"]
        cones = {c: brute.tiers([c], upstream=True) for c in contracts}
        below = {t: sorted(c for c, cone in cones.items() if t in cone) for t in THINGS if type_of(t) == "Step"}
        found = {
            row["id"]: (row["contracts"], row["tier"], row["of"]) for row in case.rows("shared-origins", start=start)
        }
        assert found == {
            case.id(t): (len(of), min(cones[c][t] for c in of), case.ids(of)) for t, of in below.items() if len(of) >= 2
        }, start


def single_points(case: Case) -> None:
    brute = case.brute
    for contract in case.things("Contract", most=2):
        tiers = brute.tiers([contract], upstream=True)
        expected = set()
        for kind in case.things("Category", "Material"):
            origins = [t for t in tiers if t in brute.sources("OUTPUTS", kind)]
            for point in tiers:
                past = brute.tiers([contract], upstream=True, without=point)
                if origins and point != contract and not any(o in past for o in origins):
                    expected.add((case.id(kind), len(origins), case.id(point), tiers[point]))
        rows = case.rows("single-points", contract=contract)
        assert {(r["commodity"], r["origins"], r["step"], r["tier"]) for r in rows} == expected, contract
        for kind in case.things("Category", most=1):
            within = {case.id(k) for k in case.things("Category", "Material") if kind in brute.broader(k)}
            some = case.rows("single-points", contract=contract, commodity=kind)
            assert some == [row for row in rows if row["commodity"] in within]


def coverage(case: Case) -> None:
    brute = case.brute
    for start in case.things("Contract", "Organisation", most=2):
        tiers = brute.tiers(brute.own(start), upstream=True)
        expected = []
        for tier in sorted(set(tiers.values())):
            here = [t for t, at in tiers.items() if at == tier]
            steps = [t for t in here if type_of(t) == "Step"]
            sites = {t: brute.sources("PERFORMS", t) for t in steps}
            expected.append({
                "tier": tier, "nodes": len(here), "steps": len(steps), "with_site": sum(map(bool, sites.values())),
                "with_company": sum(bool(brute.actors_of(t) - set(sites[t])) for t in steps),
                "with_place": sum(bool(brute.targets("LOCATED_IN", t, *sites[t])) for t in steps),
                "with_goods": sum(bool(brute.targets("OUTPUTS", t)) for t in steps),
                "spoken_of": sum(
                    bool(brute.sources("ABOUT", t, *sites[t]) or brute.sources("EXAMINED", t, *sites[t])) for t in steps
                ),
                "ends": sum(not brute.told(t) for t in here),
            })  # fmt: skip
        assert case.rows("coverage", start=start) == expected, start


def company_list(case: Case) -> None:
    # Of an organisation, the snapshot alone tells apart what it makes from what it only sells.
    for start in case.things("Site", "Step", most=2):
        rows = case.rows("company-list", start=start)
        data = affected(case.s, case.id(start)).data
        assert data is not None
        found = {row["company"]: (row["why"], tuple(row["contracts"])) for row in rows}
        assert found == {row.company: (row.why, row.contracts) for row in data.company_list}, start


CHECKS: dict[str, Callable[[Case], None]] = {
    "upstream": upstream, "downstream": downstream, "affected-contracts": affected_contracts, "lens-a": lens_a,
    "best-paths": best_paths, "blind-spots": blind_spots, "shared-origins": shared_origins,
    "single-points": single_points, "coverage": coverage, "company-list": company_list,
}  # fmt: skip


def test_every_question_is_checked() -> None:
    assert set(CHECKS) == set(questions())


@settings(max_examples=FEW)
@given(chain=chains(), view=views)
def test_cypher_the_snapshot_and_brute_force_agree(store: Neo4jStore, chain: Chain, view: tuple[int, Secrecy]) -> None:
    all_agree(loaded(store, chain, *view))


@pytest.mark.soak
@settings(max_examples=MANY)
@given(chain=chains(), view=views)
def test_cypher_the_snapshot_and_brute_force_agree_often(
    store: Neo4jStore, chain: Chain, view: tuple[int, Secrecy]
) -> None:
    all_agree(loaded(store, chain, *view))


def all_agree(case: Case) -> None:
    for check in CHECKS.values():
        check(case)
