"""Commands that bring data in: template, load (its kinds are in ``kinds.py``), runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.commands import common
from api.commands.app import app
from api.commands.common import Lang, Store
from api.commands.kinds import COMMON, attribute, group_of
from loaders.registry import Format, find, find_each
from ontology.errors import InputError, KedjaError, of_os_error

if TYPE_CHECKING:
    from api.reviewing import Mark
    from api.service import Service
    from graph.store import Reject
    from loaders.base import Loaded, Loader, Progress

NOTHING_VISIBLE = 3
"""Exit code of a load of which nothing becomes visible: an older edition than the one that shows, or no usable row."""

NOT_ALL_READ = 2
"""Exit code of a load of a folder of which a file could not be read (the others are loaded), as of any such file."""


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


def run(format: Format, argument: str | None, given: Mapping[str, Any]) -> None:
    """Load with a progress bar, say what happened, and write the rejects where asked.

    Raises:
        InputError: no file is given or there is none; what the loader and the store raise.
    """
    lang = common.language(given["lang"])
    path, options = place_of(format, argument, given)
    files = frozenset(option.name for option in format.options if option.file)
    notes = {code: said.get(lang) for code, said in format.notes.items()}
    called = options.get("address", path.name)

    def work(service: Service) -> Loaded:
        loader = made(format)
        if format.each_file and path.is_dir():
            from loaders.each import load_each

            return load_each(loader, path, options, lambda file: load_into(service, loader, file, options, files))
        return load_into(service, loader, path, options, files)

    if given["dry_run"]:
        loaded = dry_run(given["store"], work, called, lang, notes)
    else:
        with common.opened(given["store"], create=True) as service:
            from api.reviewing import Mark

            mark = Mark.of(service)
            loaded = work(service)
            tell(loaded, called, lang, notes)
            tell_proposals(service, mark, loaded, lang)
            common.follow(service, given["publish"])
    write_rejects(loaded, given["rejects"] or Path(f"{path.stem or 'kedja'}.rejects.csv"), lang)
    if loaded.report.refused:
        for error in loaded.report.refused:
            typer.echo(f"kedja: {error}", err=True)
        raise typer.Exit(NOT_ALL_READ)
    from graph.store import shows_nothing

    if not loaded.unchanged and shows_nothing(loaded.settled):
        raise typer.Exit(NOTHING_VISIBLE)


def run_found(argument: str, given: Mapping[str, Any]) -> None:
    """Load what a format is found for; of a folder that is of none as a whole, each file for itself.

    Raises:
        InputError: what ``find`` raises; an option that no format that was found has.
    """
    each = find_each(Path(argument))
    if not each:
        format = find(argument)
        refuse_options_beside([format], given)
        run(format, argument, given)
        return
    refuse_options_beside([format for formats in each.values() for format in formats], given)
    ended = set[int]()
    rejects = given["rejects"] or Path("rejects.csv")
    for file in sorted((file for file in each if each[file]), key=lambda file: _edition(each[file][0], file, given)):
        own = {**given, "rejects": rejects.with_name(f"{file.name}.{rejects.name}")}
        if given.get("series"):  # one series for all would let each file take back what the one before it said
            own["series"] = f"{given['series']}/{file.stem}"
        try:
            run(find(str(file)), str(file), own)
        except KedjaError as error:
            typer.echo(f"kedja: {error}", err=True)
            ended.add(NOT_ALL_READ)
        except typer.Exit as end:
            ended.add(end.exit_code)
    if unknown := [str(file.relative_to(argument)) for file in each if not each[file]]:
        typer.echo(f"kedja: of no format that Kedja recognises: {', '.join(unknown)}", err=True)
        ended.add(NOT_ALL_READ)
    if ended:
        raise typer.Exit(min(ended))


def refuse_options_beside(formats: list[Format], given: Mapping[str, Any]) -> None:
    """Refuse an option that none of the formats has."""
    known = {attribute(option) for format in formats for option in format.options} | {*COMMON, "argument"}
    for name in (name for name, said in given.items() if said is not None and name not in known):
        kinds = ", ".join(dict.fromkeys(format.kind for format in formats))
        raise InputError(f"{kinds} takes no --{name.replace('_', '-')}.", remedy=f"kedja load {formats[0].kind} --help")


def _edition(format: Format, file: Path, given: Mapping[str, Any]) -> tuple[str, Any]:
    """By what the files of a folder are ordered: the format, and the oldest edition first."""
    from ontology.records import edition_order

    try:
        path, options = place_of(format, str(file), given)
        return format.kind, edition_order(format.make().source(path, options).edition)
    except KedjaError:  # it is told when the file is loaded
        return format.kind, edition_order("")


def dry_run(
    store: str | None, work: Callable[[Service], Loaded], called: str, lang: str, notes: Mapping[str, str]
) -> Loaded:
    """Load into a copy that is thrown away, and print what would change."""
    from api.rehearsal import rehearse
    from api.settings import settings
    from visualisation.rejects import rehearsed_text
    from visualisation.words import Words

    with ExitStack() as bars:
        done = rehearse(settings(store), work, lambda what: bars.enter_context(progress_bar(what.capitalize())))
    typer.echo(rehearsed_text(done, called, Words(lang), notes))
    return done.loaded


def write_rejects(loaded: Loaded, where: Path, lang: str) -> None:
    if loaded.report.rejects:
        from visualisation.rejects import rejects_csv
        from visualisation.words import Words

        common.write(where, rejects_csv(loaded.report.rejects, Words(lang)))


def place_of(format: Format, argument: str | None, given: Mapping[str, Any]) -> tuple[Path, dict[str, str]]:
    """What is read, and the options that were given.

    Raises:
        InputError: a file that is not there; an address without the file that says how it is read.
    """
    told = ((option, given.get(option.name.replace("-", "_"))) for option in format.options)
    options = {option.name: text for option, text in told if text is not None}
    for option in format.options:
        if option.required and option.name not in options:
            raise InputError(f"{format.kind} needs --{option.name}.", remedy=f"For example: {format.example}")
    path = Path(argument) if argument else format.default_path()
    of_files = [option for option in format.options if option.file]
    found = {option.name: option.path(options.get(option.name), path) for option in of_files}
    options |= {name: str(file) for name, file in found.items() if file is not None}
    files = [file for file in found.values() if file is not None]
    if format.addresses and argument:
        options["address"] = argument
        path = files[0] if files else None
    if path is None:
        raise InputError(f"{format.kind} needs a file.", remedy=f"For example: {format.example}")
    for file in (path, *files):
        if not file.exists():
            raise InputError(f"There is no file {file}.", remedy="Check the path.")
    return path, options


def made(format: Format) -> Loader:
    """The format's loader, signed in where it reads from a server."""
    from api.settings import neo4j_user
    from loaders.base import Remote

    loader = format.make()
    if isinstance(loader, Remote):
        loader.sign_in(*neo4j_user())
    return loader


