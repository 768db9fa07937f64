"""SC-DEX, declared."""

from __future__ import annotations

import re

from loaders.glimpse import Glimpse
from loaders.registry import EDITION, LICENCE, Format, Option
from ontology.label import Label

_FIELDS = re.compile(r'"(?:location-identifier|organizational-identifier|affiliation-type|from-guid)"\s*:')


def _scdex(seen: Glimpse) -> bool:
    return any(_FIELDS.search(file.text) for file in seen.each())


SCDEX = Format(
    kind="sc-dex",
    title=Label("Platser och organisationer enligt SC-DEX", "Locations and organisations in SC-DEX"),
    help=Label(
        "SC-DEX: anläggningar, organisationer och hur de hör ihop, som Open Supply Hubs utbytesformat har dem.",
        "SC-DEX: locations, organisations and how they are affiliated, as Open Supply Hub's exchange format has them.",
    ),
    takes=Label("JSON (även .zip eller .gz), eller en mapp", "JSON (also .zip or .gz), or a folder of them"),
    looks_for=Label(
        "location-identifier, organizational-identifier eller affiliation-type",
        "location-identifier, organizational-identifier or affiliation-type",
    ),
    example="kedja load sc-dex locations.json --publisher 'A brand'",
    loader="loaders.scdex.loader:ScdexLoader",
    recognises=_scdex,
    each_file=True,
    options=(
        EDITION,
        LICENCE,
        Option("publisher", Label("Vem som lämnar uppgifterna.", "Who says this.")),
        Option("series", Label("Serie, om inte filens namn.", "Series, unless the file's name.")),
    ),
    notes={
        "identifier_not_read": Label(
            "Identifierare av okänt slag: de identifierar inget",
            "Identifiers of an unknown kind: they identify nothing",
        ),
        "name_not_told": Label(
            "Saker utan namn: deras id står i dess ställe", "Things without a name: their id stands"
        ),
        "hidden_person": Label(
            "Organisationer med personnummer: varken namn eller nummer visas",
            "Organisations with a personal number: neither name nor number is shown",
        ),
        "country_not_told": Label(
            "Platser vars land inte sägs: landet i ett OS ID är det där det skapades",
            "Locations whose country is not told: the one in an OS ID is that of its creation",
        ),
        "affiliation_not_read": Label(
            "Samband som inte läses, eller vars ändar är av fel slag",
            "Affiliations that are not read, or whose ends are of the wrong kind",
        ),
        "fields_not_read": Label(
            "Fält som inte lästes: vilka och hur ofta står bland avvisningarna",
            "Fields that were not read: which, and how often, stands among the rejects",
        ),
    },
)
