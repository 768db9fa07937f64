"""A timeline has what was so when, when we learnt it, what was taken back, and the days of which nothing is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

import graph.sqlite
from graph.questions.timing import Period, timeline, uncovered
from graph.snapshot.cache import Cache
from graph.snapshot.view import Known, Moment, Snapshot
from graph.sqlite import Store
from graph.store import At
from graph.timed import SELF, STATEMENT, TimelineData
from ontology.method import method
from ontology.records import Link, Ref
from tests.contract.saying import day, load, source
from tests.graph.test_compare import chain, without
from tests.graph.test_said import CONTRACT, DAY, STEP, Items, contract, finding, period, step

D = date
EVER = st.one_of(st.none(), st.dates(D(2000, 1, 1), D(2040, 1, 1)))
PERIODS = st.lists(st.tuples(EVER, EVER).filter(lambda p: (p[0] or date.min) < (p[1] or date.max)), max_size=6)


def holds(periods: list[Period], when: date) -> bool:
    return any((start or date.min) <= when < (end or date.max) for start, end in periods)


@given(PERIODS, PERIODS, st.dates(D(1999, 1, 1), D(2041, 1, 1)))
def test_a_day_is_uncovered_where_it_is_within_and_no_period_holds_it(
    covered: list[Period], within: list[Period], when: date
) -> None:
    assert holds(uncovered(covered, within), when) == (holds(within, when) and not holds(covered, when))


def delivered(start: date, end: date) -> Link:
    return Link("DELIVERED_UNDER", Ref("Step", STEP), Ref("Contract", CONTRACT), common=period(start, end))


def told(store: Store, folder: Path, publication: int) -> TimelineData:
    topology = Cache(folder / "cache").topology(store, At(publication))
    s = Snapshot(topology, Moment(DAY), method(), Known(publication, day(publication), "public"))
    data = timeline(store, s, CONTRACT, first=None, last=None, most=100).data
    assert data is not None
    return data


def loaded(folder: Path, *editions: Items) -> Store:
    store = graph.sqlite.open(folder / "record.sqlite")
    for number, items in enumerate(editions, 1):
        load(store, source("chains", str(number)), items, number)
    return store


def test_between_two_deliveries_it_is_not_known_what_was_delivered(tmp_path: Path) -> None:
    whole = chain(
        contract(None, period(D(2024, 1, 1), D(2028, 1, 1))), step(), finding(severity=4, issued="2025-05-05")
    )
    parts = (delivered(D(2024, 1, 1), D(2025, 1, 1)), delivered(D(2026, 1, 1), D(2028, 1, 1)))
    data = told(loaded(tmp_path, [*without(whole, "DELIVERED_UNDER"), *parts]), tmp_path, 1)
    assert [(gap.lane, gap.first, gap.last) for gap in data.gaps] == [
        ("DELIVERED_UNDER:target", D(2025, 1, 1), D(2025, 12, 31))
    ]
    (said,) = [one for one in data.tellings if one.lane == STATEMENT]
    assert (said.severity, said.day) == (4, D(2025, 5, 5))


def test_a_contract_of_which_nothing_is_delivered_has_a_gap_all_the_time(tmp_path: Path) -> None:
    data = told(loaded(tmp_path, [contract(None)]), tmp_path, 1)
    assert [(gap.lane, gap.first, gap.last) for gap in data.gaps] == [("DELIVERED_UNDER:target", None, None)]


def test_each_thing_says_when_we_learnt_it_and_when_it_was_taken_back(tmp_path: Path) -> None:
    whole = chain(contract(), step(), finding(severity=4))
    store = loaded(tmp_path, [contract()], whole, without(whole, "DELIVERED_UNDER"))
    now = {one.lane: one for one in told(store, tmp_path, 3).tellings}
    assert (now[SELF].learnt, now[SELF].learnt_in, now[SELF].withdrawn) == (day(1), 1, None)
    link = now["DELIVERED_UNDER:target"]
    assert (link.learnt, link.learnt_in, link.withdrawn) == (day(2), 2, day(3))
    then = {one.lane: one for one in told(store, tmp_path, 2).tellings}
    assert then["DELIVERED_UNDER:target"].withdrawn is None, "as it was known then"
    assert told(store, tmp_path, 3).current == 1
