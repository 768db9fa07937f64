"""What lies upstream or downstream."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from graph.questions.question import Question, Reading, param
from graph.questions.shared import risk_param
from ontology.label import Label

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.data import TraceData
    from graph.snapshot.view import Snapshot


class Trace(Question):
    """What lies upstream (or downstream), tier by tier, and where knowledge ends."""

    name: ClassVar[str] = "trace"
    pages: ClassVar[str] = "nodes"
    sv: ClassVar[str] = "Vad som ligger uppströms (eller nedströms), led för led, och var kunskapen tar slut"

    start: tuple[str, ...] = param(
        Label("Från", "Start"),
        Label("Var det börjar: id:n, identifierare eller exakta namn", "Ids, identifiers or exact names"),
        names=True,
        example="demo:contract-gloves-kalmar",
        min_length=1,
        max_length=20,
    )
    direction: Literal["upstream", "downstream"] = param(
        Label("Riktning", "Direction"),
        Label(
            "Uppströms mot råvaran eller nedströms mot avtalen",
            "Upstream to the raw material, or downstream to the contracts",
        ),
        "upstream",
    )
    risk: str | None = risk_param(
        None,
        note=Label(
            "Säg för varje nod hur denna risk når den", "Say for each node how this risk reaches it: an id or name"
        ),
    )
    max_tier: int = param(Label("Led", "Tiers"), Label("Högst så många led", "Most tiers"), 50, ge=1, le=50)
    max_nodes: int = param(
        Label("Noder", "Nodes"),
        Label("Högst så många steg och avtal", "Most steps and contracts; their actors come with them"),
        1_000_000,
        ge=1,
        le=1_000_000,
    )

    def cost(self, s: Snapshot) -> int:
        from graph.questions.costs import cost_of_trace

        return cost_of_trace(s, self.start, self.direction == "upstream", self.max_tier, self.max_nodes)

    def compute(self, reading: Reading) -> Answer[TraceData]:
        from graph.questions.trace import trace

        return trace(
            reading.snapshot,
            self.start,
            upstream=self.direction == "upstream",
            risk=self.risk,
            max_tier=self.max_tier,
            max_nodes=self.max_nodes,
            part=reading.part,
        )
