"""One question asked of many things at once: a line for each, answered or explained, in the order given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from api.ask import reading, with_terms
from api.names import Line as Written
from api.names import Match, taken
from api.service import Service, When
from graph import budget
from graph.answer import Answer
from graph.evidence import with_sources
from graph.questions.common import as_of
from graph.questions.costs import cost_of_graph
from graph.questions.lines import Candidate, Line, Outcome
from graph.questions.question import Param, Question
from ontology.errors import InputError, TimeLimitError

NOBODY = "Nothing in the graph is called that. It says nothing of risk."
MOST = 10_000
"""Things that one request may ask about."""


def bulk(
    service: Service, when: When, question: type[Question], given: Mapping[str, Any], names: Sequence[Written]
) -> Iterator[Line[Any]]:
    """The lines, computed as they are taken. ``given``: the parameters but for the one that names.

    Raises:
        InputError: a parameter does not fit; before any line is computed.
        BusyError: too many heavy questions wait.
    """
    one = question.one()
    assert one is not None
    if question.of_history:
        service.needs_record()
    asked = with_terms(question.of({**given, one.name: one.example}))
    snapshot = service.snapshot(when)
    service.admission.admit(cost_of_graph(snapshot))
    return _Bulk(service, when, one, asked.each(reading(service, when))).lines(names)


class _Bulk:
    def __init__(self, service: Service, when: When, one: Param, answer: Callable[[str], BaseModel]) -> None:
        snapshot = service.snapshot(when)
        self.service, self.when, self.one, self.answer = service, when, one, answer
        self.frame = {"as_of": as_of(snapshot), "snapshot": snapshot.hash}

    def lines(self, names: Sequence[Written]) -> Iterator[Line[Any]]:
        late: TimeLimitError | None = None
        for name in names:
            if late is None:
                try:
                    budget.check()
                    yield self._line(name)
                    continue
                except TimeLimitError as error:
                    late = error
            yield self._told(name, Outcome.NOT_ANSWERED, f"{late.message} Ask for this line and those after it again.")

    def _line(self, name: Written) -> Line[Any]:
        text = name.identifier or name.text
        match = Match(name, text, ()) if text in self.one.besides else taken(self.service, self.when, name)
        if not text:
            return self._told(name, Outcome.REFUSED, "The line is empty.")
        if match.refused:
            return self._told(name, Outcome.REFUSED, match.refused.en)
        if match.ambiguous:
            fitting = tuple(Candidate(key=key, name=called) for key, called, _ in match.proposals)
            return self._told(name, Outcome.AMBIGUOUS, "It fits several. Give one identifier.", candidates=fitting)
        if match.entity is None:
            return self._told(name, Outcome.NOT_IN_GRAPH, NOBODY)
        key, called = match.named
        found = Candidate(key=key, name=called) if key else None
        try:
            answer = self.answer(match.entity)
        except TimeLimitError:
            raise
        except InputError as error:
            return self._told(name, Outcome.REFUSED, f"{error.message} {error.remedy}".strip(), found=found)
        if isinstance(answer, Answer):
            answer = with_sources(self.service.store, self.service.at(self.when), answer)
        return self._told(name, Outcome.ANSWERED, "", found=found, answer=answer)

    def _told(self, name: Written, outcome: Outcome, why: str, **more: Any) -> Line[Any]:
        return Line[Any](
            line=name.number, asked=name.identifier or name.text, outcome=outcome, why=why, **self.frame, **more
        )
