"""The command that answers an assistant by the Model Context Protocol."""

from __future__ import annotations

from typing import Annotated

import typer

from api.commands import common
from api.commands.app import app
from api.commands.common import Clearance, Graph, Store
from ontology.errors import InputError


@app.command()
def mcp(
    store: Store = None, graph: Graph = None, clearance: Clearance = "public",
    valid_at: Annotated[
        str | None, typer.Option("--valid-at", help="The day of questions that name none, YYYY-MM-DD; else today.")
    ] = None,
) -> None:  # fmt: skip
    """Let an assistant ask: every question as a tool, read only, on standard input and output (MCP).

    What it is answered goes to whoever runs the assistant's model: see to the clearance.

    Example: kedja mcp --valid-at 2026-11-01
    """
    import anyio

    try:
        from api.tools import serve
    except ModuleNotFoundError as error:
        if error.name not in ("mcp", "mcp_types"):
            raise
        raise InputError("kedja mcp needs the extra mcp.", remedy="Install it: pip install 'kedja[mcp]'.") from error
    when = common.when(valid_at, None, None, clearance)
    with common.asking(store, graph) as service:
        service.snapshot(when)  # what every question needs is ready before the first is asked
        anyio.run(serve, service, when)
