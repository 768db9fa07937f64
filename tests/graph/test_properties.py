"""What must hold of exposure on any graph: brute force, monotony, and that the order of input means nothing."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.answer import Basis, Links
from graph.data import ExposureData, Figure
from graph.questions.exposure import exposure
from graph.questions.trace import trace
from graph.snapshot.view import Snapshot
from ontology.records import Status
from tests.graph.worlds import DAY, FORCED, World

CONFIDENCES = st.sampled_from([0.0, 0.25, 0.5, 0.7, 0.95, 1.0])
WALKED = ("PERFORMS", "SUPPLIES", "DELIVERED_UNDER")
STEPS = 5
CONTRACTS = 2


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Random steps and contracts with cycles, self-loops, parallel and generic links; findings and assessments."""
    w = World()
    for c in range(CONTRACTS):
        w.contract(f"c{c}", known=draw(st.sampled_from(["all", "some", None])))
    for n in range(STEPS):
        w.site(f"site{n}")
        w.kind(f"kind{n}")
        w.step(f"s{n}", of=f"kind{n}", site=f"site{n}", known=draw(st.sampled_from(["all", "none", None])))
    ends = st.sampled_from([f"s{n}" for n in range(STEPS)] + [f"c{c}" for c in range(CONTRACTS)])
    for copy in range(draw(st.integers(0, 12))):
        seller, buyer = f"s{draw(st.integers(0, STEPS - 1))}", draw(ends)
        generic = draw(st.booleans())
        w.supply(
            seller,
            buyer,
            confidence=draw(CONFIDENCES),
            status=Status.GENERIC if generic else Status.DECLARED,
            valid=(DAY.replace(day=1, year=2000 + copy), None),
        )
    for n in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, STEPS - 1))
        severity = draw(st.sampled_from([None, 0, 1, 2, 3, 4]))
        more: dict[str, Any] = {} if severity is None else {"severity": severity}
        confidence = draw(CONFIDENCES)
        if draw(st.booleans()):
            w.said(f"f{n}", FORCED, [f"site{at}"], confidence=confidence, **more)
        else:
            likelihood = draw(st.sampled_from([None, 0.0, 0.3, 1.0]))
            given_likelihood: dict[str, Any] = {} if likelihood is None else {"likelihood": likelihood}
            w.assessed(f"a{n}", FORCED, [f"kind{at}"], confidence=confidence, **more, **given_likelihood)
    return w


def found(s: Snapshot, subject: str = "all") -> ExposureData:
    data = exposure(s, subject, FORCED).data
    assert data is not None
    return data


def figures(s: Snapshot, contract: str) -> dict[tuple[int, Basis, Links], Figure]:
    (member,) = found(s, contract).members
    return {(f.severity, f.basis, f.links): f for f in member.figures}


# -- brute force --------------------------------------------------------------------------------------------------
def simple_paths(w: World, start: str, end: str, generic: bool) -> list[float]:
    """The product of the confidences along every path without a repeated vertex."""
    products = []
    stack = [(start, 1.0, frozenset([start]))]
    while stack:
        here, product, seen = stack.pop()
        if here == end:
            products.append(product)
            continue
        for link in w.links:
            if link.source != here or link.target in seen or link.type not in WALKED:
                continue
            if generic or link.status is not Status.GENERIC:
                confidence = 1.0 if link.confidence is None else link.confidence
                stack.append((link.target, product * confidence, seen | {link.target}))
    return products


def brute(w: World, contract: str, level: int, basis: Basis, links: Links) -> tuple[float, float]:
    """(low, high) by enumeration of every seed and every path."""
    low = high = 0.0
    for id, node in w.nodes.items():
        if node.type not in ("Finding", "RiskAssessment"):
            continue
        severity = node.properties.get("severity")
        (start,) = (link.target for link in w.links if link.source == id and link.type == "ABOUT")
        if (node.type == "Finding") is not (basis is Basis.SPECIFIC):
            continue
        start = start.replace("kind", "s")
        likelihood = 1.0 if node.type == "Finding" else node.properties.get("likelihood")
        products = simple_paths(w, start, contract, links is Links.ITEM_GENERIC)
        if not products:
            continue
        if severity is None or severity >= level:
            high = max(high, 1.0 if likelihood is None else likelihood)
        if severity is not None and severity >= level:
            low = max(low, (node.confidence or 0.0) * (likelihood or 0.0) * max(products))
    return low, high


