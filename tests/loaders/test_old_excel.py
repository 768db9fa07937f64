"""Old Excel files (XLS): read as the newer ones are; a damaged one is told."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path

import pytest
import xlrd

from loaders.old_excel import sheet_of
from loaders.old_excel import value as read_value
from loaders.spreadsheet_marks import NoValue
from ontology.errors import FileFormatError

DATEMODE = 0


@pytest.fixture
def whole(kedja_data: Path) -> bytes:
    return (kedja_data / "osh-facility-lists" / "12.xls").read_bytes()


def test_a_cell_that_shows_an_error_is_no_empty_one() -> None:
    found = read_value(xlrd.sheet.Cell(xlrd.XL_CELL_ERROR, 0x2A), DATEMODE)
    assert isinstance(found, NoValue)
    assert found == "#N/A"
    assert read_value(xlrd.sheet.Cell(xlrd.XL_CELL_EMPTY, ""), DATEMODE) == ""


def test_days_and_yes_or_no_are_told_from_numbers() -> None:
    assert str(read_value(xlrd.sheet.Cell(xlrd.XL_CELL_DATE, 45_000.0), DATEMODE)) == "2023-03-15 00:00:00"
    assert read_value(xlrd.sheet.Cell(xlrd.XL_CELL_BOOLEAN, 1), DATEMODE) is True
    assert isinstance(read_value(xlrd.sheet.Cell(xlrd.XL_CELL_DATE, 1e9), DATEMODE), NoValue), "no day"


def test_a_sheet_that_is_not_there_is_told_with_those_that_are(tmp_path: Path, whole: bytes) -> None:
    (tmp_path / "a.xls").write_bytes(whole)
    with pytest.raises(FileFormatError, match=r"no sheet 'Blad9'.*Its sheets"):
        sheet_of(tmp_path / "a.xls", "Blad9")


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_file_is_read_or_told(tmp_path: Path, whole: bytes, seed: int) -> None:
    random_ = random.Random(seed)
    damaged = bytearray(whole[: random_.randrange(1, len(whole))] if seed % 2 else whole)
    for _ in range(random_.randrange(1, 60)):
        damaged[random_.randrange(len(damaged))] = random_.randrange(256)
    (tmp_path / "a.xls").write_bytes(bytes(damaged))
    with suppress(FileFormatError):  # nothing else is raised
        _, rows, _ = sheet_of(tmp_path / "a.xls")
        list(rows)
