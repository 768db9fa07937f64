"""One meaning in every form; extracts, editions, damage: no traceback, no hang, nothing silent."""

from __future__ import annotations

import csv
import gzip
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import arro3.core
import arro3.io
import pytest

from loaders import streams
from loaders.gleif.files import Kind
from loaders.gleif.loader import GleifLoader
from loaders.registry import find
from ontology.errors import FileFormatError, KedjaError, Reason
from ontology.records import Mode
from tests.loaders.gleif_made import (
    A,
    B,
    C,
    csv_text,
    entity,
    exception,
    json_text,
    lei,
    read,
    register,
    relation,
    without,
    xml,
)  # fmt: skip

TREES = {
    Kind.LEI: [
        entity(A, "Alfa AB", RegistrationAuthority=register("RA000544", "556036-0793")),
        entity(B, "Beta, \"B\" & <söner>", LegalForm={"EntityLegalFormCode": "8888", "OtherLegalForm": "Verein"}),
        entity(C, "Gamma", EntityStatus="INACTIVE", SuccessorEntity={"SuccessorLEI": A}, _RegistrationStatus="MERGED"),
    ],
    Kind.RELATION: [relation(A, B), relation(C, B, "IS_FUND-MANAGED_BY"), relation(B, C) | without("2024-01-31")],
    Kind.EXCEPTION: [exception(A, "NATURAL_PERSONS"), exception(B, "NO_LEI", "NON_PUBLIC", category="ULTIMATE")],
}  # fmt: skip


def texts(kind: Kind) -> dict[str, bytes]:
    trees = TREES[kind]
    lines = json_text(kind, trees).partition("[")[2].rpartition("]")[0].replace("}}}}, {", "}}}}\n{")
    return {
        "xml": xml(kind, trees).encode(),
        "json": json_text(kind, trees).encode(),
        "csv": csv_text(trees).encode("utf-8-sig"),
        "jsonl": lines.encode(),
        "xml.gz": gzip.compress(xml(kind, trees).encode()),
    }


def bare(items: object) -> str:
    """What is said, without where."""
    return re.sub(r"locator='[^']*'", "", repr(items))


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "xml.gz", "zip", "parquet"])
def test_every_form_says_the_same(tmp_path: Path, kind: Kind, form: str) -> None:
    made = texts(kind)
    plain = tmp_path / f"{kind}.xml"
    plain.write_bytes(made["xml"])
    other = tmp_path / f"{kind}.{form}"
    if form == "zip":
        with zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("in.json", made["json"])
    elif form == "parquet":
        rows = [line for line in made["csv"].decode("utf-8-sig").splitlines() if line]
        write_parquet(other, rows)
    else:
        other.write_bytes(made[form])
    items, report = read(other)
    expected, told = read(plain)
    assert bare(items) == bare(expected)
    assert (report.rows_in, report.rejected, report.notes) == (told.rows_in, 0, told.notes)
    assert find(str(other)).kind == "gleif"


def write_parquet(file: Path, lines: list[str]) -> None:
    header, *rows = csv.reader(lines)
    columns: dict[str, Any] = {
        name: arro3.core.Array([row[n] or None for row in rows], type=arro3.core.DataType.utf8())
        for n, name in enumerate(header)
    }
    arro3.io.write_parquet(arro3.core.Table.from_pydict(columns), file)


def test_what_a_file_is_says_its_header_or_its_name(tmp_path: Path) -> None:
    named = {
        "20260211-0800-gleif-goldencopy-lei2-golden-copy.json": (Mode.FULL, "2026-02-11T08:00:00Z"),
        "20260211-0800-gleif-goldencopy-lei2-last-week.json": (Mode.DELTA, "2026-02-11T08:00:00Z"),
        "ours.json": (Mode.DELTA, "2024-05-02T23:30:00.000+02:00"),
    }
    for name, (mode, edition) in named.items():
        (tmp_path / name).write_bytes(texts(Kind.LEI)["json"])
        source = GleifLoader().source(tmp_path / name, {})
        assert (source.mode, source.edition) == (mode, edition)


