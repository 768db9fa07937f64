"""The command that writes an answer, or the whole graph, to a file."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Annotated, Any

import typer

from api.commands import common
from api.commands.app import app
from api.commands.ask import KEYWORD, Shared, asked, shared_parameters, typed
from api.skins import Skin, own
from graph.questions.question import Param, Question, questions
from ontology.errors import InputError

WHAT = ("graph", *questions())


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
    format: Annotated[str, typer.Option("--format", help="html (pyvis), csv, xlsx, graphml, ttl or json.")] = "html",
    out: Annotated[Path, typer.Option("--out", help="The file to write; - is standard output.")] = Path("-"),
    **given: Any,
) -> None:
    """Write an answer, or the whole graph, as one file: a picture, a table, GraphML or RDF.

    Example: kedja export trace demo:contract-gloves-kalmar --format html --out picture.html --valid-at 2026-11-01
    """
    from api.ask import ask
    from api.export import answer_file, graph_file
    from visualisation.words import Words

    shared = Shared(**{name: given.pop(name) for name in Shared._fields if name in given})
    with common.asking(shared.store, shared.graph) as service:
        if question == "graph":
            content = graph_file(service, shared.when, format)
        else:
            answer = ask(service, shared.when, _question(question, names or [], given))
            content = answer_file(service, shared.when, answer, format, Words(shared.language))
    common.write(out, content)


def _question(name: str, names: list[str], given: dict[str, Any]) -> Question:
    """The question that is to be exported.

    Raises:
        InputError: there is none of that name, it is about more or fewer names, or it has no such option.
    """
    question = questions().get(name)
    if question is None:
        raise InputError(f"{name} cannot be exported.", remedy=f"Use one of {', '.join(WHAT)}.")
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
