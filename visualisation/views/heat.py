"""Where risks sit: a table of cells, each with the worst level, how many are reached and what nobody assessed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graph.questions.question import ALL
from ontology.label import Label
from visualisation.labels import wrapped
from visualisation.marks import level_name, span
from visualisation.page import Page
from visualisation.pages import entity_path, render_rows
from visualisation.sentences import Teller
from visualisation.signs import HEAT_SIGNS, Still
from visualisation.text import shown
from visualisation.views import Cell, Headline, Rich, Sheet, View, filled
from visualisation.words import Words

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.questions.heat import HeatCell, HeatData, HeatMember

HIDDEN = ("row", "column")
UNKNOWN = "unknown"
"""The row or column of what it is not known of."""


def row_name(data: HeatData, id: str, teller: Teller) -> str:
    words = teller.words
    if id == UNKNOWN:
        return words(f"heat.no_row.{data.by}")
    return words.country(id) if data.by == "country-tier" else teller.name(id)


def column_name(data: HeatData, id: str, words: Words) -> str:
    if data.by == "category-risk":
        return words.risk(id)
    if data.by == "country-tier":
        return words("column.tier", tier=id)
    return words("heat.no_stage") if id == UNKNOWN else words.term("chain-stages", id)


def bounds(cell: HeatCell | HeatMember, words: Words) -> str:
    """The interval of lens A, where the severity is stated."""
    if cell.low is None or cell.high is None:
        return ""
    return span(cell.low, cell.high, cell.upper_open, words)


def counted(cell: HeatCell, data: HeatData, words: Words) -> str:
    """How many of how many are reached; that none is told, where none is."""
    if not cell.things:
        return words(f"heat.none.{data.things}")
    return words("n_of", n=cell.reached, total=cell.things)


def unassessed(cell: HeatCell, words: Words) -> str:
    return words.share(cell.unassessed, cell.steps) if cell.steps else words("heat.no_steps")


def _risk(data: HeatData, words: Words) -> str:
    return words.risk(data.risk) if data.risk else words("any_risk")


def _headline(data: HeatData, teller: Teller) -> Headline:
    words, whole = teller.words, data.whole
    verdict = " ".join(part for part in (level_name(whole.level, words), bounds(whole, words)) if part)
    untold = words("heat.unassessed", risk=_risk(data, words)) if whole.steps else words("heat.upstream")
    figures = (
        (verdict, words("heat.worst" if whole.reached else "heat.none_reached", risk=_risk(data, words))),
        (words.share(whole.reached, whole.things), words(f"heat.reached.{data.things}")),
        (unassessed(whole, words), untold),
    )
    return Headline(figures, words("heat.note"), level=whole.level)


def _unknown(data: HeatData, teller: Teller) -> Iterator[str]:
    words, whole = teller.words, data.whole
    if not whole.things and data.other_days is None:
        yield words(f"heat.nothing.{data.things}")
    if whole.unassessed and not data.risk:
        yield words("unassessed_any", n=whole.unassessed, steps=whole.steps)
    if data.things == "contracts" and not whole.steps and whole.things:
        yield words("heat.no_chain", n=whole.things)


def _sheet(data: HeatData, teller: Teller) -> Sheet:
    words = teller.words
    header = (
        words(f"heat.row.{data.by}"),
        words(f"heat.column.{data.by}"),
        *(words(f"heat.{name}") for name in ("level", "bounds", "reached_short", "unassessed_short")),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            row_name(data, cell.row, teller),
            column_name(data, cell.column, words),
            level_name(cell.level, words),
            bounds(cell, words) or words("table.not_applicable"),
            counted(cell, data, words),
            unassessed(cell, words),
        )
        for cell in data.cells
    ]
    return filled(Sheet(words("heat.sheet"), header, tuple(rows)), words(f"heat.nothing.{data.things}"), words)


def _members(data: HeatData, teller: Teller) -> Iterable[Sheet]:
    """What belongs to the chosen cell, each with the way to its tier view."""
    if data.row is None and data.column is None:
        return
    words = teller.words
    where = [row_name(data, data.row, teller)] if data.row is not None else []
    where += [column_name(data, data.column, words)] if data.column is not None else []
    risk = data.column if data.by == "category-risk" and data.column else data.risk
    rows: list[tuple[Cell, ...]] = [
        (
            Rich(teller.name(one.node), "/tier", {"start": one.node, **({"risk": risk} if risk else {})}),
            Rich(level_name(one.level, words), level=one.level),
            bounds(one, words) or words("table.not_applicable"),
            _looked_at(one, words),
            Rich(words("heat.to_entity"), entity_path(one.node)),
        )
        for one in data.members
    ]
    header = tuple(words(f"heat.member.{name}") for name in ("name", "level", "bounds", "assessed", "entity"))
    sheet = Sheet(words("heat.chosen", where=" · ".join(where)), header, tuple(rows))
    yield filled(sheet, words(f"heat.none.{data.things}"), words)


def _looked_at(one: HeatMember, words: Words) -> str:
    if one.assessed is None:
        return words("table.not_applicable")
    return words("heat.assessed" if one.assessed else "heat.not_assessed")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A cell as the page draws it; ``share`` is what nobody assessed, 0 to 1, all of it where no step is known."""

    cell: HeatCell
    level: str
    bounds: str
    counted: str
    unassessed: str
    share: float
    spoken: str
    listed: str
    """What the link to the list of its members is called."""
    tiers: Mapping[str, str] | None
    """The query of its tier view; None where there is none, or where it would show more than the cell."""
    chosen: bool


