"""``kedja cypher -``: a statement of the user's own, read from standard input by ``api/commands/cypher.py``."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from api.service import Service
    from graph.neo4j.adhoc import Result

WIDEST = 60
"""Characters of a cell in the terminal; JSON and CSV give all."""


def run(text: str, params: Mapping[str, Any], service: Service, as_json: bool, as_csv: bool = False) -> None:
    """Run one statement that only reads, and print what it gives: a table, JSON, or CSV.

    Notices, and that the answer was cut, go to standard error.

    Raises:
        LimitError, InputError, StoreError: as ``graph.neo4j.adhoc.run``.
    """
    from graph.neo4j import adhoc

    found = adhoc.run(adhoc.core_of(service.store), text, params)
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False, indent=2))
    elif as_csv:
        from visualisation.export_csv import table_csv

        # Numbers stay numbers; null is an empty cell, and what CSV has no form for is JSON.
        rows = ([value if type(value) in (int, float) else _text(value) for value in row] for row in found.rows)
        sys.stdout.buffer.write(table_csv(found.columns, rows))
    else:
        typer.echo(_table(found))
    _remarks(found)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _table(found: Result) -> str:
    from visualisation.text import shown

    lines = [list(found.columns), *([_text(value) for value in row] for row in found.rows)]
    cells = [[_short(shown(" ".join(text.split()))) for text in line] for line in lines]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in cells)


def _short(text: str) -> str:
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"


def _remarks(found: Result) -> None:
    if found.truncated:
        limit = "rows" if found.truncated == "rows" else "bytes"
        typer.echo(f"Cut after {len(found.rows):,} rows: an answer has no more {limit}.", err=True)
    for notice in found.notices:
        typer.echo(f"Neo4j: {notice}", err=True)
