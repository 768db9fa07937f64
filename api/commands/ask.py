"""Commands that ask: one for each question, with its parameters as arguments and options."""

from __future__ import annotations

import inspect
import shlex
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

import typer
from annotated_types import Ge, Le

from api.commands import common
from api.commands.app import app
from api.commands.common import Clearance, During, Graph, Json, KnownAt, Lang, Store, ValidAt
from api.skins import Skin, own
from graph.questions.question import Param, Question, questions

if TYPE_CHECKING:
    from api.service import Service, When

KEYWORD = inspect.Parameter.KEYWORD_ONLY


class Shared(NamedTuple):
    """The options of every question."""

    store: Store = None
    graph: Graph = None
    valid_at: ValidAt = None
    during: During = None
    known_at: KnownAt = None
    clearance: Clearance = "public"
    lang: Lang = None
    as_json: Json = False

    @property
    def when(self) -> When:
        return common.when(self.valid_at, self.during, self.known_at, self.clearance)

    @property
    def language(self) -> str:
        return common.language(self.lang)


DAY = "--valid-at 2026-11-01"


def flag(param: Param) -> str | None:
    """The value that a flag stands for: the other one of a parameter that has two."""
    values = get_args(param.annotation) if get_origin(param.annotation) is Literal else ()
    return next(value for value in values if value != param.default) if len(values) == 2 else None


def typed(param: Param, default: Any) -> inspect.Parameter:
    """A parameter as typer reads it: what must be given is an argument, the rest are options."""
    if flag(param):
        option = typer.Option(f"--{flag(param)}", help=f"{param.note.en}.")
        return inspect.Parameter(param.name, KEYWORD, annotation=Annotated[bool, option], default=False)
    base = next((kind for kind in (get_args(param.annotation) or (param.annotation,)) if kind is not NoneType), str)
    kind = base if base in (int, float, bool) else str
    if default is inspect.Parameter.empty:
        metavar = param.name if len(param.name) > 2 else param.label.en.lower()
        argument = typer.Argument(help=f"{param.note.en}.", metavar=metavar)
        many = list[str] if param.many else kind
        return inspect.Parameter(param.name, KEYWORD, annotation=Annotated[many, argument], default=default)
    least = next((bound.ge for bound in param.bounds if isinstance(bound, Ge)), None)
    most = next((bound.le for bound in param.bounds if isinstance(bound, Le)), None)
    name = f"--{param.name.replace('_', '-')}" if len(param.name) > 1 else f"-{param.name}"
    option = typer.Option(name, help=f"{param.note.en}.", min=least, max=most)  # type: ignore[arg-type]
    return inspect.Parameter(param.name, KEYWORD, annotation=Annotated[kind | None, option], default=default)


def _parameters(question: type[Question]) -> dict[str, inspect.Parameter]:
    """The parameters of a question's command by name: its own, arguments first, then those that all share."""
    skin = own(Skin.COMMAND, question)
    found = {}
    for param in question.params().values():
        default = inspect.Parameter.empty if param.required else param.default
        found[param.name] = typed(param, skin.get(param.name, default))
    return found | shared_parameters()


@cache
def shared_parameters() -> dict[str, inspect.Parameter]:
    hints = get_type_hints(Shared, include_extras=True)
    return {
        name: inspect.Parameter(name, KEYWORD, annotation=hints[name], default=default)
        for name, default in Shared._field_defaults.items()
    }


def asked(question: type[Question], given: Mapping[str, Any]) -> Question:
    """The question from what was typed."""
    flags = {param.name: flag(param) for param in question.params().values() if flag(param)}
    values = {name: value for name, value in given.items() if name not in flags and value is not None}
    return question.of(values | {name: other for name, other in flags.items() if given[name]})


def example(question: type[Question]) -> str:
    """A command line that asks it on the demonstration."""
    chosen = own(Skin.COMMAND, question)
    needed = [param for param in question.params().values() if param.required and param.name not in chosen]
    words = [shlex.quote(param.example) for param in needed]
    return " ".join(("kedja", question.name, *words, DAY))


