"""Commands on a store as a whole: backup, restore."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands import common
from api.commands.app import app
from api.commands.common import Store
from ontology.errors import InputError

if TYPE_CHECKING:
    from graph.sqlite import Store as OpenStore


@app.command()
def backup(
    out: Annotated[Path, typer.Argument(help="The file to write, for instance kedja.backup.gz.")],
    store: Store = None,
) -> None:
    """Write a whole store to one file. It holds the store's secret key and all that is secret in it: keep it so.

    Example: kedja backup kedja.backup.gz
    """
    if out.exists():
        raise InputError(f"{out} is there already.", remedy="Choose another name, or move it away.")
    with common.opened(store) as service:
        _dump(service.store, out)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that kedja backup wrote.", exists=True, dir_okay=False)],
    store: Store = None,
) -> None:
    """Fill an empty store from a backup.

    Example: kedja restore kedja.backup.gz --store sqlite:///new.sqlite
    """
    with common.opened(store, create=True) as service:
        _restore(service.store, file)


def _dump(store: OpenStore, file: Path) -> None:
    with common.working("Reading the store"):
        store.dump(file)
    typer.echo(f"Read {store.url}, {file.stat().st_size:,} bytes", err=True)


def _restore(store: OpenStore, file: Path) -> None:
    with common.working("Filling the new store"):
        store.restore(file)
    latest = store.latest()
    typer.echo(f"Filled {store.url}, publication {latest.number if latest else 0}", err=True)
