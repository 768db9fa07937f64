"""Rows: what the pages' tables, the CSV and the workbook list, with ready words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from graph.answer import Answer, Basis, Links
from graph.data import BuyerCount, ContractExposure, Distribution, ExposureData, Figure, TierCount, TraceData
from visualisation.marks import Level, level_name, reach_span, span
from visualisation.panel import Way, verdict, way_of
from visualisation.sentences import Teller, Told
from visualisation.svg import DrawnMark, Picture
from visualisation.words import Words


@dataclass(frozen=True, slots=True)
class TierRow:
    """A row of the table under the tier view: one for each mark drawn."""

    drawn: DrawnMark
    column: str
    kind: str
    actors: str
    country: str
    level: Level
    severity: str
    bounds: str
    own: str
    resolution: str
    end: str
    ask: str


def tier_rows(picture: Picture, answer: Answer[TraceData], teller: Teller) -> list[TierRow]:
    """One row a mark, in reading order."""
    words = teller.words
    titles = {heading.column: heading.title for heading in picture.headings}
    ends = {end.node: end for end in answer.completeness.ends}
    rows = []
    for drawn in picture.marks:
        mark = drawn.mark
        end = ends.get(mark.id)
        rows.append(
            TierRow(
                drawn=drawn,
                column=titles.get(mark.column, ""),
                kind=_kind(drawn, words),
                actors=", ".join(teller.name(actor.node.id) for actor in mark.actors),
                country=words.country(mark.country) if mark.country or mark.shape in ("step", "raw", "generic") else "",
                level=mark.level,
                severity=_severity(drawn, words),
                bounds=reach_span(mark.reach, words),
                own=_own(drawn, words),
                resolution=words.resolution(mark.resolution) if mark.resolution else "",
                end=teller.end(end) if end else (words("end_short") if mark.end else ""),
                ask=teller.ask(end.ask) if end else "",
            )
        )
    return rows


def _kind(drawn: DrawnMark, words: Words) -> str:
    node = drawn.mark.node
    if node is None:
        return words("group.size", n=drawn.mark.size)
    return words.term("chain-stages", node.stage) if node.stage else words.node_type(node.type)


def _severity(drawn: DrawnMark, words: Words) -> str:
    if drawn.mark.group:
        counts = drawn.mark.counts
        return ", ".join(
            f"{level_name(level, words)}: {words.number(counts[level])}" for level in Level if counts.get(level)
        )
    return "" if drawn.mark.level is Level.NO_RISK else level_name(drawn.mark.level, words)


def _own(drawn: DrawnMark, words: Words) -> str:
    reach = drawn.mark.reach
    if reach is None:
        return ""
    if reach.own_severity is not None:
        return words.severity(reach.own_severity)
    if reach.assessed is None:
        return ""
    return words("level.0_short") if reach.assessed else words("level.unknown_short")


@dataclass(frozen=True, slots=True)
class FigureSet:
    """The worst figure and the distribution for one (basis, links)."""

    name: str
    figure: Figure | None
    text: str
    way: Way | None
    same_as: str
    """The name of an earlier set with the same path; empty where the path is shown here."""
    counts: tuple[tuple[int, str], ...]
    """(severity, how many contracts reach at least it), most severe first; those of no given severity stand apart."""


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One contract of an exposure."""

    member: ContractExposure
    name: str
    buyers: str
    suppliers: str
    level: Level
    severity: str
    bounds: str
    basis: str
    knowledge: str
    unknown: str


@dataclass(frozen=True, slots=True)
class ExposureView:
    verdict: tuple[Level, str]
    sets: tuple[FigureSet, ...]
    members: tuple[MemberRow, ...]
    bars: tuple[tuple[str, tuple[tuple[Level, int], ...]], ...]
    """Of all contracts how many stand at each level: traced to the article, and with typical tiers."""
    buyers: tuple[tuple[BuyerCount, str, Level], ...]
    tiers: tuple[TierCount, ...]
    statements: tuple[Told, ...]
    unknown: tuple[str, ...]


