"""The surest ways between two things."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from graph.questions.question import Question, Reading, param
from ontology.label import Label

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.data import PathsData


MOST_ENDS = 100
"""Things at one end."""


class Paths(Question):
    """The surest paths from one thing down to another, with the weakest link of each.

    Of several things at either end: the surest path of each pair that one joins.
    """

    name: ClassVar[str] = "paths"
    sv: ClassVar[str] = "De säkraste vägarna från något ner till något annat, med den svagaste länken på var och en"

    source: tuple[str, ...] = param(
        Label("Från (uppströms)", "From (upstream)"),
        Label("Änden uppströms, en eller flera", "The upstream end, one or several"),
        names=True,
        example="demo:site-klang-4",
        min_length=1,
        max_length=MOST_ENDS,
    )
    target: tuple[str, ...] = param(
        Label("Till (nedströms)", "To (downstream)"),
        Label("Änden nedströms, en eller flera", "The downstream end, one or several"),
        names=True,
        example="demo:contract-gloves-skane",
        min_length=1,
        max_length=MOST_ENDS,
    )
    k: int | None = param(
        Label("Vägar", "Paths"),
        Label(
            "Hur många vägar: 5 mellan två ting, 100 mellan flera",
            "How many paths: 5 between two things, 100 between several",
        ),
        None,
        ge=1,
        le=1_000,
    )

    def compute(self, reading: Reading) -> Answer[PathsData]:
        from graph.questions.paths import paths

        few = len(self.source) == len(self.target) == 1
        return paths(reading.snapshot, self.source, self.target, k=self.k or (5 if few else 100))
