"""What differs between two days, or between what was known at two times."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from pydantic import AwareDatetime

from graph.questions.question import ALL, Question, Reading, param
from graph.questions.shared import risk_param, subject_param
from ontology.label import Label

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.compared import CompareData
    from graph.snapshot.view import Snapshot


def _year_before(s: Snapshot) -> date:
    day = s.moment.valid_at or (s.moment.during or (date.max,))[0]
    return date.fromordinal(max(1, day.toordinal() - 365))


class Compare(Question):
    """What has changed since another day, or since what was known then, and why: risen, fallen, expired, corrected.

    What was unknown and became known, or the reverse, is a kind of its own and never a fall. Without ``before`` and
    ``before_known`` it is compared with the day a year earlier.
    """

    name: ClassVar[str] = "compare"
    of_history: ClassVar[bool] = True
    sv: ClassVar[str] = "Vad som har ändrats sedan en annan dag, eller sedan vad som var känt då, och varför"

    subject: str = subject_param(ALL)
    risk: str | None = risk_param(
        None,
        note=Label(
            "En risktyp; utan den alla som någon har bedömt", "One risk type; without it all that somebody assessed"
        ),
    )
    before: date | None = param(
        Label("Jämför med dagen", "Compare with the day"),
        Label("Dagen som det jämförs med", "The day that it is compared with (valid_at)"),
        None,
        example="2025-11-01",
    )
    before_known: AwareDatetime | None = param(
        Label("Jämför med vad som var känt", "Compare with what was known"),
        Label("Tiden vars kunskap det jämförs med", "The time whose knowledge it is compared with (known_at)"),
        None,
        example="2026-11-01T12:00:00Z",
    )
    most: int = param(
        Label("Rader", "Rows"), Label("Högst så många ändringar i listan", "Most changes listed"), 200, ge=0, le=5_000
    )

    def cost(self, s: Snapshot) -> int:
        from graph.questions.costs import cost_of_graph
        from graph.snapshot.seeds import risk_types

        return 2 * cost_of_graph(s) * (1 if self.risk else len(risk_types()))

    def compute(self, reading: Reading) -> Answer[CompareData]:
        from graph.questions.compare import compare

        after, day = reading.snapshot, self.before
        if day is None and self.before_known is None:
            day = _year_before(after)
        return compare(
            reading.store, reading.elsewhen(day, self.before_known), after, self.subject, self.risk, most=self.most
        )
