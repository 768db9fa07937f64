"""Count the usual words of names: ``python -m benchmarks.matching.common`` writes ``graph/matching/common_words.csv``.

Reads the folder of real data that ``KEDJA_DATA`` names; the count of a word is what stays, no name.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from arro3.io import read_parquet
from python_calamine import CalamineWorkbook

from graph.matching.names import read_name
from graph.matching.profiles import is_nobody

OUT = Path(__file__).parents[2] / "graph" / "matching" / "common_words.csv"
LEAST = 4
"""Names of a source that a word stands in."""
SELDOMEST = 40
"""Names of 100,000 from which a word is usual."""
ORIGIN = (
    "# Names of 100,000 that have the word, the most of: legal names of health care in GLEIF's level 1 (CC0),",
    "# suppliers in the Swedish procurement statistics of 2021 (CC0), factories in published facility lists.",
    "# Made by python -m benchmarks.matching.common",
)


def gleif(folder: Path) -> Iterator[str]:
    yield from (name for _, name, _ in registered(folder))


def registered(folder: Path) -> list[tuple[str, str, str]]:
    """(LEI, legal name, country) of GLEIF's extract, without sole proprietors."""
    table = read_parquet(folder / "gleif-lei-health" / "gleif_healthcare_medical_devices.parquet").read_all()
    fields = ("LEI", "Entity.LegalName", "Entity.LegalAddress.Country", "Entity.EntityCategory")
    rows = zip(*(table.column(field).to_pylist() for field in fields), strict=True)
    return [(str(lei), str(name), str(country or "")) for lei, name, country, kind in rows if kind != "SOLE_PROPRIETOR"]


def suppliers(folder: Path) -> Iterator[str]:
    book = CalamineWorkbook.from_path(
        folder / "se-procurement-2021" / "number_of_contracted_tenders_with_suppliers.xlsx"
    )
    rows = iter(book.get_sheet_by_index(0).iter_rows())
    header = next(rows)
    name, form = (
        next(i for i, cell in enumerate(header) if text in str(cell).lower())
        for text in ("namn för leverantör", "juridisk form för leverantör")
    )
    found = {str(row[name]) for row in rows if "ysisk" not in str(row[form])}
    yield from sorted(found)


def factories(folder: Path) -> Iterator[str]:
    for file in sorted((folder / "osh-facility-lists").glob("*.csv")):
        with file.open(encoding="utf-8-sig", newline="") as content:
            yield from (row.get("name") or "" for row in csv.DictReader(content))


def rates(names: Iterable[str]) -> dict[str, float]:
    counts: Counter[str] = Counter()
    total = 0
    for name in names:
        if not is_nobody(name):
            counts.update(set(read_name(name).words))
            total += 1
    return {
        word: 100_000 * n / total for word, n in counts.items() if n >= LEAST and len(word) > 1 and not word.isdecimal()
    }


def main() -> None:
    folder = Path(os.environ["KEDJA_DATA"])
    most: dict[str, float] = {}
    for source in (gleif, suppliers, factories):
        for word, rate in rates(source(folder)).items():
            most[word] = max(rate, most.get(word, 0.0))
    kept = sorted(
        ((round(rate), word) for word, rate in most.items() if rate >= SELDOMEST), key=lambda item: (-item[0], item[1])
    )
    lines = [*ORIGIN, "word,per_100000", *(f"{word},{rate}" for rate, word in kept)]
    OUT.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{len(kept)} words")


if __name__ == "__main__":
    main()
