"""A format declares itself, here or in another package; the rest is found from its declaration."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from loaders.glimpse import glimpse
from loaders.registry import find, formats
from ontology.errors import InputError
from tests.conftest import ROOT

HEAVY = ("numpy", "numba", "neo4j", "rdflib", "fastapi", "python_calamine", "xlsxwriter", "lxml")
DATA = ROOT / "tests" / "data"
PAGE = (ROOT / "docs" / "how-to" / "extend.md").read_text(encoding="utf-8")
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def other_package(tmp_path: Path) -> Run:
    """A package of somebody else, made of what docs/how-to/extend.md shows, installed beside Kedja; runs Python."""
    site = tmp_path / "site"
    for name, text in re.findall(r"^# (our_letters/\w+\.py)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL):
        file = site / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (declared,) = re.findall(r"^(letters = .*)$", PAGE, re.MULTILINE)
    info = site / "our_letters-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: our-letters\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        f"[kedja.loaders]\n{declared.replace(chr(34), '')}\n"
        "broken = our_letters.absent:X\ncpv = our_letters.taken:CPV\n"
    )
    (site / "our_letters" / "taken.py").write_text(
        "from dataclasses import replace\nfrom our_letters.format import LETTERS\nCPV = replace(LETTERS, kind='cpv')\n"
    )
    own = os.environ | {"PYTHONPATH": os.pathsep.join((str(site), str(ROOT)))}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, *arguments], cwd=tmp_path, env=own, capture_output=True, text=True)

    return run


def test_a_format_of_another_package_is_found_everywhere(other_package: Run, tmp_path: Path) -> None:
    kedja = ("-m", "api.cli")
    assert "letters" in other_package(*kedja, "load", "--help").stdout
    assert "--publisher" in other_package(*kedja, "load", "letters", "--help").stdout
    formats = other_package(*kedja, "formats")
    assert "letters: Letters from suppliers" in formats.stdout
    assert "our_letters.absent:X of our-letters declares no format: ModuleNotFoundError" in formats.stderr
    assert "our_letters.taken:CPV of our-letters declares no format: there is another cpv" in formats.stderr
    reference = other_package(
        "-c", "from tools.reference import PAGES\nprint(PAGES['formats.md'](), PAGES['cli.md']())"
    )
    assert "## kedja load letters" in reference.stdout, reference.stderr
    assert "| `unsigned` | Letters without a signature |" in reference.stdout


def test_a_format_of_another_package_loads(other_package: Run, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("letter;2026\nlocal:owner;local:owned\n;local:owned\n")
    store = ("--store", f"sqlite:///{tmp_path / 'k.sqlite'}", "--lang", "en")
    without = other_package("-m", "api.cli", "load", str(letter), *store)
    assert "letters needs --publisher." in without.stderr
    done = other_package("-m", "api.cli", "load", "letters", str(letter), "--publisher", "A supplier", *store)
    assert "letter.txt: 2 rows, 1 accepted, 1 rejected." in done.stderr
    assert done.returncode == 0


def test_every_declaration_has_its_loader_and_words_in_both_languages() -> None:
    assert not formats().broken
    for kind, format in formats().known.items():
        assert format.make().name == kind
        assert format.example.startswith(f"kedja load {kind}")
        said = [format.title, format.help, format.takes, format.looks_for, *format.notes.values()]
        said += [option.help for option in format.options]
        assert all(label.sv and label.en for label in said), kind


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (DATA / "se-procurement", "swedish-procurement"),
        (DATA / "se-procurement" / "tenders.csv", "swedish-procurement"),
        (DATA / "cpv", "cpv"),
        (ROOT / "loaders" / "demo", "workbook"),
        (ROOT / "loaders" / "reference", "reference"),
    ],
)
def test_a_file_is_recognised(path: Path, kind: str) -> None:
    assert find(str(path)).kind == kind


def test_the_real_files_are_recognised(kedja_data: Path) -> None:
    statistics = kedja_data / "se-procurement-2021" / "number_of_contracted_tenders_with_suppliers.xlsx"
    assert find(str(statistics)).kind == "swedish-procurement"
    assert find(str(kedja_data / "eforms-codelists-sv")).kind == "cpv"
    for table in ("osh-facility-lists/12.xls", "se-ledger-dialects/vasteras_sample.json"):
        assert find(str(kedja_data / table)).kind == "table"


def test_a_workbook_that_the_template_made_is_recognised(tmp_path: Path) -> None:
    from loaders.workbook_template import write_template

    for lang in ("sv", "en"):
        write_template(tmp_path / f"{lang}.xlsx", lang)
        assert find(str(tmp_path / f"{lang}.xlsx")).kind == "workbook"


def test_what_is_not_recognised_is_told_what_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("one\ntwo\n")
    with pytest.raises(InputError) as told:
        find(str(tmp_path / "list.txt"))
    assert [
        kind for kind, f in formats().known.items() if not f.addresses and f"{kind}: " not in told.value.message
    ] == []
    with pytest.raises(InputError, match=r"There is no file absent\.xlsx"):
        find("absent.xlsx")


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 cut", b"\x1f\x8b cut", b"\xd0\xcf\x11\xe0 cut", b"\xff\xfe\x00", b"\x00" * 70_000]
)
def test_a_damaged_file_is_looked_at_and_not_recognised(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(content)
    seen = glimpse(tmp_path / "file")
    assert not [format.kind for format in formats().known.values() if format.recognises(seen)]


@pytest.mark.parametrize("arguments", [["--help"], ["load", "--help"], ["load", "cpv", "--help"], ["formats"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom api.cli import app\n"
        f"try: app({arguments})\nexcept SystemExit: pass\n"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    allowed = ["numpy"] if arguments == ["formats"] else []  # its words name node types
    assert set(json.loads(done.stderr.replace("'", '"'))) <= set(allowed), done.stderr


def test_help_takes_little_more_work_than_importing_its_library() -> None:
    """0.3 s on a quiet machine: as a ratio, it holds on a busy one too."""

    def seconds(*arguments: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    runs = [(seconds("-m", "api.cli", "--help"), seconds("-c", "import typer.main")) for _ in range(5)]
    assert min(own for own, _ in runs) < 6 * min(library for _, library in runs)
