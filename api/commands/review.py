"""The command that reviews proposals: which things may be one, and what people decide of it."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.commands import common
from api.commands.app import app
from api.commands.common import Clearance, Lang, Store
from api.commands.load import progress_bar
from ontology.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.service import Service, When
    from graph.matching.proposing import Proposal
    from graph.store import Verdict


@app.command()
def review(
    proposals: Annotated[
        list[str] | None, typer.Argument(help="Proposals (p…): shown with both sides and every reason.")
    ] = None,
    same: Annotated[bool, typer.Option("--same", help="Decide that the proposals' two sides are one.")] = False,
    different: Annotated[bool, typer.Option("--different", help="Decide that they are not.")] = False,
    unsure: Annotated[bool, typer.Option("--unsure", help="Decide that it cannot be told now.")] = False,
    why: Annotated[str, typer.Option("--why", help="Why, kept with the decision.")] = "",
    who: Annotated[
        str | None, typer.Option("--who", help="Who decides; your name on this machine if not given.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the proposals as CSV, with a column for the decision.")
    ] = None,
    decisions: Annotated[
        Path | None, typer.Option("--decisions", help="Read that CSV, decisions filled in: same, different, unsure.")
    ] = None,
    decided: Annotated[bool, typer.Option("--decided", help="List the decisions that stand.")] = False,
    undo: Annotated[
        list[str] | None, typer.Option("--undo", help="Take a decision (j…) back; any, in any order.")
    ] = None,
    least: Annotated[
        float | None, typer.Option("--least", min=0, max=1, help="Smallest probability proposed; 0.05 if not given.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many are listed.")] = 20,
    store: Store = None,
    clearance: Clearance = "restricted",
    lang: Lang = None,
    as_json: common.Json = False,
) -> None:  # fmt: skip
    """Which companies and sites may be one under two names, why, and what you decide of it.

    Nothing is merged by likeness alone. A decision is kept, holds for later loads, and can be taken back. Many at once:
    kedja review --out proposals.csv, then kedja review --decisions proposals.csv. Example: kedja review p0a1b2c3d4e5
    --same --why "Same address, asked them"
    """
    from visualisation.words import Words

    when, words = common.when(None, None, None, clearance), Words(common.language(lang))
    verdict = _verdict(same, different, unsure)
    if verdict is not None and not proposals:
        raise InputError("Of which proposal?", remedy="kedja review lists them: kedja review PROPOSAL --same")
    with common.opened(store) as service:
        if undo:
            _undo(service, undo, _who(who), why)
        elif decided:
            _tell_decided(service, when, words, as_json)
        elif decisions is not None:
            _take_in(service, when, decisions, _who(who))
        else:
            found = _found(service, when, least if proposals is None else 0.0)
            if proposals and verdict is not None:
                _decide(service, found, proposals, verdict, _who(who), why)
            elif proposals:
                _show(service, found, proposals, words, as_json)
            elif out is not None:
                from visualisation.review import proposals_csv

                common.write(out, proposals_csv(found, words))
            else:
                _list(found, limit, words, as_json)


def _verdict(same: bool, different: bool, unsure: bool) -> Verdict | None:
    from graph.store import Verdict

    said = [v for v, is_said in zip(Verdict, (same, different, unsure), strict=True) if is_said]
    if len(said) > 1:
        raise InputError("Only one of --same, --different and --unsure.", remedy="Give one of them.")
    return said[0] if said else None


def _who(who: str | None) -> str:
    from getpass import getuser

    return who or getuser()


def _found(service: Service, when: When, least: float | None) -> Sequence[Proposal]:
    from graph.matching.proposing import LEAST, proposals

    with progress_bar("Comparing names") as progress:
        return proposals(service.store, service.at(when), least=LEAST if least is None else least, progress=progress)


def _list(found: Sequence[Proposal], limit: int, words: Any, as_json: bool) -> None:
    from visualisation.review import listed_text

    if as_json:
        typer.echo(json.dumps([said(one) for one in found[:limit]], ensure_ascii=False, indent=2))
        return
    typer.echo(listed_text(found[:limit], len(found), words))


def said(one: Proposal) -> dict[str, Any]:
    """A proposal as JSON has it."""

    def side(profile: Any, key: str) -> dict[str, Any]:
        return {
            "id": profile.id, "type": profile.type, "key": key, "names": [name.text for name in profile.names],
            "countries": sorted(profile.countries), "addresses": [address.text for address in profile.addresses],
            "keys": list(profile.keys),
        }  # fmt: skip

    reasons = [{**asdict(reason.aspect), "bits": round(reason.bits, 3)} for reason in one.match.reasons]
    return {
        "proposal": one.id, "probability": round(one.probability, 5), "a": side(one.a, one.key_a),
        "b": side(one.b, one.key_b), "reasons": reasons,
    }  # fmt: skip


def _show(service: Service, found: Sequence[Proposal], ids: Sequence[str], words: Any, as_json: bool) -> None:
    from api.reviewing import chosen, would_change
    from api.settings import now
    from visualisation.review import detail_text

    for one in chosen(found, ids):
        if as_json:
            typer.echo(json.dumps(said(one), ensure_ascii=False, indent=2))
            continue
        with ExitStack() as bars:
            compared = would_change(
                service.settings, one, now(), lambda what: bars.enter_context(progress_bar(what.capitalize()))
            )
        typer.echo(detail_text(one, compared, words))


def _decide(
    service: Service, found: Sequence[Proposal], ids: Sequence[str], verdict: Verdict, who: str, why: str
) -> None:
    from api.reviewing import Decision, chosen, decide
    from api.settings import now

    publication = decide(service, [Decision(one, verdict, why) for one in chosen(found, ids)], who, now())
    common.follow(service, None)
    typer.echo(f"Decided {len(set(ids))} as {verdict}, publication {publication.number}. Undo: kedja review --decided")


def _take_in(service: Service, when: When, path: Path, who: str) -> None:
    """Decide what a file says, all at once; what has been decided since is named and left as it is."""
    from api.reviewing import Decision, decide, read_decisions
    from api.settings import now

    if not path.exists():
        raise InputError(f"There is no file {path}.", remedy="Check the path.")
    rows = read_decisions(path)
    found = {one.id: one for one in _found(service, when, 0.0)} if rows else {}
    open_, gone = [row for row in rows if row.proposal in found], [row for row in rows if row.proposal not in found]
    if open_:
        made = [Decision(found[row.proposal], row.verdict, row.why) for row in open_]
        publication = decide(service, made, who, now())
        common.follow(service, None)
        typer.echo(f"Decided {len(made):,} of {len(rows):,}, publication {publication.number}")
    for row in gone[:20]:
        typer.echo(f"{path.name}, line {row.line}: {row.proposal} is not an open proposal; left as it is", err=True)
    if len(gone) > 20:
        typer.echo(f"and {len(gone) - 20:,} more", err=True)
    if not rows:
        typer.echo("No row has a decision.", err=True)


def _undo(service: Service, ids: Sequence[str], who: str, why: str) -> None:
    from api.reviewing import withdraw
    from api.settings import now

    publication = withdraw(service, ids, who, why, now())
    common.follow(service, None)
    typer.echo(f"Took back {len(ids)}, publication {publication.number}")


def _tell_decided(service: Service, when: When, words: Any, as_json: bool) -> None:
    from api.reviewing import decisions_made
    from visualisation.review import decided_text

    at = service.at(when)
    made = decisions_made(service, at)
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in made], ensure_ascii=False, indent=2))
        return
    names = {}
    for id_ in {side for one in made for side in (one.a, one.b)}:
        entity = service.store.find(at, id_)
        if entity is not None:
            names[id_] = entity.name
    typer.echo(decided_text(made, names, words))
