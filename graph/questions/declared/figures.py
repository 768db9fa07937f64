"""What one lens says of each contract of a group."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from graph.questions.lenses import lenses
from graph.questions.question import Question, Reading, param
from graph.questions.shared import members_param, risk_param, subject_param
from ontology.label import Label

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.questions.figures import FiguresData
    from graph.snapshot.view import Snapshot

_NAMED = [(name, one.title) for name, one in lenses().known.items()]


class FiguresOfLens(Question):
    """What one lens says of each contract of a group, in its own unit: the highest first, unknown as unknown."""

    name: ClassVar[str] = "figures"
    sv: ClassVar[str] = "Vad en lins säger om varje avtal i en grupp, i sin egen enhet: störst först, okänt som okänt"

    subject: str = subject_param()
    risk: str = risk_param()
    lens: str = param(
        Label("Lins", "Lens"),
        Label(
            "Vilken lins: " + ", ".join(f"{name} ({title.sv.lower()})" for name, title in _NAMED),
            "Which lens: " + ", ".join(f"{name} ({title.en.lower()})" for name, title in _NAMED),
        ),
        "A",
        example="A",
        max_length=60,
    )
    members: int = members_param()

    def cost(self, s: Snapshot) -> int:
        from graph.questions.costs import cost_of_group

        return cost_of_group(s, self.subject)

    def compute(self, reading: Reading) -> Answer[FiguresData]:
        from graph.questions.figures import figures

        return figures(reading.snapshot, self.subject, self.risk, self.lens, members=self.members)
