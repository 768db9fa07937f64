"""FollowTheMoney entities, declared."""

from __future__ import annotations

import re

from loaders.glimpse import Glimpse
from loaders.registry import EDITION, LICENCE, Format, Option
from ontology.label import Label

_ENTITY = re.compile(r'"schema"\s*:\s*"[A-Z]\w+"')
_PROPERTIES = re.compile(r'"properties"\s*:\s*\{')


def _ftm(seen: Glimpse) -> bool:
    return not seen.path.is_dir() and bool(_ENTITY.search(seen.text) and _PROPERTIES.search(seen.text))


FTM = Format(
    kind="ftm",
    title=Label("FollowTheMoney", "FollowTheMoney"),
    help=Label(
        "FollowTheMoney-rader: bolag, vem som äger eller styr dem, och listor som de står på.",
        "FollowTheMoney lines: companies, who owns or controls them, and lists that they are on.",
    ),
    takes=Label("JSON Lines (även .zip eller .gz)", "JSON Lines (also .zip or .gz)"),
    looks_for=Label("schema och properties på varje rad", "schema and properties on each line"),
    example="kedja load ftm entities.ftm.json --licence CC-BY-NC-4.0",
    loader="loaders.ftm.loader:FtmLoader",
    recognises=_ftm,
    options=(
        EDITION,
        LICENCE,
        Option("dataset", Label("Datamängdens namn, annars filens.", "The dataset's name; else the file's.")),
        Option("publisher", Label("Utgivare, annars datamängden.", "Publisher; else the dataset.")),
        Option(
            "mode",
            Label(
                "full (annars): filen är hela datamängden; delta: bara det den nämner ersätts.",
                "full (else): the file is the whole dataset; delta: only what it names is replaced.",
            ),
        ),
    ),
    notes={
        "nested": Label(
            "Uppgifter som stod inuti en annan rad: lästa som egna",
            "Entities nested in another's line: read as their own",
        ),
        "end_of_other_kind": Label(
            "Innehav där den ena parten inte är ett bolag (ett fartyg, en fastighet)",
            "Holdings of which an end is no company (a ship, a house)",
        ),
        "listed_other": Label(
            "Listningar av personer och annat som inte är bolag: inte lästa",
            "Listings of persons and others that are no companies: not read",
        ),
        "may_be_person": Label(
            "Parter som kan vara personer (LegalEntity utan bolagsuppgift): visas inte",
            "Parties that may be persons (LegalEntity without a company's marks): not shown",
        ),
        "near_sanctions": Label(
            "Bolag nära någon under sanktioner (sanction.linked): ingen egen risk; ägarlänkar för sanktioner vidare",
            "Companies near somebody under sanctions (sanction.linked): no risk of their own; owners pass sanctions on",
        ),
        "other_schema": Label(
            "Rader av andra slag (adresser, fartyg, pass): inte lästa",
            "Lines of other kinds (addresses, ships, passports): not read",
        ),
        "register_number_not_valid": Label(
            "Registernummer som inte stämmer: de behålls som text och identifierar inget",
            "Register numbers that are not valid: kept as text, and identifying nothing",
        ),
        "topic_without_risk": Label("Ämnesord som inte är någon risk här", "Topics that are no risk here"),
    },
)