def _answered(question: type[Question], shared: Shared, given: Mapping[str, Any]) -> None:
    """Ask and print."""
    from api.ask import ask

    with common.asking(shared.store, shared.graph) as service:
        answer = ask(service, shared.when, asked(question, given))
    common.show(answer, shared.language, shared.as_json)


def _add(question: type[Question], more: Mapping[str, tuple[Any, Any]], run: Callable[..., None]) -> None:
    """The command of a question; ``more`` are options of its own skin, or in place of the question's."""
    found = _parameters(question)
    found |= {name: inspect.Parameter(name, KEYWORD, annotation=a, default=d) for name, (a, d) in more.items()}
    order = sorted(found.values(), key=lambda one: one.name in Shared._fields)

    def command(**given: Any) -> None:
        shared = Shared(**{name: given.pop(name) for name in Shared._fields})
        run(question, shared, given)

    command.__signature__ = inspect.Signature(order)  # type: ignore[attr-defined]
    command.__name__ = question.name
    app.command(question.name, help=f"{question.said()}\n\nExample: {example(question)}")(command)


# -- affected: also for a list of names, and as a workbook -------------------------------------------------------
AFFECTED: Mapping[str, tuple[Any, Any]] = {
    "start": (
        Annotated[str | None, typer.Argument(help="A site, company, place, kind of goods or incident.")],
        None,
    ),
    "names": (
        Annotated[Path | None, typer.Option("--names", help="A file of names, one a line, to match first.")],
        None,
    ),
    "out": (
        Annotated[Path | None, typer.Option("--out", help="Write an XLSX: contract, region, supplier, ...")],
        None,
    ),
}


def _affected(question: type[Question], shared: Shared, given: dict[str, Any]) -> None:
    from api.ask import ask
    from ontology.errors import InputError
    from visualisation.export_xlsx import affected_xlsx
    from visualisation.words import Words

    names, out = given.pop("names"), given.pop("out")
    if (given["start"] is None) == (names is None):
        raise InputError("Say where to begin.", remedy="Give one name, or --names FILE with a list of them.")
    if names is None and out is None:
        _answered(question, shared, given)
        return
    with common.asking(shared.store, shared.graph) as service:
        if names is not None:
            _by_names(service, shared.when, names, out, shared.language)
            return
        answer = ask(service, shared.when, asked(question, given))
    common.write(out, affected_xlsx([answer], Words(shared.language)))


def _by_names(service: Service, when: When, file: Path, out: Path | None, lang: str) -> None:
    """Show what each name was taken for; write the contracts that the certain ones touch."""
    from api.ask import nothing_asked
    from api.names import affected_by, matches, matches_sheet, matches_text, read_names
    from visualisation.export_xlsx import names_xlsx
    from visualisation.words import Words

    words = Words(lang)
    lines, blank = read_names(file)
    answers, found = affected_by(service, when, matches(service, when, lines))
    typer.echo(matches_text(found, words))
    if blank:
        typer.echo(f"Blank lines passed over: {blank}.", err=True)
    frame = answers[0] if answers else nothing_asked("affected", service.snapshot(when))
    content = names_xlsx(matches_sheet(found, words), answers, frame, words)
    common.write(out or Path(f"{file.stem}.affected.xlsx"), content)
    if not answers:
        typer.echo("No name is certain: put an identifier in its place and try again.", err=True)
        raise typer.Exit(1)


# -- exposure: also for each of a list of names -------------------------------------------------------------------
EXPOSURE: Mapping[str, tuple[Any, Any]] = {
    "subject": (
        Annotated[str | None, typer.Argument(help=f"{questions()['exposure'].params()['subject'].note.en}.")],
        None,
    ),
    "names": (
        Annotated[Path | None, typer.Option("--names", help="A file of names, one a line: a line about each.")],
        None,
    ),
    "out": (
        Annotated[Path | None, typer.Option("--out", help="Write those lines to a .csv, .xlsx or .ndjson.")],
        None,
    ),
}


