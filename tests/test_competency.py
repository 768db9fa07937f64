"""Competency questions 1, 2, 3, 5, 9, 11, 12 and 25 of the domain, asked of the demonstration by the documented
commands.

Each is worked out by hand from ``loaders/demo/*.csv``, and each has a second test that takes one fact away and sees the
answer change. As of 2026-11-01.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.commands.demo import parts
from api.settings import Settings
from graph import sqlite
from loaders.base import load
from tests.demo import LOADED_AT

Ask = Callable[..., Any]
AT = ("--valid-at", "2026-11-01", "--json")
CONTRACT = "demo:contract-gloves-kalmar"


def run(store: str, *arguments: str) -> Any:
    result = CliRunner().invoke(app, [*arguments, *AT, "--store", store], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def ask(demo_settings: Settings) -> Ask:
    return lambda *arguments: run(demo_settings.store, *arguments)


@pytest.fixture
def ask_without(tmp_path: Path) -> Callable[[str, str], Ask]:
    """The demonstration with the rows of a file that begin with a text taken away."""

    def remove(file: str, begins: str) -> Ask:
        changed = tmp_path / "demo"
        store = sqlite.open(tmp_path / "changed.sqlite")
        for loader, path in parts():
            folder = path
            if path.name == "demo":
                shutil.copytree(path, changed)
                lines = (changed / file).read_text("utf-8").splitlines(keepends=True)
                kept = [line for line in lines if not line.startswith(begins)]
                assert len(kept) < len(lines)
                (changed / file).write_text("".join(kept), "utf-8")
                folder = changed
            load(store, loader, folder, now=LOADED_AT)
        store.close()
        return lambda *arguments: run(f"sqlite:///{tmp_path / 'changed.sqlite'}", *arguments)

    return remove


def key(node: dict[str, Any]) -> str:
    """The demonstration's own key of a node, else its first."""
    return str(next((k for k in node["keys"] if k.startswith("demo:")), node["keys"][0]))


def names(answer: Any) -> dict[str, str]:
    data = answer["data"]
    nodes = [n.get("node", n) for n in (*data["nodes"], *data.get("others", ()), *data.get("buyers", ()))]
    nodes += [row["contract"] for row in data.get("contracts", ()) if isinstance(row, dict)]
    return {node["id"]: key(node) for node in nodes}


# -- 1. For a category: which stages, countries and places lie between raw material and hospital, and which links are
#       generic, declared or verified? -----------------------------------------------------------------------------
# steps.csv, delivered_under.csv, supplies.csv, for contract-gloves-kalmar:
#   delivered_under: step-bjorkvik-gloves (SE, distribution)                      verified  -> tier 1
#   supplies: step-dip-klang (site-klang-4 in MY-10, final-manufacture)           declared  -> tier 2
#   supplies: step-latex-hatyai (site-hatyai-1 in TH-90, processing)              declared  -> tier 3
#             step-nbr-ulsan (site-ulsan-2 in KR-31, processing)                  declared  -> tier 3
#   supplies: step-rubber-surat (TH-84), step-rubber-kedah (MY-02), cultivation   declared  -> tier 4
GLOVES = {
    "demo:step-bjorkvik-gloves": (1, "distribution", "iso3166-1:SE"),
    "demo:step-dip-klang": (2, "final-manufacture", "iso3166-2:MY-10"),
    "demo:step-latex-hatyai": (3, "processing", "iso3166-2:TH-90"),
    "demo:step-nbr-ulsan": (3, "processing", "iso3166-2:KR-31"),
    "demo:step-rubber-surat": (4, "cultivation", "iso3166-2:TH-84"),
    "demo:step-rubber-kedah": (4, "cultivation", "iso3166-2:MY-02"),
}
STATUSES = {
    ("demo:step-bjorkvik-gloves", CONTRACT): "verified",
    ("demo:step-dip-klang", "demo:step-bjorkvik-gloves"): "declared",
    ("demo:step-latex-hatyai", "demo:step-dip-klang"): "declared",
    ("demo:step-nbr-ulsan", "demo:step-dip-klang"): "declared",
    ("demo:step-rubber-surat", "demo:step-latex-hatyai"): "declared",
    ("demo:step-rubber-kedah", "demo:step-latex-hatyai"): "declared",
}


