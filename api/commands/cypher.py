"""The command that asks a Neo4j store the named questions: cypher."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.commands import common
from api.commands.app import app
from api.commands.common import Clearance, Json, KnownAt, Store, ValidAt
from ontology.errors import InputError

if TYPE_CHECKING:
    from api.service import Service, When
    from graph.neo4j.questions import Limits, Question


@app.command()
def cypher(
    name: Annotated[str | None, typer.Argument(help="A question; none lists the questions.")] = None,
    param: Annotated[
        list[str] | None, typer.Option("--param", help="A parameter, NAME=VALUE; may be repeated.")
    ] = None,
    rows: Annotated[
        int, typer.Option("--rows", min=1, max=1_000_000, help="Most rows of a question to print.")
    ] = 1_000,
    seconds: Annotated[
        float, typer.Option("--seconds", min=0.1, max=600, help="How long the server may take for a question.")
    ] = 120.0,
    show: Annotated[
        bool, typer.Option("--show", help="Print the question's Cypher, to paste into Neo4j Browser.")
    ] = False,
    store: Store = None,
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    clearance: Clearance = "public",
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the rows as CSV.")] = False,
) -> None:
    """Ask a Neo4j store one of the questions that are written as Cypher.

    docs/reference/cypher.md has the questions. Example: kedja cypher upstream --show
    """
    if name is None:
        _list(as_json)
        return
    from graph.neo4j.questions import Limits, question

    asked = question(name)
    if show:
        typer.echo(asked.text, nl=False)
        return
    params = dict(_split(one) for one in param or ())
    when = common.when(valid_at, None, known_at, clearance)
    with common.opened(store) as service:
        _answer(service, asked, params, when, Limits(seconds, rows), as_json=as_json, as_csv=as_csv)


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


def _answer(
    service: Service,
    asked: Question,
    params: dict[str, str],
    when: When,
    limits: Limits,
    *,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Ask and print. Names are looked up first, as in every command; without a day it is today in Stockholm."""
    from api.settings import today
    from graph.neo4j import Neo4jStore
    from graph.neo4j.questions import ask
    from ontology.records import Secrecy

    if not isinstance(service.store, Neo4jStore):
        raise InputError(
            f"{service.store.url} is not a Neo4j store.", remedy="Copy it into one: kedja copy --from … --to neo4j://…"
        )
    params.setdefault("valid_at", (when.valid_at or service.valid_at or today()).isoformat())
    for parameter in asked.parameters:
        if parameter.kind == "entity" and params.get(parameter.name, "null") != "null":
            params[parameter.name] = service.resolve(params[parameter.name], when).id
    plain = when.known_at is None and when.clearance is Secrecy.PUBLIC
    found = ask(service.store.core, asked.name, params, at=None if plain else service.at(when), limits=limits)
    rows = list(found.rows)
    if as_json:
        typer.echo(
            json.dumps([dict(zip(found.columns, row, strict=True)) for row in rows], ensure_ascii=False, indent=2)
        )
    elif as_csv:
        from visualisation.export_csv import table_csv

        sys.stdout.buffer.write(table_csv(found.columns, [[_cell(value) for value in row] for row in rows]))
    else:
        from visualisation.text import shown

        typer.echo("\t".join(found.columns))
        for row in rows:
            typer.echo("\t".join(shown(str(_cell(value))) for value in row))
    if found.cut:
        typer.echo(f"Cut after {limits.rows:,} rows; --rows gives more.", err=True)


def _cell(value: Any) -> Any:
    """A value as it stands in a table: a list is joined, nothing is empty."""
    if isinstance(value, list):
        return "; ".join(str(one) for one in value)
    return "" if value is None else value
