"""What everything rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from graph.questions.question import Question, Reading

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.questions.told import SourcesData
    from graph.snapshot.view import Snapshot


class Sources(Question):
    """Every source: publisher, title, edition, licence, how it is attributed, its age, and what rests on it."""

    name: ClassVar[str] = "sources"
    sv: ClassVar[str] = "Alla källor: utgivare, titel, utgåva, licens, hur de anges, ålder och vad som vilar på dem"

    def cost(self, s: Snapshot) -> int:  # noqa: ARG002  (the record counts them)
        return 0

    def compute(self, reading: Reading) -> Answer[SourcesData]:
        from graph.questions.told import at_of, sources

        at = at_of(reading.snapshot)
        return sources(reading.snapshot, reading.store.sources(at), reading.store.resting(at))
