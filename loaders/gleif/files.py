"""GLEIF's files in each of their forms -> one record after another, each in the shape of the XML.

Level 1 (LEI-CDF), level 2 (RR-CDF) and reporting exceptions come as XML, JSON and CSV, and others pass them on as
Parquet. XML has a header; JSON writes ``{"$": value}``, a lone element of a list as the element itself; CSV numbers its
columns (``Relationship.Period.1.startDate``).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from loaders import json_records, parquet_records, xml_records
from loaders.gleif.trees import TEXT
from loaders.json_records import Damaged as Damaged
from loaders.streams import Counted, opened, start_of
from ontology.errors import FileFormatError

Tree = Mapping[str, Any]


class Kind(StrEnum):
    """Which of GLEIF's files, by the name that it has there."""

    LEI = "lei2"
    RELATION = "rr"
    EXCEPTION = "repex"


class Form(StrEnum):
    XML = "xml"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Look:
    """What a file is. ``header`` is that of XML: of the publication, not of an extract made from it."""

    kind: Kind
    form: Form
    header: Mapping[str, str]


ROOTS = {"LEIData": Kind.LEI, "RelationshipData": Kind.RELATION, "ReportingExceptionData": Kind.EXCEPTION}
ELEMENTS = {
    Kind.LEI: {"LEIRecord": "record"},
    Kind.RELATION: {"RelationshipRecord": "record"},
    Kind.EXCEPTION: {"Exception": "record"},
}
LISTS = ("records", "relations", "exceptions")
"""Names of the list in GLEIF's JSON."""
LEAVE = frozenset((
    "Geocoding", "HeadquartersAddress", "OtherAddresses", "TransliteratedOtherAddresses", "OtherEntityNames",
    "TransliteratedOtherEntityNames", "LegalEntityEvents", "ValidationAuthority", "OtherValidationAuthorities",
))  # fmt: skip
"""Elements that are not read."""
WRAPPERS = ("RelationshipRecord", "LEIRecord", "Exception")
REMEDY = "Give GLEIF's level 1, level 2 or exceptions as XML, JSON, CSV (also .zip or .gz) or Parquet."


def look_at(path: Path) -> Look:
    """Tell what a file is, by its first bytes.

    Raises:
        FileFormatError: none of GLEIF's.
    """
    with path.open("rb") as file:
        if file.read(4) == parquet_records.MAGIC:
            return Look(_kind_of_columns(parquet_records.columns_of(path), path.name), Form.PARQUET, {})
    start = start_of(path)
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"<") or start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        kind = ROOTS.get(xml_records.root_of(start))
        if kind is None:
            raise FileFormatError(f"{path.name} is XML, but none of GLEIF's.", remedy=REMEDY)
        return Look(kind, Form.XML, _header(start))
    if text[:1] in (b"{", b"["):
        return Look(_kind_of_json(path), Form.JSON, {})
    with opened(path) as file:
        return Look(_kind_of_columns(next(_csv(file), ("", 0, []))[2], path.name), Form.CSV, {})


def _header(start: bytes) -> dict[str, str]:
    found = re.search(rb"<(?:\w+:)?(?:LEI)?Header\b.*?</(?:\w+:)?(?:LEI)?Header>", start, re.DOTALL)
    parts = re.findall(rb"<(?:\w+:)?(\w+)>\s*([^<]*?)\s*</", found[0]) if found else []
    return {name.decode(): value.decode("utf-8", "replace") for name, value in parts}


def _kind_of_json(path: Path) -> Kind:
    with opened(path) as file:
        first = next((tree for _, tree in json_records.records(file, LISTS) if isinstance(tree, dict)), {})
    return _kind_of_columns([*first, *inner(first)], path.name)


def _kind_of_columns(names: Sequence[str], file: str) -> Kind:
    roots = {name.partition(".")[0] for name in names}
    if roots & {"Relationship", "RelationshipRecord"}:
        return Kind.RELATION
    if roots & {"ExceptionCategory", "Exception"}:
        return Kind.EXCEPTION
    if {"LEI", "Entity"} <= roots:
        return Kind.LEI
    raise FileFormatError(f"{file} holds none of GLEIF's records.", remedy=REMEDY)


def inner(tree: Any) -> Tree:
    """The record itself, where GLEIF's JSON has it in an object of one name."""
    if isinstance(tree, dict) and len(tree) == 1:
        (name, value), *_ = tree.items()
        if name in WRAPPERS and isinstance(value, dict):
            return value
    return tree if isinstance(tree, dict) else {}


