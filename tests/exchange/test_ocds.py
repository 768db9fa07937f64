"""OCDS that is written says, read back, what was known: no more, no less."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ontology.records import Common, Link, Record, Ref
from tests.conftest import ROOT
from tests.contract.saying import company
from tests.exchange.conftest import DAY, Exchange, World

SAMPLE = ROOT / "tests" / "data" / "ocds" / "releases.json"
VALUES = ("name", "awarded_value", "shared_value", "currency", "kind")


def meaning(world: World) -> dict[str, Any]:
    """Procurements, and contracts with their lots, holders, buyers and kinds, by what they are called."""
    lots = {link.source: lot for _, lot, link in world.linked("FOR_LOT")}
    lots = {one: lot for one, lot in lots.items() if not lot.startswith("kedja-")}  # a process that had no name

    def near(type: str, contract: str, *, source: bool) -> list[tuple[str, ...]]:
        rows = [link for *_, link in world.linked(type) if (link.target if source else link.source) == contract]
        ends = [world.entities[link.source if source else link.target] for link in rows]
        return sorted((one.name, *(key for key in one.keys if not key.startswith(("ocds:", "local:")))) for one in ends)

    contracts = []
    for contract in world.of("Contract"):
        facts = world.facts(contract)
        (record,) = world.service.store.records(world.at, entities=[contract.id])
        contracts.append(
            (
                *(facts.get(name) for name in VALUES),
                (record.common.valid_from, record.common.valid_to),
                lots.get(contract.id),
                near("HOLDS", contract.id, source=True),
                near("SERVES", contract.id, source=False),
                near("IN_CATEGORY", contract.id, source=False),
            )
        )
    names = ("name", "reference", "procedure", "estimated_value", "currency")
    return {
        "contracts": sorted(contracts, key=repr),
        "procurements": sorted(
            (tuple(world.facts(one).get(name) for name in names) for one in world.of("Procurement")), key=repr
        ),
        "persons": sum(bool(world.facts(one).get("natural_person")) for one in world.of("Organisation")),
    }


def test_the_sample_comes_back_as_it_was(exchange: Exchange) -> None:
    first = exchange.loaded("ocds", SAMPLE)
    again = exchange.loaded("ocds", exchange.file(first, "ocds"))
    assert meaning(first)["contracts"]
    assert meaning(again) == meaning(first)
    # the process is the same process, by its own id
    ocids = [{key for one in world.of("Procurement") for key in one.keys} for world in (first, again)]
    assert ocids == [{"ocds:ocds-abc123-gloves"}] * 2


def contract(key: str, **facts: Any) -> Record:
    return Record("Contract", key, {"name": key, **facts}, common=Common(valid_from=DAY))


def link(type: str, source: tuple[str, str], target: tuple[str, str]) -> Link:
    return Link(type, Ref(*source), Ref(*target))


def test_contracts_of_one_procurement_keep_each_its_own_buyers(exchange: Exchange) -> None:
    """OCDS says of a whole process who buys: two contracts for two buyers are two processes, one of the other."""
    items: list[Record | Link] = [
        Record("Procurement", "local:p", {"name": "Gloves", "estimated_value": "100", "currency": "SEK"})
    ]
    for one in ("a", "b"):
        items += [
            company(f"local:buyer-{one}", f"Buyer {one}"), company(f"local:holder-{one}", f"Holder {one}"),
            Record("Lot", f"local:lot-{one}", {"name": f"Lot {one}", "number": one}), contract(f"local:c-{one}"),
            link("PART_OF", ("Lot", f"local:lot-{one}"), ("Procurement", "local:p")),
            link("FOR_LOT", ("Contract", f"local:c-{one}"), ("Lot", f"local:lot-{one}")),
            link("HOLDS", ("Organisation", f"local:holder-{one}"), ("Contract", f"local:c-{one}")),
            link("SERVES", ("Contract", f"local:c-{one}"), ("Organisation", f"local:buyer-{one}")),
        ]  # fmt: skip
    first = exchange.saying(items)
    file = exchange.file(first, "ocds")
    again = exchange.loaded("ocds", file)
    assert meaning(again)["contracts"] == meaning(first)["contracts"]
    one, other = json.loads(file.read_text())["releases"]
    assert "value" in one["tender"]
    assert "value" not in other["tender"]
    assert other["relatedProcesses"][0]["identifier"] == one["ocid"]


def test_what_is_not_known_is_not_said(exchange: Exchange) -> None:
    """No holder, no buyer, no value, no end, no kind of goods, no lot."""
    first = exchange.saying([contract("local:bare")])
    content, left_out = exchange.written(first, "ocds")
    (release,) = json.loads(content)["releases"]
    (award,) = release["awards"]
    assert set(award) == {"id", "title", "status", "suppliers", "contractPeriod"}
    assert (award["suppliers"], award["contractPeriod"]) == ([], {"startDate": "2026-11-01T00:00:00Z"})
    assert "buyer" not in release
    assert not left_out
    assert meaning(exchange.loaded("ocds", exchange.file(first, "ocds")))["contracts"][0][1:5] == (None,) * 4


def test_a_value_that_several_share_is_nobodys_where_the_others_are_not_there(exchange: Exchange) -> None:
    """Written for the one supplier that is seen, it would read as what he alone was awarded."""
    facts = {"shared_value": "500", "currency": "SEK"}
    first = exchange.saying(
        [
            contract("local:c", **facts), company("local:ada", "Ada AB"),
            link("HOLDS", ("Organisation", "local:ada"), ("Contract", "local:c")),
        ]
    )  # fmt: skip
    content, left_out = exchange.written(first, "ocds")
    assert b"500" not in content
    assert left_out == {"Contract.shared_value": 1, "Contract.currency": 1}


def test_a_natural_person_stays_hidden(exchange: Exchange) -> None:
    first = exchange.saying(
        [
            contract("local:c"),
            Record("Organisation", "local:p", {"name": "natural person", "natural_person": True}),
            link("HOLDS", ("Organisation", "local:p"), ("Contract", "local:c")),
        ]
    )
    again = exchange.loaded("ocds", exchange.file(first, "ocds"))
    assert meaning(again)["persons"] == 1
    assert meaning(again)["contracts"] == meaning(first)["contracts"]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(
        st.decimals(min_value=Decimal("0.01"), max_value=Decimal(9999999999999), places=2), min_size=1, max_size=6
    )
)
def test_every_amount_is_the_same_amount(exchange: Exchange, values: list[Decimal]) -> None:
    first = exchange.saying(
        contract(f"local:{number}", awarded_value=str(value), currency="SEK") for number, value in enumerate(values)
    )
    again = exchange.loaded("ocds", exchange.file(first, "ocds"))
    assert sorted(Decimal(row[1]) for row in meaning(again)["contracts"]) == sorted(values)
