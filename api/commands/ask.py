"""Commands that ask: search, trace, exposure, affected, paths."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.commands import common
from api.commands.app import app
from api.commands.common import Clearance, During, Json, KnownAt, Lang, Risk, Store, ValidAt

if TYPE_CHECKING:
    from api.service import Service, When


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="A name, part of one, or an identifier.")],
    type: Annotated[str | None, typer.Option("--type", help="Only this node type, for instance Site.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100)] = 20,
    store: Store = None,
    known_at: KnownAt = None,
    clearance: Clearance = "public",
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Find an entity by name or identifier, or by words of its name, kind, country and whole.

    Example: kedja search handskar --type Contract
    """
    import ontology.nodes  # noqa: F401  (declares the node types)
    from graph.questions.finding import find
    from ontology.errors import InputError
    from ontology.model import NODES
    from visualisation.hits import hit_cells
    from visualisation.text import shown
    from visualisation.words import Words

    if type is not None and type not in NODES:
        raise InputError(f"{type} is not a node type.", remedy=f"Use one of {', '.join(NODES)}.")
    with common.opened(store) as service:
        snapshot = service.snapshot(common.when(None, None, known_at, clearance))
        hits = find(service.store, snapshot, text, types=[type] if type else None, limit=limit)
    if as_json:
        import json

        typer.echo(json.dumps([hit.model_dump() for hit in hits], ensure_ascii=False, indent=2))
        return
    words = Words(common.language(lang))
    for hit in hits:
        typer.echo(shown("\t".join(hit_cells(hit, words))))
    if not hits:
        typer.echo(f"Nothing in the graph is called anything like “{text}”. That says nothing of its risks.", err=True)
        raise typer.Exit(1)


@app.command()
def trace(
    start: Annotated[list[str], typer.Argument(help="Where to begin: ids, identifiers or exact names.")],
    downstream: Annotated[bool, typer.Option("--downstream", help="Towards the contracts.")] = False,
    risk: Annotated[str | None, typer.Option("--risk", help="Say for each node how this risk reaches it.")] = None,
    max_tier: Annotated[int, typer.Option("--max-tier", min=1, max=50)] = 50,
    max_nodes: Annotated[int, typer.Option("--max-nodes", min=1, max=5000)] = 1000,
    store: Store = None,
    valid_at: ValidAt = None,
    during: During = None,
    known_at: KnownAt = None,
    clearance: Clearance = "public",
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """What lies upstream (or downstream), tier by tier, and where knowledge ends.

    Example: kedja trace "Region Skåne" --valid-at 2026-11-01
    """
    from api import ask

    with common.opened(store) as service:
        asked = common.when(valid_at, during, known_at, clearance)
        answer = ask.trace(service, asked, start, not downstream, risk, max_tier, max_nodes)
    common.show(answer, common.language(lang), as_json)


@app.command()
def exposure(
    subject: Annotated[str, typer.Argument(help="A contract, buyer, supplier, category, area, product or place.")],
    risk: Risk = "forced-labour",
    members: Annotated[int, typer.Option("--members", min=0, help="How many contracts to list.")] = 20,
    store: Store = None,
    valid_at: ValidAt = None,
    during: During = None,
    known_at: KnownAt = None,
    clearance: Clearance = "public",
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """How exposed a group of contracts is to a risk: by severity, by resolution, and what is not known.

    Example: kedja exposure "Region Skåne" --risk forced-labour --valid-at 2026-11-01
    """
    from api import ask

    with common.opened(store) as service:
        answer = ask.exposure(service, common.when(valid_at, during, known_at, clearance), subject, risk, members)
    common.show(answer, common.language(lang), as_json)


@app.command()
def affected(
    start: Annotated[str | None, typer.Argument(help="A site, company, place, kind of goods or incident.")] = None,
    goods: Annotated[str | None, typer.Option("--goods", help="The kind of goods, for a company.")] = None,
    risk: Annotated[str | None, typer.Option("--risk", help="Only statements of this risk type.")] = None,
    names: Annotated[Path | None, typer.Option("--names", help="A file of names, one a line, to match first.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write an XLSX: contract, region, supplier, ...")] = None,
    store: Store = None,
    valid_at: ValidAt = None,
    during: During = None,
    known_at: KnownAt = None,
    clearance: Clearance = "public",
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Which contracts a factory, company, place, kind of goods or incident touches, and how surely.

    Example: kedja affected demo:site-klang-4 --valid-at 2026-11-01 --out affected.xlsx
    """
    from api import ask
    from ontology.errors import InputError

    asked = common.when(valid_at, during, known_at, clearance)
    language = common.language(lang)
    if (start is None) == (names is None):
        raise InputError("Say where to begin.", remedy="Give one name, or --names FILE with a list of them.")
    with common.opened(store) as service:
        if names is not None:
            _by_names(service, asked, names, out, language)
            return
        answer = ask.affected(service, asked, str(start), goods, risk)
    if out is not None:
        from visualisation.export_xlsx import affected_xlsx
        from visualisation.words import Words

        common.write(out, affected_xlsx([answer], Words(language)))
        return
    common.show(answer, language, as_json)


@app.command()
def entity(
    name: Annotated[str, typer.Argument(help="An id, an identifier or an exact name.")],
    store: Store = None,
    valid_at: ValidAt = None,
    during: During = None,
    known_at: KnownAt = None,
    clearance: Clearance = "public",
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Everything said about one thing, by whom, and where its sources disagree.

    Example: kedja entity demo:site-klang-4 --valid-at 2026-11-01
    """
    from api import ask

    with common.opened(store) as service:
        answer = ask.entity(service, common.when(valid_at, during, known_at, clearance), name)
    common.show(answer, common.language(lang), as_json)


def _by_names(service: Service, when: When, file: Path, out: Path | None, lang: str) -> None:
    """Show what each name was taken for; write the contracts that the certain ones touch."""
    from api import ask
    from api.names import affected_by, matches, matches_sheet, matches_text, read_names
    from visualisation.export_xlsx import names_xlsx
    from visualisation.words import Words

    words = Words(lang)
    lines, blank = read_names(file)
    answers, found = affected_by(service, when, matches(service, when, lines))
    typer.echo(matches_text(found, words))
    if blank:
        typer.echo(f"Blank lines passed over: {blank}.", err=True)
    frame = answers[0] if answers else ask.nothing_asked("affected", service.snapshot(when))
    content = names_xlsx(matches_sheet(found, words), answers, frame, words)
    common.write(out or Path(f"{file.stem}.affected.xlsx"), content)
    if not answers:
        typer.echo("No name is certain: put an identifier in its place and try again.", err=True)
        raise typer.Exit(1)


@app.command()
def paths(
    source: Annotated[str, typer.Argument(help="The upstream end.")],
    target: Annotated[str, typer.Argument(help="The downstream end.")],
    k: Annotated[int, typer.Option("-k", min=1, max=50, help="How many paths.")] = 5,
    store: Store = None,
    valid_at: ValidAt = None,
    during: During = None,
    known_at: KnownAt = None,
    clearance: Clearance = "public",
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """The surest paths from one entity down to another, with the weakest link of each.

    Example: kedja paths demo:site-klang-4 "Region Skåne" --valid-at 2026-11-01
    """
    from api import ask

    with common.opened(store) as service:
        answer = ask.paths(service, common.when(valid_at, during, known_at, clearance), source, target, k)
    common.show(answer, common.language(lang), as_json)
