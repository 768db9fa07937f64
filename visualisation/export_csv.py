"""An answer's main table as CSV: UTF-8 with a byte order mark, each row stamped, no cell that a program runs."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

from graph.answer import Answer
from visualisation.sentences import Teller
from visualisation.sheets import sheets, stamp
from visualisation.text import cell
from visualisation.views import Cell
from visualisation.words import Words


def answer_csv(answer: Answer[Any], words: Words) -> bytes:
    """The main table. The stamp (as of, snapshot, method, demonstration) and what is not known stand in the last
    columns of every row."""
    main = sheets(answer, words)[0]
    said = [*stamp(answer, words), *_beside(Teller(answer, words))]
    return table_csv(
        (*main.header, *(name for name, _ in said)), ((*row, *(value for _, value in said)) for row in main.rows)
    )


def _beside(teller: Teller) -> list[tuple[str, str]]:
    """What the workbook says on sheets of its own."""
    found = [(teller.words("unknown.heading"), " ".join(teller.unknown()))]
    other_days = teller.formerly()
    return [*found, (teller.words("formerly.title"), " ".join(other_days))] if other_days else found


def table_csv(header: Any, rows: Any) -> bytes:
    """Rows as CSV bytes; texts are neutralised, numbers are written with a decimal point."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([_cell(value) for value in header])
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Cell) -> str:
    if isinstance(value, str):
        return cell(value)
    return value.isoformat() if isinstance(value, date) else repr(value)