def test_a_defect_between_two_records_costs_no_record(tmp_path: Path) -> None:
    """A golden copy of 2026 had ``},.`` in one place."""
    file = tmp_path / "lei2.json"
    text = json_text(Kind.LEI, [entity(lei(n), f"Nr {n}") for n in range(1, 2000)])
    place = text.index('}, {"LEI"', len(text) // 2)
    file.write_text(text[:place] + "},." + text[place + 2 :], "utf-8")
    items, report = read(file)
    assert (report.accepted, report.rejected) == (1999, 1)
    assert report.rejects[0].value.startswith(".")
    assert len(items) == 2 * 1999


def test_a_damaged_record_costs_itself(tmp_path: Path) -> None:
    file = tmp_path / "lei2.json"
    text = json_text(Kind.LEI, [entity(lei(n), f"Nr {n}") for n in range(1, 4)])
    file.write_text(text.replace('"Nr 2"', '"Nr 2'), "utf-8")
    _, report = read(file)
    assert (report.accepted, report.rejected) == (2, 1)
    assert [(one.row, one.value, one.reason) for one in report.rejects] == [(2, "{", Reason.NOT_UNDERSTOOD)]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xml", '<!DOCTYPE a [<!ENTITY x "y">]><LEIData><LEIRecord>&x;</LEIRecord></LEIData>', "document type"),
        ("a.xml", '<?xml version="1.0"?><!DOCTYPE LEIData SYSTEM "file:///etc/passwd"><LEIData/>', "document type"),
        ("a.xml", "<LEIData>" + "<a>" * 100_000, "well-formed"),
        ("a.json", '{"records": [{"LEI": ' + "[" * 100_000, "no end"),
        ("a.json", '[{"LEI": "x", "Entity": {}}', "no end"),
        ("a.csv", 'LEI,Entity.LegalName\n"x', "not readable as CSV"),
        ("a.xml", "<html/>", "none of GLEIF's"),
        ("a.parquet", "PAR1....PAR1", "Parquet"),
        ("a.txt", "hello", "none of GLEIF's"),
        ("a.txt", "", "none of GLEIF's"),
    ],
)  # fmt: skip
def test_what_is_no_such_file_is_refused_whole_with_its_name(
    tmp_path: Path, name: str, content: str, said: str
) -> None:
    file = tmp_path / name
    file.write_text(content, "utf-8")
    with pytest.raises(FileFormatError, match=said) as refused:
        read(file)
    assert name in refused.value.message
    assert refused.value.remedy


def test_a_file_that_unpacks_out_of_proportion_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "ALWAYS", 1_000_000)
    file = tmp_path / "lei2.xml.gz"
    with gzip.open(file, "wb") as packed:
        packed.write(b"<LEIData>" + b"<!-- nothing -->\n" * 100_000)
    with pytest.raises(FileFormatError, match="unpacks to more"):
        read(file)


def flipped(data: bytes, chance: random.Random) -> bytes:
    held = bytearray(data)
    for _ in range(chance.randint(1, 20)):
        held[chance.randrange(len(held))] ^= 1 << chance.randrange(8)
    return bytes(held)


def cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def doubled(data: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(data)) for _ in range(2))
    return data[:end] + data[start:]


def nested(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + chance.choice([b"[", b"{", b"<a>", b'{"a":', b'"']) * 50_000 + data[place:]


def other_types(data: bytes, chance: random.Random) -> bytes:
    values = [b"null", b"7", b"[]", b"{}", b"true", b'"\\ud800"', b"1e999", b"NaN", b'""', b"[[1]]"]
    parts = data.split(b'"')
    for _ in range(3):
        n = chance.randrange(len(parts))
        parts[n] = chance.choice(values)
    return b'"'.join(parts)


def recoded(data: bytes, chance: random.Random) -> bytes:
    text = data.decode("utf-8", "replace")
    return text.encode(chance.choice(["utf-16", "cp1252", "utf-32", "utf-8-sig"]), "replace")


def refusal_of(file: Path) -> str:
    """What is said where a file is refused; empty where it is read, with counts that add up."""
    try:
        read(file)
    except KedjaError as error:
        return str(error)
    return ""


DAMAGES: list[Callable[[bytes, random.Random], bytes]] = [flipped, cut, doubled, nested, other_types, recoded]


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_gives_an_error_or_a_report_that_adds_up(
    tmp_path: Path, kind: Kind, damage: Callable[[bytes, random.Random], bytes]
) -> None:
    for seed in range(10):
        chance = random.Random(seed)
        for form, data in texts(kind).items():
            file = tmp_path / f"{kind}.{form}"
            file.write_bytes(damage(data, chance))
            assert file.name in (refusal_of(file) or file.name)


def test_a_damaged_parquet_gives_an_error_and_nothing_on_standard_error(
    tmp_path: Path, kedja_data: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data = (kedja_data / "gleif-lei-health" / "gleif_healthcare_medical_devices.parquet").read_bytes()
    for seed in range(20):
        chance = random.Random(seed)
        held = bytearray(data)
        for _ in range(10):
            held[-chance.randrange(1, 4_000)] ^= 1 << chance.randrange(8)
        file = tmp_path / "a.parquet"
        file.write_bytes(held)
        assert "a.parquet" in (refusal_of(file) or file.name)
    assert capfd.readouterr().err == ""
