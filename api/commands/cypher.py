"""The command that asks a published graph in its own language: cypher."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.commands.app import app
from api.commands.common import Json, ValidAt
from ontology.errors import InputError, NoGraphError

if TYPE_CHECKING:
    from graph.neo4j.questions import Asked


@app.command()
def cypher(
    name: Annotated[str | None, typer.Argument(help="A question; none lists them.")] = None,
    param: Annotated[
        list[str] | None, typer.Option("--param", help="A parameter, NAME=VALUE; may be repeated.")
    ] = None,
    graph: Annotated[
        str | None, typer.Option("--graph", help="The Neo4j database, neo4j://host:port; else KEDJA_GRAPH.")
    ] = None,
    rows: Annotated[int, typer.Option("--rows", min=1, max=1_000_000, help="Most rows to print.")] = 1_000,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, max=600, help="How long the server may take.")] = 120,
    show: Annotated[bool, typer.Option("--show", help="Print the Cypher, to paste into Neo4j Browser.")] = False,
    valid_at: ValidAt = None,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the rows as CSV.")] = False,
) -> None:
    """Ask a published graph one of the questions that are written as Cypher, short enough to read and change.

    docs/reference/cypher.md has the questions, docs/how-to/neo4j.md how to publish a graph.
    Example: kedja cypher upstream --show
    """
    from graph.neo4j.questions import question, values

    if name is None:
        _list(as_json)
        return
    asked = question(name)
    params = dict(map(_split, param or ()))
    if valid_at:
        params["day"] = valid_at
    if show:
        typer.echo(asked.written(values(asked, asked.examples | params)), nl=False)
        return
    _print(_asked(graph, name, params, seconds, rows), as_json=as_json, as_csv=as_csv)


def _asked(graph: str | None, name: str, params: dict[str, str], seconds: float, rows: int) -> Asked:
    from api.publishing import opened
    from api.settings import graph_url
    from graph.neo4j.questions import Limits, ask

    url = graph_url(graph)
    if url is None:
        raise NoGraphError(
            "No graph is named.", remedy="Give --graph neo4j://host:port or KEDJA_GRAPH; kedja publish makes a graph."
        )
    with opened(url) as server:
        return ask(server, name, params, Limits(seconds, rows))


def _list(as_json: bool) -> None:
    from graph.neo4j.questions import questions

    known = questions()
    if as_json:
        typer.echo(json.dumps({name: asked.described for name, asked in known.items()}, ensure_ascii=False, indent=2))
        return
    widest = max(map(len, known))
    for name, asked in known.items():
        needed = ", ".join(f"{p.name}{'' if p.default is None else f'={p.default}'}" for p in asked.parameters)
        typer.echo(f"{name.ljust(widest)}  {asked.title} ({needed})")


def _split(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise InputError(f"{text} is not a parameter.", remedy="Write --param NAME=VALUE.")
    return name, value


def _print(found: Asked, *, as_json: bool, as_csv: bool) -> None:
    if as_json:
        typer.echo(
            json.dumps([dict(zip(found.columns, row, strict=True)) for row in found.rows], ensure_ascii=False, indent=2)
        )
    elif as_csv:
        from visualisation.export_csv import table_csv

        sys.stdout.buffer.write(table_csv(found.columns, [[_cell(value) for value in row] for row in found.rows]))
    else:
        from visualisation.text import shown

        typer.echo("\t".join(found.columns))
        for row in found.rows:
            typer.echo("\t".join(shown(str(_cell(value))) for value in row))
    if found.cut:
        typer.echo(f"Cut after {len(found.rows):,} rows; --rows gives more.", err=True)


def _cell(value: Any) -> Any:
    """A value as it stands in a table: a list is joined, nothing is empty."""
    if isinstance(value, list):
        return "; ".join(str(one) for one in value)
    return "" if value is None else value
