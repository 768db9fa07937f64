"""The surest ways between two things."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from graph.questions.question import MAX_TEXT, Question, Reading, param
from ontology.label import Label

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.data import PathsData


class Paths(Question):
    """The surest paths from one entity down to another, with the weakest link of each."""

    name: ClassVar[str] = "paths"
    sv: ClassVar[str] = "De säkraste vägarna från något ner till något annat, med den svagaste länken på var och en"

    source: str = param(
        Label("Från (uppströms)", "From (upstream)"),
        Label("Änden uppströms", "The upstream end"),
        names=True,
        example="demo:site-klang-4",
        max_length=MAX_TEXT,
    )
    target: str = param(
        Label("Till (nedströms)", "To (downstream)"),
        Label("Änden nedströms", "The downstream end"),
        names=True,
        example="demo:contract-gloves-skane",
        max_length=MAX_TEXT,
    )
    k: int = param(Label("Vägar", "Paths"), Label("Hur många vägar", "How many paths"), 5, ge=1, le=50)

    def compute(self, reading: Reading) -> Answer[PathsData]:
        from graph.questions.paths import paths

        return paths(reading.snapshot, self.source, self.target, k=self.k)
