"""Publishing what a store holds to a Neo4j database, for the command line and after a load."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from api.settings import neo4j_user, now

if TYPE_CHECKING:
    from api.service import Service, When
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

    parts = urlsplit(url)
    name = parts.path.strip("/")
    if name and "/" not in name and not parts.query:
        url = f"{parts.scheme}://{parts.netloc}?database={name}"
    with connected(Address.read(url, *neo4j_user())) as server:
        yield server


def publish_to(
    server: Server, service: Service, when: When, *, dry_run: bool = False,
    progress: Callable[[int, int], object] = lambda _done, _total: None,
) -> Published:  # fmt: skip
    """Publish what a service shows at a time and clearance."""
    from graph.neo4j.publishing import publish

    standing = service.standing(when)
    snapshot = service.snapshot(standing)
    return publish(server, service.store, service.at(standing), snapshot, clock=now, dry_run=dry_run, progress=progress)
