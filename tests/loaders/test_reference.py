"""The reference data: vocabularies as facts, published levels in their publishers' words, each statement attributed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from graph.sqlite import open as open_store
from graph.store import At
from loaders.base import Report, load, no_progress
from loaders.cpv import names_in
from loaders.reference_data import ReferenceLoader, packaged
from loaders.tabular import rows_of_csv
from ontology.errors import FileFormatError, Reason
from ontology.records import Link, Record, Ref, Status
from ontology.vocabulary import table, vocabulary


@dataclass(frozen=True)
class Said:
    """What the loader said of a folder."""

    items: list[Record | Link]
    report: Report

    def record(self, key: str) -> Record:
        (found,) = [item for item in self.items if isinstance(item, Record) and key in item.keys]
        return found

    def records(self, *kinds: str) -> list[Record]:
        return [item for item in self.items if isinstance(item, Record) and item.type in kinds]

    def links(self, kind: str) -> list[Link]:
        return [item for item in self.items if isinstance(item, Link) and item.type == kind]

    def targets(self, kind: str, key: str) -> set[str]:
        return {link.target.key for link in self.links(kind) if link.source.key == key}


def read(path: Path) -> Said:
    loader, report = ReferenceLoader(), Report(path.name)
    items = list(loader.read(path, loader.source(path, {}), {}, b"secret", report, no_progress))
    assert report.rows_in == report.accepted + report.rejected
    return Said(items, report)


def links_of(said: Said, key: str) -> list[Link]:
    return [item for item in said.items if isinstance(item, Link) and key in (item.source.key, item.target.key)]


@pytest.fixture(scope="module")
def said() -> Said:
    return read(packaged())


def test_every_packaged_row_is_accepted(said: Said) -> None:
    assert said.report.rejects == []
    files = sum(len(list(rows_of_csv(path))) for path in packaged().glob("*.csv"))
    names = ("risk-types", "regions", "areas", "areas-regions", "categories", "areas-categories")
    assert said.report.rows_in == files + sum(len(table(name)) for name in names)


def test_the_21_regions_belong_to_the_areas_a_to_h(said: Said) -> None:
    regions = [r for r in said.records("Organisation") if "region" in r.properties.get("roles", ())]
    assert len(regions) == 21
    members = Counter(next(iter(said.targets("PART_OF", region.key))).removeprefix("area:") for region in regions)
    assert members == {"A": 4, "B": 4, "C": 1, "D": 4, "E": 1, "F": 3, "G": 3, "H": 1}
    skane = said.record("se-orgnr:2321000255")
    assert skane.properties["name"] == "Region Skåne"
    assert said.targets("PART_OF", skane.key) == {"area:H"}
    assert said.targets("LOCATED_IN", skane.key) == {"iso3166-2:SE-M"}


def test_an_area_coordinates_its_categories_in_their_period_the_last_day_included(said: Said) -> None:
    links = {link.target.key: link.common for link in said.links("COORDINATES") if link.source.key == "area:F"}
    assert set(links) == {"own:general-consumables", "own:incontinence-stoma"}
    common = links["own:general-consumables"]
    assert (common.valid_from, common.valid_to) == (date(2023, 1, 1), date(2026, 1, 1))


def test_every_risk_type_and_own_category_is_a_thing_of_its_own(said: Said) -> None:
    assert {r.key for r in said.records("RiskType")} == {f"risk:{term}" for term in vocabulary("risk-types").terms}
    own = {r.key for r in said.records("Category") if r.properties.get("scheme") == "own"}
    assert own == {f"own:{term}" for term in vocabulary("categories").terms}
    assert said.targets("BROADER", "own:gloves") == {"own:general-consumables"}


def test_the_uhm_matrices_are_12_kinds_by_3_stages_by_4_areas_in_the_publishers_own_words(said: Said) -> None:
    cells = [r for r in said.records("RiskAssessment") if r.key.startswith("ref:uhm-")]
    assert len(cells) == 12 * 3 * 4
    for cell in cells:
        assert cell.properties["level"].startswith("uhm-")
        assert "severity" not in cell.properties
        assert "likelihood" not in cell.properties
        assert cell.common.cites.startswith("Upphandlingsmyndigheten, Riskanalys: ")
        assert len(said.targets("OF_TYPE", cell.key)) == 1
        assert said.targets("ABOUT", cell.key)
    textile = said.record("ref:uhm-textiles-environment-final-manufacture")
    assert textile.properties["level"] == "uhm-low"
    assert textile.properties["stage"] == "final-manufacture"
    assert textile.properties["name"] == "Textiles (UHM): Final manufacture: Environment: Low"
    assert textile.properties["name_sv"] == "Textil: Sluttillverkning: Miljö: Låg"
    assert said.targets("OF_TYPE", textile.key) == {"risk:environment"}
    unknown = said.record("ref:uhm-medicines-human-rights-raw-material")
    assert unknown.properties["level"] == "uhm-insufficient-information"


def test_a_good_on_the_us_list_has_no_severity_and_no_likelihood_for_the_list_says_none(said: Said) -> None:
    listed = [r for r in said.records("RiskAssessment") if r.key.startswith("ref:dol-")]
    assert listed
    assert not [r for r in listed if {"severity", "likelihood", "level"} & set(r.properties)]
    gloves = said.record("ref:dol-gloves-my-forced-labour")
    assert said.targets("OF_TYPE", gloves.key) == {"risk:forced-labour"}
    assert "iso3166-1:MY" in said.targets("ABOUT", gloves.key)
    assert "own:gloves" in said.targets("ABOUT", gloves.key)


def test_the_goods_said_to_be_on_the_us_list_are_on_it(said: Said, kedja_data: Path) -> None:
    text = (kedja_data / "dol-goods-list" / "goods_2016.xml").read_text("utf-8")
    goods = {row["good"] for _, row in rows_of_csv(packaged() / "dol-goods.csv")}
    assert {good for good in goods if f">{good}<" in text} >= {"Rubber Gloves", "Surgical Instruments", "Cotton"}


def test_every_published_statement_names_publisher_title_and_address(said: Said) -> None:
    for record in said.records("RiskAssessment", "Finding", "Step"):
        assert record.common.cites.count(", ") >= 2
        assert "https://" in record.common.cites


def test_what_we_infer_says_so(said: Said) -> None:
    inferred = [r for r in said.records("Step") if r.raw.get("note", "").startswith("inference")]
    assert inferred
    assert all(r.common.cites.endswith("(inference)") for r in inferred)
    assert not said.record("ref:gs-gloves-dipping").common.cites.endswith("(inference)")


def test_generic_steps_are_generic_and_have_no_actor(said: Said) -> None:
    steps = said.records("Step")
    assert steps
    assert {step.common.status for step in steps} == {Status.GENERIC}
    assert all(len(said.targets("OUTPUTS", step.key)) == 1 for step in steps)
    assert not said.links("PERFORMS") + said.links("RUNS")
    supplies = said.links("SUPPLIES")
    assert {link.common.status for link in supplies} == {Status.GENERIC}
    assert ("ref:gs-rubber-cultivation", "ref:gs-gloves-dipping") in {(i.source.key, i.target.key) for i in supplies}


def test_a_finding_that_names_an_actor_is_about_that_actor_and_says_nothing_of_others(said: Said) -> None:
    """Without the actor in its scope one company's import ban would count against every Malaysian factory."""
    ban = said.record("ref:top-glove-import-ban")
    assert ban.properties["standing"] == "authority-decision"
    assert ban.properties["issued"] == "2020-01-01"
    assert ban.raw["issued"] == "2020"
    assert said.targets("ABOUT", ban.key) == {"own:gloves", "iso3166-1:MY", "ref:actor-top-glove"}
    named = {r.key for r in said.records("Organisation") if r.key.startswith("ref:actor-")}
    touching = {
        link.type for link in said.items if isinstance(link, Link) and {link.source.key, link.target.key} & named
    }
    assert touching == {"ABOUT"}


