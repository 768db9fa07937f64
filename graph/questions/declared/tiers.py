"""The chains of any number of contracts, tier by tier, in groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from graph.questions.question import ALL, MAX_TEXT, Question, Reading, param
from graph.questions.shared import level_param, risk_param, subject_param
from ontology.label import Label

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.snapshot.view import Snapshot
    from graph.tiered import TiersData


class Tiers(Question):
    """The chains of a group of contracts, tier by tier, in groups with counts: any number of contracts at once."""

    name: ClassVar[str] = "tiers"
    sv: ClassVar[str] = "En grupp avtals kedjor, led för led, i grupper med antal: hur många avtal som helst på en gång"

    subject: str = subject_param(ALL)
    risk: str | None = risk_param(None)
    by: Literal["supplier", "category", "stage", "country", "certainty"] = param(
        Label("Gruppera efter", "Group by"),
        Label("Vad lådorna i varje led är", "What the boxes of each tier are"),
        "supplier",
    )
    between: str | None = param(
        Label("Bara vägarna till", "Only the ways to"),
        Label(
            "Visa bara det som ligger mellan avtalen och detta (en anläggning, ett företag, ett land)",
            "Show only what lies between the contracts and this (a site, a company, a country)",
        ),
        None,
        names=True,
        example="demo:site-klang-4",
        max_length=MAX_TEXT,
    )
    level: str | None = level_param()
    tier: int | None = param(
        Label("Bara ledet", "Only the tier"), Label("Numret på ett led", "The number of a tier"), None, ge=0, le=50
    )
    certainty: Literal["item", "generic"] | None = param(
        Label("Bara så säkert", "Only so surely"),
        Label("Spårat till artikeln eller bara typiskt", "Traced to the article, or only typical"),
        None,
    )
    country: str | None = param(
        Label("Bara landet", "Only the country"),
        Label(
            "Ett lands kod, eller unknown: det som ingen säger landet för",
            "A country's code, or unknown: what nobody tells the country of",
        ),
        None,
        example="MY",
        max_length=10,
    )
    opened: str | None = param(
        Label("Öppna lådor", "Open boxes"),
        Label("Id:n för de lådor som är öppna, med komman mellan", "Ids of the boxes that are open, comma separated"),
        None,
        max_length=2_000,
    )

    def cost(self, s: Snapshot) -> int:
        from graph.questions.costs import cost_of_group

        return cost_of_group(s, self.subject)

    def compute(self, reading: Reading) -> Answer[TiersData]:
        from graph.questions.tiering import Only, tiers

        only = Only(self.level, self.tier, self.certainty, self.country, self.between)
        opened = [box for box in (self.opened or "").split(",") if box]
        return tiers(reading.snapshot, self.subject, self.risk, by=self.by, only=only, opened=opened)
