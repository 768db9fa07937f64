"""Contracts in categories with goods on a published list."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from graph.questions.question import ALL, Question, Reading, param
from graph.questions.shared import risk_param, subject_param
from ontology.label import Label

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.questions.listed import ListedData
    from graph.snapshot.view import Snapshot


class Listed(Question):
    """Which contracts lie in categories with goods on a published list, from where, and which sites and owners are
    known of their suppliers: a company list, since no link says where the goods come from."""

    name: ClassVar[str] = "listed"
    sv: ClassVar[str] = (
        "Vilka avtal som ligger i kategorier med varor på en publicerad lista, varifrån, och vilka anläggningar och "
        "ägare som är kända för leverantörerna: en företagslista, eftersom ingen länk säger varifrån varorna kommer"
    )

    subject: str = subject_param(ALL)
    scheme: str = param(
        Label("Lista", "List"),
        Label(
            "Listans varuslag: dol, det amerikanska arbetsmarknadsdepartementets",
            "The list's kinds of goods: dol, the US Department of Labor's",
        ),
        "dol",
        pattern=r"^[a-z][a-z0-9-]{0,30}$",
    )
    risk: str | None = risk_param(None)
    most: int = param(
        Label("Rader", "Rows"),
        Label("Högst så många rader i varje lista", "Most rows of each list"),
        1_000,
        ge=1,
        le=5_000,
    )

    def cost(self, s: Snapshot) -> int:
        from graph.questions.costs import cost_of_group

        return cost_of_group(s, self.subject)

    def compute(self, reading: Reading) -> Answer[ListedData]:
        from graph.questions.listed import listed

        return listed(reading.snapshot, self.subject, scheme=self.scheme, risk=self.risk, most=self.most)
