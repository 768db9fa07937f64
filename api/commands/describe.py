"""Commands that describe: ontology, doctor."""

from __future__ import annotations

from typing import Annotated

import typer

from api.commands import common
from api.commands.app import app
from api.commands.common import Store
from ontology.errors import InputError

FORMATS = ("md", "jsonschema", "ttl", "shacl")


@app.command()
def ontology(
    format: Annotated[str, typer.Option("--format", help=f"One of {', '.join(FORMATS)}.")] = "md",
) -> None:
    """Print the ontology: as a page, a JSON Schema, OWL with SKOS, or SHACL shapes.

    Example: kedja ontology --format shacl > shapes.ttl
    """
    from ontology.formats import formats

    made = formats()
    if format not in made:
        raise InputError(f"{format} is not a format.", remedy=f"Use one of {', '.join(made)}.")
    typer.echo(made[format](), nl=False)


@app.command()
def doctor(store: Store = None) -> None:
    """Check the installation and the store; exit status 1 when something is wrong.

    It speaks of the whole file, whatever the secrecy of what it holds: who runs it holds the file.

    Example: kedja doctor
    """
    import platform
    import sqlite3

    from api.publishing import behind
    from api.settings import settings

    where = settings(store)
    typer.echo(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")
    typer.echo(f"Store {where.store}")
    typer.echo(f"Snapshots {where.cache}")
    with common.opened(store) as service:
        latest = service.store.latest()
        published = (
            f"Publication {latest.number}, {latest.at:%Y-%m-%d %H:%M} UTC" if latest else "Nothing published yet"
        )
        typer.echo(published)
        problems = service.store.check()
        for graph, holds_erased in behind(service):
            if holds_erased:
                problems.append(f"The graph at {graph.url} holds what was erased since; run kedja publish {graph.url}")
            else:
                typer.echo(f"The graph at {graph.url} shows publication {graph.publication}")
    for problem in problems:
        typer.echo(f"Problem: {problem}")
    if problems:
        raise typer.Exit(1)
    typer.echo("All is well.")
