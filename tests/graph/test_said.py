"""A property is true on a day and by a source: periods of a record, and what holds where sources differ; on a store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import count, permutations
from pathlib import Path

import pytest

import graph.sqlite
from graph.answer import Answer
from graph.data import ExposureData, TraceData
from graph.evidence import with_sources
from graph.questions.affected import affected
from graph.questions.exposure import exposure
from graph.questions.trace import trace
from graph.snapshot.cache import Cache
from graph.snapshot.view import Known, Moment, Snapshot
from ontology.method import method
from ontology.records import Common, Link, Mode, Polarity, Record, Ref, Source, Status
from tests.contract.saying import load, now
from tests.graph.worlds import FORCED

Items = Sequence[Record | Link]
D = date
DAY = D(2026, 6, 1)
CONTRACT, STEP, SITE, FINDING = "local:contract", "local:step", "local:site", "local:finding"
DENIED = Common(polarity=Polarity.DENIED)


def period(start: date | None, end: date | None = None) -> Common:
    return Common(valid_from=start, valid_to=end)


def source(series: str, published: date | None = None) -> Source:
    return Source(series, "1", series, "A publisher", mode=Mode.FULL, published=published)


def contract(known: str | None = "all", common: Common | None = None, **more: object) -> Record:
    given = {"inputs_known": known} if known else {}
    return Record("Contract", CONTRACT, {"name": "Contract", **given, **more}, common=common or Common())


def step(stage: str | None = "cultivation", common: Common | None = None, **more: object) -> Record:
    given = {"stage": stage} if stage else {}
    return Record("Step", STEP, {"name": "Step", **given, **more}, common=common or Common())


def finding(common: Common | None = None, type: str = "Finding", **more: object) -> Record:
    return Record(type, FINDING, {"name": "Said", **more}, common=common or Common())


def chain(*items: Record | Link, type: str = "Finding") -> list[Record | Link]:
    """A site performs a step that is delivered under a contract; something is said of the site."""
    return [
        Record("Site", SITE, {"name": "Site"}),
        Record("RiskType", f"risk:{FORCED}", {"name": "Forced labour"}),
        Link("PERFORMS", Ref("Site", SITE), Ref("Step", STEP)),
        Link("DELIVERED_UNDER", Ref("Step", STEP), Ref("Contract", CONTRACT)),
        Link("OF_TYPE", Ref(type, FINDING), Ref("RiskType", f"risk:{FORCED}")),
        Link("ABOUT", Ref(type, FINDING), Ref("Site", SITE)),
        *items,
    ]


class Asked:
    """A store loaded with sources in an order, and what is asked of it."""

    numbers = count()

    def __init__(self, folder: Path, loads: Sequence[tuple[Source, Items]]) -> None:
        self.folder = folder / f"{next(self.numbers)}"
        self.folder.mkdir()
        self.store = graph.sqlite.open(self.folder / "store.kedja")
        for number, (said, items) in enumerate(loads):
            load(self.store, said, items, number)

    def snapshot(self, day: date = DAY, during: tuple[date, date] | None = None) -> Snapshot:
        at, latest = now(self.store), self.store.latest()
        assert latest is not None
        moment = Moment(None, during) if during else Moment(day)
        topology = Cache(self.folder / "cache").topology(self.store, at)
        return Snapshot(topology, moment, method(), Known(at.publication, latest.at, "public"))

    def exposure(self, day: date = DAY, during: tuple[date, date] | None = None) -> ExposureData:
        return data(exposure(self.snapshot(day, during), CONTRACT, FORCED))

    def told(self) -> str:
        """An exposure and a trace, with keys for ids and lists without their order."""
        s, text = self.snapshot(), f"[{self.exposure().model_dump_json()}, {self.trace().model_dump_json()}]"
        for vertex in range(s.n):
            text = text.replace(s.id(vertex), s.keys(vertex)[0])
        return json.dumps(unordered(json.loads(text)))

    def severity(self, day: date = DAY, during: tuple[date, date] | None = None) -> int | None:
        """The highest severity that reaches the contract."""
        figures = self.exposure(day, during).worst
        return max((figure.severity for figure in figures), default=None)

    def trace(self, day: date = DAY) -> TraceData:
        answer = trace(self.snapshot(day), [CONTRACT])
        assert answer.data is not None
        return answer.data


def unordered(value: object) -> object:
    if isinstance(value, dict):
        return {key: unordered(value[key]) for key in sorted(value)}
    return sorted((unordered(one) for one in value), key=json.dumps) if isinstance(value, list) else value


def data(answer: Answer[ExposureData]) -> ExposureData:
    assert answer.data is not None
    return answer.data


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def every_order(folder: Path, *loads: tuple[Source, Items]) -> list[Asked]:
    """The same sources, loaded in every order: the same answers. (The id of an entity is its first record's.)"""
    found = [Asked(folder, order) for order in permutations(loads)]
    assert len({asked.told() for asked in found}) == 1
    return found


# -- a day --------------------------------------------------------------------------------------------------------
def test_two_periods_of_one_record_are_each_true_in_their_own_days(folder: Path) -> None:
    said = [
        finding(period(D(2020, 1, 1), D(2024, 1, 1)), severity=2),
        finding(period(D(2024, 1, 1)), severity=4),
    ]
    asked = Asked(folder, [(source("one"), chain(contract(), step(), *said))])
    days = {D(2019, 12, 31): None, D(2020, 1, 1): 2, D(2023, 12, 31): 2, D(2024, 1, 1): 4, D(2026, 1, 1): 4}
    assert {day: asked.severity(day) for day in days} == days
    assert asked.severity(during=(D(2019, 1, 1), D(2020, 1, 1))) is None
    assert asked.severity(during=(D(2019, 1, 1), D(2024, 1, 1))) == 2
    assert asked.severity(during=(D(2023, 12, 31), D(2024, 1, 2))) == 4
    (statement,) = asked.exposure(D(2021, 1, 1)).statements
    assert (statement.severity, statement.valid_from, statement.valid_to) == (2, D(2020, 1, 1), D(2024, 1, 1))


@pytest.mark.parametrize("type", ["Contract", "Step", "Site", "Finding"])
def test_a_record_does_not_hold_between_two_of_its_periods(folder: Path, type: str) -> None:
    periods = [period(None, D(2021, 1, 1)), period(D(2023, 1, 1))]
    records = {
        "Contract": [contract(common=one) for one in periods],
        "Step": [step(common=one) for one in periods],
        "Site": [Record("Site", SITE, {"name": "Site"}, common=one) for one in periods],
        "Finding": [finding(common=one, severity=3) for one in periods],
    }
    others = [contract(), step(), finding(severity=3)]
    items = [item for item in chain(*others) if not (isinstance(item, Record) and item.type == type)]
    asked = Asked(folder, [(source("one"), [*items, *records[type]])])
    days = {D(2020, 12, 31): 3, D(2021, 1, 1): None, D(2022, 12, 31): None, D(2023, 1, 1): 3}
    assert {day: asked.severity(day) for day in days} == days


def test_a_step_stands_where_it_stood_on_the_day(folder: Path) -> None:
    steps = [
        step("final-manufacture", period(D(2020, 1, 1), D(2023, 1, 1)), inputs_known="none"),
        step("cultivation", period(D(2023, 1, 1)), inputs_known="all"),
    ]
    asked = Asked(folder, [(source("one"), chain(contract(), *steps, finding(severity=4, stage="cultivation")))])
    assert asked.severity(D(2022, 12, 31)) is None
    assert asked.severity(D(2023, 1, 1)) == 4
    stage = {
        day: node.node.stage
        for day in (D(2022, 1, 1), D(2024, 1, 1))
        for node in asked.trace(day).nodes
        if node.node.type == "Step"
    }
    assert stage == {D(2022, 1, 1): "final-manufacture", D(2024, 1, 1): "cultivation"}


def test_periods_that_touch_are_one(folder: Path) -> None:
    contracts = [contract(common=period(None, D(2023, 1, 1))), contract(common=period(D(2023, 1, 1)))]
    asked = Asked(folder, [(source("one"), chain(*contracts, step(), finding(severity=3)))])
    for day in (D(2022, 12, 31), D(2023, 1, 1)):
        assert asked.severity(day) == 3


# -- a source -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("one", "other"), [(2, 4), (4, 2)])
def test_the_highest_of_two_severities_counts_whatever_was_loaded_first(folder: Path, one: int, other: int) -> None:
    first = (source("one"), chain(contract(), step(), finding(severity=one)))
    for asked in every_order(folder, first, (source("two"), [finding(severity=other)])):
        assert asked.severity() == 4


def test_a_refutation_by_one_source_does_not_silence_what_another_alleges(folder: Path) -> None:
    first = (source("one"), chain(contract(), step(), finding(severity=4, standing="refuted")))
    for asked in every_order(folder, first, (source("two"), [finding(severity=4, standing="alleged")])):
        assert asked.severity() == 4
        (statement,) = asked.exposure().statements
        assert statement.standing == "alleged"
    for asked in every_order(folder, first, (source("two"), [finding(standing="refuted")])):
        assert asked.severity() is None
    for asked in every_order(folder, first, (source("two"), [finding(severity=4)])):
        assert asked.severity() == 4
        (statement,) = asked.exposure().statements
        (conflict,) = statement.conflicts
        assert (statement.standing, conflict.property, conflict.values) == (None, "standing", ("", "refuted"))


def test_a_revocation_by_one_source_does_not_silence_what_another_says(folder: Path) -> None:
    first = (source("one"), chain(contract(), step(), finding(severity=4, issued="2020-01-01", revoked="2025-01-01")))
    for asked in every_order(folder, first, (source("two"), [finding(severity=4, revoked="2026-01-01")])):
        assert asked.severity(D(2025, 6, 1)) == 4
        assert asked.severity(D(2026, 1, 1)) is None


def test_of_likelihoods_and_levels_the_worst_counts(folder: Path) -> None:
    def said(**more: object) -> Record:
        return Record("RiskAssessment", FINDING, {"name": "Said", **more})

    first = (source("one"), chain(contract(), step(), said(severity=3, likelihood=0.2), type="RiskAssessment"))
    for asked in every_order(folder, first, (source("two"), [said(likelihood=0.6)])):
        assert max(figure.high for figure in asked.exposure().worst) == 0.6
    first = (source("one"), chain(contract(), step(), said(level="uhm-low"), type="RiskAssessment"))
    for asked in every_order(folder, first, (source("two"), [said(level="uhm-high")])):
        assert asked.severity() == 3
    unknown = (source("two"), [said(level="uhm-insufficient-information")])
    for asked in every_order(folder, first, unknown):
        assert asked.severity() is None
        assert asked.exposure().members[0].knowledge == "unknown"


@pytest.mark.parametrize("less", ["some", "none", "refused", "not-asked"])
def test_inputs_that_one_source_does_not_know_are_not_all_known(folder: Path, less: str) -> None:
    first = (source("one"), chain(contract(), step("final-manufacture", inputs_known="all"), finding(severity=1)))
    material: list[Record | Link] = [
        Record("Step", "local:field", {"name": "Field", "stage": "cultivation"}),
        Link("SUPPLIES", Ref("Step", "local:field"), Ref("Step", STEP)),
    ]
    told = Asked(folder, [first, (source("two"), material)])
    assert not any(node.end for node in told.trace().nodes)
    for asked in every_order(folder, first, (source("two"), [*material, step(None, inputs_known=less)])):
        (end,) = [node for node in asked.trace().nodes if node.end]
        assert (end.node.type, end.node.inputs_known) == ("Step", less)


def test_of_clause_levels_the_least_counts(folder: Path) -> None:
    first = (source("one"), chain(contract(clause_level="advanced"), step(), finding(severity=1)))
    for asked in every_order(folder, first, (source("two"), [contract(clause_level="basic")])):
        assert asked.exposure().members[0].contract.clause_level == "basic"


def test_of_the_rest_the_value_of_most_sources_counts_then_of_the_newest(folder: Path) -> None:
    def workers(number: int) -> list[Record]:
        return [Record("Site", SITE, {"name": "Site", "workers": number})]

    first = (source("one"), chain(contract(), step(), finding(severity=1)))
    many = [(source("a"), workers(100)), (source("b"), workers(100)), (source("c", D(2026, 1, 1)), workers(900))]
    newest = [(source("a", D(2025, 1, 1)), workers(100)), (source("c", D(2026, 1, 1)), workers(900))]
    for loads, number in ((many, 100), (newest, 900)):
        for asked in every_order(folder, first, *loads):
            s = asked.snapshot()
            site = next(v for v in range(s.n) if s.is_type(v, "Site"))
            assert s.properties(site)["workers"] == number


def test_a_stage_in_conflict_is_unknown_for_what_is_typical_and_no_end_of_the_chain(folder: Path) -> None:
    kind = Record("Category", "local:glove", {"name": "Glove"})
    outputs = Link("OUTPUTS", Ref("Step", STEP), Ref("Category", "local:glove"))
    twin: list[Record | Link] = [
        Record("Step", "local:twin", {"name": "Typical", "stage": "final-manufacture"}, common=Common(Status.GENERIC)),
        Record("Step", "local:latex", {"name": "Latex", "stage": "cultivation"}, common=Common(Status.GENERIC)),
        Link("OUTPUTS", Ref("Step", "local:twin"), Ref("Category", "local:glove")),
        Link("OUTPUTS", Ref("Step", "local:latex"), Ref("Category", "local:glove")),
        Link("SUPPLIES", Ref("Step", "local:latex"), Ref("Step", "local:twin"), common=Common(Status.GENERIC)),
    ]
    first = (source("one"), chain(contract(), step("final-manufacture"), finding(severity=1), kind, outputs, *twin))
    alone = Asked(folder, [first])
    assert "Latex" in {node.node.name for node in alone.trace().nodes}
    for asked in every_order(folder, first, (source("two"), [step("cultivation")])):
        nodes = {node.node.name: node for node in asked.trace().nodes}
        assert "Latex" not in nodes
        assert nodes["Step"].end


def test_an_own_id_under_which_two_publishers_name_two_things_is_a_conflict(folder: Path) -> None:
    def said(publisher: str, name: str, key: str = "local:supplier 1") -> tuple[Source, Items]:
        record = Record("Organisation", key, {"name": name})
        return Source("chains", "1", publisher, publisher), [record]

    def conflicts(*loads: tuple[Source, Items]) -> list[tuple[str, ...]]:
        s = Asked(folder, loads).snapshot()
        return [conflict.values for vertex in range(s.n) for conflict in s.disputes(vertex)]

    assert conflicts(said("Region X", "Nord AB"), said("Region Y", "Syd AB")) == [("Nord AB", "Syd AB")]
    assert conflicts(said("Region X", "Nord AB"), said("Region Y", "NORD  AB")) == []
    number = "se-orgnr:5560360793"
    assert conflicts(said("Region X", "Nord AB", number), said("Region Y", "Nord Aktiebolag", number)) == []


# -- denied -------------------------------------------------------------------------------------------------------
def test_what_is_only_denied_is_not_counted(folder: Path) -> None:
    asked = Asked(folder, [(source("one"), [contract(common=DENIED)])])
    found = asked.exposure()
    assert (found.contracts, found.members) == (0, ())
    assert data(exposure(asked.snapshot(), "all", FORCED)).contracts == 0


def test_a_contract_that_is_only_denied_is_named_beside_what_would_reach_it(folder: Path) -> None:
    buyer = Link("SERVES", Ref("Contract", CONTRACT), Ref("Organisation", "local:buyer"), common=DENIED)
    items = [*chain(contract(common=DENIED), step(), finding(severity=3)), buyer]
    s = Asked(folder, [(source("one"), items)]).snapshot()
    for answer in (exposure(s, "local:buyer", FORCED), trace(s, [SITE], upstream=False), affected(s, SITE)):
        assert answer.data is not None
        assert [node.keys for node in answer.data.denied_nodes] == [(CONTRACT,)]
    found = affected(s, SITE).data
    assert found is not None
    assert (found.contracts, found.contracts_all) == ((), 0)


def test_what_one_source_denies_and_another_asserts_counts(folder: Path) -> None:
    first = (source("one"), chain(contract(), step(), finding(severity=3)))
    for asked in every_order(folder, first, (source("two"), [contract("none", common=DENIED)])):
        assert asked.severity() == 3
        assert asked.exposure().contracts == 1


# -- on whose word ------------------------------------------------------------------------------------------------
def test_each_side_of_a_conflict_is_cited_a_source_that_says_nothing_else_too(folder: Path) -> None:
    first = chain(contract(), step(inputs_known="all"), finding(severity=4))
    asked = Asked(folder, [(source("one"), first), (source("two"), [step(None, inputs_known="none")])])
    answers = (exposure(asked.snapshot(), CONTRACT, FORCED), trace(asked.snapshot(), [CONTRACT]))
    for answer in (with_sources(asked.store, now(asked.store), one) for one in answers):
        assert {source.series for source in answer.evidence.cited} == {"one", "two"}
        assert {fact.source for fact in answer.evidence.facts} == set(answer.evidence.sources)


def test_an_end_of_knowledge_is_cited_where_no_link_leads_to_it(folder: Path) -> None:
    site = Record("Site", SITE, {"name": "Site"})
    asked = Asked(folder, [(source("one"), [contract("all")]), (source("two"), [site])])
    s = asked.snapshot()
    expected = ({"one"}, {"one"}, {"one", "two"})
    answers = (exposure(s, CONTRACT, FORCED), trace(s, [CONTRACT]), affected(s, SITE))
    for series, answer in zip(expected, (with_sources(asked.store, now(asked.store), a) for a in answers), strict=True):
        assert {source.series for source in answer.evidence.cited} == series
        assert {fact.id for fact in answer.evidence.facts} == set(answer.evidence.records)


# -- editions -----------------------------------------------------------------------------------------------------
def edition(number: int, published: date | None = None, series: str = "one", mode: Mode = Mode.FULL) -> Source:
    return Source(series, str(number), series, "A publisher", mode=mode, published=published)


def other_row(record: Record) -> Record:
    return replace(record, row_key="another row")


def test_what_an_edition_repeats_is_said_by_it_and_is_no_conflict_with_the_rest(folder: Path) -> None:
    both = [step("processing"), other_row(step("component"))]
    asked = Asked(folder, [(edition(1), chain(contract(), step("processing"))), (edition(2), chain(contract(), *both))])
    alone = Asked(folder, [(edition(2), chain(contract(), *both))])
    for found in (asked, alone):
        s = found.snapshot()
        vertex = s.keyed(STEP)
        assert vertex is not None
        assert s.disputes(vertex) == ()


def test_what_the_newest_edition_repeats_is_as_new_as_it(folder: Path) -> None:
    january, february, march = (D(2026, month, 1) for month in (1, 2, 3))
    first = (edition(1, january), chain(contract(), step("processing")))
    again = (edition(2, march), chain(contract(), step("processing"), other_row(step(None))))
    between = (edition(1, february, "two"), [step("component")])
    orders: list[tuple[tuple[Source, Items], ...]] = list(permutations((first, again, between)))
    for loads in orders:
        s = Asked(folder, loads).snapshot()
        vertex = s.keyed(STEP)
        assert vertex is not None
        assert s.properties(vertex)["stage"] == "processing"


def test_what_was_appended_is_its_own_edition_s(folder: Path) -> None:
    loads = [
        (edition(number, mode=Mode.APPEND), chain(contract(), said))
        for number, said in ((1, step("processing")), (2, other_row(step("component"))))
    ]
    s = Asked(folder, loads).snapshot()
    vertex = s.keyed(STEP)
    assert vertex is not None
    (dispute,) = s.disputes(vertex)
    assert dispute.values == ("component", "processing")
