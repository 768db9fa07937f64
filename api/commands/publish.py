"""The command that publishes the graph to a Neo4j database."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands import common
from api.commands.app import app
from api.commands.common import Clearance, Json, KnownAt, Store, ValidAt
from ontology.errors import InputError

if TYPE_CHECKING:
    from api.service import When
    from graph.neo4j.publishing import Published

Url = Annotated[
    str | None, typer.Argument(help="The Neo4j database: neo4j://host:port, with /name for another than neo4j.")
]
Files = Annotated[
    Path | None,
    typer.Option(
        "--files", help="Write files for Neo4j's own import tool into this new folder, for a first large graph."
    ),
]


@app.command()
def publish(
    url: Url = None,
    store: Store = None,
    files: Files = None,
    clearance: Clearance = "public",
    valid_at: ValidAt = None,
    known_at: KnownAt = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take Kedja's graph out of the database again.")] = False,
    as_json: Json = False,
) -> None:
    """Publish the graph to a Neo4j database, for whoever asks in Cypher or builds on it.

    All users of Neo4j Community see all that stands in it: publish at the clearance that they may have. Publishing
    again writes the difference only, and goes on where a publish was cut short. Nodes of others are left alone.
    The user and password stand in KEDJA_NEO4J_USER and KEDJA_NEO4J_PASSWORD.

    Example: kedja publish neo4j://localhost:7687
    """
    if files:
        if url or dry_run or remove:
            raise InputError("--files writes to a folder and asks no server.", remedy="Give it without an address.")
        _write_files(files, store, common.when(valid_at, None, known_at, clearance))
        return
    if url is None:
        raise InputError("No database is named.", remedy="kedja publish neo4j://host:7687, or --files FOLDER.")
    if remove:
        if dry_run or valid_at or known_at:
            raise InputError("--remove takes everything out.", remedy="Give it alone.")
        _remove(url, store)
        return
    from api.commands.load import progress_bar
    from api.publishing import opened, publish_to

    with common.opened(store) as service, opened(url) as server, progress_bar("Publishing") as progress:
        when = common.when(valid_at, None, known_at, clearance)
        done = publish_to(server, service, when, dry_run=dry_run, progress=progress)
        url = server.address.url
    if as_json:
        import json

        typer.echo(json.dumps(asdict(done), default=str, ensure_ascii=False, indent=2))
        return
    typer.echo(_text(done, url, dry_run=dry_run))


def _write_files(folder: Path, store: str | None, when: When) -> None:
    from api.commands.load import progress_bar
    from api.publishing import write_files

    with common.opened(store) as service, progress_bar("Writing") as progress:
        mark, arguments = write_files(folder, service, when, progress=progress)
    typer.echo(f"Wrote publication {mark.publication} as {mark.clearance} into {folder}, {len(arguments)} arguments")
    typer.echo("Stop the server; this replaces what its database holds:")
    typer.echo(f"  neo4j-admin database import full neo4j @{(folder / 'import.args').resolve()}")
    typer.echo("Start it, then: kedja publish neo4j://host:7687")


@app.command()
def projections(store: Store = None, as_json: Json = False) -> None:
    """The graphs that were published from the store, and whether they show its last publication.

    Example: kedja projections
    """
    with common.opened(store) as service:
        known, latest = service.store.projections(), service.store.latest()
    if as_json:
        import json

        typer.echo(json.dumps([asdict(one) for one in known], default=str, ensure_ascii=False, indent=2))
        return
    last = latest.number if latest else 0
    for one in known:
        state = "up to date" if one.publication == last else f"{last - one.publication} publications behind"
        typer.echo(f"{one.url}\tpublication {one.publication}\t{one.clearance}\t{one.valid_at}\t{state}")


def _text(done: Published, url: str, *, dry_run: bool) -> str:
    mark = done.mark
    said = f"{'Would write' if dry_run else 'Published'} publication {mark.publication} to {url}, as {mark.clearance}"
    lines = [f"{said}, as of {mark.valid_at}: {mark.entities:,} entities, {mark.links:,} relationships between them"]
    if done.added or done.changed or done.removed:
        lines.append(
            f"{done.added:,} nodes and relationships added, {done.changed:,} changed, {done.removed:,} removed,"
            f" {done.kept:,} as they were"
        )
    else:
        lines.append("Nothing to change: the graph is that of this publication already")
    if done.foreign:
        lines.append(f"{done.foreign:,} relationships of others went with the nodes that they led to")
    return "\n".join(lines)


def _remove(url: str, store: str | None) -> None:
    from api.publishing import opened
    from graph.neo4j.removing import unpublish

    with opened(url) as server:
        gone = unpublish(server)
        url = server.address.url
    with suppress(InputError), common.opened(store) as service:  # a graph may outlive its record
        service.store.forget(url)
    if gone is None:
        typer.echo(f"There is no graph of Kedja's in {url}")
        return
    typer.echo(f"Removed {gone.nodes:,} nodes and {gone.relationships:,} relationships from {url}")
    if gone.foreign:
        typer.echo(f"{gone.foreign:,} relationships of others went with the nodes that they led to")