def test_every_link_leads_to_something_described_but_cpv_codes_which_have_a_loader(said: Said) -> None:
    described = {Ref(r.type, key) for r in said.items if isinstance(r, Record) for key in r.keys}
    ends = {end for link in said.items if isinstance(link, Link) for end in (link.source, link.target)}
    assert {end.key.partition(":")[0] for end in ends - described} == {"cpv"}


def test_every_cpv_code_that_is_matched_exists(said: Said, kedja_data: Path) -> None:
    codes = {code for _, code, _ in names_in(kedja_data / "eforms-codelists-sv")[0].entries}
    matched = {link.target.key for link in said.links("MATCHES") if link.target.key.startswith("cpv:")}
    assert matched
    assert {key.removeprefix("cpv:") for key in matched} <= codes
    for link in said.links("MATCHES"):
        assert link.properties["reviewer"]
        assert link.common.confidence is not None


def test_every_statement_is_made_once(said: Said) -> None:
    assert max(Counter(item.id("kedja-reference") for item in said.items).values()) == 1


SOURCES = (
    "id,publisher,title,url,licence,language,published,retrieved\ns,Nobody,Words,https://example.org,,en,2020,2026-11\n"
)


def folder(path: Path, **files: str) -> Path:
    (path / "sources.csv").write_text(SOURCES, encoding="utf-8")
    for name, text in files.items():
        (path / f"{name.replace('_', '-')}.csv").write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("a,own:gloves,processing,,forced-labour,3,,,Said,,2020,t", "source", Reason.UNKNOWN_KEY),
        ("a,own:glovse,processing,,forced-labour,3,,,Said,,2020,s", "kind", Reason.UNKNOWN_KEY),
        ("a,own:gloves,processing,iso3166-1:MY,forced-labour,3,,,Said,,2020,s", "place", Reason.UNKNOWN_KEY),
        ("a,own:gloves,refining,,forced-labour,3,,,Said,,2020,s", "stage", Reason.NOT_IN_VOCABULARY),
        ("a,own:gloves,processing,,slavery,3,,,Said,,2020,s", "risk", Reason.NOT_IN_VOCABULARY),
        ("a,own:gloves,processing,,forced-labour,5,,,Said,,2020,s", "severity", Reason.OUT_OF_RANGE),
        ("a,own:gloves,processing,,forced-labour,3,2,,Said,,2020,s", "likelihood", Reason.OUT_OF_RANGE),
        ("a,own:gloves,processing,,forced-labour,3,,hög,Said,,2020,s", "level", Reason.NOT_IN_VOCABULARY),
        ("a,own:gloves,processing,,forced-labour,3,,,,,2020,s", "statement_en", Reason.MISSING),
        (",own:gloves,processing,,forced-labour,3,,,Said,,2020,s", "id", Reason.MISSING),
        ("a,own:gloves,processing,,forced-labour,3,,,Said,,lately,s", "", Reason.NOT_A_DATE),
        ("b,own:gloves,processing,,forced-labour,3,,,Said,,2020,s", "", Reason.DUPLICATE_KEY),
    ],
)
def test_a_row_that_names_what_does_not_exist_is_rejected_by_itself(
    tmp_path: Path, row: str, column: str, reason: Reason
) -> None:
    header = "id,kind,stage,place,risk,severity,likelihood,level,statement_en,statement_sv,issued,source\n"
    good = "b,own:gloves,processing,,forced-labour,3,,,Said,Sagt,2020-05,s\n"
    read_ = read(folder(tmp_path, assessments=f"{header}{good}{row}\n"))
    (reject,) = read_.report.rejects
    assert (reject.sheet, reject.row, reject.column, reject.reason) == ("assessments.csv", 3, column, reason)
    (kept,) = read_.records("RiskAssessment")
    assert kept.key == "ref:b"
    assert kept.locator == "assessments.csv!2"
    assert not links_of(read_, "ref:a")


