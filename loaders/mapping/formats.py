"""Tables and graphs by a mapping, declared as formats."""

from __future__ import annotations

from loaders.glimpse import Glimpse
from loaders.registry import EDITION, LICENCE, SHARED, STATEMENTS, Format, Option
from ontology.label import Label

_MAP = Label(
    "Mappningen: en TOML-fil, eller namnet på en som följer med Kedja (kedja map --list).",
    "The mapping: a TOML file, or the name of one that comes with Kedja (kedja map --list).",
)
_SOURCE = (
    EDITION,
    LICENCE,
    Option(
        "publisher", Label("Utgivare, om mappningen inte säger den.", "Publisher, where the mapping does not say it.")
    ),
    Option("series", Label("Serie, om mappningen inte säger den.", "Series, where the mapping does not say it.")),
    Option("title", Label("Titel, om mappningen inte säger den.", "Title, where the mapping does not say it.")),
)
_NOTES = {
    "cells_left_out": Label("Celler som utelämnats ur godtagna rader", "Cells left out of accepted rows"),
    **STATEMENTS,
    **SHARED,
    "rows_not_asked_for": Label("Rader som mappningen inte läser något ur", "Rows of which the mapping reads nothing"),
    "goods_not_named": Label("Rader utan vara: inget steg är gjort", "Rows without goods: no step is made"),
    "hidden_person": Label(
        "Fysiska personer, utan namn, nummer och andra uppgifter",
        "Natural persons, without name, number and other details",
    ),
    "next_identifier": Label(
        "Rader vars första identifierare inte stämmer: mappningens nästa i dess ställe",
        "Rows whose first identifier is not valid: the mapping's next one in its place",
    ),
}


def _known_table(seen: Glimpse) -> bool:
    from loaders.mapping.files import fitting

    return not seen.path.is_dir() and bool(fitting(seen.text))


TABLE = Format(
    kind="table",
    title=Label("En tabell, enligt en mappning", "A table, by a mapping"),
    help=Label(
        "En tabell som en mappning beskriver. Föreslå en mappning med kedja map FIL.",
        "A table that a mapping describes. Propose a mapping with kedja map FILE.",
    ),
    takes=Label(
        "CSV, TSV, XLSX, XLS, ODS, JSON, JSON Lines eller Parquet",
        "CSV, TSV, XLSX, XLS, ODS, JSON, JSON Lines or Parquet",
    ),
    looks_for=Label(
        "alla kolumner som en mappning läser som följer med Kedja",
        "all columns that a mapping reads which comes with Kedja",
    ),
    example="kedja load table register.csv --map register.toml",
    loader="loaders.mapping.table:TableLoader",
    recognises=_known_table,
    general=True,
    options=(Option("map", _MAP, file=True, named="loaders.mapping.files:map_for"), *_SOURCE),
    notes=_NOTES,
)

NEO4J = Format(
    kind="neo4j",
    title=Label("En graf i Neo4j, enligt en mappning", "A graph in Neo4j, by a mapping"),
    help=Label(
        "En graf som andra har gjort i Neo4j. Användare och lösenord i KEDJA_NEO4J_USER och KEDJA_NEO4J_PASSWORD.",
        "A graph that others made in Neo4j. User and password in KEDJA_NEO4J_USER and KEDJA_NEO4J_PASSWORD.",
    ),
    takes=Label(
        "neo4j://värd:port, med /namn för en annan databas än neo4j",
        "neo4j://host:port, with /name for another database than neo4j",
    ),
    looks_for=Label("en adress som börjar med neo4j: eller bolt:", "an address that begins with neo4j: or bolt:"),
    example="kedja load neo4j neo4j://localhost:7687 --map graph.toml",
    loader="loaders.mapping.graph:GraphLoader",
    recognises=lambda _seen: False,
    options=(Option("map", _MAP, file=True, required=True, named="loaders.mapping.files:map_for"), *_SOURCE),
    addresses=("neo4j:", "neo4j+", "bolt:", "bolt+"),
    notes=_NOTES,
)
