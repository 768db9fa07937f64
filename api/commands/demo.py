"""The command that shows what Kedja does, on invented contracts and companies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands import common
from api.commands.app import app
from api.commands.common import Lang
from api.commands.serve import Port
from api.skins import RISK
from ontology.errors import InputError

if TYPE_CHECKING:
    from api.service import Service
    from api.settings import Settings
    from loaders.base import Loader

SUBJECT = "se-orgnr:2321000073"


@app.command()
def demo(
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the explorer after the answer.")] = True,
    port: Port = 8000,
    store: Annotated[
        str | None,
        typer.Option("--store", help="A store for it, such as sqlite:///demo.sqlite; else a file of its own."),
    ] = None,
    lang: Lang = None,
) -> None:
    """Load the demonstration data into a store of its own, print an answer and serve the explorer.

    Example: kedja demo --no-serve
    """
    from api.ask import ask
    from api.commands.serve import run
    from api.service import Service, When
    from api.settings import DEMO_VALID_AT, demo_settings
    from graph.questions.declared.exposure import Exposure
    from ontology.records import Secrecy

    settings = demo_settings(store)
    if store is None:
        _forget_other_schema(settings)
    with Service(settings, create=True) as service:
        _refuse_others(service)
        _load(service)
        answer = ask(service, When(valid_at=DEMO_VALID_AT), Exposure(subject=SUBJECT, risk=RISK, members=5))
        common.show(answer, common.language(lang), as_json=False)
    if serve:
        run(settings, "127.0.0.1", port, Secrecy.PUBLIC, DEMO_VALID_AT)


def _forget_other_schema(settings: Settings) -> None:
    """The demonstration's own store holds nothing of the user's: one of another schema is made anew."""
    from api.stores import store_path
    from graph.sqlite.schema import recognise
    from ontology.errors import SchemaMismatchError

    path = store_path(settings.store)
    try:
        recognise(path)
    except SchemaMismatchError:
        typer.echo("Demonstration data: the store is of another version of Kedja and is made anew", err=True)
        for file in path.parent.glob(f"{path.name}*"):
            if file.is_file():
                file.unlink()


def _refuse_others(service: Service) -> None:
    """Nothing invented goes into a store that holds what somebody loaded."""
    from loaders.reference_data import SERIES

    for run in service.store.runs():
        if run.source and not (run.source.demonstration or run.source.series == SERIES):
            raise InputError(
                f"{service.store.url} holds other data than the demonstration's: {run.source.title}.",
                remedy="Name an empty store, or leave out --store.",
            )


def _load(service: Service) -> None:
    from api.commands.load import load_into

    for loader, path in parts():
        loaded = load_into(service, loader, path)
        state = "already loaded" if loaded.unchanged else f"{loaded.report.accepted} rows"
        typer.echo(f"Demonstration data: {path.name}, {state}", err=True)


def parts() -> list[tuple[Loader, Path]]:
    """What the demonstration consists of, in the order of loading."""
    from importlib.resources import files

    from loaders.reference_data import ReferenceLoader, packaged
    from loaders.workbook import WorkbookLoader

    folder = Path(str(files("loaders"))) / "demo"
    workbook = WorkbookLoader()
    return [(ReferenceLoader(), packaged()), (workbook, folder), (workbook, folder / "second-source")]
