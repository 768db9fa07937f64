"""What Kedja computes stands in the graph beside what sources say: where a risk enters, how exposed a contract is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from api.publishing import publish_to
from api.service import Service, When
from graph.answer import Basis, Links
from graph.neo4j.address import Address
from graph.neo4j.entering import Entering, named
from graph.neo4j.server import Server, connected
from graph.questions.exposure import exposure
from graph.snapshot.seeds import risk_types
from graph.snapshot.view import Moment, Snapshot
from tests.neo4j.servers import Running

DAYS = (date(2019, 1, 1), date(2024, 6, 1), date(2026, 11, 1), date(2031, 1, 1))


@pytest.fixture
def server(neo4j_server: Running, demo: Service) -> Iterator[Server]:
    with connected(Address.read(neo4j_server.uri, *(neo4j_server.auth or ("", "")))) as found:
        publish_to(found, demo, When())
        yield found


def seeds(s: Snapshot, day: date) -> list[tuple[object, ...]]:
    """The seeds of a day as (statement, vertex, risk, severity, low, high, specific)."""
    found = Snapshot(s.topology, Moment(day), s.method, s.known).seeds
    names = risk_types()
    return sorted(
        (
            s.id(int(found.statement[n])), s.id(int(found.vertex[n])), names[found.risk[n]], int(found.severity[n]),
            float(found.low[n] * found.confidence[n]), float(found.high[n]), bool(found.specific[n]),
        )
        for n in range(len(found.vertex))
    )  # fmt: skip


def test_where_a_risk_enters_is_right_on_every_day(server: Server, demo: Service) -> None:
    snapshot = demo.snapshot(When())
    for day in DAYS:
        rows = server.read(
            "MATCH (s)-[e:ENTERS]->(v) WHERE e.valid_from <= $day < e.valid_to"
            " RETURN s.id, v.id, e.risk, coalesce(e.severity, -1), e.low, e.high, e.basis = 'specific'",
            {"day": day},
        )
        assert sorted(map(tuple, rows)) == seeds(snapshot, day)
    assert seeds(snapshot, DAYS[0]) != seeds(snapshot, DAYS[2])


def test_the_mark_says_on_which_days_entering_is_told(
    server: Server, demo: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = server.read("MATCH (m:KedjaPublication) RETURN m.entering_from, m.entering_to")
    assert said == [[date.min, date.max]]
    monkeypatch.setattr("graph.neo4j.entering.MOST", 3)
    few = Entering(demo.snapshot(When()))
    assert len(few.stretches) == 3
    assert few.start <= few.s.moment.days[0] < few.end


def test_exposure_in_the_graph_is_that_of_the_question(server: Server, demo: Service) -> None:
    snapshot = demo.snapshot(When())
    answer = exposure(snapshot, "all", "forced-labour", members=1_000)
    assert answer.data is not None
    told = {
        (member.contract.id, named(one.basis, one.links)): (one.severity, one.low, one.high)
        for member in answer.data.members
        for one in reversed(member.figures)  # the most severe of each last
    }
    rows = server.read(
        "MATCH (c:Contract)-[e:EXPOSED_TO]->(:RiskType {key: 'risk:forced-labour'}) RETURN c.id, properties(e)"
    )
    assert len(rows) == answer.data.contracts
    held = {}
    for contract, facts in rows:
        for name in (named(basis, links) for basis in Basis for links in Links):
            if f"{name}_severity" in facts:
                held[contract, name] = tuple(facts[f"{name}_{part}"] for part in ("severity", "low", "high"))
        figures = [facts[key] for key in facts if key.endswith("_severity")]
        assert facts.get("severity") == max(figures, default=None)
    highest = {key: max((f for k, f in told.items() if k == key), default=None) for key in told}
    assert held == highest
    assert told


def test_a_contract_that_nothing_reaches_has_a_row_and_says_whether_that_is_known(server: Server) -> None:
    ((unknown, known),) = server.read(
        "MATCH (:Contract)-[e:EXPOSED_TO]->(:RiskType) WHERE e.severity IS NULL"
        " RETURN count(CASE WHEN e.upper_open THEN 1 END), count(CASE WHEN NOT e.upper_open THEN 1 END)"
    )
    assert unknown > 0
    assert known >= 0
    rows = server.read(
        "MATCH (r:RiskType) RETURN r.assessed, count(r), sum(COUNT { (r)<-[:EXPOSED_TO]-() }) ORDER BY r.assessed"
    )
    assert [(assessed, links > 0) for assessed, _, links in rows] == [(False, False), (True, True)]