def records(path: Path, look: Look, told: Callable[[int], None]) -> Iterator[tuple[int, Tree | Damaged]]:
    """(place, record): the line of XML and CSV, the number of a record else. ``told`` gets the bytes read so far.

    Raises:
        FileFormatError: the file cannot be read to its end.
    """
    if look.form is Form.PARQUET:
        wanted = _paths(parquet_records.columns_of(path))
        rows = parquet_records.rows(path, lambda name: name in wanted)
        for number, row in enumerate(rows, start=1):
            yield number, _nested((wanted[name], value) for name, value in row.items())
        return
    with opened(path) as file:
        for place, tree in _of_form(file, look):
            told(file.done)
            yield place, tree


def _of_form(file: Counted, look: Look) -> Iterator[tuple[int, Tree | Damaged]]:
    if look.form is Form.XML:
        for _, line, tree in xml_records.records(file, ELEMENTS[look.kind], LEAVE):
            yield line, tree if isinstance(tree, dict) else {}
    elif look.form is Form.JSON:
        for number, tree in json_records.records(file, LISTS):
            yield number, tree if isinstance(tree, Damaged) else inner(tree)
    else:
        yield from _of_csv(file)


def _csv(file: Counted) -> Iterator[tuple[str, int, list[str]]]:
    """(first text, line, cells) of each row."""
    text = io.TextIOWrapper(io.BufferedReader(file, 1 << 20), encoding="utf-8-sig", newline="")
    rows = csv.reader(text, strict=True)
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            return
        except (csv.Error, UnicodeDecodeError) as error:
            raise FileFormatError(
                f"{file.name} is not readable as CSV after line {rows.line_num} ({error}).",
                remedy="Save it as CSV in UTF-8, or fetch it again.",
            ) from error
        if cells:
            yield cells[0], rows.line_num, cells


def _of_csv(file: Counted) -> Iterator[tuple[int, Tree | Damaged]]:
    rows = _csv(file)
    header = next(rows)[2]
    wanted = _paths(header)
    places = [(number, wanted[name]) for number, name in enumerate(header) if name in wanted]
    for first, line, cells in rows:
        if len(cells) != len(header):
            yield line, Damaged(first[:80], f"{len(cells)} cells below {len(header)} headings")
        else:
            yield line, _nested((path, cells[number]) for number, path in places if cells[number])


WANTED = frozenset((
    "LEI", "Entity.LegalName", "Entity.LegalAddress", "Entity.RegistrationAuthority", "Entity.EntityCategory",
    "Entity.LegalForm", "Entity.EntityStatus", "Entity.EntityExpirationDate", "Entity.SuccessorEntity",
    "Registration.RegistrationStatus", "Registration.LastUpdateDate", "Registration.ValidationSources",
    "Relationship", "Exception", "ExceptionCategory", "ExceptionReason", "Extension", "Deletion", "DeletedAt",
))  # fmt: skip
"""The columns that are read, with those below them."""
WHOLE = frozenset({"Entity", "Registration"})
"""Columns of Parquet that hold a part of the record's tree."""
_NAMES = {
    "Period": "RelationshipPeriods.RelationshipPeriod", "startDate": "StartDate", "endDate": "EndDate",
    "periodType": "PeriodType", "Quantifiers": "RelationshipQuantifiers.RelationshipQuantifier",
}  # fmt: skip
"""What CSV calls otherwise than XML."""
_OF_EXCEPTION = {"Category": "ExceptionCategory", "Reason": "ExceptionReason"}


def _paths(header: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The way in the record's tree of each column that is read: ``("Relationship", ..., "1", "StartDate")``."""
    found = {}
    for name in header:
        parts = [part.rpartition(":")[2] for part in name.strip().split(".")]
        below = (".".join(parts[:depth]) for depth in range(len(parts), 0, -1))
        if name not in WHOLE and (WANTED.isdisjoint(below) or "xmllang" in parts):
            continue
        if parts[0] == "Exception" and len(parts) > 1:
            parts = [_OF_EXCEPTION.get(parts[1], parts[1]), *parts[2:]]
        found[name] = tuple(".".join(_NAMES.get(part, part) for part in parts).split("."))
    return found


def _nested(values: Any) -> Tree:
    """A tree of (path, value) pairs; numbers in a path are places in a list, and are kept as keys."""
    tree: dict[str, Any] = {}
    for path, value in values:
        here = tree
        for name in path[:-1]:
            below = here.setdefault(name, {})
            if not isinstance(below, dict):  # Entity.LegalName and Entity.LegalName.xmllang
                below = here[name] = {TEXT: below}
            here = below
        here[path[-1]] = value
    return tree
