"""A million LEI records need no gigabyte."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from loaders.gleif.files import Kind
from tests.loaders.gleif_made import entity, lei, register, xml

MILLION = 1_000_000
MOST = 1_000_000_000
"""Bytes that the process may take."""
COMMAND = (
    "import sys; from api.cli import app; from tests.memory import peak\ntry: app()\nfinally: print('peak', peak())"
)


def write(file: Path, count: int) -> None:
    """LEI records in number, one a line."""
    model = entity(lei(0), "@name@", RegistrationAuthority=register("RA000602", "4386463"))
    start, _, rest = xml(Kind.LEI, [model], {"RecordCount": str(count)}).partition("<x:LEIRecord>")
    one, _, end = rest.partition("</x:LEIRecord>")
    with file.open("w", encoding="utf-8") as out:
        out.write(start)
        for number in range(1, count + 1):
            made = one.replace(lei(0), lei(number)).replace("@name@", f"Invented AB {number}")
            out.write(f"<x:LEIRecord>{made}</x:LEIRecord>\n")
        out.write(end)


@pytest.mark.parametrize("count", [2_000, pytest.param(MILLION, marks=pytest.mark.soak)])
def test_records_in_any_number_are_loaded_in_a_gigabyte(tmp_path: Path, count: int) -> None:
    file = tmp_path / "lei2.xml"
    write(file, count)
    arguments = ["load", "gleif", str(file), "--mode", "full", "--lang", "en", "--store", f"sqlite:///{tmp_path}/k.db"]
    done = subprocess.run([sys.executable, "-c", COMMAND, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"{count:,} rows, {count:,} accepted" in done.stderr
    assert int(re.findall(r"peak (\d+)", done.stdout)[0]) < MOST
