"""Invented LEI records, relationships and exceptions, in each of the forms that GLEIF's files have."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from stdnum.iso7064 import mod_97_10

from loaders.base import Report, no_progress
from loaders.gleif.files import Kind
from loaders.gleif.loader import GleifLoader
from ontology.records import Link, Record

Tree = Mapping[str, Any]
SECRET = b"k" * 32
NS = {Kind.LEI: "leidata", Kind.RELATION: "rr", Kind.EXCEPTION: "repex"}
ROOTS = {
    Kind.LEI: ("LEIData", "LEIHeader", "LEIRecords", "LEIRecord"),
    Kind.RELATION: ("RelationshipData", "Header", "RelationshipRecords", "RelationshipRecord"),
    Kind.EXCEPTION: ("ReportingExceptionData", "Header", "ReportingExceptions", "Exception"),
}
LISTS = {Kind.LEI: "records", Kind.RELATION: "relations", Kind.EXCEPTION: "exceptions"}


def lei(number: int) -> str:
    """The n-th invented LEI, with the right check digits."""
    head = f"TEST00DEMO{number:08d}"
    return head + mod_97_10.calc_check_digits(head)


A, B, C, D = (lei(n) for n in range(1, 5))


def entity(number: str = A, name: str = "Alfa AB", **more: Any) -> dict[str, Any]:
    """A record of level 1; ``more`` are further elements of Entity, those with an underscore of Registration."""
    of_registration = {key[1:]: value for key, value in more.items() if key.startswith("_")}
    of_entity = {key: value for key, value in more.items() if not key.startswith("_")}
    return {
        "LEI": number,
        "Entity": {
            "LegalName": name,
            "LegalAddress": {"FirstAddressLine": "Gatan 1", "City": "Umeå", "Country": "SE", "PostalCode": "900 01"},
            "EntityCategory": "GENERAL",
            "EntityStatus": "ACTIVE",
            **of_entity,
        },
        "Registration": {
            "LastUpdateDate": "2024-05-02T23:30:00.000+02:00",
            "RegistrationStatus": "ISSUED",
            "ValidationSources": "ENTITY_SUPPLIED_ONLY",
            **of_registration,
        },
    }


def register(authority: str, number: str) -> dict[str, Any]:
    return {"RegistrationAuthorityID": authority, "RegistrationAuthorityEntityID": number}


def period(start: str, end: str = "", kind: str = "RELATIONSHIP_PERIOD") -> dict[str, str]:
    return {"StartDate": start, **({"EndDate": end} if end else {}), "PeriodType": kind}


def relation(
    child: str = A, parent: str = B, kind: str = "IS_DIRECTLY_CONSOLIDATED_BY", *periods: Tree, **more: Any
) -> dict[str, Any]:
    """A record of level 2; ``more`` as in ``entity``."""
    of_registration = {key[1:]: value for key, value in more.items() if key.startswith("_")}
    of_relation = {key: value for key, value in more.items() if not key.startswith("_")}
    return {
        "Relationship": {
            "StartNode": {"NodeID": child, "NodeIDType": "LEI"},
            "EndNode": {"NodeID": parent, "NodeIDType": "LEI"},
            "RelationshipType": kind,
            "RelationshipPeriods": {"RelationshipPeriod": list(periods or [period("2019-03-04T00:00:00.000+01:00")])},
            "RelationshipStatus": "ACTIVE",
            **of_relation,
        },
        "Registration": {
            "LastUpdateDate": "2024-05-02T10:00:00Z",
            "RegistrationStatus": "PUBLISHED",
            **of_registration,
        },
    }


def exception(number: str = A, *reasons: str, category: str = "DIRECT") -> dict[str, Any]:
    return {
        "LEI": number,
        "ExceptionCategory": f"{category}_ACCOUNTING_CONSOLIDATION_PARENT",
        "ExceptionReason": list(reasons),
    }


def without(day: str | None) -> dict[str, Any]:
    """The extension of a record that was deleted, or, with None, of one that was not."""
    return {"Extension": {"Deletion": {"DeletedAt": day}}}


# ---- the forms


def xml(kind: Kind, trees: Iterable[Tree], header: Mapping[str, str] | None = None) -> str:
    root, head, list_, name = ROOTS[kind]
    body = "\n".join(_element(name, tree) for tree in trees)
    given = "".join(_element(key, value) for key, value in (header or {}).items())
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<x:{root} xmlns:x="http://www.gleif.org/data/schema/{NS[kind]}/2016">'
        f"<x:{head}>{given}</x:{head}>\n<x:{list_}>\n{body}\n</x:{list_}></x:{root}>"
    )


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, one) for one in value)
    if isinstance(value, Mapping):
        return f"<x:{name}>{''.join(_element(key, one) for key, one in value.items())}</x:{name}>"
    return f"<x:{name}>{escape(value)}</x:{name}>" if value is not None else f"<x:{name}/>"


def json_text(kind: Kind, trees: Iterable[Tree]) -> str:
    """As GLEIF writes it: each value an object of its own, a list of one the one itself."""
    rows = [_wrapped(tree) for tree in trees]
    if kind is Kind.RELATION:
        rows = [{"RelationshipRecord": row} for row in rows]
    return json.dumps({LISTS[kind]: rows}, ensure_ascii=False)


def _wrapped(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _wrapped(one) for name, one in value.items()}
    if isinstance(value, list):
        return _wrapped(value[0]) if len(value) == 1 else [_wrapped(one) for one in value]
    return {"$": value}


CSV_NAMES = {
    "Relationship.RelationshipPeriods.RelationshipPeriod": "Relationship.Period",
    "Relationship.RelationshipQuantifiers.RelationshipQuantifier": "Relationship.Quantifiers",
    "ExceptionCategory": "Exception.Category",
    "ExceptionReason": "Exception.Reason",
}


def csv_text(trees: Iterable[Tree]) -> str:
    rows = [dict(_flat(tree, ())) for tree in trees]
    names = list(dict.fromkeys(name for row in rows for name in row))
    held = io.StringIO()
    writer = csv.DictWriter(held, names, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return held.getvalue()


def _flat(value: Any, path: tuple[str, ...]) -> Iterable[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from _flat(one, (*path, name))
    elif isinstance(value, list):
        for number, one in enumerate(value, start=1):
            yield from _flat(one, (*path, str(number)))
    elif value is not None:
        name = ".".join(path)
        for ours, theirs in CSV_NAMES.items():
            name = name.replace(ours, theirs)
        if "Period." in name:
            name = name.replace("StartDate", "startDate").replace("EndDate", "endDate").replace("PeriodT", "periodT")
        yield name, value


# ---- reading


def read(path: Path, options: Mapping[str, str] | None = None) -> tuple[list[Record | Link], Report]:
    """What a file says, and the report, whose counts add up."""
    loader, report = GleifLoader(), Report(path.name)
    source = loader.source(path, options or {})
    items = list(loader.read(path, source, options or {}, SECRET, report, no_progress))
    assert report.rows_in == report.accepted + report.rejected
    return items, report


def of_xml(path: Path, kind: Kind, *trees: Tree) -> tuple[list[Record | Link], Report]:
    file = path / f"{kind}.xml"
    file.write_text(xml(kind, trees), "utf-8")
    return read(file)
