"""Write docs/formats.md: what each format's loader makes of our samples and of the real files, and what it takes.

`python -m tools.formats` (`--kind KIND` only prints). Each file is read by a process of its own, from its bytes to
checked records and links; the record apart. Real files are those of KEDJA_DATA, `../shared/data` unless it is set.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from loaders.base import Report, files_of, no_progress
from loaders.registry import formats
from ontology.errors import FileFormatError
from ontology.records import Record

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "formats.md"
OURS = ROOT / "tests" / "data"
REAL = Path(os.environ.get("KEDJA_DATA") or ROOT.parent / "shared" / "data")
WHOLE = frozenset({"workbook", "reference", "swedish-procurement", "cpv", "ocds", "epcis"})
"""Formats that read a folder as one; of the others each file of a folder is read for itself."""
FAR = "a server, not a file"


@dataclass(frozen=True)
class Case:
    """A file or folder that a format reads. ``real``: it lies in KEDJA_DATA."""

    kind: str
    path: str
    options: Mapping[str, str] = field(default_factory=dict)
    real: bool = False

    @property
    def place(self) -> Path:
        return (REAL if self.real else ROOT) / self.path


def _mapped(name: str, path: str, real: bool = False) -> Case:
    given = {"map": name, "publisher": "P", "series": "s", "title": "t", "edition": "1"}
    return Case("table", path, given, real)


CASES = (
    Case("workbook", "loaders/demo"), Case("workbook", "tests/data/workbook"), Case("reference", "loaders/reference"),
    Case("swedish-procurement", "tests/data/se-procurement"), Case("cpv", "tests/data/cpv"),
    Case("dol", "tests/data/dol/goods.xml"), Case("eforms", "tests/data/eforms"), Case("ocds", "tests/data/ocds"),
    Case("sc-dex", "tests/data/scdex/document.json"), Case("osh", "tests/data/osh/facilities.csv"),
    Case("untp", "tests/data/untp"), Case("epcis", "tests/data/epcis/events.jsonld"),
    Case("epcis", "tests/data/epcis/events.xml"), Case("sie", "tests/data/sie/2025.se"),
    Case("ftm", "tests/data/ftm/entities.ftm.json"), Case("crosswalk", "loaders/crosswalk/emdn-cpv.csv"),
    *(_mapped({"se-ledger-1.1": "se-ledger"}.get(one.stem, one.stem), f"tests/data/lists/{one.name}")
      for one in sorted((OURS / "lists").glob("*.csv"))),
    Case("swedish-procurement", "se-procurement-2021/number_of_contracted_tenders_with_suppliers.xlsx", real=True),
    Case("cpv", "eforms-codelists-sv", real=True), Case("dol", "dol-goods-list/goods_2016.xml", real=True),
    Case("eforms", "eforms-notices/published-notices", real=True),
    Case("eforms", "eforms-notices/sdk-examples", real=True), Case("ocds", "ocds-uk", real=True),
    Case("ocds", "ocds-lifecycle-example", real=True), Case("gleif", "gleif-lei-health", real=True),
    Case("gleif", "gleif-level2", real=True), Case("bods", "bods-examples", real=True),
    Case("sc-dex", "sc-dex", real=True), Case("untp", "untp", real=True),
    *(_mapped("facility-list", f"osh-facility-lists/{name}", True)
      for name in ("15.csv", "12.csv", "12.xls", "12.xlsx")),
    _mapped("se-ledger", "se-ledger-dialects/vgr_sample.csv", True),
    _mapped("se-ledger", "se-ledger-dialects/vasteras_sample.json", True),
    _mapped("wgi", "wgi-governance/wgidataset.csv", True), _mapped("hs", "hs-codes/harmonized-system.csv", True),
    _mapped("scms", "scms-health-deliveries/SCMS_Delivery_History_Dataset.csv", True),
)  # fmt: skip


@dataclass
class Measured:
    """What came of a file or folder: its rows, what they said, seconds of this process, megabytes at most."""

    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    nodes: int = 0
    links: int = 0
    refused: int = 0
    seconds: float = 0.0
    megabytes: int = 0


def _peak() -> int:
    """Most kilobytes that this process has held."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text("utf-8"))
    return int(found[1]) if found else 0