@settings(max_examples=150)
@given(worlds())
def test_lens_a_equals_the_enumeration_of_all_paths(w: World) -> None:
    s = w.snapshot()
    for contract in ("c0", "c1"):
        got = figures(s, contract)
        for level in range(5):
            for basis in Basis:
                for links in Links:
                    low, high = brute(w, contract, level, basis, links)
                    figure = got.get((level, basis, links))
                    assert (figure is not None) == (high > 0)
                    if figure is not None:
                        assert math.isclose(figure.low, low, abs_tol=1e-12)
                        assert math.isclose(figure.high, high, abs_tol=1e-12)
                        check_path(w, figure)


def check_path(w: World, figure: Figure) -> None:
    """The path is one: its value is the product along it, and its weakest link is the least certain."""
    path = figure.path
    assert path is not None
    links = {f"l{link.order:016x}": link for link in w.links}
    walked = [links[id] for id in path.links]
    assert [link.target for link in walked] == list(path.nodes[1:])
    assert [link.source for link in walked] == list(path.nodes[:-1])
    if figure.low > 0:
        assert math.isclose(path.value, figure.low, rel_tol=1e-9)
    if walked:
        assert path.weakest is not None
        assert links[path.weakest].confidence == min(link.confidence or 0.0 for link in walked)


# -- what must not matter -----------------------------------------------------------------------------------------
@settings(max_examples=60)
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_no_byte(w: World, order: random.Random) -> None:
    one = w.snapshot()
    nodes, links = list(w.nodes.values()), list(w.links)
    order.shuffle(nodes)
    order.shuffle(links)
    other = Snapshot.made(nodes, links, valid_at=DAY)
    assert other.hash == one.hash
    assert exposure(other, "all", FORCED).model_dump_json() == exposure(one, "all", FORCED).model_dump_json()
    walked = [trace(s, ["c0"], risk=FORCED).model_dump_json() for s in (one, other)]
    assert walked[0] == walked[1]


@settings(max_examples=60)
@given(worlds(), st.data())
def test_confidence_changes_no_upper_end(w: World, data: st.DataObject) -> None:
    before = figures(w.snapshot(), "c0")
    w.links = [
        replace(link, confidence=data.draw(CONFIDENCES)) if link.type in ("SUPPLIES", "DELIVERED_UNDER") else link
        for link in w.links
    ]
    after = figures(w.snapshot(), "c0")
    assert {key: figure.high for key, figure in after.items()} == {key: figure.high for key, figure in before.items()}


# -- what may only go one way -------------------------------------------------------------------------------------
def upper(s: Snapshot, contract: str, level: int) -> float:
    """The upper bound at a severity: 1 where something is unknown, else the highest figure, else 0."""
    (member,) = found(s, contract).members
    own = [f.upper for f in member.figures if f.severity >= level]
    return 1.0 if member.knowledge in ("unknown", "supplier_link_only") else max(own, default=0.0)


@settings(max_examples=80)
@given(worlds(), st.data())
def test_removing_an_assessment_or_audit_never_lowers_an_upper_bound(w: World, data: st.DataObject) -> None:
    w.node("Audit", "audit", could_find=[FORCED])
    for n in range(STEPS):
        if data.draw(st.booleans()):
            w.link("EXAMINED", "audit", f"site{n}")
    before = {c: upper(w.snapshot(), c, 1) for c in ("c0", "c1")}
    said = sorted(id for id, node in w.nodes.items() if node.type in ("Finding", "RiskAssessment", "Audit"))
    gone = data.draw(st.sampled_from(said))
    about = {link.target for link in w.links if link.source == gone}
    w.nodes.pop(gone)
    w.links = [link for link in w.links if link.source != gone]
    # What another statement still covers stays assessed: that is evidence too, and it is not what was removed.
    left = {link.target for link in w.links if link.type in ("ABOUT", "EXAMINED")}
    covered = any({f"kind{n}", f"site{n}"} & about and {f"kind{n}", f"site{n}"} & left for n in range(STEPS))
    after = {c: upper(w.snapshot(), c, 1) for c in ("c0", "c1")}
    if not covered:
        assert all(after[c] >= before[c] for c in before)


@settings(max_examples=60)
@given(worlds(), CONFIDENCES, st.integers(0, 4))
def test_one_more_statement_never_lowers_a_figure(w: World, confidence: float, severity: int) -> None:
    before = {c: figures(w.snapshot(), c) for c in ("c0", "c1")}
    w.said("more", FORCED, ["site0"], confidence=confidence, severity=severity)
    for contract, was in before.items():
        now = figures(w.snapshot(), contract)
        for key, figure in was.items():
            assert now[key].low >= figure.low
            assert now[key].high >= figure.high
