"""A comparison tells what became of each contract, and why: what was not known is never taken for a fall."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import graph.sqlite
from graph.compared import Changed, CompareData, How, Kind
from graph.questions.compare import compare
from graph.snapshot.cache import Cache
from graph.snapshot.view import Known, Moment, Snapshot
from graph.store import At
from ontology.method import method
from ontology.records import Common, Link, Record, Ref
from tests.contract.saying import day, load, source
from tests.graph.test_said import CONTRACT, DAY, FINDING, STEP, Items, contract, finding, period, step
from tests.graph.test_said import chain as whole_chain
from tests.graph.worlds import FORCED

D = date
TOLD = (contract(), step())
"""A contract whose chain is all told, to the place where it begins."""


def chain(*items: Record | Link) -> Items:
    """The chain of a site, a step and a contract; of a finding that nobody tells there are no links either."""
    told = any(isinstance(item, Record) and item.type == "Finding" for item in items)
    links = (
        item for item in whole_chain(*items) if told or not (isinstance(item, Link) and item.source.key == FINDING)
    )
    return list(links)


def without(items: Items, type: str) -> Items:
    return [item for item in items if item.type != type]


def assessed(severity: int = 0) -> Items:
    """Somebody assessed the step."""
    key = "local:assessment"
    return [
        Record("RiskAssessment", key, {"name": "Assessed", "severity": severity, "likelihood": 0.1}),
        Link("OF_TYPE", Ref("RiskAssessment", key), Ref("RiskType", f"risk:{FORCED}")),
        Link("ABOUT", Ref("RiskAssessment", key), Ref("Step", STEP)),
    ]


class World:
    """A store in which each edition of one source took the place of the one before."""

    def __init__(self, folder: Path, *editions: Items) -> None:
        self.cache = Cache(folder / "cache")
        self.store = graph.sqlite.open(folder / "record.sqlite")
        for number, items in enumerate(editions, 1):
            load(self.store, source("chains", str(number)), items, number)

    def at(self, publication: int, when: date = DAY) -> Snapshot:
        topology = self.cache.topology(self.store, At(publication))
        return Snapshot(topology, Moment(when), method(), Known(publication, day(publication), "public"))

    def compared(self, before: Snapshot, after: Snapshot) -> CompareData:
        data = compare(self.store, before, after, "all", FORCED, most=100).data
        assert data is not None
        return data

    def between(self, first: int, second: int) -> Changed:
        (changed,) = self.compared(self.at(first), self.at(second)).changes
        return changed


@pytest.fixture
def world(tmp_path: Path) -> Callable[..., World]:
    return lambda *editions: World(tmp_path, *editions)


def test_a_new_finding_raises_what_was_assessed_and_says_who_said_it(world: Callable[..., World]) -> None:
    w = world(chain(*TOLD, *assessed(1)), chain(*TOLD, *assessed(1), finding(severity=3)))
    changed = w.between(1, 2)
    assert (changed.kind, changed.before and changed.before.severity, changed.after and changed.after.severity) == (
        Kind.RISEN, 1, 3,
    )  # fmt: skip
    (cause,) = changed.causes
    assert (cause.how, cause.type) == (How.CAME, "Finding")
    (said,) = w.compared(w.at(1), w.at(2)).sources
    assert (cause.sources, said.series) == ((said.id,), "chains")


def test_what_was_unknown_and_is_assessed_became_known_and_did_not_fall(world: Callable[..., World]) -> None:
    w = world(chain(*TOLD), chain(*TOLD, *assessed(0)))
    there, back = w.between(1, 2), w.between(2, 1)
    assert (there.kind, there.before and there.before.knowledge) == (Kind.BECAME_KNOWN, "unknown")
    assert (back.kind, back.after and back.after.knowledge) == (Kind.BECAME_UNKNOWN, "unknown")


def test_what_was_very_severe_and_is_unknown_did_not_fall(world: Callable[..., World]) -> None:
    w = world(chain(*TOLD, finding(severity=4)), chain(*TOLD))
    changed = w.between(1, 2)
    assert changed.kind is Kind.BECAME_UNKNOWN
    assert [cause.how for cause in changed.causes] == [How.WITHDRAWN]


def test_a_severity_that_nobody_gives_any_more_became_unknown(world: Callable[..., World]) -> None:
    w = world(chain(*TOLD, finding(severity=2)), chain(*TOLD, finding()))
    changed = w.between(1, 2)
    assert changed.kind is Kind.BECAME_UNKNOWN
    ((altered,),) = [cause.altered for cause in changed.causes]
    assert (altered.property, altered.before, altered.after) == ("severity", "2", None)


def test_a_source_that_takes_back_a_severity_corrects_and_nothing_fell(world: Callable[..., World]) -> None:
    w = world(chain(*TOLD, finding(severity=4)), chain(*TOLD, finding(severity=2)))
    data = w.compared(w.at(1), w.at(2))
    assert [(count.kind, count.contracts) for count in data.counts] == [(Kind.CORRECTED, 1)]
    ((cause,),) = [changed.causes for changed in data.changes]
    assert (cause.how, cause.altered[0].before, cause.altered[0].after) == (How.CHANGED, "4", "2")


def test_a_finding_that_is_withdrawn_beside_an_assessment_corrects(world: Callable[..., World]) -> None:
    w = world(chain(*TOLD, *assessed(1), finding(severity=4)), chain(*TOLD, *assessed(1)))
    assert w.between(1, 2).kind is Kind.CORRECTED


def test_a_finding_whose_period_is_over_falls_and_says_that_it_ended(world: Callable[..., World]) -> None:
    w = world(chain(*TOLD, *assessed(1), finding(period(None, D(2026, 4, 1)), severity=4)))
    (changed,) = w.compared(w.at(1, D(2026, 3, 1)), w.at(1)).changes
    assert (changed.kind, [cause.how for cause in changed.causes]) == (Kind.FALLEN, [How.ENDED])


def test_a_delivery_that_begins_brings_the_finding_with_it(world: Callable[..., World]) -> None:
    delivered = Link("DELIVERED_UNDER", Ref("Step", STEP), Ref("Contract", CONTRACT), common=period(D(2026, 4, 1)))
    w = world([*without(chain(*TOLD, finding(severity=4)), "DELIVERED_UNDER"), delivered])
    (changed,) = w.compared(w.at(1, D(2026, 3, 1)), w.at(1)).changes
    assert changed.kind is Kind.BECAME_KNOWN
    assert (How.BEGAN, "DELIVERED_UNDER") in [(cause.how, cause.type) for cause in changed.causes]


def test_a_contract_is_new_expired_or_was_taken_back(world: Callable[..., World]) -> None:
    whole = chain(contract(common=period(D(2026, 2, 1), D(2026, 12, 1))), step(), finding(severity=4))
    w = world(whole, without(without(whole, "Contract"), "DELIVERED_UNDER"))
    first = w.at(1, D(2026, 1, 1))
    assert [c.kind for c in w.compared(first, w.at(1)).changes] == [Kind.NEW]
    (expired,) = w.compared(w.at(1), w.at(1, D(2027, 1, 1))).changes
    assert (expired.kind, expired.after, [cause.how for cause in expired.causes]) == (Kind.EXPIRED, None, [How.ENDED])
    taken = w.between(1, 2)
    assert (taken.kind, [cause.how for cause in taken.causes]) == (Kind.CORRECTED, [How.WITHDRAWN])


def test_the_same_day_and_publication_differ_in_nothing(world: Callable[..., World]) -> None:
    w = world(chain(*TOLD, finding(severity=4)))
    data = w.compared(w.at(1), w.at(1))
    assert (data.changes, data.counts, data.contracts_changed) == ((), (), 0)
    assert [(shift.level, shift.before, shift.after) for shift in data.levels] == [("4", 1, 1)]


def test_a_link_said_anew_with_other_days_changed_and_is_one_cause(world: Callable[..., World]) -> None:
    def delivered(until: date) -> Items:
        items = without(chain(*TOLD, finding(severity=4)), "DELIVERED_UNDER")
        common = Common(valid_from=D(2025, 1, 1), valid_to=until)
        return [*items, Link("DELIVERED_UNDER", Ref("Step", STEP), Ref("Contract", CONTRACT), common=common)]

    w = world(delivered(D(2026, 3, 1)), delivered(D(2027, 3, 1)))
    changed = w.between(1, 2)
    assert changed.kind is Kind.BECAME_KNOWN
    assert any(cause.type == "DELIVERED_UNDER" for cause in changed.causes)
