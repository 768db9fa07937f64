"""The panel beside the drawing: why a mark says what it says, on whose word, and what is not known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from graph.answer import Answer, Cited
from graph.data import ExposureData, Figure, LinkData, PathsData, TraceData
from ontology.roles import CHAIN
from visualisation.drawing import Drawing, Mark
from visualisation.marks import RAMP, Level, figure_level, level_name, reach_span, span
from visualisation.sentences import Hop, Teller, Told
from visualisation.svg import name_of, who
from visualisation.words import Words


@dataclass(frozen=True, slots=True)
class Neighbour:
    name: str
    href: str
    verb: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Way:
    """A path in words."""

    intro: str
    hops: tuple[Hop, ...]
    weakest: str
    resolution: str
    bounds: str


@dataclass(frozen=True, slots=True)
class Panel:
    """What the panel's template needs; every text is ready."""

    heading: str
    kind: str
    level: Level
    level_text: str
    bounds: str
    entity: str | None = None
    facts: tuple[tuple[str, str], ...] = ()
    actors: tuple[tuple[str, str, str], ...] = ()
    ways: tuple[Way, ...] = ()
    statements: tuple[Told, ...] = ()
    ends: tuple[tuple[str, str], ...] = ()
    upstream: tuple[Neighbour, ...] = ()
    downstream: tuple[Neighbour, ...] = ()
    bar: tuple[tuple[Level, int], ...] = ()
    sources: tuple[Cited, ...] = ()
    notes: tuple[str, ...] = ()
    silence: str = ""
    """What to say where no statement is about it."""
    overall: bool = False
    """About the whole picture: its verdict and what is not known stand above the drawing."""


def of_mark(
    mark: Mark,
    drawing: Drawing,
    teller: Teller,
    answer: Answer[TraceData],
    href: Callable[[Mark], str],
    paths: Answer[PathsData] | None = None,
) -> Panel:
    """The panel of a selected mark."""
    words = teller.words
    if mark.node is None:
        return _of_group(mark, words)
    assert answer.data is not None
    statements = [teller.statements[id] for id in mark.statements if id in teller.statements]
    told = tuple(teller.statement(s) for s in statements)
    return Panel(
        heading=name_of(mark, words),
        kind=" · ".join(part for part in _kind(mark, teller) if part),
        level=mark.level,
        level_text=_level_text(mark, answer.data.risk, words),
        bounds=reach_span(mark.reach, words),
        entity=mark.id,
        facts=_facts(mark, teller),
        actors=tuple((words.link_type(a.link), teller.name(a.node.id), a.node.id) for a in mark.actors),
        ways=_ways(paths, words),
        statements=told,
        silence=words("panel.assessed_none" if mark.reach and mark.reach.assessed else "panel.no_statements"),
        ends=tuple((teller.end(end), teller.ask(end.ask)) for end in answer.completeness.ends if end.node == mark.id),
        upstream=_neighbours(mark, drawing, teller, href, answer.data.links, up=True),
        downstream=_neighbours(mark, drawing, teller, href, (*answer.data.links, *answer.data.buyer_links), up=False),
        sources=_sources(told),
        notes=() if mark.level is not Level.UNKNOWN else (words("panel.unknown_note"),),
    )


def of_start(
    answer: Answer[TraceData], teller: Teller, drawing: Drawing, exposure: Answer[ExposureData] | None, heading: str
) -> Panel:
    """The panel when nothing is selected: the exposure of the start, its worst path, what is not known."""
    words = teller.words
    assert answer.data is not None
    ends = tuple((teller.end(end), teller.ask(end.ask)) for end in answer.completeness.ends[:12])
    notes = tuple(teller.unknown())
    counts = tuple((level, drawing.counts()[level]) for level in RAMP if drawing.counts().get(level))
    if exposure is None or exposure.data is None:
        told = tuple(teller.statement(s) for s in answer.data.statements[:8])
        return Panel(
            heading,
            words(f"direction.{answer.data.direction}"),
            Level.NO_RISK,
            "",
            "",
            statements=told,
            ends=ends,
            bar=counts,
            notes=notes,
            sources=_sources(told),
            overall=True,
        )
    other = Teller(exposure, words)
    data = exposure.data
    level, text = verdict(data, other)
    told = tuple(other.statement(s) for s in data.statements[:8])
    return Panel(
        heading=heading,
        kind=words("exposure.of_contracts", n=data.contracts),
        level=level,
        level_text=text,
        bounds="",
        ways=tuple(way_of(figure, other) for figure in data.worst if figure.path is not None),
        statements=told,
        ends=ends,
        bar=counts,
        notes=notes,
        sources=_sources(told),
        overall=True,
    )


def verdict(data: ExposureData, teller: Teller) -> tuple[Level, str]:
    """The headline of an exposure: the worst figure with its interval; unknown where nothing was reached."""
    if not data.worst:
        return Level.UNKNOWN, teller.words("exposure.nothing_reached", risk=teller.words.risk(data.risk))
    return figure_level(data.worst[0]), teller.figure(data.worst[0])