def chain(answer: Any) -> dict[str, tuple[int, str, str]]:
    rows = [row for row in answer["data"]["nodes"] if row["node"]["type"] == "Step"]
    return {key(row["node"]): (row["tier"], row["node"]["stage"], row["node"]["place"]) for row in rows}


def goods(answer: Any) -> dict[tuple[str, str], str]:
    known = names(answer)
    links = [link for link in answer["data"]["links"] if link["type"] in ("SUPPLIES", "DELIVERED_UNDER")]
    return {(known[link["source"]], known[link["target"]]): link["status"] for link in links}


def test_1_the_chain_of_a_contract_by_stage_place_and_status(ask: Ask) -> None:
    answer = ask("trace", CONTRACT)
    assert chain(answer) == GLOVES
    assert goods(answer) == STATUSES


def test_1_the_chains_of_a_category_hold_that_of_each_contract_and_the_typical_one_where_nobody_was_asked(
    ask: Ask,
) -> None:
    answer = ask("trace", "own:gloves")
    found, links = chain(answer), goods(answer)
    assert GLOVES.items() <= found.items()
    assert STATUSES.items() <= links.items()
    # contract-gloves-norrbotten has "not-asked" and no delivery: the generic dipping step of Malaysia stands in.
    assert found["ref:gs-gloves-dipping"] == (1, "final-manufacture", "iso3166-1:MY")
    assert links["ref:gs-gloves-dipping", "demo:contract-gloves-norrbotten"] == "generic"


def test_1_without_a_supply_the_chain_ends_earlier(ask_without: Callable[[str, str], Ask]) -> None:
    answer = ask_without("supplies.csv", "demo:step-latex-hatyai,demo:step-dip-klang")("trace", CONTRACT)
    kept = {"demo:step-bjorkvik-gloves", "demo:step-dip-klang", "demo:step-nbr-ulsan"}
    # inputs known of step-dip-klang is "some": where no latex is known any more, the typical rubber tapping stands in.
    assert set(chain(answer)) == kept | {"ref:gs-rubber-cultivation"}
    assert goods(answer)["ref:gs-rubber-cultivation", "demo:step-dip-klang"] == "generic"


# -- 2. Which risks exist per stage, at what likelihood and severity, from which source, dated when, valid until when? -
# findings.csv 2: debt bondage at site-klang-4: forced labour, severity 4, found by audit, 2026-09-14, confidence 0.9
# findings.csv 3: passports at site-klang-4: forced labour, severity 3, alleged, 2026-08-28
# both enter step-dip-klang (final-manufacture) through PERFORMS.
def test_2_the_risks_of_a_chain_with_severity_source_and_date(ask: Ask) -> None:
    answer = ask("trace", CONTRACT)
    said = {s["name"]: s for s in answer["data"]["statements"]}
    debts = next(s for name, s in said.items() if "recruitment fees" in name and "Selat Biru" in name)
    assert (debts["severity"], debts["standing"], debts["issued"]) == (4, "found-by-audit", "2026-09-14")
    assert debts["risk"] == ["forced-labour"]
    assert debts["cites"] == "Granskningsrapport Klang 2026 (påhittad)"
    passports = next(s for name, s in said.items() if "Passports" in name and "Selat Biru" in name)
    assert (passports["severity"], passports["standing"], passports["issued"]) == (3, "alleged", "2026-08-28")
    at = {key(row["node"]): row["statements"] for row in answer["data"]["nodes"]}
    assert {debts["id"], passports["id"]} <= set(at["demo:site-klang-4"])
    # UHM rates final manufacture of medical consumables high for workers' rights: it applies to the dipping step.
    levels = {(s["level"], tuple(s["risk"])) for s in said.values() if s["id"] in at["demo:step-dip-klang"]}
    assert ("uhm-high", ("workers-rights",)) in levels


