"""What was so when, and when we learnt it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from graph.questions.question import MAX_TEXT, Question, Reading, param
from ontology.label import Label

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.timed import TimelineData


class Timeline(Question):
    """What was so of a thing when, and when we learnt it: its links and statements along both clocks, and the gaps."""

    name: ClassVar[str] = "timeline"
    of_history: ClassVar[bool] = True
    sv: ClassVar[str] = "Vad som gällde om något när, och när vi fick veta det: längs båda klockorna, med luckorna"

    subject: str = param(
        Label("Vad", "Subject"),
        Label("Ett id, en identifierare eller ett exakt namn", "An id, an identifier or an exact name"),
        names=True,
        example="demo:contract-gloves-kalmar",
        max_length=MAX_TEXT,
    )
    first: date | None = param(
        Label("Från och med", "From"),
        Label("Första dagen som visas", "The first day shown"),
        None,
        example="2024-01-01",
    )
    last: date | None = param(
        Label("Till och med", "Until"), Label("Sista dagen som visas", "The last day shown"), None, example="2026-12-31"
    )
    most: int = param(
        Label("Rader", "Rows"), Label("Högst så många uppgifter", "Most things listed"), 300, ge=1, le=5_000
    )

    def compute(self, reading: Reading) -> Answer[TimelineData]:
        from graph.questions.timing import timeline

        return timeline(reading.store, reading.snapshot, self.subject, first=self.first, last=self.last, most=self.most)
