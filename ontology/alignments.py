"""What our types and properties are in vocabularies of others: ORG, ePO, SKOS, WGS84."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

ROV = "http://www.w3.org/ns/regorg#"
EPO = "http://data.europa.eu/a4g/ontology#"


@cache
def alignments() -> Mapping[str, str]:
    """A node type, a link type or ``TYPE.property`` -> the class or property that says as much."""
    rows = csv.DictReader((files("ontology") / "alignments.csv").read_text("utf-8").splitlines())
    return {row["what"]: row["means"] for row in rows}


MATCHES = {"exact": "exactMatch", "broader": "broadMatch", "narrower": "narrowMatch"}
"""A reviewed match in SKOS: what the target is of the source."""
SIGNS = {"HOLDS": ("signedByContractor", "Contractor"), "SERVES": ("signedByBuyer", "Buyer")}
"""Who signs a contract in ePO: the property of the contract, and the role of the organisation."""
