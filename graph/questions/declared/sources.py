"""What everything rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from graph.questions.question import MAX_TEXT, Question, Reading, param
from ontology.label import Label

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.questions.told import SourcesData
    from graph.snapshot.view import Snapshot


class Sources(Question):
    """Every source: publisher, title, edition, licence, how it is attributed, its age, and what rests on it."""

    name: ClassVar[str] = "sources"
    sv: ClassVar[str] = "Alla källor: utgivare, titel, utgåva, licens, hur de anges, ålder och vad som vilar på dem"

    publisher: str | None = param(
        Label("Utgivare", "Publisher"),
        Label("Bara denna utgivares källor, med dess hela namn", "Only this publisher's sources, by its whole name"),
        None,
        example="Kedja",
        max_length=MAX_TEXT,
    )
    licence: str | None = param(
        Label("Licens", "Licence"),
        Label(
            "Bara källor med denna licens; none: ingen är angiven", "Only sources of this licence; none: none is stated"
        ),
        None,
        example="CC-BY-4.0",
        max_length=MAX_TEXT,
    )

    def cost(self, s: Snapshot) -> int:  # noqa: ARG002  (the record counts them)
        return 0

    def compute(self, reading: Reading) -> Answer[SourcesData]:
        from graph.questions.told import at_of, sources

        at = at_of(reading.snapshot)
        known, said = reading.store.sources(at), reading.store.resting(at)
        return sources(reading.snapshot, known, said, publisher=self.publisher, licence=self.licence)