def load_into(
    service: Service,
    loader: Loader,
    file: Path,
    options: Mapping[str, str] | None = None,
    files: frozenset[str] = frozenset(),
) -> Loaded:
    from api.settings import now
    from loaders.base import load

    with progress_bar(f"Loading {file.name}") as progress:
        return load(service.store, loader, file, now=now(), options=options, files=files, progress=progress)


def tell(loaded: Loaded, file: str, lang: str, notes: Mapping[str, str]) -> None:
    """Counts that add up, in a few lines on standard error. ``notes``: the words of the format's own remarks."""
    from visualisation.rejects import loaded_text
    from visualisation.words import Words

    typer.echo(loaded_text(loaded, file, Words(lang), notes), err=True)


def tell_proposals(service: Service, mark: Mark, loaded: Loaded, lang: str) -> None:
    """How many of the names that came may be known already."""
    from api.reviewing import brought
    from api.service import When
    from ontology.records import Secrecy
    from visualisation.review import loaded_proposals
    from visualisation.words import Words

    if loaded.unchanged or loaded.settled.older_edition:
        return
    at = service.at(When(clearance=Secrecy.RESTRICTED))
    with progress_bar("Comparing names") as progress:
        found = brought(service, mark, at, progress)
    if text := loaded_proposals(found, Words(lang)):
        typer.echo(text, err=True)


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
    rejects: Annotated[int | None, typer.Option("--rejects", help="What this run did not accept, as CSV.")] = None,
    clearance: common.Clearance = "public",
    lang: Lang = None,
    as_json: common.Json = False,
) -> None:
    """What was loaded, judged and edited, newest first; sources above the clearance are left out.

    The first 10,000 rejects of a run are kept. Example: kedja runs --limit 5
    """
    from dataclasses import asdict

    seen = common.when(None, None, None, clearance).clearance
    with common.opened(store) as service:
        if rejects is not None:
            tell_rejects(service.store.rejects(rejects, seen), common.language(lang), as_json)
            return
        found = service.runs(seen)[:limit]
    if as_json:
        import json

        typer.echo(json.dumps([asdict(run) for run in found], default=str, ensure_ascii=False, indent=2))
        return
    for entry in found:
        title = entry.source.title if entry.source else ""
        if entry.kind != "load":
            title = f"{entry.kind}: {title}" if title else entry.kind
        number = f"publication {entry.publication.number}" if entry.publication else ""
        published = number if number and entry.stands == entry.state else entry.stands
        counts = " ".join(f"{name}={count}" for name, count in entry.counts.items() if count)
        typer.echo(f"{entry.run}\t{entry.began:%Y-%m-%d %H:%M}\t{published}\t{entry.loader}\t{title}\t{counts}")


def tell_rejects(rejects: list[Reject], lang: str, as_json: bool) -> None:
    """The rejects of a run on standard output: CSV with words, or JSON with codes."""
    import json
    from dataclasses import asdict

    from visualisation.rejects import rejects_csv
    from visualisation.words import Words

    if as_json:
        typer.echo(json.dumps([asdict(reject) for reject in rejects], ensure_ascii=False, indent=2))
    else:
        common.write(Path("-"), rejects_csv(rejects, Words(lang)))


load_app = typer.Typer(
    cls=group_of(run, run_found),
    no_args_is_help=True,
    subcommand_metavar="[KIND] FILE",
    context_settings={"ignore_unknown_options": True},  # those before the file are the finder's
    help="Load a file into the store. Without KIND, it is found; kedja formats tells of each.",
    rich_markup_mode=None,
)
app.add_typer(load_app, name="load")