def test_2_without_the_audit_finding_only_the_allegation_is_left(ask_without: Callable[[str, str], Ask]) -> None:
    answer = ask_without("findings.csv", "demo:finding-klang-debt-bondage")("trace", CONTRACT)
    site = next(row for row in answer["data"]["nodes"] if key(row["node"]) == "demo:site-klang-4")
    here = {s["severity"] for s in answer["data"]["statements"] if s["id"] in site["statements"]}
    assert here == {3}


# -- 3. Where do we have insufficient information, and which suppliers could fill the gap? --------------------------
# contract-gloves-kalmar: inputs known of step-dip-klang: some; of step-nbr-ulsan: none. The rest: all, or cultivation.
# Both stand below contract-gloves-kalmar, held by org-bjorkvik under the advanced clause (whole chain): ask it.
def ends(answer: Any) -> set[tuple[str, int, str | None, str, bool]]:
    known = names(answer)
    rows = answer["completeness"]["ends"]
    return {
        (known[e["node"]], e["tier"], e["inputs_known"], known[e["ask"]["organisation"]], e["ask"]["entitled"])
        for e in rows
    }


def test_3_where_knowledge_ends_and_whom_to_ask(ask: Ask) -> None:
    answer = ask("trace", CONTRACT, "--risk", "forced-labour")
    assert ends(answer) == {
        ("demo:step-dip-klang", 2, "some", "demo:org-bjorkvik", True),
        ("demo:step-nbr-ulsan", 3, "none", "demo:org-bjorkvik", True),
    }
    # For forced labour nobody assessed nitrile latex; the dipping step is assessed.
    unassessed = {key(r["node"]) for r in answer["data"]["nodes"] if (r["reach"] or {}).get("assessed") is False}
    assert "demo:step-nbr-ulsan" in unassessed
    assert "demo:step-dip-klang" not in unassessed


def test_3_when_the_contract_is_gone_nobody_is_entitled_to_ask(ask_without: Callable[[str, str], Ask]) -> None:
    answer = ask_without("contracts.csv", "demo:contract-gloves-kalmar,")("trace", "demo:step-bjorkvik-gloves")
    found = {(node, entitled) for node, _, _, _, entitled in ends(answer)}
    assert ("demo:step-nbr-ulsan", False) in found


# -- 12. Given a factory or an incident: which suppliers, contracts and regions, by which path, how certainly? -------
# From site-klang-4 the goods go step-dip-klang -> step-bjorkvik-gloves -> contract-gloves-kalmar (Kalmar, Östergötland)
#   0.8 * 0.95 = 0.76, two tiers; and step-dip-klang -> step-rheinhuegel-gloves -> step-sydsund-gloves ->
#   contract-gloves-skane: 0.7 * 0.9 * 0.95 = 0.5985, three tiers. The link to Ormö (Jönköping) ended 2022-06-30.
def reached(answer: Any) -> dict[str, tuple[str, int | None, float | None]]:
    return {
        key(row["contract"]): (row["resolution"], row["tier"], row["path"] and round(row["path"]["value"], 6))
        for row in answer["data"]["contracts"]
    }


