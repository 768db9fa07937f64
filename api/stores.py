"""Which store a URL names: an SQLite file or a Neo4j database."""

from __future__ import annotations

import logging

from api.settings import neo4j_user, sqlite_path
from graph.store import Store
from ontology.errors import InputError, of_os_error

NEO4J = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")


def is_neo4j(url: str) -> bool:
    return url.partition("://")[0] in NEO4J


def open_store(url: str, *, create: bool = True) -> Store:
    """Open the store that a URL names; see ``graph.sqlite.open`` and ``graph.neo4j.open`` for the errors.

    Raises:
        InputError: another kind of URL, or no store there and not ``create``.
    """
    if is_neo4j(url):
        import graph.neo4j

        # What the driver logs is said again by our error; where nobody has set up logging it would go to the terminal.
        logging.getLogger("neo4j").addHandler(logging.NullHandler())

        return graph.neo4j.open(graph.neo4j.Address.read(url, *neo4j_user()), create=create)
    import graph.sqlite

    path = sqlite_path(url)
    try:
        there = path.exists()
    except OSError as error:
        raise of_os_error(error, path) from error
    if not create and not there:
        raise InputError(f"There is no store at {path}.", remedy="Load something first: kedja load --help.")
    return graph.sqlite.open(path, create=create)
