"""Commands that bring data in: template, load, runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands import common
from api.commands.app import app
from api.commands.common import Lang, Publish, Store
from ontology.errors import of_os_error

if TYPE_CHECKING:
    from api.service import Service
    from loaders.base import Loaded, Loader, Progress

load_app = typer.Typer(no_args_is_help=True, help="Load a file into the store.", rich_markup_mode=None)
app.add_typer(load_app, name="load")

NOTHING_VISIBLE = 3
"""Exit code of a load of an edition older than the one that shows: stored, and nothing of it becomes visible."""

NOT_ALL_READ = 2
"""Exit code of a load of a folder of which a file could not be read (the others are loaded), as of any such file."""

File = Annotated[Path, typer.Argument(help="The file, or a folder.", exists=True)]
Rejects = Annotated[Path | None, typer.Option("--rejects", help="Write what was not accepted to this CSV.")]


@app.command()
def template(
    out: Annotated[Path, typer.Option("--out", help="The XLSX to write.")] = Path("kedja.xlsx"),
    csv: Annotated[Path | None, typer.Option("--csv", help="Write a folder of CSV files instead.")] = None,
    lang: Lang = None,
) -> None:
    """Write an empty workbook to fill in: a sheet for each kind of thing and each kind of link.

    Example: kedja template --lang sv --out mina-kedjor.xlsx
    """
    from loaders.workbook_template import write_csv_template, write_template

    language = common.language(lang)
    try:
        if csv is not None:
            write_csv_template(csv, language)
        else:
            write_template(out, language)
    except OSError as error:
        raise of_os_error(error, error.filename or csv or out) from error
    typer.echo(f"Wrote {csv or out}", err=True)


@load_app.command("workbook")
def workbook(
    file: File, store: Store = None, rejects: Rejects = None, lang: Lang = None, publish: Publish = None
) -> None:
    """A Kedja workbook: one XLSX, or a folder of CSV files. Make one with kedja template.

    Example: kedja load workbook mina-kedjor.xlsx
    """
    from loaders.workbook import WorkbookLoader

    run(WorkbookLoader(), file, store, rejects, lang, publish)


@load_app.command("swedish-procurement")
def swedish_procurement(
    file: File, store: Store = None, rejects: Rejects = None, lang: Lang = None, publish: Publish = None
) -> None:
    """The Swedish procurement statistics: the XLSX of awarded tenders with suppliers, or its folder.

    Example: kedja load swedish-procurement number_of_contracted_tenders_with_suppliers.xlsx
    """
    from loaders.se_procurement import SwedishProcurementLoader

    run(SwedishProcurementLoader(), file, store, rejects, lang, publish)


@load_app.command("cpv")
def cpv(file: File, store: Store = None, rejects: Rejects = None, lang: Lang = None, publish: Publish = None) -> None:
    """The CPV codes with Swedish and English names: code_sv.xml and code_en.xml (or .gz), or their folder.

    Example: kedja load cpv codelists/
    """
    from loaders.cpv import CpvLoader

    run(CpvLoader(), file, store, rejects, lang, publish)


@load_app.command("reference")
def reference(
    file: Annotated[Path | None, typer.Argument(help="A folder like the packaged one.", exists=True)] = None,
    store: Store = None,
    rejects: Rejects = None,
    lang: Lang = None,
    publish: Publish = None,
) -> None:
    """Reference data: risk types, areas, regions, own categories, published risk assessments and generic chains.

    Example: kedja load reference
    """
    from loaders.reference_data import ReferenceLoader, packaged

    run(ReferenceLoader(), file or packaged(), store, rejects, lang, publish)


def run(
    loader: Loader, file: Path, store: str | None, rejects: Path | None, lang: str | None, publish: str | None
) -> None:
    """Load with a progress bar, say what happened, and write the rejects where asked."""
    language = common.language(lang)
    with common.opened(store, create=True) as service:
        loaded = load_into(service, loader, file)
        tell(loaded, file, language)
        where = rejects or Path(f"{file.stem or 'kedja'}.rejects.csv")
        if loaded.report.rejects:
            from visualisation.rejects import rejects_csv
            from visualisation.words import Words

            common.write(where, rejects_csv(loaded.report.rejects, Words(language)))
        common.follow(service, publish)
    if loaded.report.refused:
        for error in loaded.report.refused:
            typer.echo(f"kedja: {error}", err=True)
        raise typer.Exit(NOT_ALL_READ)
    if loaded.settled.older_edition:
        raise typer.Exit(NOTHING_VISIBLE)


def load_into(service: Service, loader: Loader, file: Path) -> Loaded:
    from api.settings import now
    from loaders.base import load

    with progress_bar(f"Loading {file.name}") as progress:
        return load(service.store, loader, file, now=now(), progress=progress)


def tell(loaded: Loaded, file: Path, lang: str) -> None:
    """Counts that add up, in a few lines on standard error."""
    from visualisation.rejects import loaded_text
    from visualisation.words import Words

    typer.echo(loaded_text(loaded, file.name, Words(lang)), err=True)


@contextmanager
def progress_bar(title: str) -> Iterator[Progress]:
    """A progress bar on standard error, silent when that is not a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@app.command()
def runs(
    store: Store = None,
    limit: Annotated[int, typer.Option("--limit", min=1)] = 20,
    clearance: common.Clearance = "public",
    as_json: common.Json = False,
) -> None:
    """What was loaded, judged and edited, newest first; sources above the clearance are left out.

    Example: kedja runs --limit 5
    """
    from dataclasses import asdict

    with common.opened(store) as service:
        found = service.runs(common.when(None, None, None, clearance).clearance)[:limit]
    if as_json:
        import json

        typer.echo(json.dumps([asdict(run) for run in found], default=str, ensure_ascii=False, indent=2))
        return
    for entry in found:
        title = entry.source.title if entry.source else ""
        if entry.kind != "load":
            title = f"{entry.kind}: {title}" if title else entry.kind
        published = f"publication {entry.publication.number}" if entry.publication else entry.state.value
        counts = " ".join(f"{name}={count}" for name, count in entry.counts.items() if count)
        typer.echo(f"{entry.run}\t{entry.began:%Y-%m-%d %H:%M}\t{published}\t{entry.loader}\t{title}\t{counts}")
