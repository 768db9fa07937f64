"""What sources are in conflict about."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from graph.questions.question import MAX_TEXT, Question, Reading, param
from ontology.label import Label

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.questions.conflicts import ConflictsData


class Conflicts(Question):
    """Everything that sources are in conflict about: who says what, what counts, and by which rule."""

    name: ClassVar[str] = "conflicts"
    sv: ClassVar[str] = "Allt som källorna är oense om: vem som säger vad, vad som gäller och enligt vilken regel"

    type: str | None = param(
        Label("Typ", "Type"),
        Label("Bara denna nodtyp eller länktyp", "Only this node or link type, for instance Site"),
        None,
        example="Site",
        max_length=MAX_TEXT,
    )
    property: str | None = param(
        Label("Egenskap", "Property"),
        Label("Bara denna egenskap, med dess id", "Only this property, by its id, for instance severity"),
        None,
        example="severity",
        max_length=MAX_TEXT,
    )
    skip: int = param(
        Label("Hoppa över", "Skip"),
        Label("Konflikter att gå förbi, där inte alla listas", "Conflicts to pass over, where not all are listed"),
        0, ge=0, le=10_000_000,
    )  # fmt: skip
    rows: int = param(
        Label("Rader", "Rows"), Label("Hur många konflikter som listas", "How many conflicts to list"),
        200, ge=1, le=5_000,
    )  # fmt: skip

    def compute(self, reading: Reading) -> Answer[ConflictsData]:
        from graph.questions.conflicts import conflicts

        return conflicts(reading.snapshot, type=self.type, of=self.property, skip=self.skip, most=self.rows)
