"""Publishing what a store holds to a Neo4j database, for the command line and after a load."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from api.settings import neo4j_user, now
from graph.store import Projection
from ontology.errors import KedjaError, StoreError
from ontology.records import Secrecy

if TYPE_CHECKING:
    from api.service import Service, When
    from graph.neo4j.mark import Mark
    from graph.neo4j.publishing import Published
    from graph.neo4j.server import Server


@contextmanager
def opened(url: str) -> Iterator[Server]:
    """The database that ``neo4j://host:port``, with ``/name`` for another than ``neo4j``, names.

    Raises:
        InputError: another form of address.
        StoreError: no server there, or one that is too old.
    """
    from graph.neo4j.address import Address
    from graph.neo4j.server import connected

    with connected(Address.read(url, *neo4j_user())) as server:
        yield server


def publish_to(
    server: Server, service: Service, when: When, *, dry_run: bool = False,
    progress: Callable[[int, int], object] = lambda _done, _total: None,
) -> Published:  # fmt: skip
    """Publish what a service shows at a time and clearance; the record notes where."""
    from graph.neo4j.publishing import publish

    standing = service.standing(when)
    snapshot = service.snapshot(standing)
    done = publish(server, service.store, service.at(standing), snapshot, clock=now, dry_run=dry_run, progress=progress,
                   freeze=service.snapshots.cache.topology)  # fmt: skip
    if not dry_run:
        mark, number = done.mark, service.publication(standing).number
        service.store.note(Projection(server.address.url, number, mark.clearance, mark.valid_at, mark.ended or now()))
    return done


def write_files(
    folder: Path, service: Service, when: When, *, progress: Callable[[int, int], object] = lambda _done, _total: None
) -> tuple[Mark, list[str]]:
    """Write what a service shows as files for Neo4j's import tool; see ``graph.neo4j.files``."""
    from graph.neo4j.publishing import to_files

    standing = service.standing(when)
    snapshot = service.snapshot(standing)
    return to_files(folder, service.store, service.at(standing), snapshot, clock=now, progress=progress)


def follow(service: Service, url: str) -> Published:
    """After a publication: bring the graph at an address to it, at the clearance that it has; public for a new one.

    Raises:
        StoreError: it is behind now, and why; what was published in the record stands.
    """
    from api.service import When
    from graph.neo4j import mark

    try:
        with opened(url) as server:
            stands = mark.read(server)
            clearance = Secrecy[stands.clearance.upper()] if stands else Secrecy.PUBLIC
            return publish_to(server, service, When(clearance=clearance))
    except KedjaError as error:
        raise StoreError(
            f"It is published in the record, and the graph at {url} is behind: {error.message}",
            remedy=f"{error.remedy} Then: kedja publish {url}".strip(),
        ) from error


def behind(service: Service) -> list[tuple[Projection, bool]]:
    """The graphs that do not show the last publication, and whether something was erased since they were published."""
    latest = service.store.latest()
    erased = max((stone.publication for stone in service.store.tombstones()), default=0)
    late = [one for one in service.store.projections() if latest and one.publication < latest.number]
    return [(one, one.publication < erased) for one in late]
