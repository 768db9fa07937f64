"""Commands that take back what was said: withdraw, erase."""

from __future__ import annotations

from typing import Annotated

import typer

from api.commands import common
from api.commands.app import app
from api.commands.common import Store
from ontology.errors import InputError

Reason = Annotated[str, typer.Option("--reason", help="Why; it stays, for all to read.")]


@app.command()
def withdraw(
    series: Annotated[str, typer.Argument(help="A series of sources, as kedja runs --json has it.")],
    edition: Annotated[str | None, typer.Argument(help="One edition of it; else all of it.")] = None,
    publisher: Annotated[
        str | None, typer.Option("--publisher", help="Whose series, where several publishers have one of that name.")
    ] = None,
    reason: Reason = "",
    store: Store = None,
) -> None:
    """Take back what a source says now. History keeps it, and the source may be loaded again.

    A full edition is withdrawn with all that its series says; another with what it said first. Example: kedja withdraw
    demo:open-factory-list 2026-06 --reason "Withdrawn by its publisher"
    """
    from api.settings import now

    with common.opened(store) as service:
        done = service.store.withdraw_source(series, edition, publisher=publisher, reason=reason, at=now())
        common.follow(service, None)
    number = done.publication.number
    typer.echo(f"Withdrew {done.records:,} records and {done.links:,} links of {done.title}, publication {number}")


@app.command()
def erase(
    reason: Reason,
    ids: Annotated[
        list[str] | None, typer.Argument(help="Ids of records (r…) and links (l…), as kedja entity --json has them.")
    ] = None,
    rejects: Annotated[int | None, typer.Option("--rejects", help="What is kept of this run's rejects.")] = None,
    store: Store = None,
) -> None:
    """Erase records and links for good: every version, from the store, its search and its snapshots.

    This cannot be undone; id, reason and day stay. Backups and exports hold what they held: make them anew. Graphs in
    Neo4j that are behind are named. What a source still says comes back with its next edition. What is kept of the
    rejects of a thing's series goes with it; files of rejects are yours to delete. Example: kedja erase
    r0a1b2c3d4e5f60718293 --reason "Asked to be forgotten"
    """
    from api.publishing import behind
    from api.settings import now

    if bool(ids) == (rejects is not None):
        raise InputError("Give ids, or --rejects RUN.", remedy="kedja entity --json has the ids, kedja runs the runs.")
    with common.opened(store) as service:
        if rejects is not None:
            gone = service.store.erase_rejects(rejects, reason, now())
            typer.echo(f"{gone:,} rejects of run {rejects} are gone. Files of rejects and backups hold what they held.")
            return
        assert ids
        rows = service.store.erase(ids, reason, now())
        service.snapshots.heed_erasures()
        stones = {stone.id: stone for stone in service.store.tombstones()}
        common.follow(service, None)
        late = [one.url for one, _ in behind(service)]
    for id_ in dict.fromkeys(ids):
        typer.echo(f"Erased {id_}, publication {stones[id_].publication}")
    for url in late:
        typer.echo(f"The graph at {url} still holds it: kedja publish {url}")
    typer.echo(f"{rows:,} versions are gone. Backups and exports hold what they held: make them anew.")
