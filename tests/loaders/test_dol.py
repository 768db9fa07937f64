"""The list of goods produced by child or forced labour: a yes is a statement, a no and a missing pair say nothing."""

from __future__ import annotations

import csv
import gzip
import unicodedata
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

import graph.sqlite
from graph.store import At
from loaders.base import Report, load, no_progress
from loaders.cpv import names_in
from loaders.dol.loader import CROSSWALK, DolLoader
from loaders.registry import find
from ontology.errors import FileFormatError, Reason
from ontology.records import Link, Record

SMALL = Path(__file__).parent.parent / "data" / "dol" / "goods.xml"
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def read(path: Path) -> tuple[dict[str, Record], list[Link], Report]:
    """Records by key, links, and the report."""
    loader, report = DolLoader(), Report(path.name)
    items = list(loader.read(path, loader.source(path, {"edition": "2022"}), {}, b"secret", report, no_progress))
    records = {item.key: item for item in items if isinstance(item, Record)}
    assert len(records) == sum(isinstance(item, Record) for item in items), "each thing once"
    return records, [item for item in items if isinstance(item, Link)], report


def statements(records: dict[str, Record]) -> set[str]:
    return {key.removeprefix("ref:dol/") for key in records if key.startswith("ref:dol/")}


def test_each_yes_is_one_statement_and_forced_child_labour_adds_none() -> None:
    """Trap 36."""
    records, links, report = read(SMALL)
    assert statements(records) == {
        "acai-berries/BR/child-labour",
        "rubber-gloves/TR/child-labour",
        "rubber-gloves/TR/forced-labour",
        "lithium-ion-batteries/CN/workers-rights",
    }
    assert (report.rows_in, report.accepted, report.rejected) == (6, 3, 3)
    here = "ref:dol/rubber-gloves/TR/forced-labour"
    assert {(link.type, link.target.key) for link in links if link.source.key == here} == {
        ("OF_TYPE", "risk:forced-labour"),
        ("ABOUT", "dol:rubber-gloves"),
        ("ABOUT", "iso3166-1:TR"),
    }
    assert "severity" not in records[here].properties, "the list does not say how severe"
    assert records[here].properties["name_sv"] == "Rubber Gloves, Turkiet: Tvångsarbete"


def test_what_is_neither_yes_nor_no_is_no_no() -> None:
    _, _, report = read(SMALL)
    assert {(reject.row, reject.reason, reject.value) for reject in report.rejects} == {
        (3, Reason.NOT_IN_VOCABULARY, ""),
        (4, Reason.UNKNOWN_COUNTRY, "Atlantis"),
        (6, Reason.DUPLICATE_KEY, "Lithium-Ion Batteries, China"),
    }


def test_a_derived_pair_carries_its_risk_with_the_harm_in_the_country_of_its_inputs() -> None:
    """Trap 35."""
    records, _, report = read(SMALL)
    derived = records["ref:dol/lithium-ion-batteries/CN/workers-rights"]
    assert derived.properties["harm_country"] == "CD"
    assert "inputs produced by child or forced labour in Congo" in str(derived.properties["name"])
    assert report.notes["derived"] == 1


def test_467_pairs_ten_of_them_derived_are_the_same_by_good_and_by_country(kedja_data: Path) -> None:
    """Trap 35."""
    folder = kedja_data / "dol-goods-list"
    by_good, links, report = read(folder / "goods_2016.xml")
    by_country, others, _ = read(folder / "countries_2016.xml.gz")
    assert (report.rows_in, report.accepted, report.rejected) == (467, 467, 0)
    kinds = Counter(key.rpartition("/")[2] for key in statements(by_good))
    assert (kinds["workers-rights"], kinds["forced-labour"]) == (10, 121)
    batteries = by_good["ref:dol/lithium-ion-batteries/CN/workers-rights"]
    assert batteries.properties["harm_country"] == "CD"
    assert {key: record.properties for key, record in by_good.items()} == {
        key: record.properties for key, record in by_country.items()
    }
    assert {(a.type, a.source, a.target) for a in links} == {(a.type, a.source, a.target) for a in others}


