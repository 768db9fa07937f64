"""A damaged file gives an error or a report whose counts add up, never a traceback; a huge cell needs no memory."""

from __future__ import annotations

import io
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from loaders.base import Report, no_progress
from loaders.workbook import WorkbookLoader
from ontology.errors import KedjaError

SHEETS = {
    "source": [["series", "mine"], ["edition", "1"], ["title", "T"], ["publisher", "P"]],
    "Organisationer": [["id", "namn", "roller"], ["O1", "Älvåker AB", "leverantör"], ["O2", "Beta", ""]],
    "Sites": [["id", "name", "operates"], ["F1", "Plant", "O2"]],
    "owns": [["from", "to", "share"], ["O1", "O2", "60 %"]],
}


def whole() -> bytes:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as made:
        for name, rows in SHEETS.items():
            sheet = made.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            sheet.write_formula(9, 9, "=1+1", None, 2)
    return held.getvalue()


WHOLE = whole()
Damage = Callable[[random.Random], bytes]


def flipped(chance: random.Random) -> bytes:
    data = bytearray(WHOLE)
    for _ in range(chance.randint(1, 30)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def cut(chance: random.Random) -> bytes:
    return WHOLE[: chance.randrange(len(WHOLE))]


def with_damaged_part(chance: random.Random) -> bytes:
    """The archive as it should be, with one part cut, flipped, doubled, emptied or left out."""
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as archive:
        parts = {name: bytearray(archive.read(name)) for name in archive.namelist()}
    name = chance.choice(sorted(parts))
    part = parts[name]
    match chance.randrange(5):
        case 0:
            del part[chance.randrange(len(part)) :]
        case 1:
            for _ in range(chance.randint(1, 10)):
                part[chance.randrange(len(part))] = chance.randrange(256)
        case 2:
            start, end = sorted(chance.randrange(len(part)) for _ in range(2))
            part[end:end] = part[start:end]
        case 3:
            part.clear()
        case _:
            del parts[name]
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for other, data in parts.items():
            archive.writestr(other, bytes(data))
    return held.getvalue()


def read(path: Path) -> Report | str:
    loader, report = WorkbookLoader(), Report(path.name)
    try:
        list(loader.read(path, loader.source(path, {}), {}, b"k" * 32, report, no_progress))
    except KedjaError as error:
        return error.message if error.remedy else ""
    assert report.rows_in == report.accepted + report.rejected
    return report


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged") / "book.xlsx"


def test_the_whole_one_is_read(place: Path) -> None:
    place.write_bytes(WHOLE)
    report = read(place)
    assert isinstance(report, Report)
    assert report.rows_in >= 4


@pytest.mark.parametrize("damage", [flipped, cut, with_damaged_part])
@given(seed=st.integers(0, 2**32))
def test_a_damaged_workbook_gives_an_error_or_a_report(place: Path, damage: Damage, seed: int) -> None:
    place.write_bytes(damage(random.Random(seed)))
    told = read(place)
    assert isinstance(told, Report) or place.name in told or "source sheet" in told


def test_two_sheets_of_one_name_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b'"Sites"', b'"organisationer"')
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert "2 sheets called 'organisationer'" in str(read(tmp_path / "book.xlsx"))


def test_two_files_of_one_sheet_are_not_read_as_one(tmp_path: Path) -> None:
    for name, text in {
        "source.csv": "",
        "sites.csv": "id,name\nF1,Plant\n",
        "sites.tsv": "id\tname\nF2\tPlant\n",
    }.items():
        rows = "\n".join(",".join(row) for row in SHEETS["source"])
        (tmp_path / name).write_text(text or rows, "utf-8")
    report = read(tmp_path)
    assert isinstance(report, Report)
    assert report.accepted == 1
    assert [error.message.split()[0] for error in report.refused] == ["sites.tsv"]
    assert report.unread == {"Site"}


@pytest.mark.parametrize("breaks", ["", "\\n"], ids=["one line", "many lines"])
def test_a_cell_of_100_megabytes_is_refused_in_little_memory(tmp_path: Path, breaks: str) -> None:
    path = tmp_path / "mine"
    path.mkdir()
    (path / "source.csv").write_text("\n".join(",".join(row) for row in SHEETS["source"]), "utf-8")
    with (path / "sites.csv").open("w", encoding="utf-8") as file:
        file.write('id,name\nF1,"')
        for _ in range(100):
            file.write("x" * 1_000_000 + breaks.replace("\\n", "\n"))
        file.write('"\n')
    code = f"""
import re
from datetime import UTC, datetime
from pathlib import Path
import graph.sqlite
from loaders.base import load
from loaders.workbook import WorkbookLoader
from ontology.errors import FileFormatError
store = graph.sqlite.open(Path({str(tmp_path / "store")!r}))
def peak():  # of this process only: what getrusage says begins with its parent's
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
before = peak()
try:
    load(store, WorkbookLoader(), Path({str(path)!r}), now=datetime.now(UTC))
except FileFormatError as error:
    print(error)
print((peak() - before) // 1024)
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    error, grown = ended.stdout.splitlines()
    assert "sites.csv, line" in error
    assert "131,072 characters" in error or "field larger" in error
    assert int(grown) < 60, "megabytes"
