"""Trace and affected on small random stores are what a plain reading of the design gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from graph.answer import Resolution
from graph.data import AffectedData
from graph.questions.affected import affected as ask_affected
from graph.questions.trace import trace as ask_trace
from ontology.records import Secrecy
from tests.plain.standing import Edition
from tests.plain.stores import CONTRACTS, DAYS, STARTS, STEPS, Asked, Varied, When, asked, key, stores
from tests.plain.walks import Affected, affected, broader_contracts, trace, untold
from tests.plain.world import KINDS

PLAIN = Varied()


def same_trace(here: Asked, start: str, *, upstream: bool, most: int | None = None) -> None:
    data = ask_trace(here.snapshot, [key(start)], upstream=upstream, max_tier=most).data
    if key(start) not in here.world.types:
        assert data is None or [here.name(node.node.id) for node in data.nodes] in ([], [key(start)])
        return
    assert data is not None
    expected = trace(here.world, key(start), upstream=upstream, most=most)
    name = here.name
    got = {
        name(node.node.id): (node.tier, node.tier_max, node.hops, node.resolution is Resolution.ITEM)
        for node in data.nodes
    }
    assert got == {k: (p.tier, p.greatest, p.hops, p.item) for k, p in expected.places.items()}
    links = Counter((link.type, name(link.source), name(link.target)) for link in data.links)
    assert links == Counter(expected.links)
    assert {frozenset(map(name, cycle)) for cycle in data.cycles} == expected.cycles
    assert sorted((link.type, name(link.source), name(link.target)) for link in data.denied) == expected.denied
    assert {name(node.node.id): node.tier for node in data.nodes if node.end} == expected.ends


def same_affected(here: Asked, start: str) -> None:
    data = ask_affected(here.snapshot, key(start)).data
    if key(start) not in here.world.types:
        assert data is None or not [c for c in data.contracts if c.resolution is not Resolution.COMPANY]
        return
    assert data is not None
    expected = affected(here.world, key(start))
    for resolution, contracts in ((Resolution.ITEM, expected.item), (Resolution.GENERIC, expected.generic)):
        got = {here.name(row.contract.id): row.tier for row in data.contracts if row.resolution is resolution}
        assert got == contracts, resolution
    same_counts(here, data, expected, key(start))


def same_counts(here: Asked, data: AffectedData, expected: Affected, start: str) -> None:
    """Every contract is counted once, by the surest that is known of it."""
    world = here.world
    linked = {here.name(row.contract.id) for row in data.contracts if row.resolution is Resolution.COMPANY}
    left = world.of_type("Contract") - expected.item.keys() - expected.generic.keys() - linked
    may = untold(world, left & broader_contracts(world, start)) if world.types[start] in KINDS else set()
    assert {here.name(id) for id in data.may_apply} == may
    dark = untold(world, left - may)
    counts = {
        "item": len(expected.item),
        "generic": len(expected.generic),
        "company": len(linked),
        "may_apply": len(may),
    }
    counts |= {"untold": len(dark), "told": len(left - may - dark)}
    assert {count.what: count.contracts for count in data.counts} == counts
    assert data.contracts_all == len(world.of_type("Contract"))


def same_walks(loads: Sequence[Edition], when: When, starts: Sequence[str]) -> None:
    with asked(loads, when) as here:
        for contract in CONTRACTS:
            same_trace(here, contract, upstream=True)
        for start in starts:
            same_trace(here, start, upstream=True)
            same_trace(here, start, upstream=False)
            same_affected(here, start)


starts = st.lists(st.sampled_from(STARTS), min_size=1, max_size=2, unique=True)
periods = st.sampled_from([When(a, b) for a in DAYS for b in (*DAYS, None) if b is None or a < b])

readers = st.builds(When, publication=st.integers(1, 4), clearance=st.sampled_from(Secrecy))


@given(stores(PLAIN), starts)
def test_a_trace_and_what_is_affected_are_what_the_links_say(loads: Sequence[Edition], starts: Sequence[str]) -> None:
    same_walks(loads, When(), starts)


@given(stores(Varied(matches=True, typical=True)), starts)
def test_a_kind_of_another_scheme_is_the_same_broader_or_narrower(
    loads: Sequence[Edition], starts: Sequence[str]
) -> None:
    same_walks(loads, When(), starts)


@given(stores(Varied(typical=True)), st.sampled_from(STEPS), st.integers(1, 3))
def test_a_trace_that_is_cut_says_what_lies_before_the_cut(loads: Sequence[Edition], start: str, most: int) -> None:
    with asked(loads, When()) as here:
        for upstream in (True, False):
            same_trace(here, start, upstream=upstream, most=most)
        for contract in CONTRACTS:
            same_trace(here, contract, upstream=True, most=most)


@given(stores(Varied(denials=True, periods=True, gaps=True)), starts)
def test_what_is_denied_or_over_is_not_walked(loads: Sequence[Edition], starts: Sequence[str]) -> None:
    same_walks(loads, When(), starts)


@given(stores(Varied(typical=True)), starts)
def test_what_is_typical_stands_for_inputs_that_are_not_known(loads: Sequence[Edition], starts: Sequence[str]) -> None:
    same_walks(loads, When(), starts)


@given(stores(Varied(denials=True, periods=True, gaps=True, typical=True)), starts, periods)
def test_in_a_period_counts_what_overlaps_it(loads: Sequence[Edition], starts: Sequence[str], when: When) -> None:
    same_walks(loads, when, starts)


@given(stores(Varied(sources=True, secrecy=True, denials=True)), starts, readers)
def test_a_reader_is_answered_from_what_stands_and_may_be_read(
    loads: Sequence[Edition], starts: Sequence[str], when: When
) -> None:
    same_walks(loads, when, starts)


@given(stores(Varied(typical=True, sources=True, conflicts=True, denials=True)), starts, readers)
def test_of_what_sources_disagree_on_one_value_counts(
    loads: Sequence[Edition], starts: Sequence[str], when: When
) -> None:
    same_walks(loads, when, starts)