@pytest.mark.parametrize("start", ["demo:incident-klang", "demo:site-klang-4"])
def test_12_the_contracts_that_a_factory_touches(ask: Ask, start: str) -> None:
    answer = ask("affected", start)
    found = reached(answer)
    assert {k: v for k, v in found.items() if v[0] == "item"} == {
        "demo:contract-gloves-kalmar": ("item", 2, 0.76),
        "demo:contract-gloves-skane": ("item", 3, 0.5985),
    }
    # Björkvik's other contracts: a supplier link only, not counted.
    for other in ("textiles", "dressings", "incontinence"):
        assert found[f"demo:contract-{other}-kalmar"] == ("company", None, None)
    assert "demo:contract-gloves-jonkoping" not in found
    known = names(answer)
    kalmar = next(r for r in answer["data"]["contracts"] if key(r["contract"]) == CONTRACT)
    regions = {node["name"] for node in answer["data"]["nodes"] if node["id"] in kalmar["regions"]}
    assert regions == {"Region Kalmar län", "Region Östergötland"}
    assert [known[supplier] for supplier in kalmar["suppliers"]] == ["demo:org-bjorkvik"]
    assert kalmar["clause_level"] == "advanced"


def test_12_without_one_supply_a_contract_is_no_longer_traced(ask_without: Callable[[str, str], Ask]) -> None:
    found = reached(
        ask_without("supplies.csv", "demo:step-dip-klang,demo:step-rheinhuegel-gloves")("affected", "demo:site-klang-4")
    )
    assert found["demo:contract-gloves-kalmar"][0] == "item"
    assert found.get("demo:contract-gloves-skane", ("none",))[0] != "item"


# -- 25. Every fact behind a figure: source document, place in it, author, date, licence, secrecy -------------------
# The worst path of contract-gloves-kalmar rests on findings.csv row 2 and on three links: steps.csv row 7 (performs),
# supplies.csv row 8 and delivered_under.csv row 3; 0.9 * 0.95 * 0.8 * 0.95 = 0.6498.
def test_25_every_fact_behind_a_figure(ask: Ask) -> None:
    answer = ask("exposure", CONTRACT, "--risk", "forced-labour")
    figure = next(f for f in answer["data"]["worst"] if (f["basis"], f["links"]) == ("specific", "item"))
    assert (figure["severity"], round(figure["low"], 6), figure["high"]) == (4, 0.6498, 1.0)
    facts = {fact["id"]: fact for fact in answer["evidence"]["facts"]}
    where = sorted(facts[link]["locator"] for link in figure["path"]["links"])
    assert where == ["delivered_under:3", "steps:7:performs", "supplies:8"]
    supply = next(fact for fact in facts.values() if fact["locator"] == "supplies:8")
    assert supply["cites"] == "Björkvik Vårdgrossist AB, svar på begäran om öppenhet, 2025-03-18 (påhittat)"
    assert (supply["status"], supply["secrecy"]) == ("declared", "public")
    finding = next(fact for fact in facts.values() if fact["locator"] == "findings:2")
    assert finding["cites"] == "Granskningsrapport Klang 2026 (påhittad)"
    cited = {source["id"]: source for source in answer["evidence"]["cited"]}
    source = cited[finding["source"]]
    assert (source["publisher"], source["licence"], source["published"]) == (
        "Kedja (demonstration)",
        "Apache-2.0",
        "2026-11-01",
    )


def test_25_without_the_finding_the_figure_falls_to_the_allegation(ask_without: Callable[[str, str], Ask]) -> None:
    # findings.csv row 3: severity 3, confidence 0.5: 0.5 * 0.95 * 0.8 * 0.95 = 0.361.
    answer = ask_without("findings.csv", "demo:finding-klang-debt-bondage")(
        "exposure", CONTRACT, "--risk", "forced-labour"
    )
    figure = next(f for f in answer["data"]["worst"] if (f["basis"], f["links"]) == ("specific", "item"))
    assert (figure["severity"], round(figure["low"], 6)) == (3, 0.361)


# -- 5, 9 and 11: where risks sit, what suppliers have disclosed, where sources disagree ---------------------------
def named(answer: Any) -> dict[str, str]:
    return {node["id"]: node["name"] for node in answer["data"]["nodes"]}


