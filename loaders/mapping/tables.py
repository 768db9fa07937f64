"""The rows of a file, whatever it is: CSV, a sheet of a spreadsheet, JSON Lines, a JSON document, Parquet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from loaders import parquet_records
from loaders.spreadsheet_marks import seen
from loaders.tabular import CSV_ENDINGS, XLSX_ENDINGS, Table, csv_table, decode, encoding_of, text_of, xlsx_table
from ontology.errors import FileFormatError

LINES_ENDINGS = (".jsonl", ".ndjson")
_MOST_JSON = 100_000_000
"""Bytes of a JSON document, which is read whole; JSON Lines are streamed."""
_LONGEST_LINE = 10_000_000
_BOM = "\ufeff"


def table_of(path: Path, sheet: str = "", records: str = "") -> Table:
    """The rows of a file. ``sheet`` names one of a spreadsheet's, ``records`` the list of a JSON document.

    Raises:
        FileFormatError: another kind of file, or one that cannot be read.
    """
    ending = path.suffix.lower()
    if ending in CSV_ENDINGS:
        table = csv_table(path)
        rows = ((number, {name: seen(text) for name, text in cells.items()}) for number, cells in table.rows)
        return Table(table.name, table.header, rows, table.total)
    if ending in XLSX_ENDINGS:
        return xlsx_table(path, sheet)
    if ending in LINES_ENDINGS:
        return _objects(path.name, lambda: _lines(path))
    if ending == ".json":
        found = _document(path, records)
        return _objects(path.name, lambda: iter(found), len(found))
    if ending == ".parquet":
        header = tuple(parquet_records.columns_of(path))
        return Table(path.name, header, enumerate(map(flat, parquet_records.rows(path, lambda _name: True)), start=1))
    raise FileFormatError(
        f"{path.name} is no table that a mapping reads.",
        remedy="Give a file that ends in .csv, .tsv, .txt, .xlsx, .xls, .ods, .json, .jsonl, .ndjson or .parquet.",
    )


def flat(given: Mapping[str, Any]) -> dict[str, str]:
    """An object as a row: what is nested under ``a.b``, a list's parts under ``a.0`` and joined under ``a``."""
    row: dict[str, str] = {}
    for name, value in given.items():
        _flatten(row, name.strip().lstrip(_BOM), value)
    return row


def _flatten(row: dict[str, str], name: str, value: Any) -> None:
    if isinstance(value, Mapping):
        for part, inner in value.items():
            _flatten(row, f"{name}.{part}", inner)
    elif isinstance(value, list | tuple):
        plain = [text_of(part) for part in value if not isinstance(part, Mapping | list | tuple)]
        row[name] = ";".join(plain)
        for number, part in enumerate(value):
            _flatten(row, f"{name}.{number}", part)
    else:
        row[name] = text_of(value)


def _objects(name: str, objects: Any, total: int | None = None) -> Table:
    """The rows of objects; they are gone through once for their names."""
    header: dict[str, None] = {}
    for _, found in _rows(name, objects()):
        header.update(dict.fromkeys(found))
    return Table(name, tuple(header), _rows(name, objects()), total)


def _rows(name: str, objects: Iterable[Any]) -> Iterator[tuple[int, dict[str, str]]]:
    for number, found in enumerate(objects, start=1):
        if not isinstance(found, dict):
            raise FileFormatError(
                f"{name}, record {number}: not an object.", remedy="Give objects with a name for each value."
            )
        yield number, flat(found)


def parsed(text: str, where: str) -> Any:
    """JSON with its numbers as they are written, so that none is changed by reading.

    Raises:
        FileFormatError: not JSON, or nested too deep.
    """
    try:
        return json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        raise FileFormatError(f"{where}: not JSON ({error}).", remedy="Check that the file came down whole.") from error


def _lines(path: Path) -> Iterator[Any]:
    with path.open(encoding=encoding_of(path)) as file:
        number = 0
        while line := file.readline(_LONGEST_LINE):
            number += 1
            if len(line) == _LONGEST_LINE:
                raise FileFormatError(f"{path.name}, line {number}: too long.", remedy="Write one object on each line.")
            if line.strip():
                yield parsed(line, f"{path.name}, line {number}")


def _document(path: Path, records: str) -> list[Any]:
    if path.stat().st_size > _MOST_JSON:
        raise FileFormatError(
            f"{path.name} is larger than {_MOST_JSON:,} bytes.",
            remedy="Save it as JSON Lines: one object on each line.",
        )
    found = parsed(decode(path.read_bytes(), path.name), path.name)
    for name in filter(None, records.split(".")):
        found = found.get(name) if isinstance(found, dict) else None
    if isinstance(found, dict):
        lists = [value for value in found.values() if _is_list(value)]
        found = lists[0] if len(lists) == 1 else None
    if not _is_list(found):
        raise FileFormatError(
            f"{path.name} has no list of objects {records}".rstrip() + ".",
            remedy='Name the list in the mapping: records = "data.items".',
        )
    return list(found)


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in islice(value, 100))
