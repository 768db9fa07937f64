"""Labels, relationship types, constraints and indexes, made from the ontology; and how a store is recognised.

What the ontology names stands under its own label or relationship type. What only the store needs begins with
``Kedja`` or ``KEDJA_``. See docs/how-to/neo4j.md.
"""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Iterable, Iterator

import ontology.links  # noqa: F401  (declares the links)
from graph.neo4j.core import Core, Tx
from ontology.errors import SchemaMismatchError, StoreError
from ontology.model import LINKS, NODES

SCHEMA = 2
OLDEST = (5, 26)

LINK_TYPES = tuple(sorted(LINKS))
ANY_LINK = "|".join(LINK_TYPES)
"""Every link type, for a relationship pattern."""

WORDS = "kedja_words"
"""The full-text index of names, Swedish names and identifiers, already split and folded."""


FEW = 100_000
"""Relationships up to which all of them are looked at, rather than planning a statement for each link type."""


def patterns(core: Core, types: Iterable[str]) -> list[str]:
    """What stands for some link types, or for more, in the patterns of as many statements.

    An index on relationships serves one type; but to plan a statement for each type takes longer than to look at every
    link of a small database.
    """
    wanted = [name for name in LINK_TYPES if name in set(types)]
    if len(wanted) > 1 and core.read("MATCH ()-[e]->() RETURN count(e)")[0][0] <= FEW:
        return [ANY_LINK]
    return wanted


def statements() -> Iterator[tuple[str, str]]:
    """(name, statement) of every constraint and index."""
    unique = (
        "KedjaStore.key", "KedjaBase.id", "KedjaBase.node", "KedjaRun.run", "KedjaRun.token", "KedjaRecord.row",
        "KedjaJudgement.row", "KedjaTombstone.key", "KedjaOwner.owner",
    )  # fmt: skip
    for label, _, key in (name.partition(".") for name in unique):
        yield from _unique(f"{label}_{key}".lower(), f"(n:{label})", f"n.{key}")
    for kind in ("KEDJA_UNDER", *LINK_TYPES):
        yield from _unique(f"{kind}_row".lower(), f"()-[n:{kind}]-()", "n.row")
        yield from _index(f"{kind}_retracted".lower(), f"()-[n:{kind}]-()", "n.retracted")
    yield from _unique("exposed_to_row", "()-[n:EXPOSED_TO]-()", "n.row")
    yield from _index("exposed_to_edition", "()-[n:EXPOSED_TO]-()", "n.edition")
    for kind in LINK_TYPES:
        yield from _index(f"{kind}_ord".lower(), f"()-[n:{kind}]-()", "n.ord")
    yield from _index("kedjabase_key", "(n:KedjaBase)", "n.key")
    for key in ("base", "entity", "retracted", "folded", "folded_sv"):
        yield from _index(f"kedjarecord_{key}", "(n:KedjaRecord)", f"n.{key}")
    for key in ("id", "a", "b", "retracted"):
        yield from _index(f"kedjajudgement_{key}", "(n:KedjaJudgement)", f"n.{key}")
    for key in ("source", "series", "fingerprint", "publication"):
        yield from _index(f"kedjarun_{key}", "(n:KedjaRun)", f"n.{key}")
    for label in sorted(NODES):
        yield from _index(f"{label}_name".lower(), f"(n:{label})", "n.name")
    yield (
        WORDS,
        (
            f"CREATE FULLTEXT INDEX {WORDS} IF NOT EXISTS FOR (n:KedjaRecord) ON EACH [n.words, n.words_sv, n.numbers]"
            " OPTIONS {indexConfig: {`fulltext.analyzer`: 'whitespace', `fulltext.eventually_consistent`: false}}"
        ),
    )


def _unique(name: str, pattern: str, key: str) -> Iterator[tuple[str, str]]:
    yield f"kedja_{name}", f"CREATE CONSTRAINT kedja_{name} IF NOT EXISTS FOR {pattern} REQUIRE {key} IS UNIQUE"


def _index(name: str, pattern: str, key: str) -> Iterator[tuple[str, str]]:
    yield f"kedja_{name}", f"CREATE INDEX kedja_{name} IF NOT EXISTS FOR {pattern} ON ({key})"


def missing(core: Core) -> list[str]:
    """Names of the constraints and indexes that the database lacks or has not finished."""
    online = {name for (name,) in core.read("SHOW INDEXES YIELD name, state WHERE state = 'ONLINE' RETURN name")}
    return [name for name, _ in statements() if name not in online]


def migrate(core: Core) -> None:
    """Make what is missing; a database that has everything is only asked."""
    if lacking := set(missing(core)):

        def work(tx: Tx) -> None:
            for name, statement in statements():
                if name in lacking:
                    tx.rows(statement)

        core.write(work, "schema")
        core.read("CALL db.awaitIndexes(300)")


def recognise(core: Core) -> tuple[str, bytes] | None:
    """The store's own name and its secret key; None in a database without a store.

    Raises:
        SchemaMismatchError: a store of another schema number; nothing is changed.
        StoreError: a server that is too old.
    """
    ((version,),) = core.read(
        "CALL dbms.components() YIELD name, versions WHERE name = 'Neo4j Kernel' RETURN versions[0]"
    )
    if _number(version) < OLDEST:
        raise StoreError(f"Neo4j {version} is too old.", remedy="Use Neo4j 5.26 LTS or a newer one.")
    rows = core.read("MATCH (s:KedjaStore {key: 'store'}) RETURN s.uid, s.secret, s.schema")
    if not rows:
        return None
    uid, secret, schema = rows[0]
    if schema != SCHEMA:
        raise SchemaMismatchError(
            f"{core.address.url} has schema {schema}; this Kedja reads schema {SCHEMA}. Nothing was changed.",
            remedy="Use the Kedja that wrote it, or load the sources again into an empty database.",
        )
    return uid, bytes.fromhex(secret)


def _number(version: str) -> tuple[int, ...]:
    """Year or major number, and minor, of a version such as ``5.26.28`` or ``5.27-aura``."""
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def create(core: Core) -> tuple[str, bytes]:
    """Make an empty store, beside whatever else the database holds; of two at once, one makes it."""
    migrate(core)

    def work(tx: Tx) -> tuple[str, bytes]:
        ((uid, secret),) = tx.rows(
            "MERGE (s:KedjaStore {key: 'store'}) ON CREATE SET s.uid = $uid, s.secret = $secret, s.schema = $schema,"
            " s.name = 'Kedja', s.next_node = 0, s.next_run = 1, s.run = -1, s.hidden = [], s.publication = 0,"
            " s.at = '', s.projected = 0, s.careful = false, s.judged = false RETURN s.uid, s.secret",
            uid=uuid.uuid4().hex, secret=secrets.token_hex(32), schema=SCHEMA,
        )  # fmt: skip
        return uid, bytes.fromhex(secret)

    return core.write(work)
