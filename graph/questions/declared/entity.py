"""Everything that is said of one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from graph.questions.question import MAX_TEXT, Question, Reading, param
from ontology.label import Label

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.data import EntityData
    from graph.snapshot.view import Snapshot


class Entity(Question):
    """Everything said about one thing, by whom, and where its sources disagree."""

    name: ClassVar[str] = "entity"
    sv: ClassVar[str] = "Allt som sägs om något, av vem, och var källorna är oense"

    id: str = param(
        Label("Namn", "Name"),
        Label(
            "Ett id, en identifierare med eller utan dess schema, eller ett exakt namn",
            "An id, an identifier with or without its scheme (se-orgnr:2321000131, 2321000131), or an exact name",
        ),
        names=True,
        example="se-orgnr:2321000073",
        max_length=MAX_TEXT,
    )

    def cost(self, s: Snapshot) -> int:  # noqa: ARG002  (an index finds it)
        return 0

    def compute(self, reading: Reading) -> Answer[EntityData]:
        from graph.identity import is_entity_id
        from graph.questions.entity import entity

        answer = entity(reading.store, reading.snapshot, self.id)
        written = reading.written.get(self.id, self.id)
        if answer.data is None or not is_entity_id(written) or written == answer.data.node.id:
            return answer
        return answer.model_copy(update={"data": answer.data.model_copy(update={"redirected_from": written})})
