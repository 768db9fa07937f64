"""The demonstration data is whole, invented, and holds what its README and the questions promise."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import UTC, date, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from graph.sqlite import open as open_store
from graph.store import At
from loaders.base import Report, load, no_progress
from loaders.workbook import WorkbookLoader
from ontology.records import Link, Polarity, Record, Source
from ontology.vocabulary import table, vocabulary

DEMO = Path(__file__).parents[2] / "loaders" / "demo"
SECOND = DEMO / "second-source"
VALID_AT = date(2026, 11, 1)
KALMAR = "se-orgnr:2321000073"
# What is real: places, and the kinds of goods of the reference data.
PUBLIC = {"Place": {"iso3166-1", "iso3166-2", "place"}, "Material": {"ref"}, "Product": {"ref"}}


@cache
def demo(folder: Path = DEMO) -> tuple[Source, list[Record], list[Link], Report]:
    loader, report = WorkbookLoader(), Report(folder.name)
    source = loader.source(folder, {})
    items = list(loader.read(folder, source, {}, b"secret", report, no_progress))
    return source, [i for i in items if isinstance(i, Record)], [i for i in items if isinstance(i, Link)], report


def links(type: str) -> list[Link]:
    return [link for link in demo()[2] if link.type == type]


def pairs(type: str, when: date = VALID_AT) -> set[tuple[str, str]]:
    """Asserted links of a type at a day, as (source, target) without ``demo:``."""
    return {
        (link.source.key.removeprefix("demo:"), link.target.key.removeprefix("demo:"))
        for link in links(type)
        if link.common.polarity is Polarity.ASSERTED
        and (link.common.valid_from or when) <= when
        and (link.common.valid_to is None or when < link.common.valid_to)
    }


def reached(start: str, when: date = VALID_AT) -> set[str]:
    """Contracts that goods from a site reach, step by step."""
    steps = {step for site, step in pairs("PERFORMS", when) if site == start}
    supplies = pairs("SUPPLIES", when)
    while more := {buyer for seller, buyer in supplies if seller in steps} - steps:
        steps |= more
    return {contract for step, contract in pairs("DELIVERED_UNDER", when) if step in steps}


@pytest.mark.parametrize("folder", [DEMO, SECOND])
def test_every_row_is_accepted(folder: Path) -> None:
    _, _, _, report = demo(folder)
    assert {reject.value for reject in report.rejects} <= {"second-source"}  # passed over, and named
    assert report.accepted == report.rows_in > 0


def test_it_has_300_to_600_things_and_says_in_both_languages_that_it_is_invented() -> None:
    source, records, _, _ = demo()
    assert 300 <= len(records) <= 600
    assert "Demonstrationsdata: avtal, företag och exponering är påhittade" in source.title
    assert "Demonstration data: contracts, companies and exposure are invented" in source.title
    assert source.demonstration
    assert demo(SECOND)[0].demonstration


def test_the_readme_counts_right() -> None:
    _, records, found, _ = demo()
    count = Counter(record.type for record in records)
    text = (DEMO / "README.md").read_text("utf-8")
    assert f"{len(records)} things and {len(found)} links: {count['Contract']} contracts" in text
    assert f"{count['Step']} steps" in text
    assert f"{count['Site']} sites, {count['Organisation']} companies" in text


def test_every_id_that_the_readme_names_is_in_the_data() -> None:
    keys = {record.key for record in demo()[1]}
    types = "contract|step|site|org|finding|incident|audit|assessment|certificate"
    named = re.findall(rf"`(?:demo:)?((?:{types})-[a-z0-9-]+)`", (DEMO / "README.md").read_text("utf-8"))
    assert len(named) > 30
    assert {f"demo:{name}" for name in named} <= keys


def test_every_link_leads_to_the_demos_own_rows_or_to_a_public_identifier_of_the_vocabularies() -> None:
    known = {record.key for record in demo()[1]}
    known |= {f"own:{id}" for id in vocabulary("categories").terms}
    known |= {f"risk:{id}" for id in vocabulary("risk-types").terms}
    known |= {f"se-orgnr:{row['orgnr']}" for row in table("regions")}
    for folder in (DEMO, SECOND):
        ends = {end.key for link in demo(folder)[2] for end in (link.source, link.target)}
        assert not ends - known


def test_what_is_invented_is_called_demo_and_no_company_has_a_real_number() -> None:
    for folder in (DEMO, SECOND):
        for record in demo(folder)[1]:
            schemes = {key.partition(":")[0] for key in record.keys}
            assert schemes <= PUBLIC.get(record.type, set()) | {"demo"}, record.key
            assert schemes == {"demo"} or len(record.keys) == 1


def test_the_kinds_and_places_that_it_shares_with_the_reference_data_are_there_under_the_same_name() -> None:
    reference = DEMO.parent / "reference"
    names: dict[str, tuple[str, str]] = {}
    for file in ("kinds", "places"):
        with (reference / f"{file}.csv").open(encoding="utf-8", newline="") as rows:
            names |= {row["key"]: (row["name_en"], row.get("type", "Place")) for row in csv.DictReader(rows)}
    for record in demo()[1]:
        if record.key.startswith(("ref:", "place:")) or record.key in names:
            assert (record.properties["name"], record.type) == names[record.key]


def test_all_21_regions_hold_contracts_in_eight_to_nine_categories_at_every_clause_level() -> None:
    regions = {f"se-orgnr:{row['orgnr']}" for row in table("regions")}
    assert len(regions) == 21
    assert {region for _, region in pairs("SERVES")} == regions
    categories = {category for contract, category in pairs("IN_CATEGORY") if contract.startswith("contract-")}
    assert len(categories) >= 8
    contracts = [record for record in demo()[1] if record.type == "Contract"]
    assert {c.properties.get("clause_level") for c in contracts} == set(vocabulary("clause-levels").terms)
    assert {c.properties.get("inputs_known") for c in contracts} == {*vocabulary("inputs-known").terms, None}


def test_the_hub_the_wholesaler_buys_from_the_factory_for_one_of_its_four_contracts() -> None:
    held = {contract for holder, contract in pairs("HOLDS") if holder == "org-bjorkvik"}
    assert held == {
        "contract-gloves-kalmar", "contract-textiles-kalmar",
        "contract-dressings-kalmar", "contract-incontinence-kalmar",
    }  # fmt: skip
    assert len({category for contract, category in pairs("IN_CATEGORY") if contract in held}) == 4
    assert reached("site-klang-4") & held == {"contract-gloves-kalmar"}
    assert ("site-klang-4", "org-bjorkvik") in pairs("SELLS_TO")


def test_the_incident_gathers_a_dated_finding_of_severity_4_about_the_factory_alone() -> None:
    finding = next(r for r in demo()[1] if r.key == "demo:finding-klang-debt-bondage")
    assert ("incident-klang", "finding-klang-debt-bondage") in pairs("GATHERS")
    assert finding.properties["severity"] == 4
    assert finding.properties["standing"] == "found-by-audit"
    assert finding.properties["issued"] == "2026-09-14"
    assert {t for s, t in pairs("ABOUT") if s == "finding-klang-debt-bondage"} == {"site-klang-4"}
    assert {t for s, t in pairs("OF_TYPE") if s == "finding-klang-debt-bondage"} == {"risk:forced-labour"}


def test_the_factory_reaches_two_contracts_of_three_regions() -> None:
    contracts = reached("site-klang-4")
    assert contracts == {"contract-gloves-kalmar", "contract-gloves-skane"}
    regions = {region for contract, region in pairs("SERVES") if contract in contracts}
    assert regions == {KALMAR, "se-orgnr:2321000040", "se-orgnr:2321000255"}


def test_the_ended_link_would_have_reached_a_third_and_a_denied_one_says_that_it_no_longer_does() -> None:
    assert "contract-gloves-jonkoping" in reached("site-klang-4", date(2022, 6, 30))
    assert "contract-gloves-jonkoping" not in reached("site-klang-4", date(2022, 7, 1))
    denied = [link for link in demo()[2] if link.common.polarity is Polarity.DENIED]
    assert {(link.source.key, link.target.key) for link in denied} == {
        ("demo:step-dip-klang", "demo:step-ormo-gloves"),
        ("demo:step-cotton-xinjiang", "demo:step-spin-taihe"),
    }
    assert all(link.common.cites for link in denied)


def confidence(type: str, source: str, target: str, when: date = VALID_AT) -> float:
    found = [
        link.common.confidence
        for link in links(type)
        if (link.source.key, link.target.key) == (f"demo:{source}", f"demo:{target}")
        and link.common.polarity is Polarity.ASSERTED
        and (link.common.valid_from or when) <= when < (link.common.valid_to or date.max)
    ]
    assert len(found) == 1
    assert found[0] is not None
    return found[0]


def test_the_paths_that_the_readme_works_out_have_the_confidences_that_it_says() -> None:
    finding = next(r for r in demo()[1] if r.key == "demo:finding-klang-debt-bondage")
    said = finding.common.confidence
    assert said == 0.9
    enters = said * confidence("PERFORMS", "site-klang-4", "step-dip-klang")
    kalmar = enters * confidence("SUPPLIES", "step-dip-klang", "step-bjorkvik-gloves")
    kalmar *= confidence("DELIVERED_UNDER", "step-bjorkvik-gloves", "contract-gloves-kalmar")
    # 0.9 x 0.95 x 0.8 x 0.95
    assert kalmar == pytest.approx(0.6498)
    skane = enters * confidence("SUPPLIES", "step-dip-klang", "step-rheinhuegel-gloves")
    skane *= confidence("SUPPLIES", "step-rheinhuegel-gloves", "step-sydsund-gloves")
    skane *= confidence("DELIVERED_UNDER", "step-sydsund-gloves", "contract-gloves-skane")
    # 0.9 x 0.95 x 0.7 x 0.9 x 0.95
    assert skane == pytest.approx(0.5117175)
    before = date(2022, 1, 1)
    ended = enters * confidence("SUPPLIES", "step-dip-klang", "step-ormo-gloves", before)
    ended *= confidence("DELIVERED_UNDER", "step-ormo-gloves", "contract-gloves-jonkoping", before)
    # 0.9 x 0.95 x 0.95 x 0.95: were it still so, the highest of all
    assert ended == pytest.approx(0.7716375)
    assert ended > kalmar > skane


def test_there_is_a_cycle_a_generic_chain_a_shared_root_and_a_company_known_only_as_a_seller() -> None:
    supplies = pairs("SUPPLIES")
    cycle = ["step-spin-denizli", "step-weave-denizli", "step-sew-zenica", "step-recycle-denizli", "step-spin-denizli"]
    assert set(pairwise(cycle)) <= supplies
    computers = {contract for contract, category in pairs("IN_CATEGORY") if category == "own:it"}
    contracts = {contract for contract in computers if contract.startswith("contract-")}
    assert contracts
    assert not contracts & {contract for _, contract in pairs("DELIVERED_UNDER")}
    buyers = Counter(seller for seller, _ in supplies)
    assert buyers["step-pulp-bahia"] == buyers["step-effluent-patancheru"] == buyers["step-spin-taihe"] == 2
    runners = {company for company, _ in pairs("RUNS")}
    assert {("org-selat-biru", "org-ekorrbacken"), ("org-selat-biru", "org-ripfjall")} <= pairs("SELLS_TO")
    assert "org-ekorrbacken" not in runners
    ripfjall = {contract for holder, contract in pairs("HOLDS") if holder == "org-ripfjall"}
    assert ripfjall
    assert not ripfjall & reached("site-klang-4")


def test_chains_are_four_to_six_tiers_deep() -> None:
    supplies = [(s, b) for s, b in pairs("SUPPLIES") if s != "step-recycle-denizli"]  # the cycle cut open

    def depth(step: str) -> int:
        return 1 + max((depth(seller) for seller, buyer in supplies if buyer == step), default=0)

    deepest: dict[str, int] = {}
    for step, contract in pairs("DELIVERED_UNDER"):
        for at, category in pairs("IN_CATEGORY"):
            if at == contract:
                deepest[category] = max(deepest.get(category, 0), depth(step))
    # Skåne's gloves: Sydsund, Rheinhügel, Klang, latex, rubber; the laundry: laundry, sewing, dyeing, spinning, cotton;
    # scissors: Talludden, Donauquell, Sialkot Lantern, workshops, steel, ore.
    assert deepest["own:gloves"] == 5
    assert deepest["own:laundry-textiles"] == 5
    assert deepest["own:surgical-instruments"] == 6
    assert min(deepest.values()) >= 3
    assert max(deepest.values()) == 6


def test_the_second_source_contradicts_the_first(tmp_path: Path) -> None:
    with open_store(tmp_path / "demo.sqlite") as store:
        now = datetime(2026, 11, 2, tzinfo=UTC)
        first = load(store, WorkbookLoader(), DEMO, now=now)
        load(store, WorkbookLoader(), SECOND, now=now)
        again = load(store, WorkbookLoader(), DEMO, now=now)
        assert again.unchanged
        assert first.settled.records == len(demo()[1])
        latest = store.latest()
        assert latest is not None
        at = At(latest.number)
        site = store.find(at, "demo:site-klang-4")
        assert site is not None
        workers = {record.properties.get("workers") for record in store.records(at, entities=[site.id])}
        assert workers == {4100, 5400}
        cotton, mill = store.find(at, "demo:step-cotton-xinjiang"), store.find(at, "demo:step-spin-taihe")
        assert cotton is not None
        assert mill is not None
        said = store.links(at, types=["SUPPLIES"], source=[cotton.id], target=[mill.id])
        assert {link.common.polarity for link in said} == {Polarity.ASSERTED, Polarity.DENIED}
        assert not store.check()