def measure(case: Case) -> Measured:
    """Read a case in this process. Files that the loader refuses are counted."""
    loader, measured = formats().known[case.kind].make(), Measured()
    options = dict(case.options)
    if "map" in options:
        from loaders.mapping.files import path_of

        options["map"] = str(path_of(options["map"]))
    before, start = _peak(), time.process_time()
    for path in [case.place] if case.kind in WHOLE else files_of(case.place):
        if path.name in ("SOURCE.md", "README.md"):
            continue
        report = Report(path.name)
        try:
            source = loader.source(path, options)
            for item in loader.read(path, source, options, b"k" * 32, report, no_progress):
                measured.nodes += isinstance(item, Record)
                measured.links += not isinstance(item, Record)
        except FileFormatError:
            measured.refused += 1
            continue
        measured.rows += report.rows_in
        measured.accepted += report.accepted
        measured.rejected += report.rejected
    measured.seconds = time.process_time() - start
    measured.megabytes = (_peak() - before) // 1024
    return measured


def apart(number: int) -> Measured:
    """Read a case in a process of its own."""
    command = [sys.executable, "-m", "tools.formats", "--case", str(number)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{CASES[number].kind} {CASES[number].path}: {done.stderr[-500:]}")
    return Measured(**json.loads(done.stdout))


def _row(case: Case, found: Measured) -> str:
    shown = f"`{case.path}`" + (f" by `{case.options['map']}`" if "map" in case.options else "")
    refused = f" and {found.refused} files" if found.refused else ""
    cells = [
        f"`{case.kind}`", shown, "real" if case.real else "ours", f"{found.rows:,}", f"{found.accepted:,}",
        f"{found.rejected:,}{refused}", f"{found.nodes:,}", f"{found.links:,}", f"{found.seconds:.2f}",
        f"{found.megabytes}",
    ]  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def rows() -> Iterator[str]:
    """A line of the table for each case that is there; one for each format without a file."""
    for number, case in enumerate(CASES):
        if case.place.exists():
            yield _row(case, apart(number))
    named = {case.kind for case in CASES}
    for kind, format in formats().known.items():
        if kind not in named:
            yield f"| `{kind}` | {FAR if format.addresses else 'made by its tests'} | | | | | | | | |"


def page() -> str:
    """The whole page."""
    intro = f"""# What the loaders make of files

Made by `python -m tools.formats`; do not edit. Our samples lie in `tests/data`, real files in `KEDJA_DATA`. A row is
what the format counts (a release, a statement, an event, a voucher, a line). Nodes and links are what is said, before a
record makes equal ones one. Seconds of processor time and the megabytes that were added at most are those of one
process from bytes to checked rows, imports included, on {platform.machine()}, Python {platform.python_version()}.
*Files* are refused whole, with the reason: examples that are invalid on purpose, parts that are no document, JSON with
comments.

| kind | file | | in | accepted | rejected | nodes | links | seconds | MB |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""
    return intro + "\n".join(sorted(rows(), key=lambda row: row.split("|")[1])) + "\n"


def main() -> None:
    """Write the page, or print what is asked."""
    match sys.argv[1:]:
        case ["--case", number]:
            print(json.dumps(vars(measure(CASES[int(number)]))))
        case ["--kind", kind]:
            for place, one in enumerate(CASES):
                if one.kind == kind and one.place.exists():
                    print(_row(one, apart(place)))
        case []:
            PAGE.write_text(page(), encoding="utf-8")
            print(f"wrote {PAGE.relative_to(ROOT)}")
        case _:
            sys.exit("python -m tools.formats [--kind KIND]")


if __name__ == "__main__":
    main()