def test_search_finds_a_decomposed_name_and_gloves_are_not_rubber_gloves(tmp_path: Path, kedja_data: Path) -> None:
    """Trap 36."""
    with graph.sqlite.open(tmp_path / "store.sqlite") as store:
        done = load(store, DolLoader(), kedja_data / "dol-goods-list" / "goods_2016.xml", now=NOW)
        at = At(done.publication.number)
        assert store.search(at, unicodedata.normalize("NFC", "Açaí"), limit=1)[0].keys == ("dol:acai-berries",)
        gloves = next(hit for hit in store.search(at, "Gloves", limit=8) if hit.exact)
        assert gloves.keys == ("dol:gloves",)


def test_a_newer_edition_takes_back_a_pair_that_it_no_longer_lists_but_not_one_that_it_cannot_read(
    tmp_path: Path,
) -> None:
    newer = tmp_path / "goods.xml"
    text = SMALL.read_text(encoding="utf-8")
    old = text.replace("<Forced_Labor></Forced_Labor>", "<Forced_Labor>Yes</Forced_Labor>").replace("Atlantis", "Laos")
    newer.write_text(old, encoding="utf-8")
    with graph.sqlite.open(tmp_path / "store.sqlite") as store:
        load(store, DolLoader(), newer, now=NOW, options={"edition": "2020"})
        damaged = old.replace("Brazil", "Peru").replace("<Forced_Labor>Yes", "<Forced_Labor>Perhaps")
        newer.write_text(damaged, encoding="utf-8")
        done = load(store, DolLoader(), newer, now=NOW, options={"edition": "2022"})
        at = At(done.publication.number)
        assert store.find(at, "ref:dol/acai-berries/BR/child-labour") is None
        assert store.find(at, "ref:dol/acai-berries/PE/child-labour")
        assert store.find(at, "ref:dol/rubber-gloves/MM/forced-labour"), "not read is not withdrawn"
        assert done.settled.kept


def test_every_code_that_a_good_is_matched_to_exists_and_every_good_is_on_the_list(kedja_data: Path) -> None:
    codes = {code for _, code, _ in names_in(kedja_data / "eforms-codelists-sv")[0].entries}
    records, links, report = read(kedja_data / "dol-goods-list" / "goods_2016.xml")
    with CROSSWALK.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["to"].partition(":")[2] for row in rows if row["to"].startswith("cpv:")} <= codes
    matches = [link for link in links if link.type == "MATCHES"]
    assert len(matches) == len(rows), "no match is of a good that the list does not have"
    assert all(link.properties["reviewer"] and link.common.confidence for link in matches)
    goods = sum(key.startswith("dol:") for key in records)
    assert report.notes["uncrossed_goods"] == goods - len({row["good"] for row in rows})


def test_the_format_is_recognised_by_what_it_holds(tmp_path: Path) -> None:
    packed = tmp_path / "anything.xml.gz"
    packed.write_bytes(gzip.compress(SMALL.read_bytes()))
    assert find(str(packed)).kind == find(str(SMALL)).kind == "dol"
    assert statements(read(packed)[0]) == statements(read(SMALL)[0])


@pytest.mark.parametrize(
    "text", ["", "<Goods>", "<Goods/>", "<Goods><Good><Good_Name>Tea</Good_Name></Good></Goods>", "not xml at all"]
)
def test_a_file_without_goods_by_country_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "goods.xml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(FileFormatError, match=r"goods\.xml"):
        DolLoader().source(file, {})


@pytest.mark.parametrize("encoding", ["UTFm8", "utf-7", "hex"])
def test_an_encoding_that_nobody_knows_is_told(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "goods.xml").write_bytes(f"<?xml version='1.0' encoding='{encoding}'?><Goods/>".encode())
    with pytest.raises(FileFormatError, match=r"goods\.xml"):
        DolLoader().source(tmp_path / "goods.xml", {})
