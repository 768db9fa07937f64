"""EPCIS events, declared."""

from __future__ import annotations

import re

from loaders.glimpse import Glimpse
from loaders.registry import EDITION, LICENCE, Format, Option
from ontology.label import Label

_KINDS = "(?:Object|Aggregation|Transformation|Transaction|Association)Event"
_DOCUMENT = re.compile(r'"EPCIS(?:Query)?Document"|<(?:[\w-]+:)?EPCIS(?:Query|MasterData)?Document\b')
_EVENT = re.compile(rf'"type"\s*:\s*"{_KINDS}"|<(?:[\w-]+:)?{_KINDS}\b')
_WHEN = re.compile(r'"eventTime"|<(?:[\w-]+:)?eventTime\b')


def _epcis(seen: Glimpse) -> bool:
    def fits(file: Glimpse) -> bool:
        return bool(_DOCUMENT.search(file.text) or (_EVENT.search(file.text) and _WHEN.search(file.text)))

    return any(map(fits, seen.each())) and not any('"VerifiableCredential"' in file.text for file in seen.each())


EPCIS = Format(
    kind="epcis",
    title=Label("Händelser enligt EPCIS", "EPCIS events"),
    help=Label(
        "EPCIS-händelser, 2.0 (och 1.2 i XML): vad som gjordes av vad, var, och vart det skickades.",
        "EPCIS events, 2.0 (and 1.2 in XML): what was made of what, where, and where it went.",
    ),
    takes=Label(
        "JSON, JSON-LD, JSON Lines eller XML (även .zip eller .gz), eller en mapp",
        "JSON, JSON-LD, JSON Lines or XML (also .zip or .gz), or a folder of them",
    ),
    looks_for=Label("EPCISDocument, eller händelser med eventTime", "EPCISDocument, or events with eventTime"),
    example="kedja load epcis events.jsonld --publisher 'A supplier'",
    loader="loaders.epcis.loader:EpcisLoader",
    recognises=_epcis,
    options=(
        EDITION,
        LICENCE,
        Option("publisher", Label("Vem som lämnar händelserna.", "Who gives the events.")),
        Option("series", Label("Serie, om inte filens namn.", "Series, unless the file's name.")),
    ),
    notes={
        "event_retracted": Label(
            "Händelser som enligt en senare uppgift inte inträffade: de säger inget",
            "Events that a declaration says did not occur: they say nothing",
        ),
        "retraction": Label("Uppgifter om att en händelse inte inträffade", "Declarations that an event did not occur"),
        "retraction_alone": Label(
            "Uppgifter om händelser som inte står i någon fil här: det som lästs in tidigare om dem kvarstår; läs in"
            " filerna tillsammans, som en mapp, i samma serie",
            "Declarations of events that stand in no file here: what was loaded of them before stays; load the files"
            " together, as a folder, in the same series",
        ),
        "event_twice": Label("Händelser som står två gånger: en räknas", "Events that stand twice: one counts"),
        "event_not_read": Label(
            "Händelser som varken gör eller flyttar något (observationer, sammansättningar)",
            "Events that neither make nor move anything (observations, associations)",
        ),
        "fields_not_read": Label(
            "Fält som inte lästes: vilka och hur ofta står bland avvisningarna",
            "Fields that were not read: which, and how often, stands among the rejects",
        ),
        "good_not_known": Label(
            "Varor vars identitet inte är en GTIN: deras egen adress är nyckeln",
            "Goods whose identity is no GTIN: their own address is the key",
        ),
        "pallet_not_known": Label(
            "Skickade kollin vars innehåll ingen händelse säger",
            "Shipped units of which no event tells the contents",
        ),
        "maker_not_told": Label(
            "Insatser vars tillverkare inte sägs: ett steg utan namngiven utförare",
            "Inputs whose maker is not told: a step without a named actor",
        ),
    },
)