def _drawn(cell: HeatCell, data: HeatData, teller: Teller) -> Drawn:
    words = teller.words
    said = {
        "row": row_name(data, cell.row, teller),
        "column": column_name(data, cell.column, words),
        "level": level_name(cell.level, words),
        "counted": counted(cell, data, words),
        "unassessed": unassessed(cell, words),
    }
    return Drawn(
        cell=cell,
        level=cell.level,
        bounds=bounds(cell, words),
        counted=said["counted"],
        unassessed=said["unassessed"],
        share=cell.unassessed / cell.steps if cell.steps else 1.0,
        spoken=words("heat.spoken", **said),
        listed=words("heat.list_of", row=said["row"], column=said["column"], unassessed=said["unassessed"]),
        tiers=_tiers(cell, data),
        chosen=(cell.row, cell.column) == (data.row, data.column),
    )


def _tiers(cell: HeatCell, data: HeatData) -> dict[str, str] | None:
    """The tier view in groups of what belongs to a cell: of its country in its tier, else of its row's contracts."""
    if not cell.things or UNKNOWN in (cell.row, cell.column):
        return None
    risk = cell.column if data.by == "category-risk" else data.risk
    found = {"risk": risk} if risk else {}
    if data.by == "country-tier":
        box = f"{cell.column}:{cell.row}"
        return found | {"subject": data.subject.id, "by": "country", "tier": cell.column, "opened": box}
    if data.subject.id != ALL:
        return None
    return found | {"subject": cell.row, "by": "stage" if data.by == "area-stage" else "supplier"}


def _grid(data: HeatData, teller: Teller) -> list[tuple[str, str, list[Drawn]]]:
    """(row, its name, its cells), top down."""
    width = len(data.columns)
    return [
        (id, row_name(data, id, teller), [_drawn(c, data, teller) for c in data.cells[n * width : (n + 1) * width]])
        for n, id in enumerate(data.rows)
    ]


LEFT, WIDE, TALL = 190.0, 132.0, 70.0
"""Room for the names of rows, and the size of a cell of a picture (px)."""


def _still(answer: Answer[HeatData], teller: Teller) -> Still | None:
    data, words = answer.data, teller.words
    assert data is not None
    if not data.cells:
        return None
    heads = [wrapped(shown(column_name(data, id, words)), WIDE - 12) for id in data.columns]
    top = 20.0 + 16 * max(map(len, heads))
    rows = [(wrapped(shown(name), LEFT - 12), cells) for _, name, cells in _grid(data, teller)]
    values = {"heads": heads, "rows": rows, "above": top, "left": LEFT, "wide": WIDE, "tall": TALL}
    width, height = LEFT + WIDE * len(heads), top + TALL * len(rows)
    return Still("_still_heat.svg", values, width, height, HEAT_SIGNS, levels=True)


def render_heat(answer: Answer[HeatData], page: Page) -> str:
    """The table of rows by columns; a cell leads to its tier view, its foot to the list of what belongs to it."""
    assert answer.data is not None
    data, words = answer.data, Words(page.lang)
    teller = Teller(answer, words)
    grid = _grid(data, teller)
    columns = [(id, column_name(data, id, words)) for id in data.columns]
    ways = {id: _way(data, id) for id in data.rows}
    return render_rows(answer, page, "heat.html", HIDDEN, grid=grid, columns=columns, ways=ways)


def _way(data: HeatData, row: str) -> tuple[str, dict[str, str]] | None:
    """Where the tier view of a row is: of an area or category as a whole; a country has its list."""
    if row == UNKNOWN or data.by == "country-tier":
        return None
    return "/tier", {"start": row, **({"risk": data.risk} if data.risk else {})}


VIEW = View(
    "heat",
    Label("Riskkarta", "Heat map"),
    about=lambda data, teller: teller.name(data.subject.id),
    sheet=_sheet,
    more=_members,
    page=render_heat,
    still=_still,
    headline=_headline,
    unknown=_unknown,
    place=30,
)