def test_5_category_stage_and_country_by_severity_first_then_likelihood(ask: Ask) -> None:
    """Of gloves: the plant in Klang has a finding of forced labour, severity 4; nobody has assessed the wholesalers."""
    told = ask("heat", "--by", "country-tier", "--subject", "own:gloves", "--risk", "forced-labour")
    cells = {(cell["row"], cell["column"]): cell for cell in told["data"]["cells"]}
    assert told["data"]["rows"][0] in ("MY", "SE"), "the most severe first"
    assert (cells["MY", "2"]["level"], cells["MY", "2"]["unassessed"]) == ("4", 0)
    swedish = cells["SE", "1"]
    assert (swedish["unassessed"], swedish["steps"]) == (swedish["steps"], 5), "five wholesalers' steps"
    chosen = ask("heat", "--by", "country-tier", "--subject", "own:gloves", "--risk", "forced-labour", "--row", "MY")
    levels = [one["level"] for one in chosen["data"]["members"]]
    assert levels == sorted(levels, key=["4", "3", "2", "1", "unstated", "unknown", "0"].index)
    lows = [one["low"] or 0 for one in chosen["data"]["members"] if one["level"] == "4"]
    assert lows == sorted(lows, reverse=True)


def test_9_what_suppliers_of_gloves_have_disclosed(ask: Ask) -> None:
    """Eight contracts of four suppliers. Traced to a plant: Kalmar, Jönköping, Skåne, and the two of surgical gloves;
    beyond it, and to the rubber: the first three, whose latex is from Hat Yai. Kvarnsjö told of Kedah and no more."""
    told = ask("coverage", "--subject", "own:gloves")["data"]
    whole = told["whole"]
    assert (whole["contracts"], whole["made"], whole["next"], whole["raw"]) == (8, 5, 3, 3)
    assert told["disclosed"] == {"suppliers": 4, "made": 4, "next": 3, "raw": 3}
    names = {node["id"]: node["name"] for node in told["nodes"]}
    (own,) = (row for row in told["suppliers"] if names[row["of"]] == "Kvarnsjö Medical AB")
    assert (own["contracts"], own["made"], own["next"], own["raw"]) == (4, 2, 0, 0)


def test_9_without_the_supply_of_latex_two_have_told_of_the_rubber(ask_without: Callable[[str, str], Ask]) -> None:
    ask = ask_without("supplies.csv", "demo:step-latex-hatyai,demo:step-dip-songkhla")
    told = ask("coverage", "--subject", "own:gloves")["data"]
    assert told["disclosed"] == {"suppliers": 4, "made": 4, "next": 2, "raw": 2}


def test_11_which_statements_of_a_site_are_in_conflict_and_who_said_what(ask: Ask) -> None:
    """The demonstration says 4,100 workers at Selat Biru Plant 4, the open factory list 5,400."""
    told = ask("conflicts", "--type", "Site", "--property", "workers")
    (one,) = (c for c in told["data"]["conflicts"] if named(told)[c["node"]] == "Selat Biru Plant 4")
    publishers = {source["id"]: source["publisher"] for source in told["evidence"]["cited"]}
    said = {fact["id"]: publishers[fact["source"]] for fact in told["evidence"]["facts"]}
    sides = {p["value"]: ({said[fact] for fact in p["facts"]}, p["counts"]) for p in one["positions"]}
    assert sides == {
        "4100": ({"Kedja (demonstration)"}, True),
        "5400": ({"Exempelstiftelsen (påhittad)"}, False),
    }
    assert one["rule"] == "most"


def test_11_without_the_second_source_nothing_of_it_is_in_conflict(ask_without: Callable[[str, str], Ask]) -> None:
    ask = ask_without("sites.csv", "demo:site-klang-4")
    told = ask("conflicts", "--type", "Site", "--property", "workers")
    assert "Selat Biru Plant 4" not in [named(told)[c["node"]] for c in told["data"]["conflicts"]]
