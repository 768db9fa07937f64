"""What the words mean, and by which rules figures are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from graph.questions.question import Question, Reading, param
from ontology.label import Label

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.questions.told import TermsData
    from graph.snapshot.view import Snapshot


class Terms(Question):
    """What the words mean: the rules of the method, and each risk type, level, stage and status with its source."""

    name: ClassVar[str] = "terms"
    sv: ClassVar[str] = "Vad orden betyder: metodens regler och varje risktyp, nivå, led och status, med källa"

    vocabulary: str | None = param(
        Label("Ordlista", "Vocabulary"),
        Label("Bara denna ordlista, med dess id", "Only this vocabulary, by its id, for instance risk-types"),
        None,
        example="risk-types",
        max_length=60,
    )

    def cost(self, s: Snapshot) -> int:  # noqa: ARG002  (it looks at no vertex)
        return 0

    def compute(self, reading: Reading) -> Answer[TermsData]:
        from graph.questions.told import terms

        return terms(reading.snapshot, self.vocabulary)
