"""Answers as plain text for a terminal or a pipe: no colours, no control characters from outside, unknown in words."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any
from unicodedata import east_asian_width

from graph.answer import Answer, Knowledge
from graph.data import AffectedData, EntityData, ExposureData, LinkData, PathsData, TraceData
from visualisation.drawing import Mark, of_trace
from visualisation.marks import Level, digit, level_name
from visualisation.panel import Way
from visualisation.sentences import Teller
from visualisation.sheets import stamp
from visualisation.svg import heading_of, line_of, name_of
from visualisation.tables import exposure_view
from visualisation.text import shown
from visualisation.words import Words

WIDTH = 110
MOST = 20
"""Longest list that is printed whole; the rest is counted."""


def answer_text(answer: Answer[Any], words: Words) -> str:
    """An answer in words: what was found, the path, what is not known and whom to ask, the sources, the stamp."""
    teller = Teller(answer, words)
    lines: list[str] = []
    if answer.demonstration:
        lines += [words("app.demonstration"), ""]
    if answer.knowledge is Knowledge.NOT_IN_GRAPH or answer.data is None:
        lines += [words("not_in_graph.title"), *_wrap(words("not_in_graph.none"))]
    else:
        lines += _BODIES[type(answer.data)](answer, teller)
        lines += _tail(answer, teller)
    lines += ["", *_wrap(" · ".join(f"{n}: {v}" for n, v in stamp(answer, words) if v != words("app.demonstration")))]
    lines += _wrap(words("app.no_deviation"))
    return "\n".join(shown(line).rstrip() for line in lines)


def _wrap(text: str, indent: str = "", hang: str | None = None) -> list[str]:
    return textwrap.wrap(
        " ".join(text.split()),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent if hang is None else hang,
        break_long_words=True,
        break_on_hyphens=False,
    )


def _heading(text: str) -> list[str]:
    return ["", text, "─" * min(WIDTH, _width(text))]


def _width(text: str) -> int:
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def _columns(rows: Iterable[Sequence[str]], header: Sequence[str], most: Sequence[int]) -> list[str]:
    """Aligned columns, each at most so wide; a longer text continues on the next line of its column."""
    table = [tuple(header), *(tuple(shown(cell) for cell in row) for row in rows)]
    widths = [max(1, min(limit, max(_width(row[i]) for row in table))) for i, limit in enumerate(most)]
    lines = []
    for row in table:
        cells = [textwrap.wrap(cell, width) or [""] for cell, width in zip(row, widths, strict=True)]
        for place in range(max(map(len, cells))):
            parts = [cell[place] if place < len(cell) else "" for cell in cells]
            lines.append("  ".join(p + " " * (w - _width(p)) for p, w in zip(parts, widths, strict=True)).rstrip())
    return lines


def _few(items: Sequence[str], words: Words, most: int = MOST) -> list[str]:
    lines = [line for item in items[:most] for line in _wrap(item, "- ", "  ")]
    return [*lines, words("terminal.more", n=len(items) - most)] if len(items) > most else lines


def _way(way: Way, words: Words) -> list[str]:
    lines = [*_wrap(way.intro, "  ")]
    for place, hop in enumerate(way.hops):
        mark = f"  ← {words('path.is_weakest')}" if hop.weakest else ""
        arrow = "  " if place == 0 else "  ↑ "
        lines += _wrap(hop.name + (f" ({hop.link})" if hop.link else "") + mark, arrow, "      ")
        lines += _wrap(hop.evidence, "      ") if hop.evidence else []
    return [*lines, *_wrap(way.weakest, "  ")]


def _exposure(answer: Answer[ExposureData], teller: Teller) -> list[str]:
    assert answer.data is not None
    data, words = answer.data, teller.words
    view = exposure_view(answer, teller)
    lines = [words("exposure.title_of", what=teller.name(data.subject.id), risk=words.risk(data.risk))]
    lines += [words("exposure.of_contracts", n=data.contracts)]
    for sentence in teller.by_match():
        lines += _wrap(sentence)
    if not data.contracts:
        return [*lines, *_denied(data.denied, teller)]
    lines += _heading(words("exposure.reach"))
    severities = sorted({severity for row in view.sets for severity, _ in row.counts}, reverse=True)
    for row in view.sets:
        counts = dict(row.counts)
        cells = [f"{words.severity(s)} {counts[s]}" for s in severities if s in counts]
        lines += _wrap(
            f"{row.name}: " + ("; ".join(cells) if row.counts else words("exposure.not_reached")), "", "    "
        )
    for row in view.sets:
        if row.way is not None:
            also = [other.name for other in view.sets if other.same_as == row.name]
            lines += [*_heading(words("terminal.worst_path")), row.way.bounds]
            lines += [words("path.same_for", name=name) for name in also]
            lines += _way(row.way, words)
    if view.tiers:
        lines += _heading(words("tiers.title"))
        names = ("tier", "steps", "item", "seeded", "unassessed", "ends")
        rows = [
            (
                words("column.tier", tier=t.tier) if t.tier else words("column.contract"),
                *map(words.number, (t.steps, t.item_steps, t.seeded, t.unassessed, t.ends)),
            )
            for t in view.tiers
        ]
        lines += _columns(rows, [words(f"tiers.{n}") for n in names], (10, 10, 16, 26, 14, 16))
    lines += _buyers(view.buyers, words) if len(view.buyers) > 1 else []
    lines += _origins(data, teller)
    lines += _heading(
        f"{words('members.title')} ({words('shown_of', shown=len(view.members[:MOST]), total=data.contracts)})"
    )
    members = [
        (
            digit(r.level),
            r.name,
            r.severity,
            r.bounds or words("table.not_applicable"),
            r.unknown or words("unknown.none_here"),
        )
        for r in view.members[:MOST]
    ]
    header = (
        "",
        words("members.contract"),
        words("members.severity"),
        words("members.bounds"),
        words("members.unknown"),
    )
    return lines + _columns(members, header, (1, 38, 26, 12, 25))


def _buyers(buyers: Sequence[Any], words: Words) -> list[str]:
    names = ("buyer", "severity", "contracts", "reached", "item", "link_only", "unknown", "none")
    rows = [
        (
            name,
            level_name(level, words),
            *map(words.number, (r.contracts, r.reached, r.reached_item, r.supplier_link_only, r.unknown, r.none_found)),
        )
        for r, name, level in buyers
    ]
    return _heading(words("buyers.title")) + _columns(
        rows, [words(f"buyers.{n}") for n in names], (26, 22, 9, 9, 9, 12, 9, 9)
    )


def _origins(data: ExposureData, teller: Teller) -> list[str]:
    words = teller.words
    if not data.origins:
        return []
    rows = [
        (teller.name(o.node), words.severity(o.severity), words.number(o.contracts), words.number(o.contracts_item))
        for o in data.origins[:MOST]
    ]
    header = (words("origins.where"), words("table.severity"), words("origins.contracts"), words("origins.item"))
    return _heading(words("origins.title")) + _columns(rows, header, (46, 24, 16, 20))


def _trace(answer: Answer[TraceData], teller: Teller) -> list[str]:
    assert answer.data is not None
    data, words = answer.data, teller.words
    drawing = of_trace(data)
    lines = [
        words("tier.title_of", what=", ".join(map(teller.name, data.start[:3])) or words("unknown")),
        words(f"direction.{data.direction}"),
    ]
    if data.risk:
        lines.append(f"{words('risk')}: {words.risk(data.risk)}")
    if not drawing.marks:
        lines += _wrap(words("tier.nothing"))
    for _, group in groupby(drawing.marks, key=lambda mark: mark.column):
        marks = list(group)
        title, note = heading_of(marks[0].column, marks, words)
        lines += _heading(f"{title} ({note})")
        for mark in marks[: MOST * 2]:
            lines += _mark(mark, words)
        if len(marks) > MOST * 2:
            lines.append(words("terminal.more", n=len(marks) - MOST * 2))
    lines += _denied(data.denied, teller)
    if data.cycles:
        lines += _heading(words("cycles.title"))
        lines += _few([" ↔ ".join(map(teller.name, cycle)) for cycle in data.cycles], words)
    return lines


def _denied(links: Sequence[LinkData], teller: Teller) -> list[str]:
    """Links that somebody denies: shown beside, removing nothing."""
    words = teller.words
    rows = [words("denied.row", source=teller.name(k.source), target=teller.name(k.target)) for k in links]
    return [*_heading(words("denied.title")), *_few(rows, words)] if rows else []


def _disputed(teller: Teller) -> list[str]:
    """What sources are in conflict about, and what the question is about that is only denied."""
    words, lines = teller.words, []
    if conflicts := [words("conflict.row", what=a, property=b, values=c) for a, b, c in teller.conflicts()]:
        lines += [*_heading(words("entity.conflicts")), *_few(conflicts, words)]
    if denied := teller.only_denied():
        lines += [*_heading(words("denied.nodes")), *_few(denied, words)]
    return lines


def _mark(mark: Mark, words: Words) -> list[str]:
    level = "" if mark.level is Level.NO_RISK else f"[{digit(mark.level)}] "
    line = line_of(mark, words)
    text = level + name_of(mark, words) + (f" · {line}" if line else "")
    if mark.end:
        text += f" · {words('end_short')}"
    return _wrap(text, "", "    ")


def _affected(answer: Answer[AffectedData], teller: Teller) -> list[str]:
    assert answer.data is not None
    data, words = answer.data, teller.words
    lines = [words("affected.title_of", what=teller.name(data.start.id))]
    lines += [line for row in teller.counts() for line in _wrap(teller.count(row), "", "  ")]
    lines.append(words("affected.of_all", n=data.contracts_all))
    if not data.contracts:
        lines += _wrap(words("affected.none"))
    for row in data.contracts[:MOST]:
        buyers = ", ".join(map(teller.name, row.regions)) or words("unknown")
        suppliers = ", ".join(map(teller.name, row.suppliers)) or words("unknown")
        lines += _heading(teller.name(row.contract.id))
        lines += _wrap(f"{words('affected.region')}: {buyers} · {words('affected.supplier')}: {suppliers}", "  ")
        lines += _wrap(
            f"{teller.resolution(row)} · {words('affected.clause')}: {teller.clause(row.contract)}",
            "  ",
        )
        if row.path is not None:
            lines += _wrap(" → ".join(map(teller.name, row.path.nodes)), "  ", "    ")
            lines += _wrap(teller.weakest(row.path), "  ")
        lines += _wrap(
            f"{words('affected.question')}: {teller.question(row)}",
            "  ",
            "    ",
        )
    if len(data.contracts) > MOST:
        lines += ["", words("terminal.more", n=len(data.contracts) - MOST)]
    other_days = teller.formerly()
    if other_days:
        lines += [*_heading(words("formerly.title")), *_few(other_days, words)]
    return [*lines, *_denied(data.denied, teller)]


def _paths(answer: Answer[PathsData], teller: Teller) -> list[str]:
    assert answer.data is not None
    data, words = answer.data, teller.words
    lines = [words("paths.title_of", source=teller.name(data.source), target=teller.name(data.target))]
    if not data.paths:
        return [*lines, *_wrap(words("paths.none"))]
    for number, path in enumerate(data.paths, 1):
        way = Way(
            teller.linked(path), tuple(teller.hops(path)), teller.weakest(path), words.resolution(path.resolution), ""
        )
        title = f"{number}. {words('path.value', c=words.probability(path.value))} · {way.resolution}"
        lines += [*_heading(title), *_way(way, words)]
    return lines


def _entity(answer: Answer[EntityData], teller: Teller) -> list[str]:
    assert answer.data is not None
    data, words = answer.data, teller.words
    lines = [f"{teller.name(data.node.id)} ({words.node_type(data.node.type)})", *map(words.key, data.node.keys)]
    for said in data.said:
        lines += _heading(words("entity.by", who=teller.said_by(said)))
        lines += [
            f"  {words.property(said.type, k)}: {words.said(said.type, k, v)}" for k, v in said.properties.items()
        ]
    if not data.said:
        lines.append(words("entity.nothing_said"))
    if data.conflicts:
        lines += _heading(words("entity.conflicts"))
        type = data.node.type
        lines += _few(
            [f"{words.property(type, c.property)}: {teller.differing(type, c)}" for c in data.conflicts], words
        )
    lines += _heading(words("entity.links"))
    return lines + _few(
        [
            f"{teller.name(k.source)} {words.link_type(k.type)} {teller.name(k.target)} · {teller.evidence(k)}"
            for k in data.links
        ],
        words,
        40,
    )


_BODIES: dict[type[Any], Callable[[Any, Teller], list[str]]] = {
    ExposureData: _exposure,
    TraceData: _trace,
    AffectedData: _affected,
    PathsData: _paths,
    EntityData: _entity,
}


def _tail(answer: Answer[Any], teller: Teller) -> list[str]:
    """What every answer ends with: on whose word, what is not known and whom to ask, the company list, the sources."""
    words = teller.words
    lines: list[str] = []
    if teller.statements:
        told = [teller.statement(said) for said in teller.statements.values()]
        items = [f"{t.sentence} ({'; '.join(f'{name}: {value}' for name, value in t.details)})" for t in told]
        lines += [*_heading(words("panel.why")), *_few(items, words)]
    if not isinstance(answer.data, EntityData):
        lines += _disputed(teller)
        ends = [f"{teller.end(end)} {teller.ask(end.ask)}" for end in answer.completeness.ends]
        lines += [*_heading(words("unknown.heading")), *_few(teller.unknown(), words), *_few(ends, words)]
    listed = [teller.listed(row) for row in getattr(answer.data, "company_list", ())]
    if listed:
        lines += [*_heading(words("listed.title")), *_few(listed, words)]
    if answer.evidence.cited:
        lines += [
            *_heading(words("source.title")),
            *_few([teller.source(source) for source in answer.evidence.cited], words),
        ]
    return lines
