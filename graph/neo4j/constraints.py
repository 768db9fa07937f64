"""Constraints and indexes of a published graph, made from the declaration, found and removed by their names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graph.neo4j.layout import constraints, indexes
from graph.neo4j.server import Server, Tx
from ontology.errors import StoreError

WAIT = 600
"""Seconds that an index is waited for."""


def make_constraints(server: Server) -> None:
    """Make the uniqueness constraints that are missing.

    Raises:
        StoreError: nodes of other people bear the same label and the same id twice.
    """
    try:
        _make(server, constraints())
    except StoreError as error:
        if "ConstraintCreationFailed" in (getattr(error.__cause__, "code", "") or ""):
            raise StoreError(
                f"{server.address.url} holds nodes of other people that Kedja's graph would mix with:"
                f" {getattr(error.__cause__, 'message', '')}",
                remedy="Publish to a database of its own.",
            ) from error
        raise


def make_indexes(server: Server, rows: Mapping[str, int]) -> None:
    """Make the indexes that are missing for the kinds of which there are rows, and wait until they can be used."""
    _make(server, indexes({kind for kind, number in rows.items() if number}))
    server.read(f"CALL db.awaitIndexes({WAIT})")


def _make(server: Server, statements: Iterable[tuple[str, str]]) -> None:
    there = {name for (name,) in server.read("SHOW INDEXES YIELD name")}
    missing = [statement for name, statement in statements if name not in there]
    if missing:

        def work(tx: Tx) -> None:
            for statement in missing:
                tx.rows(statement)

        server.write(work)


def drop(server: Server) -> None:
    """Remove what the two above have made."""
    for what, statements in (("CONSTRAINT", constraints()), ("INDEX", indexes())):
        for name, _ in statements:
            server.write(lambda tx, text=f"DROP {what} {name} IF EXISTS": tx.rows(text))  # type: ignore[misc]
