"""What was loaded, and what was not accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from graph.questions.question import Question, Reading, param
from ontology.label import Label

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.questions.told import LoadsData
    from graph.snapshot.view import Snapshot
    from graph.sqlite import Store
    from ontology.records import Secrecy


class Loads(Question):
    """What was loaded, judged and taken back, newest first, and what a load did not accept."""

    name: ClassVar[str] = "loads"
    sv: ClassVar[str] = "Vad som laddats, bedömts och tagits tillbaka, senast först, och vad en laddning inte godtog"
    of_history: ClassVar[bool] = True

    run: int | None = param(
        Label("Laddning", "Load"),
        Label("Visa vad denna laddning inte godtog, med dess nummer", "List what this load did not accept, by number"),
        None, example="1", ge=1, le=10**12,
    )  # fmt: skip
    skip: int = param(
        Label("Hoppa över", "Skip"),
        Label("Laddningar att gå förbi, där inte alla listas", "Loads to pass over, where not all are listed"),
        0, ge=0, le=10_000_000,
    )  # fmt: skip
    rows: int = param(
        Label("Rader", "Rows"), Label("Hur många laddningar som listas", "How many loads to list"), 100, ge=1, le=5_000
    )

    def cost(self, s: Snapshot) -> int:  # noqa: ARG002  (the record lists them)
        return 0

    @classmethod
    def beside(cls, store: Store, clearance: Secrecy) -> str:
        return repr([(run.run, run.state, tuple(run.counts.items())) for run in store.runs_seen(clearance)])

    def compute(self, reading: Reading) -> Answer[LoadsData]:
        from graph.questions.told import loads

        return loads(reading.snapshot, reading.store, self.run, skip=self.skip, most=self.rows)
