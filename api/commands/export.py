"""The command that writes an answer, or the whole graph, to a file."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from api.commands import common
from api.commands.app import app
from api.commands.ask import KEYWORD, Shared, asked, shared_parameters, typed
from api.skins import Skin, own
from graph.questions.question import Param, Question, questions
from ontology.errors import InputError
from visualisation.exporters import Exporter, chosen, exporters, of_graph

GRAPH = "graph"
WHAT = (GRAPH, *questions())
FORMATS = f"{', '.join(exporters().known)}; else by the ending of --out, else html."


def _about(question: type[Question]) -> list[Param]:
    """What must be given of a question."""
    return [p for p in question.params().values() if p.required and p.name not in own(Skin.EXPORT, question)]


def _own_options() -> dict[str, inspect.Parameter]:
    """An option for each other parameter of a question; the first to declare it says what it means."""
    found: dict[str, inspect.Parameter] = {}
    for question in questions().values():
        about = _about(question)
        for param in question.params().values():
            if param not in about:
                found.setdefault(param.name, typed(param, None))
    return found


OPTIONS = _own_options()


@app.command()
def export(
    question: Annotated[str, typer.Argument(help=f"What to export: {', '.join(WHAT)}.")],
    names: Annotated[list[str] | None, typer.Argument(help="What the question is about; paths takes two.")] = None,
    format: Annotated[str | None, typer.Option("--format", help=FORMATS)] = None,
    out: Annotated[Path, typer.Option("--out", help="The file to write; - is standard output.")] = Path("-"),
    **options: Any,
) -> None:
    """Write an answer, or the whole graph, as one file: a picture, a table, or a format for other programs.

    Example: kedja export trace demo:contract-gloves-kalmar --format html --out picture.html --valid-at 2026-11-01
    """
    from api.ask import ask
    from api.export import exported, given
    from visualisation.words import Words

    shared = Shared(**{name: options.pop(name) for name in Shared._fields if name in options})
    with common.asking(shared.store, shared.graph) as service:
        if question == GRAPH:
            exporter, answer = _format(format, out, of_graph()), None
        else:
            asked_for = _question(question, names or [], options)
            exporter = _format(format, out, exported()[question])
            answer = ask(service, shared.when, asked_for)
        told = given(service, shared.when, Words(shared.language), answer)
        content = exporter.write(told)
    common.write(out, content)
    if told.left_out:
        from visualisation.facts import sentence

        typer.echo(f"Left out: {sentence(told.left_out)}. {exporter.title.en} has no place for them.", err=True)


def _format(name: str | None, out: Path, offered: Mapping[str, Exporter]) -> Exporter:
    """The format that is named, else that of the file's ending, else a picture.

    Raises:
        InputError: there is no such format of what is exported.
    """
    endings = {one.file_ending: one.name for one in offered.values() if out.name.endswith(f".{one.file_ending}")}
    return chosen(name or endings.get(max(endings, key=len, default=""), "html"), offered)


def _question(name: str, names: list[str], given: dict[str, Any]) -> Question:
    """The question that is to be exported.

    Raises:
        InputError: there is none of that name, it is about more or fewer names, or it has no such option.
    """
    from api.export import exported

    if name not in exported():
        raise InputError(f"{name} cannot be exported.", remedy=f"Use one of {', '.join((GRAPH, *exported()))}.")
    question = questions()[name]
    params = question.params()
    wanted = _about(question)
    many = any(param.many for param in wanted)
    if len(names) < len(wanted) or (not many and len(names) > len(wanted)):
        raise InputError(f"{name} is about {len(wanted)} name(s).", remedy="Example: kedja export trace NAME --out F.")
    chosen = {option: value for option, value in given.items() if value not in (None, False)}
    if others := chosen.keys() - params.keys():
        raise InputError(f"{name} takes no {', '.join(sorted(others))}.", remedy=f"It takes {', '.join(params)}.")
    about = {param.name: names if param.many else names[place] for place, param in enumerate(wanted)}
    return asked(question, {**dict.fromkeys(params), **own(Skin.EXPORT, question), **about, **chosen})


def _signature() -> inspect.Signature:
    own_parameters = list(inspect.signature(export, eval_str=True).parameters.values())[:-1]
    shared = {name: one for name, one in shared_parameters().items() if name != "as_json"}
    return inspect.Signature([*(p.replace(kind=KEYWORD) for p in own_parameters), *OPTIONS.values(), *shared.values()])


export.__signature__ = _signature()  # type: ignore[attr-defined]
