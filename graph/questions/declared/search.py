"""Finding a thing by its name, an identifier, or words that are told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from graph.questions.question import MAX_TEXT, Question, Reading, param
from graph.questions.shared import risk_param
from ontology.errors import InputError
from ontology.label import Label

if TYPE_CHECKING:
    from graph.questions.found import SearchAnswer
    from graph.snapshot.view import Snapshot


class Search(Question):
    """Find an entity by name or identifier, or by words of its name, kind, country and whole."""

    name: ClassVar[str] = "search"
    sv: ClassVar[str] = "Hitta något med namn eller identifierare, eller med ord om dess namn, slag, land och helhet"

    q: str = param(
        Label("Text", "Text"),
        Label("Ett namn, en del av ett namn eller en identifierare", "A name, part of one, or an identifier"),
        example="handskar",
        min_length=1,
        max_length=MAX_TEXT,
    )
    type: str | None = param(
        Label("Nodtyp", "Node type"),
        Label("Bara denna nodtyp", "Only this node type, for instance Site"),
        None,
        example="Site",
        max_length=MAX_TEXT,
    )
    risk: str | None = risk_param(
        None, note=Label("Risken vars nivå varje träff visar", "The risk whose level each hit shows")
    )
    limit: int = param(Label("Antal", "Number"), Label("Hur många träffar", "How many hits"), 20, ge=1, le=100)

    def cost(self, s: Snapshot) -> int:
        from graph.questions.costs import cost_of_graph

        return cost_of_graph(s) if self.risk else 0  # an index finds it

    def compute(self, reading: Reading) -> SearchAnswer:
        from graph.questions.common import as_of, checked_risk
        from graph.questions.finding import find, with_levels
        from graph.questions.found import SearchAnswer
        from ontology.model import NODES

        if self.type is not None and self.type not in NODES:
            raise InputError(f"{self.type} is not a node type.", remedy=f"Use one of {', '.join(NODES)}.")
        s = reading.snapshot
        hits = find(reading.store, s, self.q, types=[self.type] if self.type else None, limit=self.limit)
        if self.risk:
            hits = with_levels(s, hits, checked_risk(self.risk))
        return SearchAnswer(query=self.q, hits=hits, publication=as_of(s).publication)
