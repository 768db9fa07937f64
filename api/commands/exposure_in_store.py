"""The command that writes exposures back into a Neo4j store, for users of Browser and Bloom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.commands import common
from api.commands.app import app
from api.commands.common import Store, ValidAt
from ontology.errors import InputError

if TYPE_CHECKING:
    from graph.snapshot.view import Snapshot


@app.command("publish-exposure")
def publish_exposure(
    store: Store = None,
    risk: Annotated[list[str] | None, typer.Option("--risk", help="Risk type; repeat for more. All if none.")] = None,
    valid_at: ValidAt = None,
    clear: Annotated[bool, typer.Option("--clear", help="Only remove what was published.")] = False,
) -> None:
    """Write how exposed each contract is into a Neo4j store, as EXPOSED_TO relationships to the risk types.

    They take the place of those written before, all at once. Public statements only. A contract without one is not
    thereby safe: see docs/how-to/neo4j.md. Example: kedja publish-exposure --store neo4j://localhost:7687
    """
    from graph.neo4j import Neo4jStore, exposing
    from ontology.vocabulary import vocabulary

    with common.opened(store) as service:
        if not isinstance(service.store, Neo4jStore):
            raise InputError(
                f"{service.store.url} is not a Neo4j store.",
                remedy="Copy it into one: kedja copy --from … --to neo4j://…",
            )
        core = service.store.core
        if clear:
            typer.echo(f"Removed {exposing.clear(core):,} exposures")
            return
        snapshot = service.snapshot(common.when(valid_at, None, None, "public"))
        risks = risk or [name for name in vocabulary("risk-types").terms if f"risk:{name}" in snapshot.by_key]
        edition = exposing.Edition(
            f"{snapshot.method.name}/{snapshot.method.version}", snapshot.moment.valid_at, snapshot.known.publication,
            snapshot.hash,
        )  # fmt: skip
        written = exposing.write(core, edition, _rows(snapshot, risks))
    typer.echo(
        f"Wrote {written.written:,} exposures to {len(risks)} risk types, edition {written.number};"
        f" removed {written.removed:,} older ones"
    )


def _rows(snapshot: Snapshot, risks: list[str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    from rich.progress import track

    from graph.questions.exposed import exposed
    from ontology.vocabulary import vocabulary

    for name in track(risks, description="Exposures"):
        found = vocabulary("risk-types").find(name)
        if found is None:
            raise InputError(f"{name} is not a risk type.", remedy="See docs/ontology.md for their names.")
        for figure in exposed(snapshot, found):
            yield figure.contract, f"risk:{found}", {
                "severity": figure.severity, "basis": figure.basis.value, "links": figure.links.value,
                "low": figure.low, "high": figure.high, "upper_open": figure.upper_open,
                "severity_unknown": figure.severity_unknown,
            }  # fmt: skip