def way_of(figure: Figure, teller: Teller) -> Way:
    """The path of a figure in words."""
    words = teller.words
    assert figure.path is not None
    bounds = f"{words.basis(figure.basis)} · {words.links(figure.links)} · {teller.figure(figure)}"
    return Way(
        teller.linked(figure.path),
        tuple(teller.hops(figure.path)),
        teller.weakest(figure.path),
        words.resolution(figure.path.resolution),
        bounds,
    )


def _ways(paths: Answer[PathsData] | None, words: Words) -> tuple[Way, ...]:
    if paths is None or paths.data is None:
        return ()
    teller = Teller(paths, words)
    return tuple(
        Way(
            teller.linked(path),
            tuple(teller.hops(path)),
            teller.weakest(path),
            words.resolution(path.resolution),
            words("path.value", c=words.probability(path.value)),
        )
        for path in paths.data.paths[:3]
    )


def _kind(mark: Mark, teller: Teller) -> list[str]:
    assert mark.node is not None
    words = teller.words
    parts = [words.node_type(mark.node.type)]
    if mark.node.stage:
        parts.append(teller.noted(mark.node, "stage", words.term("chain-stages", mark.node.stage)))
    if mark.tier is not None and mark.shape not in ("region", "contract"):
        if mark.tier_max is not None and mark.tier_max != mark.tier:
            parts.append(words("tier_range", low=mark.tier, high=mark.tier_max))
        else:
            parts.append(words("column.tier", tier=mark.tier))
    parts.append(who(mark, words))
    return parts


def _level_text(mark: Mark, risk: str | None, words: Words) -> str:
    if mark.level is Level.NO_RISK:
        return words("panel.no_risk") if risk is None else ""
    return f"{words.risk(risk)}: {level_name(mark.level, words)}"


def _facts(mark: Mark, teller: Teller) -> tuple[tuple[str, str], ...]:
    """What is known of the mark itself, as (label, value)."""
    assert mark.node is not None
    words = teller.words
    facts: list[tuple[str, str]] = []
    reach = mark.reach
    if reach is not None:
        own = words("level.unknown_short") if not reach.assessed else words("level.0_short")
        if reach.own_severity is not None:
            own = words.severity(reach.own_severity)
        if reach.assessed is not None or reach.own_severity is not None:
            facts.append((words("panel.own"), own))
        if reach.severity is not None:
            facts.append((words("panel.bounds"), span(reach.low, reach.high, reach.upper_open, words)))
        facts.append((words("panel.below"), words("n_unassessed", n=reach.unassessed_below)))
        if reach.resolution is not None:
            facts.append((words("panel.risk_path"), words.resolution(reach.resolution)))
    if mark.resolution is not None and mark.node.type == "Step":
        facts.append((words("panel.resolution"), words.resolution(mark.resolution)))
    if mark.node.type == "Contract":
        facts.append((words("panel.clause"), teller.clause(mark.node)))
    if mark.node.type in CHAIN:
        known = mark.node.inputs_known
        text = words.term("inputs-known", known) if known else words("end.nobody_said")
        facts.append((words("panel.inputs"), teller.noted(mark.node, "inputs_known", text)))
    seen = {"stage", "inputs_known", "clause_level"}
    facts += [
        (words.property(mark.node.type, c.property), teller.differing(mark.node.type, c))
        for c in mark.node.conflicts
        if c.property not in seen
    ]
    if mark.node.keys:
        facts.append((words("panel.keys"), ", ".join(words.key(key) for key in mark.node.keys)))
    return tuple(facts)


def _of_group(mark: Mark, words: Words) -> Panel:
    counts = tuple((level, mark.counts[level]) for level in Level if mark.counts.get(level))
    return Panel(name_of(mark, words), words("group.size", n=mark.size), Level.NO_RISK, "", "", bar=counts)


def _neighbours(
    mark: Mark, drawing: Drawing, teller: Teller, href: Callable[[Mark], str], links: Sequence[LinkData], *, up: bool
) -> tuple[Neighbour, ...]:
    """The drawn neighbours on one side with the links that lead there; none drawn means none known."""
    drawn = {other.id: other for other in drawing.marks}
    words = teller.words
    found: dict[str, Neighbour] = {}
    for link in links:
        here, there = (link.target, link.source) if up else (link.source, link.target)
        if here != mark.id or there not in drawn:
            continue
        verb = words.link_type(link.type)
        found[link.id] = Neighbour(name_of(drawn[there], words), href(drawn[there]), verb, teller.evidence(link))
    return tuple(sorted(found.values(), key=lambda n: words.collation(n.name)))


def _sources(told: Sequence[Told]) -> tuple[Cited, ...]:
    return tuple({source.id: source for item in told for source in item.sources}.values())
