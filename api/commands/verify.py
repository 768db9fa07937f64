"""The command that derives a kept answer anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands import common
from api.commands.app import app
from api.commands.common import Graph, Store
from ontology.errors import of_os_error


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="An answer in JSON, as --json, kedja export or the HTTP API gave it.")],
    store: Store = None,
    graph: Graph = None,
) -> None:
    """Derive an answer anew, as of the day and publication that it names, and compare: exit status 1 where it differs.

    Example: kedja verify answer.json
    """
    from api.verify import MOST, differences, read

    try:
        told = read(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise of_os_error(error, file) from error
    with common.asking(store, graph) as service:
        found = differences(service, told)
    if not found:
        typer.echo(f"The same, derived anew: {told['question']} (snapshot {told['snapshot'][:12]})")
        return
    typer.echo(f"It differs in {len(found):,} places from what is derived now: {told['question']}")
    if "snapshot" in found:
        typer.echo(
            "The snapshot is another: data were erased, or the method or Kedja has changed, or it is another store."
        )
    for place in found[:MOST]:
        typer.echo(f"  {place}")
    raise typer.Exit(1)
