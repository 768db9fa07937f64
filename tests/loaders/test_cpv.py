"""CPV codes become categories with Swedish and English names, each under its nearest broader code."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.base import Report, no_progress
from loaders.cpv import CpvLoader, broader_of
from ontology.errors import FileFormatError, Reason
from ontology.records import Link, Record

SMALL = Path(__file__).parent.parent / "data" / "cpv"


def read(path: Path) -> tuple[dict[str, Record], dict[str, str], Report]:
    """Categories by code, code to broader code, and the report."""
    loader, report = CpvLoader(), Report(path.name)
    items = list(loader.read(path, loader.source(path, {}), {}, b"secret", report, no_progress))
    records = {item.key.removeprefix("cpv:"): item for item in items if isinstance(item, Record)}
    links = [item for item in items if isinstance(item, Link)]
    assert {link.type for link in links} == {"BROADER"}
    broader = {link.source.key.removeprefix("cpv:"): link.target.key.removeprefix("cpv:") for link in links}
    assert len(broader) == len(links)
    return records, broader, report


def test_all_9454_codes_have_swedish_and_english_names(kedja_data: Path) -> None:
    records, broader, report = read(kedja_data / "eforms-codelists-sv")
    assert len(records) == 9454
    assert (report.rows_in, report.accepted, report.rejected) == (2 * 9454, 2 * 9454, 0)
    assert all(record.properties["name_sv"] for record in records.values())
    gloves = records["33141420"].properties
    assert (gloves["name"], gloves["name_sv"]) == ("Surgical gloves", "Operationshandskar")
    # 45 divisions stand at the top; everything else has something broader.
    assert len(records) - len(broader) == 45


def test_every_code_leads_to_its_division(kedja_data: Path) -> None:
    """Trap 21."""
    _, broader, _ = read(kedja_data / "eforms-codelists-sv")
    for code in broader:
        top = code
        while top in broader:
            assert len(broader[top].rstrip("0")) < len(top.rstrip("0"))
            top = broader[top]
        assert top == code[:2] + "000000"


def test_a_code_whose_direct_parent_is_missing_goes_under_the_nearest_that_exists(kedja_data: Path) -> None:
    """Trap 21."""
    records, broader, _ = read(kedja_data / "eforms-codelists-sv")
    assert "30192120" not in records
    assert broader["30192121"] == "30192100"
    assert broader["33141420"] == "33141400"


def test_one_file_alone_gives_names_in_its_language(kedja_data: Path) -> None:
    records, _, _ = read(kedja_data / "eforms-codelists-sv" / "code_sv.xml.gz")
    assert records["33141420"].properties["name"] == "Operationshandskar"


def test_entries_that_are_no_code_have_no_text_or_come_twice_are_rejected_and_the_rest_is_kept() -> None:
    records, broader, report = read(SMALL)
    assert set(records) == {"33000000", "33140000", "33141420", "30190000"}
    assert broader == {"33140000": "33000000", "33141420": "33140000"}
    assert records["33140000"].properties["name"] == "Things used once"
    found = {(reject.sheet, reject.row, reject.reason) for reject in report.rejects}
    assert found == {
        ("code_en.xml", 6, Reason.BAD_IDENTIFIER),
        ("code_en.xml", 7, Reason.MISSING),
        ("code_en.xml", 8, Reason.DUPLICATE_KEY),
    }
    assert (report.rows_in, report.accepted, report.rejected) == (10, 7, 3)


def test_a_missing_translation_is_unknown_and_noted() -> None:
    records, _, report = read(SMALL)
    assert "name_sv" not in records["30190000"].properties
    assert report.notes["one_language_only"] == 1


BOMB = b"""<?xml version="1.0"?><!DOCTYPE properties [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<properties><comment>English</comment><entry key="code|name|cpv.33000000">&b;</entry></properties>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE properties [<!ENTITY f SYSTEM "file:///etc/hostname">]>
<properties><comment>English</comment><entry key="code|name|cpv.33000000">&f;</entry></properties>"""


@pytest.mark.parametrize(
    "data",
    [
        BOMB,
        OUTSIDE,
        b"<properties>",
        b"no XML",
        b"<properties><comment>English</comment></properties>",
        b"<properties><comment>French</comment><entry key='code|name|cpv.33000000'>Soin</entry></properties>",
    ],
)
def test_a_file_with_entities_or_without_codes_is_refused_by_name(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "codes.xml"
    path.write_bytes(data)
    with pytest.raises(FileFormatError, match=r"codes\.xml") as refused:
        CpvLoader().source(path, {})
    assert refused.value.remedy


def test_a_broken_gzip_file_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "code_en.xml.gz"
    path.write_bytes(gzip.compress(BOMB)[:-20])
    with pytest.raises(FileFormatError, match=r"code_en\.xml\.gz"):
        CpvLoader().source(path, {})


def test_a_file_that_unpacks_to_far_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loaders.xml_file.MAX_BYTES", 100)
    path = tmp_path / "code_en.xml.gz"
    path.write_bytes(gzip.compress((SMALL / "code_en.xml").read_bytes()))
    with pytest.raises(FileFormatError, match="more than 100"):
        CpvLoader().source(path, {})


def test_a_folder_with_two_files_of_one_language_is_refused(tmp_path: Path) -> None:
    for name in ("code_en.xml", "code_en.xml.gz"):
        data = (SMALL / "code_en.xml").read_bytes()
        (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    with pytest.raises(FileFormatError, match="one of them"):
        CpvLoader().source(tmp_path, {})


def test_a_file_of_a_folder_that_cannot_be_read_leaves_the_other(tmp_path: Path) -> None:
    for name in ("code_en.xml", "code_sv.xml"):
        (tmp_path / name).write_bytes((SMALL / name).read_bytes())
    both, *_ = read(tmp_path)
    (tmp_path / "code_en.xml").write_bytes(b"<properties>")
    records, _, report = read(tmp_path)
    assert set(records) <= set(both)
    assert records["33141420"].properties["name_sv"] == both["33141420"].properties["name_sv"]
    assert [(reject.file, reject.reason) for reject in report.rejects] == [("code_en.xml", Reason.FILE_NOT_READ)]
    assert len(report.refused) == 1
    (tmp_path / "code_sv.xml").write_bytes(b"")
    with pytest.raises(FileFormatError, match=r"code_en\.xml"):
        CpvLoader().source(tmp_path, {})


CODES = st.text("0123", min_size=8, max_size=8)


@given(st.sets(CODES, max_size=40), CODES)
def test_the_broader_code_is_the_longest_that_begins_the_same(codes: set[str], code: str) -> None:
    """Compared with the plain definition: of all codes that this one refines, the one with most digits."""
    known = dict.fromkeys(codes, "")
    refined = [
        other
        for other in codes
        if other != code
        and len(other.rstrip("0")) < len(code.rstrip("0"))
        and code.startswith(other[: max(2, len(other.rstrip("0")))])
    ]
    longest = max(refined, key=lambda other: len(other.rstrip("0")), default=None)
    assert broader_of(code, known) == longest
