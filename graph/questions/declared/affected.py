"""Which contracts something touches."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from graph.questions.question import MAX_TEXT, Question, Reading, param
from graph.questions.shared import risk_param
from ontology.label import Label

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.data import AffectedData


class Affected(Question):
    """Which contracts a factory, company, place, kind of goods or incident touches, and how surely."""

    name: ClassVar[str] = "affected"
    pages: ClassVar[str] = "contracts"
    unpaged: ClassVar[tuple[str, ...]] = ("skip",)
    sv: ClassVar[str] = (
        "Vilka avtal en fabrik, ett företag, en plats, ett varuslag eller en händelse berör, och hur säkert"
    )

    start: str = param(
        Label("Från", "Start"),
        Label("Anläggning, företag, plats, varuslag eller händelse", "Site, company, place, kind of goods or incident"),
        names=True,
        example="demo:incident-klang",
        max_length=MAX_TEXT,
    )
    goods: str | None = param(
        Label("Varuslag", "Goods"),
        Label("Varuslaget, för ett företag", "The kind of goods, for a company"),
        None,
        names=True,
        max_length=MAX_TEXT,
    )
    risk: str | None = risk_param(
        None, note=Label("Bara påståenden om denna risktyp", "Only statements of this risk type, by id or name")
    )
    skip: int = param(
        Label("Hoppa över", "Skip"),
        Label("Avtal att gå förbi, där inte alla listas", "Contracts to pass over, where not all are listed"),
        0,
        ge=0,
        le=10_000_000,
    )

    def compute(self, reading: Reading) -> Answer[AffectedData]:
        from graph.questions.affected import affected

        return affected(
            reading.snapshot, self.start, risk=self.risk, goods=self.goods, skip=self.skip, part=reading.part
        )
