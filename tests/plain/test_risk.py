"""Exposure on small random stores is what a plain reading of the lenses gives."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.answer import Basis, Links
from graph.data import ContractExposure
from graph.questions.exposure import exposure as ask_exposure
from ontology.records import Secrecy
from tests.plain.risk import Figure, Risks
from tests.plain.standing import Edition
from tests.plain.stores import DAYS, RISKS, Asked, Varied, When, asked, stores

SETS = tuple(product(Basis, Links))


def same_exposure(here: Asked, risk: str) -> None:
    """Every contract alone, with its figures at every level; then all of them, counted."""
    risks, world = Risks(here.world), here.world
    expected = {
        (basis, links): risks.figures(risk, item=links is Links.ITEM, specific=basis is Basis.SPECIFIC)
        for basis, links in SETS
    }
    contracts = sorted(world.of_type("Contract"))
    for contract in contracts:
        data = ask_exposure(here.snapshot, contract, risk).data
        assert data is not None
        (member,) = data.members
        for basis, links in SETS:
            own = {at: figure for at, figure in expected[basis, links].items() if at[0] == contract}
            got = {
                (contract, f.severity): Figure(round(f.low, 9), f.high, f.severity_unknown)
                for f in member.figures
                if (f.basis, f.links) == (basis, links)
            }
            assert got == {at: Figure(round(f.low, 9), f.high, f.severity_unknown) for at, f in own.items()}
        same_knowledge(risks, member, contract, risk)
    data = ask_exposure(here.snapshot, "all", risk).data
    assert data is not None
    for row in data.distribution:
        figures = expected[row.basis, row.links]
        assert row.contracts == sum((contract, row.severity) in figures for contract in contracts)


def same_knowledge(risks: Risks, member: ContractExposure, contract: str, risk: str) -> None:
    assert (member.steps, member.unassessed, member.ends) == risks.counts(contract, risk)
    for figure in member.figures:
        is_open = risks.is_open(contract, risk, item=figure.links is Links.ITEM)
        assert (figure.upper_open, figure.upper) == (is_open, 1.0 if is_open else figure.high)
    reached = any(figure.severity > 0 for figure in member.figures)
    assert (member.knowledge == "reached") is reached
    if not reached and risks.is_open(contract, risk, item=False):
        assert member.knowledge in ("unknown", "supplier_link_only")


def same_exposures(loads: Sequence[Edition], when: When, risks: Sequence[str]) -> None:
    with asked(loads, when) as here:
        for risk in risks:
            same_exposure(here, risk)


one = st.sampled_from([(risk,) for risk in RISKS])
periods = st.sampled_from([When(a, b) for a in DAYS for b in (*DAYS, None) if b is None or a < b])

readers = st.builds(When, publication=st.integers(1, 4), clearance=st.sampled_from(Secrecy))


@given(stores(Varied(risks=True, recruits=True)), one)
def test_exposure_is_the_worst_path_from_every_seed(loads: Sequence[Edition], risks: Sequence[str]) -> None:
    same_exposures(loads, When(), risks)


@given(stores(Varied(risks=True, recruits=True, gaps=True, typical=True, periods=True, denials=True)), one, periods)
def test_exposure_in_a_period_by_what_is_typical_too(
    loads: Sequence[Edition], risks: Sequence[str], when: When
) -> None:
    same_exposures(loads, when, risks)


@given(stores(Varied(risks=True, recruits=True, sources=True, conflicts=True)), one, readers)
def test_exposure_where_sources_disagree(loads: Sequence[Edition], risks: Sequence[str], when: When) -> None:
    same_exposures(loads, when, risks)


@given(stores(Varied(risks=True, recruits=True, days=True, levels=True, matches=True, conflicts=True)), one, periods)
def test_exposure_by_published_levels_matched_kinds_and_what_was_said_by_then(
    loads: Sequence[Edition], risks: Sequence[str], when: When
) -> None:
    same_exposures(loads, when, risks)


@settings(max_examples=40)
@given(stores(Varied(risks=True, sources=True, conflicts=True)), one)
def test_the_order_of_loading_changes_no_figure(loads: Sequence[Edition], risks: Sequence[str]) -> None:
    one_of_each = {edition.source.publisher: edition for edition in loads}.values()
    for order in permutations(one_of_each):
        same_exposures(order, When(publication=2), risks)
