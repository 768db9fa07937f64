"""Invented statements of beneficial ownership, of version 0.4 and of those before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loaders.base import Report, no_progress
from loaders.bods.loader import BodsLoader
from ontology.records import Link, Record

Tree = dict[str, Any]
PUBLISHED = {"publicationDate": "2024-06-01", "bodsVersion": "0.4", "publisher": {"name": "An invented register"}}


def _statement(record: str, what: str, details: Tree, at: str, status: str, id: str) -> Tree:
    return {
        "statementId": id or f"{record}-{at}",
        "statementDate": at,
        "publicationDetails": PUBLISHED,
        "recordId": record,
        "recordStatus": status,
        "recordType": what,
        "recordDetails": {"isComponent": False, **details},
    }


def company(
    record: str, name: str = "", at: str = "2020-01-01", status: str = "new", id: str = "", **more: Any
) -> Tree:
    kind = {"type": more.pop("type", "registeredEntity")}
    return _statement(record, "entity", {"name": name or record, "entityType": kind, **more}, at, status, id)


def person(record: str, name: str = "Eva Påhittad", at: str = "2020-01-01", **more: Any) -> Tree:
    details = {"personType": "knownPerson", "names": [{"fullName": name}], "birthDate": "1964-08-23", **more}
    return _statement(record, "person", details, at, "new", "")


def holds(
    party: Any, subject: Any, *interests: Tree, at: str = "2020-01-01", status: str = "new", record: str = "",
    id: str = "", component: bool = False,
) -> Tree:  # fmt: skip
    details = {"subject": subject, "interestedParty": party, "interests": list(interests), "isComponent": component}
    return _statement(record or f"{party}>{subject}", "relationship", details, at, status, id)


def shares(exact: float | None = None, start: str = "2020-01-01", end: str = "", **more: Any) -> Tree:
    share = {**({} if exact is None else {"exact": exact}), **more}
    days = {"startDate": start} | ({"endDate": end} if end else {})
    return {"type": "shareholding", "directOrIndirect": "direct", "share": share, **days}


def votes(exact: float, start: str = "2020-01-01") -> Tree:
    return {"type": "votingRights", "share": {"exact": exact}, "startDate": start}


def older(*statements: Tree) -> list[Tree]:
    """The same as version 0.3 says it: ids of statements for those of records, the last replacing those before."""
    first: dict[str, str] = {}
    found = []
    kinds = {"entity": "entityStatement", "person": "personStatement", "relationship": "ownershipOrControlStatement"}
    for one in statements:
        record, details = one["recordId"], dict(one["recordDetails"])
        new: Tree = {
            "statementID": one["statementId"],
            "statementType": kinds[one["recordType"]],
            "statementDate": one["statementDate"],
            "publicationDetails": PUBLISHED | {"bodsVersion": "0.3"},
        }
        if record in first:
            new["replacesStatements"] = [first[record]]
        first[record] = one["statementId"]
        if "entityType" in details:
            details["entityType"] = details["entityType"]["type"]
        for end in ("subject", "interestedParty"):
            if isinstance(details.get(end), str):
                kind = "describedByPersonStatement" if details[end].startswith("p") else "describedByEntityStatement"
                details[end] = {kind: first[details[end]]}
            elif isinstance(details.get(end), dict):
                details[end] = {"unspecified": details[end]}
        for interest in details.get("interests", []):
            interest["type"] = {"votingRights": "voting-rights"}.get(interest["type"], interest["type"])
        found.append(new | details)
    return found


def read(path: Path, options: Mapping[str, str] | None = None) -> tuple[list[Record | Link], Report]:
    """What a file says, and the report, whose counts add up."""
    loader, report = BodsLoader(), Report(path.name)
    source = loader.source(path, options or {})
    items = list(loader.read(path, source, options or {}, b"k" * 32, report, no_progress))
    assert report.rows_in == report.accepted + report.rejected
    return items, report


def of(path: Path, *statements: Tree) -> tuple[list[Record | Link], Report]:
    file = path / "statements.json"
    file.write_text(json.dumps(statements), "utf-8")
    return read(file)
