"""Options that several commands share, and how an answer is printed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ontology.days import iso_day
from ontology.errors import InputError, ValueProblem, of_os_error

if TYPE_CHECKING:
    from api.service import Service, When
    from graph.answer import Answer

Store = Annotated[
    str | None,
    typer.Option(
        "--store",
        help="Store URL, sqlite:///path; else KEDJA_STORE, else a file in your data folder.",
    ),
]
Graph = Annotated[
    str | None,
    typer.Option(
        "--graph",
        help="Ask a published graph, neo4j://host:port, in place of a store; else KEDJA_GRAPH.",
    ),
]
ValidAt = Annotated[
    str | None, typer.Option("--valid-at", help="When it was so, YYYY-MM-DD; today in Stockholm if not given.")
]
During = Annotated[str | None, typer.Option("--during", help="A period in place of a day: FROM/TO, TO exclusive.")]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", help="When we knew it, YYYY-MM-DDTHH:MM+00:00; now if not given.")
]
Clearance = Annotated[str, typer.Option("--clearance", help="Highest secrecy to read: public, internal, restricted.")]
Lang = Annotated[str | None, typer.Option("--lang", help="sv or en; else KEDJA_LANG or your locale.")]
Json = Annotated[bool, typer.Option("--json", help="Print the whole answer as JSON.")]
Publish = Annotated[
    str | None,
    typer.Option("--publish", help="Then publish to this Neo4j database, neo4j://host:port; else KEDJA_PUBLISH."),
]


def language(lang: str | None) -> str:
    from api.settings import language as from_environment

    if lang is None:
        return from_environment()
    if lang not in ("sv", "en"):
        raise InputError(f"{lang} is not a language of Kedja.", remedy="Use --lang sv or --lang en.")
    return lang


def _day(text: str) -> date:
    try:
        return iso_day(text)
    except ValueError:
        raise InputError(f"{text} is not a day.", remedy="Write it as YYYY-MM-DD.") from None


def when(valid_at: str | None, during: str | None, known_at: str | None, clearance: str) -> When:
    """Both clocks and the clearance, from what was typed."""
    from api.service import When
    from ontology.records import Secrecy

    if valid_at and during:
        raise InputError("A question is about a day or a period.", remedy="Give --valid-at or --during, not both.")
    period = None
    if during:
        start, _, end = during.partition("/")
        period = (_day(start), _day(end))
        if period[0] >= period[1]:
            raise InputError("The period ends before it begins.", remedy="Write --during FROM/TO.")
    try:
        secrecy = Secrecy.read(clearance)
    except ValueProblem:
        raise InputError(f"{clearance} is not a clearance.", remedy="Use public, internal or restricted.") from None
    return When(_day(valid_at) if valid_at else None, period, _moment(known_at), secrecy)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        iso_day(text[:10])  # a number, or a week, is no time
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text} is not a time.", remedy="Write it as 2026-11-01T12:00+01:00.") from None
    if found.tzinfo is None:
        raise InputError("--known-at has no time zone.", remedy="End it with Z or an offset such as +01:00.")
    return found


@contextmanager
def opened(store: str | None, *, create: bool = False) -> Iterator[Service]:
    from api.service import Service
    from api.settings import settings

    with Service(settings(store), create=create) as service:
        yield service


@contextmanager
def asking(store: str | None, graph: str | None) -> Iterator[Service]:
    """Who answers a question: the record, or a published graph in its place."""
    from api.settings import asked

    settings = asked(store, graph)
    if not settings.from_graph:
        with opened(store) as service:
            yield service
        return
    from api.following import from_graph

    with working("Reading the graph"):
        found = from_graph(settings)
    with found as service:
        yield service


def show(answer: Answer[Any], lang: str, as_json: bool) -> None:
    """Print an answer: words for a reader, or the whole as JSON for a program."""
    if as_json:
        typer.echo(answer.model_dump_json(indent=2))
        return
    from visualisation.terminal import answer_text
    from visualisation.words import Words

    typer.echo(answer_text(answer, Words(lang)))


def write(path: Path, content: bytes | str) -> None:
    """Write a file, or say why it cannot be written; ``-`` is standard output."""
    if str(path) == "-":
        import sys

        sys.stdout.buffer.write(content if isinstance(content, bytes) else content.encode())
        return
    new = not path.exists()
    try:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    except OSError as error:
        if new:
            with suppress(OSError):
                path.unlink(missing_ok=True)  # half a file is worse than none
        raise of_os_error(error, path) from error
    typer.echo(f"Wrote {path}", err=True)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Say on the terminal that something of unknown length goes on."""
    from rich.console import Console

    with Console(stderr=True).status(f"{what} …"):
        yield


def follow(service: Service, publish: str | None) -> None:
    """After a publication: bring the graph in Neo4j that is named to it, and say so."""
    from api.settings import publish_url

    if url := publish_url(publish):
        from api.publishing import follow as published

        mark = published(service, url).mark
        typer.echo(f"Published to {url}, as {mark.clearance}, publication {mark.publication}", err=True)
