"""Statements of beneficial ownership, declared."""

from __future__ import annotations

import re

from loaders.glimpse import Glimpse
from loaders.registry import EDITION, LICENCE, Format, Option
from ontology.label import Label

_TOLD = re.compile(r'"statementI[dD]"\s*:')
_KIND = re.compile(r'"(?:recordType|statementType)"\s*:')


def _bods(seen: Glimpse) -> bool:
    return not seen.path.is_dir() and bool(_TOLD.search(seen.text) and _KIND.search(seen.text))


BODS = Format(
    kind="bods",
    title=Label("Verkliga huvudmän (BODS)", "Beneficial owners (BODS)"),
    help=Label(
        "Uppgifter om verkliga huvudmän enligt BODS 0.1 till 0.4: bolag, ägande bolag, vad personer äger.",
        "Statements of beneficial ownership, BODS 0.1 to 0.4: companies, owning companies, what persons own.",
    ),
    takes=Label("JSON eller JSON Lines (även .zip eller .gz)", "JSON or JSON Lines (also .zip or .gz)"),
    looks_for=Label("statementId med recordType eller statementType", "statementId with recordType or statementType"),
    example="kedja load bods statements.json",
    loader="loaders.bods.loader:BodsLoader",
    recognises=_bods,
    options=(
        EDITION,
        LICENCE,
        Option("publisher", Label("Utgivare, om filen inte säger den.", "Publisher, where the file does not say it.")),
        Option(
            "mode",
            Label(
                "full: filen är allt som utgivaren säger; delta (annars): bara de bolag den nämner ersätts.",
                "full: the file is all that its publisher says; delta (else): only what it names is replaced.",
            ),
        ),
    ),
    notes={
        "exact_outside_range": Label(
            "Andelar utanför sitt eget spann: lästa som ett spann", "Shares outside their own range: read as a range"
        ),
        "hidden_person": Label(
            "Bolag med personnummer: varken namn eller nummer visas",
            "Companies with a personal number: neither name nor number is shown",
        ),
        "name_not_told": Label(
            "Bolag utan namn: deras nummer står i dess ställe", "Companies without a name: a number stands"
        ),
        "register_number_not_valid": Label(
            "Registernummer som inte stämmer: de behålls som text och identifierar inget",
            "Register numbers that are not valid: kept as text, and identifying nothing",
        ),
        "subject_not_told": Label(
            "Innehav i ett bolag som inte redovisas: inget kan sägas om något bolag",
            "Holdings in a company that is not told: nothing can be said of any company",
        ),
        "version_not_known": Label(
            "Rader av en version som inte är känd: lästa som 0.4", "Statements of an unknown version: read as 0.4"
        ),
    },
)
