"""How exposed a group of contracts is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from graph.questions.question import Question, Reading
from graph.questions.shared import members_param, risk_param, subject_param

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.data import ExposureData
    from graph.questions.group_lines import GroupLine
    from graph.snapshot.view import Snapshot


class Exposure(Question):
    """How exposed a group of contracts is to a risk: by severity, by resolution, and what is not known."""

    name: ClassVar[str] = "exposure"
    pages: ClassVar[str] = "members"
    unpaged: ClassVar[tuple[str, ...]] = ("members",)
    sv: ClassVar[str] = (
        "Hur utsatt en grupp avtal är för en risk: efter allvar, efter hur noga man vet, och vad som inte är känt"
    )

    subject: str = subject_param()
    risk: str = risk_param()
    members: int = members_param()

    def cost(self, s: Snapshot) -> int:
        from graph.questions.costs import cost_of_group

        return cost_of_group(s, self.subject)

    def compute(self, reading: Reading) -> Answer[ExposureData]:
        from graph.questions.exposure import exposure

        return exposure(reading.snapshot, self.subject, self.risk, members=self.members, part=reading.part)

    def each(self, reading: Reading) -> Callable[[str], GroupLine]:
        from graph.questions.many import Groups

        return Groups(reading.snapshot, self.risk).line
