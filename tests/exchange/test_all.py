"""What holds of every format of others: all is told or counted, nothing that the reader may not see stands in it."""

from __future__ import annotations

import pytest

from api.export import given
from api.service import Service, When
from ontology.records import Common, Link, Record, Ref, Secrecy
from tests.contract.saying import company, owns, secret
from tests.exchange.conftest import Exchange
from visualisation.exporters import exporters
from visualisation.facts import NAMED, codes, sentence
from visualisation.words import Words

FOREIGN = {name: one for name, one in exporters().known.items() if one.holds is not None}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_a_format_holds_is_declared_in_the_ontologys_words(name: str) -> None:
    holds = FOREIGN[name].holds
    assert holds
    assert set(holds) <= set(codes())


@pytest.mark.parametrize("name", FOREIGN)
def test_of_the_demonstration_all_stands_in_the_file_or_is_counted(demo: Service, name: str) -> None:
    told = given(demo, When(), Words("en"))
    assert FOREIGN[name].write(told)
    holds = FOREIGN[name].holds or {}
    assert told.left_out
    for what in told.left_out:
        assert what in NAMED or what in codes()
    # what it has no place for at all is counted to the last
    counts: dict[str, int] = {}
    for one in told.entities():
        counts[one.type] = counts.get(one.type, 0) + 1
    for link in told.links():
        if link.common.polarity.value == "asserted":
            counts[link.type] = counts.get(link.type, 0) + 1
    for what, number in counts.items():
        assert told.left_out[what] <= number
        if what not in holds:
            assert told.left_out[what] == number, what
    assert sentence(told.left_out).count(";") == len(told.left_out) - 1


@pytest.mark.parametrize("name", FOREIGN)
def test_nothing_withheld_stands_in_a_file(exchange: Exchange, name: str) -> None:
    hidden = secret()
    world = exchange.saying(
        [
            company("local:ada", "Ada AB"),
            company("local:xyl", "Xylofonsson AB", common=hidden),
            owns("local:xyl", "local:ada", common=hidden),
            owns("local:ada", "local:xyl", common=hidden),
            Record("Site", "local:plant", {"name": "Xylofonssons verkstad"}, common=hidden),
            Link("OPERATES", Ref("Organisation", "local:ada"), Ref("Site", "local:plant"), common=hidden),
            Record("Contract", "local:c", {"name": "Gloves"}),
            Link("HOLDS", Ref("Organisation", "local:xyl"), Ref("Contract", "local:c"), common=hidden),
            Link("HOLDS", Ref("Organisation", "local:ada"), Ref("Contract", "local:c"), common=Common()),
        ]
    )
    plain = exchange.saying(
        [
            company("local:ada", "Ada AB"),
            Record("Contract", "local:c", {"name": "Gloves"}),
            Link("HOLDS", Ref("Organisation", "local:ada"), Ref("Contract", "local:c")),
        ]
    )
    public, left_out = exchange.written(world, name)
    assert (public, left_out) == exchange.written(plain, name)
    assert b"ylofon" not in public
    _, left_out = exchange.written(world, name, Secrecy.RESTRICTED)
    held = FOREIGN[name].holds or {}
    assert left_out["secrecy"] > 0 or not {"Organisation", "Site", "OWNS"} & held.keys()