def test_a_link_to_a_rejected_step_is_rejected_too(tmp_path: Path) -> None:
    header = "id,name_en,name_sv,stage,kind,place,source,note\n"
    steps = f"{header}x,X,X,cultivation,own:gloves,,s,\ny,Y,Y,nowhere,own:gloves,,s,\n"
    links = "from,to,source\nx,y,s\n"
    read_ = read(folder(tmp_path, generic_steps=steps, generic_links=links))
    assert [(r.sheet, r.column) for r in read_.report.rejects] == [
        ("generic-steps.csv", "stage"),
        ("generic-links.csv", "to"),
    ]
    assert not read_.links("SUPPLIES")


def test_the_edition_is_the_month_in_which_the_sources_were_last_read(tmp_path: Path) -> None:
    source = ReferenceLoader().source(folder(tmp_path), {})
    assert (source.series, source.edition) == ("kedja-reference", "2026-11")


def test_a_folder_without_sources_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match=r"sources\.csv") as refused:
        ReferenceLoader().source(tmp_path, {})
    assert refused.value.remedy


def test_in_a_store_the_data_is_found_by_swedish_words_and_leaves_only_cpv_codes_to_describe(tmp_path: Path) -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    with open_store(tmp_path / "kedja.db") as store:
        loaded = load(store, ReferenceLoader(), packaged(), now=now)
        at = At(loaded.publication.number)
        assert store.check() == []
        assert "own:gloves" in {key for hit in store.search(at, "handskar") for key in hit.keys}
        ghosts = [entity for entity in store.entities(at) if entity.ghost]
        assert {key.partition(":")[0] for entity in ghosts for key in entity.keys} == {"cpv"}
        assert load(store, ReferenceLoader(), packaged(), now=now).unchanged
