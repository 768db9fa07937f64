"""The command that serves the explorer and the API."""

from __future__ import annotations

import socket
import sys
from datetime import date
from getpass import getuser
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands.app import app
from api.commands.common import Clearance, Graph, Store, when, working
from ontology.errors import InputError

if TYPE_CHECKING:
    from api.settings import Settings
    from ontology.records import Secrecy

BACKLOG = 2048
KEEP_ALIVE = 75
"""Seconds after which an idle connection is closed: later than a proxy does, which may ask on it as it is closed."""
SWITCH = 0.0005
"""Seconds after which a thread that works lets another one in. By default it is ten times as long, and the loop that
serves all would wait for it several times in each request."""
LOCAL = ("127.0.0.1", "localhost", "::1")
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")]
Host = Annotated[str, typer.Option("--host", help="Address to bind to, and the only other name answered to.")]


@app.command()
def serve(
    host: Host = "127.0.0.1", port: Port = 8000, store: Store = None, graph: Graph = None,
    clearance: Clearance = "public",
    valid_at: Annotated[
        str | None, typer.Option("--valid-at", help="The day of questions that name none, YYYY-MM-DD; else today.")
    ] = None,
    review: Annotated[
        bool, typer.Option("--review", help="Let the review page decide, in your name: on this machine only.")
    ] = False,
) -> None:  # fmt: skip
    """Serve the explorer and the API, on this machine only unless told otherwise.

    Example: kedja serve --port 8080
    Without the record: kedja serve --graph neo4j://localhost:7687
    """
    from api.settings import asked

    asks = when(valid_at, None, None, clearance)
    settings = asked(store, graph)
    if review and (host not in LOCAL or settings.from_graph):
        raise InputError(
            "The review page decides in the record, and there is no login.",
            remedy="Serve a record with --review on this machine: leave --host and --graph out.",
        )
    run(settings, host, port, asks.clearance, asks.valid_at, getuser() if review else None)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        InputError: the port is taken, or the address is not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is said, for asyncio turns the delay of small writes off only where it stands.
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
        found.listen(BACKLOG)  # who has read the address may connect at once, and waits until the server is there
    except OSError as error:
        found.close()
        raise InputError(
            f"Cannot listen on {host} port {port}: {error.strerror}.",
            remedy="Another program may hold the port: stop it, or give --port 0 to take a free one.",
        ) from error
    return found


def _try(settings: Settings, clearance: Secrecy) -> None:
    """What cannot be opened is told before anything listens."""
    from api.service import When
    from api.stores import open_store

    if not settings.from_graph:
        open_store(settings.store, create=False).close()
        return
    from api.following import from_graph

    with working("Reading the graph"):
        service = from_graph(settings)
    with service:
        service.standing(When(clearance=clearance))


def run(
    settings: Settings, host: str, port: int, clearance: Secrecy, valid_at: date | None = None,
    reviewer: str | None = None,
) -> None:  # fmt: skip
    """Serve until stopped; the first line says where to look."""
    import uvicorn

    from api.app import create_app
    from api.memory import search_seldom, share_heaps

    share_heaps()
    _try(settings, clearance)
    if host not in LOCAL:
        typer.echo(f"Warning: {host} can be reached from other machines, and there is no login.", err=True)
    listening = bind(host, port)
    shown = f"[{host}]" if ":" in host else host
    application = create_app(
        settings, hosts=[host], clearance=clearance, valid_at=valid_at, apart=True, reviewer=reviewer
    )
    config = uvicorn.Config(
        application, log_level="warning", server_header=False, proxy_headers=False, timeout_keep_alive=KEEP_ALIVE
    )
    typer.echo(f"The explorer is at http://{shown}:{listening.getsockname()[1]}/  (Ctrl+C stops it)")
    search_seldom()
    sys.setswitchinterval(SWITCH)
    uvicorn.Server(config).run(sockets=[listening])
