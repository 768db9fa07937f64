"""Where knowledge ends, and who could tell more."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from graph.questions.question import ALL, Question, Reading, param
from graph.questions.shared import risk_param, subject_param
from ontology.label import Label

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.questions.coverage import CoverageData
    from graph.snapshot.view import Snapshot


class Coverage(Question):
    """Where knowledge ends: by tier, supplier, category and age of the sources, and who could tell more."""

    name: ClassVar[str] = "coverage"
    sv: ClassVar[str] = "Var kunskapen tar slut: per led, leverantör, kategori och källornas ålder, och vem som kan mer"

    subject: str = subject_param(ALL)
    risk: str | None = risk_param(
        None,
        label=Label("Bedömt för", "Assessed for"),
        note=Label(
            "Räkna steg som bedömda för denna risktyp", "Count steps as assessed for this risk type, else for any"
        ),
    )
    rows: int = param(
        Label("Rader", "Rows"), Label("Hur många rader i varje tabell", "How many rows of each table"),
        50, ge=1, le=5_000,
    )  # fmt: skip

    def cost(self, s: Snapshot) -> int:
        from graph.questions.costs import cost_of_group

        return cost_of_group(s, self.subject)

    def compute(self, reading: Reading) -> Answer[CoverageData]:
        from graph.questions.coverage import coverage
        from graph.questions.told import at_of

        at = at_of(reading.snapshot)
        said = reading.store.resting(at)
        known = {id: (source, sum(said[id].values())) for id, source in reading.store.sources(at).items() if id in said}
        return coverage(reading.snapshot, known, self.subject, self.risk, most=self.rows)
