"""The store that a URL names: an SQLite file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ontology.errors import InputError, of_os_error

if TYPE_CHECKING:
    from graph.sqlite import Store

NEO4J = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")


def store_path(url: str) -> Path:
    """The file of a ``sqlite:///path`` URL.

    Raises:
        InputError: another kind of URL.
    """
    scheme, separator, path = url.partition(":///")
    if scheme == "sqlite" and separator and path:
        return Path("/" + path.lstrip("/")) if path.startswith("/") else Path(path)
    if url.partition("://")[0] in NEO4J:
        raise InputError(
            "A store is an SQLite file, and this is the address of a Neo4j server.",
            remedy="Give --store sqlite:///path/to/file.sqlite. To have the graph in Neo4j: kedja publish neo4j://host:7687;"
            " to ask it there: --graph neo4j://host:7687.",
        )
    raise InputError(f"{url} is not a store that Kedja can open.", remedy="Give --store sqlite:///path/to/file.sqlite.")


def open_store(url: str, *, create: bool = True) -> Store:
    """Open the store that a URL names; see ``graph.sqlite.open`` for the errors.

    Raises:
        InputError: another kind of URL, or no store there and not ``create``.
    """
    import graph.sqlite

    path = store_path(url)
    try:
        there = path.exists()
    except OSError as error:
        raise of_os_error(error, path) from error
    if not create and not there:
        raise InputError(f"There is no store at {path}.", remedy="Load something first: kedja load --help.")
    return graph.sqlite.open(path, create=create)
