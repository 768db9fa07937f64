"""The command that writes an answer, or the whole graph, to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.commands import common
from api.commands.app import app
from api.commands.common import Clearance, During, KnownAt, Lang, Risk, Store, ValidAt
from ontology.errors import InputError

if TYPE_CHECKING:
    from api.service import Service, When
    from graph.answer import Answer

QUESTIONS = ("graph", "trace", "exposure", "affected", "paths")


@app.command()
def export(
    question: Annotated[str, typer.Argument(help=f"What to export: {', '.join(QUESTIONS)}.")],
    names: Annotated[list[str] | None, typer.Argument(help="What the question is about; paths takes two.")] = None,
    format: Annotated[str, typer.Option("--format", help="html (pyvis), csv, xlsx, graphml, ttl or json.")] = "html",
    out: Annotated[Path, typer.Option("--out", help="The file to write; - is standard output.")] = Path("-"),
    risk: Risk = "forced-labour",
    downstream: Annotated[bool, typer.Option("--downstream", help="For trace: towards the contracts.")] = False,
    store: Store = None,
    valid_at: ValidAt = None,
    during: During = None,
    known_at: KnownAt = None,
    clearance: Clearance = "public",
    lang: Lang = None,
) -> None:
    """Write an answer, or the whole graph, as one file: a picture, a table, GraphML or RDF.

    Example: kedja export trace demo:contract-gloves-kalmar --format html --out picture.html --valid-at 2026-11-01
    """
    from api.export import answer_file, graph_file
    from visualisation.words import Words

    asked = common.when(valid_at, during, known_at, clearance)
    words = Words(common.language(lang))
    with common.opened(store) as service:
        if question == "graph":
            content = graph_file(service, asked, format)
        else:
            answer = _answer(service, asked, question, names or [], risk, downstream)
            content = answer_file(service, asked, answer, format, words)
    common.write(out, content)


def _answer(service: Service, when: When, question: str, names: list[str], risk: str, downstream: bool) -> Answer[Any]:
    from api import ask
    from api.settings import MAX_NODES, MAX_TIER

    if question not in QUESTIONS:
        raise InputError(f"{question} cannot be exported.", remedy=f"Use one of {', '.join(QUESTIONS)}.")
    wanted = 2 if question == "paths" else 1
    if len(names) < wanted or (question != "trace" and len(names) > wanted):
        raise InputError(f"{question} is about {wanted} name(s).", remedy="Example: kedja export trace NAME --out F.")
    if question == "trace":
        return ask.trace(service, when, names, not downstream, risk, MAX_TIER, MAX_NODES)
    if question == "exposure":
        return ask.exposure(service, when, names[0], risk, MAX_NODES)
    if question == "affected":
        return ask.affected(service, when, names[0], None, None)
    return ask.paths(service, when, names[0], names[1], 5)
