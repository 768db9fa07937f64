"""Affected by a risk and from a statement, the company list and whom to ask, on small random stores, are what a plain
reading of the method gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from graph.answer import Answer, Ask, Resolution
from graph.data import Listed
from graph.questions.affected import affected as ask_affected
from graph.questions.exposure import exposure as ask_exposure
from graph.questions.trace import trace as ask_trace
from ontology.records import Secrecy
from tests.plain import touching
from tests.plain.risk import Risks
from tests.plain.standing import Edition, without_secrets
from tests.plain.stores import (
    CONTRACTS,
    DAYS,
    INCIDENTS,
    KINDS,
    ORGS,
    PLACES,
    RISKS,
    SITES,
    STATEMENTS,
    STEPS,
    Asked,
    Varied,
    When,
    asked,
    key,
    stores,
)  # fmt: skip
from tests.plain.touching import Row
from tests.plain.walks import untold

ANYTHING = (*STEPS[:3], *SITES, *ORGS, *PLACES, *KINDS, *STATEMENTS, *INCIDENTS)


def same_touched(here: Asked, start: str, risk: str | None, goods: str | None) -> None:
    world = here.world
    data = ask_affected(here.snapshot, key(start), risk=risk, goods=goods and key(goods)).data
    if key(start) not in world.types or (goods and key(goods) not in world.types):
        return
    assert data is not None
    expected = touching.touched(world, key(start), risk, goods and key(goods))
    for resolution, contracts in ((Resolution.ITEM, expected.item), (Resolution.GENERIC, expected.generic)):
        got = {here.name(row.contract.id): row.tier for row in data.contracts if row.resolution is resolution}
        assert got == contracts, resolution
    rows = touching.company_list(world, key(start), expected, risk, goods and key(goods))
    assert listed(here, data.company_list) == rows
    linked = {contract for row in rows for contract in row.contracts} - expected.item.keys() - expected.generic.keys()
    assert {here.name(row.contract.id) for row in data.contracts if row.resolution is Resolution.COMPANY} == linked
    left = world.of_type("Contract") - expected.item.keys() - expected.generic.keys() - linked
    may = untold(world, left & touching.may_apply(world, key(start), risk))
    assert {here.name(id) for id in data.may_apply} == may


def listed(here: Asked, rows: Sequence[Listed]) -> set[Row]:
    found = [
        Row(
            here.name(row.company),
            row.why != "recruits_for",
            row.why,
            frozenset(map(here.name, row.contracts)),
            frozenset(map(here.name, row.above)),
            row.told,
            row.outside,
        )
        for row in rows
    ]
    assert len(found) == len(set(found)), "each row is there once"
    assert all(row.via or row.why == "harm_of_company" for row in rows), "each says by which links"
    return set(found)


def same_list_of_a_risk(here: Asked, risk: str) -> None:
    """Beside the exposure of every contract."""
    risks = Risks(here.world)
    data = ask_exposure(here.snapshot, "all", risk).data
    assert data is not None
    figures = risks.figures(risk, item=True, specific=True)
    known = {contract for contract, severity in figures if severity > 0}
    rows = touching.at_risk(risks, risk, known)
    assert listed(here, data.company_list) == rows
    linked = {contract for row in rows for contract in row.contracts}
    told = {here.name(member.contract.id): member.knowledge for member in data.members}
    reached = {contract for contract, knowledge in told.items() if knowledge == "reached"}
    assert {contract for contract, knowledge in told.items() if knowledge == "supplier_link_only"} == linked - reached


def same_asking(here: Asked, start: str) -> None:
    """Each end of knowledge upstream names whom to ask."""
    if key(start) not in here.world.types:
        return
    answer = ask_trace(here.snapshot, [key(start)])
    assert answer.data is not None
    traced = {here.name(node.node.id) for node in answer.data.nodes if node.node.type == "Contract"}
    for end in answer.completeness.ends:
        same_ask(here, end.ask, touching.ask(here.world, here.name(end.node), traced))


def same_ask(here: Asked, got: Ask | None, expected: touching.Ask | None) -> None:
    if got is None or expected is None:
        assert (got, expected) == (None, None)
        return
    contract = got.contract and here.name(got.contract)
    assert got.entitled is expected.entitled
    assert (here.name(got.organisation), contract) in expected.who
    assert got.clause_level == (contract and here.world.clause(contract))


starts = st.lists(st.sampled_from(ANYTHING), min_size=1, max_size=3, unique=True)
risks = st.sampled_from([None, None, *RISKS])
goods = st.sampled_from([None, None, None, *KINDS])
periods = st.sampled_from([When(a, b) for a in DAYS for b in (*DAYS, None) if b is None or a < b])
readers = st.builds(When, publication=st.integers(1, 4), clearance=st.sampled_from(Secrecy))


def same(
    loads: Sequence[Edition], when: When, starts: Sequence[str], risk: str | None, goods: str | None = None
) -> None:
    with asked(loads, when) as here:
        for start in starts:
            same_touched(here, start, risk, goods)
        if risk:
            same_list_of_a_risk(here, risk)
        for contract in CONTRACTS:
            same_asking(here, contract)


@given(stores(Varied(risks=True, recruits=True, sells=True)), starts, risks, goods)
def test_what_a_company_statement_or_case_touches_and_whom_else_to_ask(
    loads: Sequence[Edition], starts: Sequence[str], risk: str | None, goods: str | None
) -> None:
    same(loads, When(), starts, risk, goods)


@given(
    stores(Varied(risks=True, recruits=True, sells=True, typical=True, periods=True, gaps=True, denials=True)),
    starts, risks, periods,
)  # fmt: skip
def test_what_is_touched_in_a_period_by_what_is_typical_too(
    loads: Sequence[Edition], starts: Sequence[str], risk: str | None, when: When
) -> None:
    same(loads, when, starts, risk)


@given(stores(Varied(risks=True, recruits=True, sells=True, matches=True, conflicts=True, days=True)), starts, risks)
def test_what_is_touched_where_sources_disagree_and_kinds_match(
    loads: Sequence[Edition], starts: Sequence[str], risk: str | None
) -> None:
    same(loads, When(), starts, risk)


@given(stores(Varied(risks=True, recruits=True, sells=True, sources=True, secrecy=True)), starts, risks, readers)
def test_what_is_touched_rests_on_what_the_reader_may_see(
    loads: Sequence[Edition], starts: Sequence[str], risk: str | None, when: When
) -> None:
    same(loads, when, starts, risk)


@given(
    stores(Varied(risks=True, recruits=True, sells=True, typical=True, secrecy=True, denials=True)), starts,
    st.sampled_from(RISKS), st.sampled_from(Secrecy),
)  # fmt: skip
def test_a_row_that_is_withheld_is_as_if_it_were_not_there(
    loads: Sequence[Edition], starts: Sequence[str], risk: str, clearance: Secrecy
) -> None:
    when = When(clearance=clearance)
    with asked(loads, when) as there, asked(without_secrets(loads, clearance), when) as bare:
        for start in starts:
            assert said(there, start, risk) == said(bare, start, risk)


def said(here: Asked, start: str, risk: str) -> list[str]:
    """Every answer about something, in full."""
    s, where = here.snapshot, key(start)
    answers: list[Answer[Any]] = [ask_affected(s, where, risk=risk), ask_exposure(s, "all", risk)]
    if start in (*STEPS, *SITES, *ORGS, *PLACES, *KINDS):
        answers.append(ask_trace(s, [where], risk=risk))
    return [answer.model_dump_json() for answer in answers]
