"""Where risks sit, rows by columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from graph.questions.question import ALL, MAX_TEXT, Question, Reading, param
from graph.questions.shared import risk_param, subject_param
from ontology.label import Label

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.questions.heat import HeatData
    from graph.snapshot.view import Snapshot

BROADEST = 7
"""Risk types that lie within no broader one."""


class Heat(Question):
    """Where risks sit: the worst level in each cell, how many of how many are reached, and what nobody assessed."""

    name: ClassVar[str] = "heat"
    sv: ClassVar[str] = "Var riskerna finns: värsta nivån i varje ruta, hur många som nås och vad ingen har bedömt"

    by: Literal["category-risk", "area-stage", "country-tier"] = param(
        Label("Rader och kolumner", "Rows by columns"),
        Label(
            "Vad rader och kolumner är: kategori och risk, område och led i kedjan, eller land och led",
            "What rows and columns are: category and risk, cooperation area and stage, or country and tier",
        ),
        "category-risk",
    )
    subject: str = subject_param(ALL)
    risk: str | None = risk_param(
        None,
        note=Label(
            "Bara denna risktyp och de som ingår i den", "Only this risk type and those within it, by id or name"
        ),
    )
    row: str | None = param(
        Label("Rad", "Row"),
        Label("Lista det som hör till denna rad, med id ur svaret", "List what belongs to this row, by its id here"),
        None,
        max_length=MAX_TEXT,
    )
    column: str | None = param(
        Label("Kolumn", "Column"),
        Label("Lista det som hör till denna kolumn", "List what belongs to this column, by its id here"),
        None,
        max_length=60,
    )
    rows: int = param(
        Label("Rader", "Rows"), Label("Hur många rader, allvarligast först", "How many rows, the most severe first"),
        40, ge=1, le=1_000,
    )  # fmt: skip

    def cost(self, s: Snapshot) -> int:
        from graph.questions.costs import cost_of_group

        return BROADEST * cost_of_group(s, self.subject)

    def compute(self, reading: Reading) -> Answer[HeatData]:
        from graph.questions.heat import heat

        return heat(
            reading.snapshot, self.by, self.subject, self.risk, row=self.row, column=self.column, most=self.rows
        )
