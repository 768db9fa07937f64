"""Where the contract's stores stand: an SQLite file, or a database on each line of Neo4j.

A Neo4j server has one database, so a place (a folder and a name) is given a server of its own until others need it:
two of each line serve a test. The place remembers its server in a file, which another process reads.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from neo4j import GraphDatabase

import graph.neo4j
import graph.sqlite
from graph.neo4j import Address
from graph.store import Store
from tests.neo4j import servers

AnyStore = Store

_AT_ONCE = 2
"""Stores of one kind that a test has open."""

_given: dict[str, list[int]] = {}
"""Numbers of a line's servers, the one given longest ago first: it is emptied for the next place."""


def _sqlite(folder: Path, name: str) -> Store:
    return graph.sqlite.open(folder / f"{name}.kedja")


def _neo4j(line: str) -> Callable[[Path, str], Store]:
    def opened(folder: Path, name: str) -> Store:
        place = folder / f"{name}.neo4j"
        if not place.exists():
            _give(line, place)
        uri, user, password = place.read_text("utf-8").split("\n")
        return graph.neo4j.open(Address.read(uri, user, password))

    return opened


def _give(line: str, place: Path) -> None:
    taken = _given.setdefault(line, [])
    number = len(taken) if len(taken) < _AT_ONCE else taken.pop(0)
    running = servers.server(line, number)
    servers.wipe(running)
    place.write_text("\n".join((running.uri, *(running.auth or ("", "")))), "utf-8")
    taken.append(number)


KINDS: dict[str, Callable[[Path, str], Store]] = {
    "sqlite": _sqlite,
    **{f"neo4j-{line}": _neo4j(line) for line in servers.LINES},
}


def open_store(kind: str, folder: Path, name: str = "store") -> Store:
    """Open the store of this name, made when it is not there."""
    return KINDS[kind](folder, name)


def holding(kind: str, folder: Path, word: str) -> list[str]:
    """What of the stores in a folder still holds a word: files, or nodes and links of a server's database."""
    found = [p.name for p in folder.rglob("*") if p.is_file() and word.encode() in p.read_bytes()]
    for place in folder.rglob("*.neo4j") if kind != "sqlite" else ():
        uri, user, password = place.read_text("utf-8").split("\n")
        with GraphDatabase.driver(uri, auth=(user, password) if user else None) as driver:
            for pattern in ("(x)", "()-[x]->()"):
                rows = driver.execute_query(f"MATCH {pattern} RETURN properties(x) AS held").records
                found += [str(row["held"]) for row in rows if word in str(row["held"])]
            searched = "CALL db.index.fulltext.queryNodes('kedja_words', $word) YIELD node RETURN node.name AS name"
            found += [str(row["name"]) for row in driver.execute_query(searched, word=word.lower()).records]
    return found
