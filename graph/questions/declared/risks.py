"""How exposed a group of contracts is to each risk."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from graph.questions.question import Question, Reading
from graph.questions.shared import subject_param

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.questions.risk_lines import RisksData
    from graph.snapshot.view import Snapshot


class Risks(Question):
    """How exposed a group of contracts is to every risk type: the most severe reached, and what is not known."""

    name: ClassVar[str] = "risks"
    sv: ClassVar[str] = (
        "Hur utsatt en grupp avtal är för varje risktyp: det allvarligaste som nås, och vad som inte är känt"
    )

    subject: str = subject_param()

    def cost(self, s: Snapshot) -> int:
        from graph.questions.costs import cost_of_group

        # What all share is worked out once a day: every risk type takes about twice as long as one.
        return 2 * cost_of_group(s, self.subject)

    def compute(self, reading: Reading) -> Answer[RisksData]:
        from graph.questions.risks import risks

        return risks(reading.snapshot, self.subject)
