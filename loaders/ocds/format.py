"""OCDS, declared."""

from __future__ import annotations

import re

from loaders.glimpse import Glimpse
from loaders.registry import EDITION, LICENCE, Format, Option
from ontology.label import Label

_COLUMNS = re.compile(r"\bocid\b.{0,4000}?\b(?:buyer|tender|awards|contracts|parties|planning)(?:/\d+)?/\w", re.DOTALL)
"""The columns of a table that OCDS was flattened to (``tender/title``, ``awards/0/id``): of no other format."""


def flattened(seen: Glimpse) -> bool:
    """Whether it is a table that OCDS was flattened to, which is refused for what it is."""
    return not _is_json(seen) and _COLUMNS.search(seen.text) is not None


def _is_json(seen: Glimpse) -> bool:
    return seen.text.lstrip("\ufeff \r\n\t").startswith(("{", "["))


def _ocds(seen: Glimpse) -> bool:
    return flattened(seen) or any('"ocid"' in file.text and _is_json(file) for file in seen.each())


OCDS = Format(
    kind="ocds",
    title=Label("Upphandlingar enligt OCDS", "Procurements in OCDS"),
    help=Label(
        "Upphandlingar och avtal enligt Open Contracting Data Standard 1.1: releaser, poster, paket, JSON Lines.",
        "Procurements and contracts in the Open Contracting Data Standard 1.1: releases, records, packages of them.",
    ),
    takes=Label(
        "JSON eller JSON Lines (även .gz), eller en mapp", "JSON or JSON Lines (also .gz), or a folder of them"
    ),
    looks_for=Label("JSON med ocid", "JSON with an ocid"),
    example="kedja load ocds releases.jsonl",
    loader="loaders.ocds.loader:OcdsLoader",
    recognises=_ocds,
    options=(
        Option(
            "publisher",
            Label("Utgivaren, om filen inte säger den.", "Who publishes it, where the file does not say it."),
        ),
        EDITION,
        LICENCE,
    ),
    notes={
        "award_not_active": Label(
            "Tilldelningar som inte gäller: inget avtal", "Awards that do not stand: no contract"
        ),
        "buyer_not_named": Label("Processer utan köpare", "Processes that name no buyer"),
        "category_unknown": Label(
            "Avtal utan läsbar kategori: okänd", "Contracts without a category that is read: unknown"
        ),
        "contract_not_active": Label("Avtal som inte gäller (än)", "Contracts that do not stand (yet)"),
        "contract_without_award": Label(
            "Avtal vars tilldelning filen inte har: inte lästa", "Contracts whose award the file lacks: not read"
        ),
        "country_not_understood": Label("Adresser vars land inte förstås", "Addresses whose country is not understood"),
        "hidden_person": Label("Fysiska personer, dolda här", "Natural persons, hidden here"),
        "may_replace": Label(
            "Avtal som en senare tilldelning till samma leverantör kan ha rättat: ingen summa",
            "Contracts that a later award to the same supplier may correct: no sum is made",
        ),
        "party_without_number": Label(
            "Organisationer utan kontrollerat nummer: inte samma som någon annan",
            "Organisations without a checked number: the same as no other",
        ),
        "procuring_entity_as_buyer": Label(
            "Processer utan köpare: den som upphandlar i dess ställe",
            "Processes without a buyer: the procuring entity in its place",
        ),
        "release_undated": Label("Releaser utan datum: lästa som äldst", "Releases without a date: read as the oldest"),
        "supplier_not_named": Label("Tilldelningar utan namngiven leverantör", "Awards that name no supplier"),
        "supplier_twice": Label(
            "Leverantörer som står två gånger i en tilldelning: en här",
            "Suppliers that stand twice in an award: one here",
        ),
        "value_absent": Label("Värden som inte anges: okända", "Values that are not told: unknown"),
        "value_shared": Label(
            "Avtal vars värde gäller flera leverantörer tillsammans: andelen är okänd",
            "Contracts whose value is of several suppliers together: the share is unknown",
        ),
        "value_zero": Label("Värden som är noll: okända", "Values that are zero: unknown"),
        "without_award": Label("Processer utan tilldelning: inget avtal", "Processes without an award: no contract"),
    },
)
