"""Facilities of Open Supply Hub, declared."""

from __future__ import annotations

import re

from loaders.glimpse import Glimpse
from loaders.registry import EDITION, LICENCE, Format
from ontology.label import Label

_COLUMNS = ("os_id", "contribution_date")
_JSON = re.compile(r'"os_id"\s*:')


def _osh(seen: Glimpse) -> bool:
    if seen.path.is_dir():
        return False
    if _JSON.search(seen.text):
        return '"feature' in seen.text.casefold() or '"historical_os_id"' in seen.text or '"claim_status"' in seen.text
    return all(column in seen.text for column in _COLUMNS)


OSH = Format(
    kind="osh",
    title=Label("Anläggningar från Open Supply Hub", "Facilities of Open Supply Hub"),
    help=Label(
        "Anläggningar från Open Supply Hub: nedladdade listor och svar från dess API.",
        "Facilities of Open Supply Hub: downloads, and answers of its API.",
    ),
    takes=Label("CSV, XLSX; GeoJSON eller JSON (även .zip eller .gz)", "CSV, XLSX; GeoJSON or JSON (also .zip or .gz)"),
    looks_for=Label(
        "kolumnerna " + ", ".join(_COLUMNS) + ", eller os_id i anläggningars JSON",
        "the columns " + ", ".join(_COLUMNS) + ", or os_id in the JSON of facilities",
    ),
    example="kedja load osh facilities.csv --edition 2026-11",
    loader="loaders.osh.loader:OshLoader",
    recognises=_osh,
    options=(EDITION, LICENCE),
    notes={
        "closed": Label(
            "Stängda anläggningar: vad de gör sägs inte längre", "Closed facilities: what they make is no longer said"
        ),
        "moved": Label(
            "Flyttade anläggningar: den nya har ett eget OS ID", "Moved facilities: the new one has an OS ID of its own"
        ),
        "closure_not_told": Label(
            "Anläggningar för vilka det inte sägs om de är stängda: okänt, inte öppet",
            "Facilities of which it is not told whether they are closed: unknown, not open",
        ),
        "country_not_told": Label(
            "Anläggningar vars land inte sägs: landet i ett OS ID är det där det skapades",
            "Facilities whose country is not told: the one in an OS ID is that of its creation",
        ),
        "os_id_not_identifying": Label(
            "OS ID som inte identifierar: fel kontrolltecken, utan namn, eller vid ett annat namn",
            "OS IDs that do not identify: a wrong check sign, no name, or beside another name",
        ),
        "fields_not_read": Label(
            "Fält som inte lästes: vilka och hur ofta står bland avvisningarna",
            "Fields that were not read: which, and how often, stands among the rejects",
        ),
    },
)
