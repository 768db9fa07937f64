"""A trace: the tier view, its marks as a table, tier by tier in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise

from graph.answer import Answer
from graph.data import ExposureData, PathsData, TraceData
from ontology.label import Label
from visualisation import panel as panels
from visualisation.arranged import Arrangement, arranged, read, toggled
from visualisation.drawing import Drawing, Mark, of_trace
from visualisation.grouping import grouped
from visualisation.lines import MOST, denied, few, heading, wrap
from visualisation.marks import Level, digit, level_name
from visualisation.page import Page
from visualisation.pages import frame_of, rendered, risk_choices
from visualisation.sentences import Teller
from visualisation.svg import heading_of, line_of, name_of, picture
from visualisation.tables import tier_rows
from visualisation.views import CHAINS, Cell, Sheet, View, filled
from visualisation.words import Words

TIER_FRAME = 1376
"""Room (px) for the drawing of the tier view, in a window of 1,440."""


def render_tier(
    answer: Answer[TraceData],
    page: Page,
    *,
    selected: str | None = None,
    opened: Iterable[str] = (),
    exposure: Answer[ExposureData] | None = None,
    paths: Answer[PathsData] | None = None,
) -> str:
    """The tier view.

    Args:
        answer: what was traced; its risk colours the marks.
        selected: the mark whose chain is lit and whose panel is open.
        opened: ids of boxes (``group:COLUMN:COUNTRY``) to open.
        exposure: of the start to the same risk, for the panel when nothing is selected.
        paths: the best paths from the selected mark to the start, for its panel; the first is drawn thick.
    """
    words = Words(page.lang)
    assert answer.data is not None
    whole, how = of_trace(answer.data), read(page)
    drawing = grouped(arranged(whole, how), frozenset(opened), pinned=frozenset(how.pinned))
    teller = Teller(answer, words)

    what = start_name(answer.data, teller)

    def href(mark: Mark) -> str:
        if mark.group:
            return page.url(open=",".join(sorted({*opened, mark.id})), selected=None)
        return page.url(selected=mark.id)

    drawn = picture(
        drawing,
        words,
        href=href,
        risk=answer.data.risk,
        selected=selected,
        chosen=_chosen(exposure, paths, selected),
        frame=TIER_FRAME,
    )
    mark = next((mark for mark in drawing.marks if mark.id == drawn.selected), None)
    panel = (
        panels.of_mark(mark, drawing, teller, answer, href, paths)
        if mark
        else panels.of_start(answer, teller, drawing, exposure, what)
    )
    title = words("tier.title_of", what=what)
    return rendered(
        "tier.html",
        page,
        title,
        frame_of(answer),
        picture=drawn,
        panel=panel,
        data=answer.data,
        teller=teller,
        rows=tier_rows(drawn, answer, teller),
        counts=whole.counts(),
        risks=risk_choices(words),
        completeness=answer.completeness,
        folds=_folds(whole, how, page, words),
        hidden=_chips(whole, how.hidden, "hide", page, words),
        pinned=_chips(whole, how.pinned, "pin", page, words),
        hide=toggled(page, "hide", mark.id) if mark and not mark.group else None,
        pin=toggled(page, "pin", mark.id) if mark and drawing.grouped and mark.id not in how.pinned else None,
    )


def _folds(whole: Drawing, how: Arrangement, page: Page, words: Words) -> list[tuple[str, str, bool]]:
    """(name, address, whether it is folded) of each column but the first, which is what was asked about."""
    columns: dict[int, list[Mark]] = {}
    for mark in whole.marks:
        columns.setdefault(mark.column, []).append(mark)
    return [
        (heading_of(n, marks, words)[0], toggled(page, "fold", str(n)), n in how.folded)
        for n, marks in sorted(columns.items())[1:]
    ]


def _chips(whole: Drawing, ids: Iterable[str], name: str, page: Page, words: Words) -> list[tuple[str, str]]:
    """(name, address without it) of what is hidden or pinned."""
    names = {mark.id: name_of(mark, words) for mark in whole.marks}
    return [(names.get(id, id), toggled(page, name, id)) for id in ids]


def start_name(data: TraceData, teller: Teller) -> str:
    """What a trace is of, in a few words: the first that was asked about, and how many more."""
    name, more = teller.name(data.asked[0]), len(data.asked) - 1
    return f"{name} {teller.words('and_n_more', n=more)}" if more > 0 else name


def _chosen(
    exposure: Answer[ExposureData] | None, paths: Answer[PathsData] | None, selected: str | None
) -> frozenset[tuple[str, str]]:
    """The links of the path to draw thick: of the selection, else the worst path of the start."""
    nodes: tuple[str, ...] = ()
    if paths is not None and paths.data is not None and paths.data.paths:
        nodes = paths.data.paths[0].nodes
    elif selected is None and exposure is not None and exposure.data is not None:
        nodes = next((figure.path.nodes for figure in exposure.data.worst if figure.path), ())
    return frozenset(pairwise(nodes))


def _nodes(data: TraceData, teller: Teller) -> Sheet:
    """Every mark of the trace, also those that the drawing would put in boxes."""
    words = teller.words
    drawing = of_trace(data)
    names = ("name", "column", "kind", "actors", "country", "severity", "resolution", "end")
    header = (*(words(f"table.{name}") for name in names), words("export.low"), words("export.high"), words("panel.id"))
    titles = {
        m.column: heading_of(m.column, [x for x in drawing.marks if x.column == m.column], words)[0]
        for m in {mark.column: mark for mark in drawing.marks}.values()
    }
    rows: list[tuple[Cell, ...]] = []
    for mark in drawing.marks:
        assert mark.node is not None
        reach, none = mark.reach, words("table.not_applicable")
        known = reach is not None and mark.level not in (Level.UNKNOWN, Level.UNSTATED)
        numbers: tuple[Cell, ...] = (
            (reach.low, reach.high) if reach and known else (none if reach is None else words("unknown"),) * 2
        )
        rows.append(
            (
                name_of(mark, words),
                titles[mark.column],
                teller.noted(mark.node, "stage", words.term("chain-stages", mark.node.stage))
                if mark.node.stage
                else words.node_type(mark.node.type),
                ", ".join(teller.name(actor.node.id) for actor in mark.actors) or words("table.no_actor"),
                words.country(mark.country) if mark.country or mark.node.type == "Step" else none,
                none if mark.level is Level.NO_RISK else level_name(mark.level, words),
                words.resolution(mark.resolution) if mark.resolution else none,
                words("end_short") if mark.end else words("table.no_end"),
                *numbers,
                mark.id,
            )
        )
    return filled(Sheet(words("export.nodes"), header, tuple(rows)), words("tier.nothing"), words)


def _trace(answer: Answer[TraceData], teller: Teller) -> list[str]:
    assert answer.data is not None
    data, words = answer.data, teller.words
    drawing = of_trace(data)
    lines = [
        words("tier.title_of", what=start_name(data, teller)),
        words(f"direction.{data.direction}"),
    ]
    if data.risk:
        lines.append(f"{words('risk')}: {words.risk(data.risk)}")
    if not drawing.marks:
        lines += wrap(words("tier.nothing"))
    for _, group in groupby(drawing.marks, key=lambda mark: mark.column):
        marks = list(group)
        title, note = heading_of(marks[0].column, marks, words)
        lines += heading(f"{title} ({note})")
        for mark in marks[: MOST * 2]:
            lines += _mark(mark, words)
        if len(marks) > MOST * 2:
            lines.append(words("terminal.more", n=len(marks) - MOST * 2))
    lines += denied(data.denied, teller)
    if data.cycles:
        lines += heading(words("cycles.title"))
        lines += few([" ↔ ".join(map(teller.name, cycle)) for cycle in data.cycles], words)
    return lines


def _mark(mark: Mark, words: Words) -> list[str]:
    level = "" if mark.level is Level.NO_RISK else f"[{digit(mark.level)}] "
    line = line_of(mark, words)
    text = level + name_of(mark, words) + (f" · {line}" if line else "")
    if mark.end:
        text += f" · {words('end_short')}"
    return wrap(text, "", "    ")


def _cypher(data: TraceData) -> Iterator[tuple[str, dict[str, str]]]:
    names = ("upstream", "blind-spots", "coverage") if data.direction == "upstream" else ("downstream",)
    yield from ((name, {"start": data.start[0]}) for name in names if data.start)


VIEW = View(
    "trace",
    Label("Nivåvy", "Tier view"),
    about=start_name,
    sheet=_nodes,
    text=_trace,
    page=render_tier,
    drawing=of_trace,
    cypher=_cypher,
    path="/tier",
    group=CHAINS,
    place=10,
)