def exposure_view(answer: Answer[ExposureData], teller: Teller) -> ExposureView:
    """An exposure as the page, the terminal and the exports list it."""
    assert answer.data is not None
    data, words = answer.data, teller.words
    members = tuple(member_row(member, teller) for member in data.members)
    return ExposureView(
        verdict=verdict(data, teller),
        sets=_figure_sets(data, teller),
        members=members,
        bars=tuple((words.links(links), _bar(data, links)) for links in Links if data.contracts),
        buyers=tuple((row, teller.name(row.buyer), buyer_level(row)) for row in data.buyers),
        tiers=data.tiers,
        statements=tuple(teller.statement(s) for s in data.statements),
        unknown=tuple(teller.unknown()),
    )


def _bar(data: ExposureData, links: Links) -> tuple[tuple[Level, int], ...]:
    counts = {Level(row.level): row.contracts for row in data.levels if row.links is links}
    return tuple((level, counts[level]) for level in Level if level in counts)


def buyer_level(row: BuyerCount) -> Level:
    """The highest that a buyer's contracts reach; unknown where none is reached and not all is known."""
    if row.severity and not row.severity_unknown:
        return Level(str(row.severity))
    if row.reached:
        return Level.UNSTATED
    return Level.UNKNOWN if row.unknown or row.supplier_link_only else Level.NONE_FOUND


def _figure_sets(data: ExposureData, teller: Teller) -> tuple[FigureSet, ...]:
    """One for each (basis, links); a path that an earlier one has is not told twice."""
    first: dict[tuple[str, ...], str] = {}
    found = []
    for one in [_figure_set(data, basis, links, teller) for basis in Basis for links in Links]:
        path = one.figure.path.nodes if one.figure and one.figure.path else ()
        before = first.setdefault(path, one.name) if path else one.name
        found.append(one if before == one.name else replace(one, way=None, same_as=before))
    return tuple(found)


def _figure_set(data: ExposureData, basis: Basis, links: Links, teller: Teller) -> FigureSet:
    words = teller.words
    figure = next((f for f in data.worst if f.basis is basis and f.links is links), None)
    rows = [d for d in data.distribution if d.basis is basis and d.links is links and d.severity and d.contracts]
    counts = [(d.severity, _reached(d, data.contracts, words)) for d in rows]
    return FigureSet(
        name=f"{words.basis(basis)} · {words.links(links)}",
        figure=figure,
        text=teller.figure(figure) if figure else words("exposure.not_reached"),
        way=way_of(figure, teller) if figure and figure.path else None,
        same_as="",
        counts=tuple(sorted(counts, reverse=True)),
    )


def _reached(row: Distribution, total: int, words: Words) -> str:
    stated = words("n_of", n=row.contracts - row.severity_unknown, total=total)
    if not row.severity_unknown:
        return stated
    return f"{stated} {words('n_unstated', n=row.severity_unknown)}"


def member_row(member: ContractExposure, teller: Teller) -> MemberRow:
    """A contract with its most severe figure; where none was reached it says whether that is known or not."""
    words = teller.words
    figure = member.figures[0] if member.figures else None
    level = member_level(member)
    unknown = []
    if member.unassessed:
        unknown.append(words("n_of_unassessed", n=member.unassessed, steps=member.steps))
    if member.ends:
        unknown.append(words("n_ends", n=member.ends))
    if member.may_apply:
        unknown.append(words("unknown.may_apply", n=len(member.may_apply)))
    bounds = words("unknown") if level is Level.UNKNOWN else ""
    if figure:
        bounds = span(figure.low, figure.high, figure.upper_open, words)
    return MemberRow(
        member=member,
        name=teller.name(member.contract.id),
        buyers=", ".join(teller.name(id) for id in member.buyers),
        suppliers=", ".join(teller.name(id) for id in member.suppliers),
        level=level,
        severity=level_name(level, words) if figure else words(f"knowledge.{member.knowledge}"),
        bounds=bounds,
        basis=f"{words.basis(figure.basis)} · {words.links(figure.links)}" if figure else "",
        knowledge=words(f"knowledge.{member.knowledge}"),
        unknown="; ".join(unknown),
    )


def member_level(member: ContractExposure) -> Level:
    """Unknown unless something was reached, or everything was assessed and nothing found."""
    if member.figures:
        severity = member.figures[0].severity
        if all(figure.severity_unknown for figure in member.figures if figure.severity == severity):
            return Level.UNSTATED
        if severity:
            return Level(str(severity))
    return Level.NONE_FOUND if member.knowledge == "none_found" else Level.UNKNOWN
