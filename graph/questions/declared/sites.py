"""Where the sites behind contracts lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from graph.questions.question import ALL, Question, Reading, param
from graph.questions.shared import level_param, risk_param, subject_param
from ontology.label import Label

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.placed import MapData
    from graph.snapshot.view import Snapshot

EDGE = r"\s*-?\d{1,3}(\.\d{1,6})?\s*"


class Sites(Question):
    """Where the sites behind a group of contracts lie, what is said of the risk there, and what is not known."""

    name: ClassVar[str] = "sites"
    sv: ClassVar[str] = (
        "Var anläggningarna bakom en grupp avtal ligger, vad som sägs om risken där, och vad som är okänt"
    )

    subject: str = subject_param(ALL)
    risk: str | None = risk_param(None)
    level: str | None = level_param()
    area: str | None = param(
        Label("Utsnitt", "Area"),
        Label(
            "Kartans utsnitt: väst, syd, öst och nord i grader, med komman mellan",
            "What the map shows: west, south, east and north in degrees, separated by commas",
        ),
        None,
        example="-12,34,45,72",
        pattern=f"^{EDGE},{EDGE},{EDGE},{EDGE}$",
    )
    most: int = param(
        Label("Anläggningar", "Sites"), Label("Högst så många anläggningar", "Most sites listed"), 1_000, ge=1, le=5_000
    )

    def cost(self, s: Snapshot) -> int:
        from graph.questions.costs import cost_of_group

        return cost_of_group(s, self.subject)

    def compute(self, reading: Reading) -> Answer[MapData]:
        from graph.questions.placing import sites_of

        return sites_of(reading.snapshot, self.subject, self.risk, level=self.level, most=self.most)
