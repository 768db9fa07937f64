"""What an analyst meets in Neo4j Browser: entities with the labels, names and validity of their public records."""

from __future__ import annotations

from datetime import date

import graph.neo4j
from graph.neo4j import Address
from ontology.records import Common
from tests.contract.saying import company, load, owns, secret, source
from tests.neo4j import servers

OPEN, SOON, LATE = date(2020, 1, 1), date(2026, 1, 1), date(2030, 1, 1)


def valid(begin: date | None, end: date | None) -> Common:
    return Common(valid_from=begin, valid_to=end)


def test_browser_shows_what_is_public_and_a_thing_is_valid_as_long_as_any_record_says(
    neo4j_server: servers.Running,
) -> None:
    with graph.neo4j.open(Address.read(neo4j_server.uri, *(neo4j_server.auth or ("", "")))) as store:
        load(store, source(), [
            company("local:1", "First", row_key="1", common=valid(SOON, SOON.replace(year=2027))),
            company("local:1", "Second", row_key="2", common=valid(OPEN, LATE)),
            company("local:2", "From some day", common=valid(SOON, None)),
            company("local:3", "Secret", common=secret()),
            owns("local:1", "local:4"),
        ])  # fmt: skip
        shown = store.core.read(
            "MATCH (e:Entity:Organisation) RETURN e.key, e.keys, e.name, toString(e.valid_from), toString(e.valid_to)"
            " ORDER BY e.keys[0]"
        )
    assert [row[1:] for row in shown] == [
        [["local:1"], "First", "2020-01-01", "2030-01-01"],
        [["local:2"], "From some day", "2026-01-01", None],
        [["local:4"], "local:4", None, None],
    ]
    assert [row[0] for row in shown] == [None, None, "local:4"]