def _exposure(question: type[Question], shared: Shared, given: dict[str, Any]) -> None:
    from api.commands.many import of_each
    from ontology.errors import InputError

    names, out = given.pop("names"), given.pop("out")
    if (given["subject"] is None) == (names is None):
        raise InputError("Say what it is about.", remedy="Give one name, all, or --names FILE with a list of them.")
    if names is not None:
        of_each(question, shared, given, names, out)
    elif out is not None:
        raise InputError("--out writes the lines of --names.", remedy="For one name: kedja export exposure NAME.")
    else:
        _answered(question, shared, given)


# -- paths: also between lists of names ---------------------------------------------------------------------------
PATHS: Mapping[str, tuple[Any, Any]] = {
    "source": (Annotated[str | None, typer.Argument(help="The upstream end.", metavar="source")], None),
    "target": (Annotated[str | None, typer.Argument(help="The downstream end.", metavar="target")], None),
    "sources": (
        Annotated[Path | None, typer.Option("--sources", help="A file of names, one a line: the upstream ends.")],
        None,
    ),
    "targets": (
        Annotated[Path | None, typer.Option("--targets", help="A file of names, one a line: the downstream ends.")],
        None,
    ),
}


def _paths(question: type[Question], shared: Shared, given: dict[str, Any]) -> None:
    from api.ask import ask
    from ontology.errors import InputError

    files = {end: given.pop(f"{end}s") for end in ("source", "target")}
    if files["source"] and given["source"] and given["target"] is None:  # the one name that is left is the other end
        given["source"], given["target"] = None, given["source"]
    for end, file in files.items():
        if (given[end] is None) == (file is None):
            raise InputError(
                f"Say which {end} is meant.", remedy=f"Give one name, or --{end}s FILE with a list of them."
            )
    with common.asking(shared.store, shared.graph) as service:
        for end, file in files.items():
            given[end] = [given[end]] if file is None else _listed_in(file, service, shared)
        answer = ask(service, shared.when, asked(question, given))
    common.show(answer, shared.language, shared.as_json)


def _listed_in(file: Path, service: Service, shared: Shared) -> list[str]:
    """The things that are certain of a file of names; what the other lines may mean is told on standard error.

    Raises:
        InputError: nothing is certain.
    """
    from api.names import matches, matches_text, read_names
    from ontology.errors import InputError
    from visualisation.words import Words

    lines, _ = read_names(file)
    found = matches(service, shared.when, lines)
    if doubtful := [match for match in found if match.entity is None]:
        typer.echo(matches_text(doubtful, Words(shared.language)), err=True)
    certain = list(dict.fromkeys(match.entity for match in found if match.entity))
    if not certain:
        raise InputError(f"No name in {file} is certain.", remedy="Put an identifier in its place and try again.")
    return certain


# -- search: a line a hit ----------------------------------------------------------------------------------------
def _search(question: type[Question], shared: Shared, given: dict[str, Any]) -> None:
    import json

    from api.ask import ask
    from visualisation.hits import hit_cells
    from visualisation.text import shown
    from visualisation.words import Words

    with common.asking(shared.store, shared.graph) as service:
        found = ask(service, shared.when, asked(question, given))
    if shared.as_json:
        typer.echo(json.dumps([hit.model_dump() for hit in found.hits], ensure_ascii=False, indent=2))
        return
    words = Words(shared.language)
    if found.hits and found.hits[0].similar:
        typer.echo(words("search.similar"), err=True)
    for hit in found.hits:
        typer.echo(shown("\t".join(hit_cells(hit, words))))
    if not found.hits:
        text = found.query
        typer.echo(f"Nothing in the graph is called anything like “{text}”. That says nothing of its risks.", err=True)
        raise typer.Exit(1)


OWN: Mapping[str, tuple[Mapping[str, tuple[Any, Any]], Callable[..., None]]] = {
    "affected": (AFFECTED, _affected),
    "paths": (PATHS, _paths),
    "exposure": (EXPOSURE, _exposure),
    "search": ({}, _search),
}
for _question in questions().values():
    _add(_question, *OWN.get(_question.name, ({}, _answered)))
