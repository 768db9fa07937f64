"""Exposure: lens A as an interval, by severity, basis and links, and what is unknown along the way."""

from __future__ import annotations

from datetime import date

import pytest

from graph.answer import Answer, Basis, Knowledge, Links, Resolution
from graph.data import ContractExposure, ExposureData, Figure
from graph.questions.exposure import exposure
from ontology.errors import InputError
from ontology.records import Status
from tests.graph.worlds import CHILD, FORCED, World

ITEM, ALL_LINKS = Links.ITEM, Links.ITEM_GENERIC


def chain(*confidences: float) -> World:
    """farm -> mill -> sewing -> c, all told; the confidences are those of the three links from the farm on."""
    w = World()
    for org in ("region", "holder"):
        w.org(org)
    w.place("XX", country="CN")
    w.kind("gown")
    w.kind("cotton", type="Material")
    w.site("field", at="XX")
    w.contract("c", holder="holder", buyer="region", category="gown", known="all")
    w.step("sewing", stage="final-manufacture", of="gown", known="all")
    w.step("mill", stage="processing", known="all")
    w.step("farm", stage="cultivation", of="cotton", site="field")
    ends = ("farm", "mill", "sewing", "c")
    for seller, buyer, confidence in zip(ends[:-1], ends[1:], confidences or (1.0, 1.0, 1.0), strict=True):
        w.supply(seller, buyer, confidence=confidence)
    return w


def data(answer: Answer[ExposureData]) -> ExposureData:
    assert answer.data is not None
    return answer.data


def ask(w: World, subject: str = "c", risk: str = FORCED) -> ExposureData:
    return data(exposure(w.snapshot(), subject, risk))


def member(found: ExposureData, contract: str = "c") -> ContractExposure:
    return next(m for m in found.members if m.contract.id == contract)


def figure(found: ExposureData, severity: int, basis: Basis, links: Links, contract: str = "c") -> Figure | None:
    figures = member(found, contract).figures
    return next((f for f in figures if (f.severity, f.basis, f.links) == (severity, basis, links)), None)


# -- the interval -------------------------------------------------------------------------------------------------
def test_low_takes_confidence_as_given_and_high_takes_it_as_one() -> None:
    # low = c_i * l * 0.9 * 0.5 * 0.8 = 0.7 * 0.6 * 0.36 = 0.1512; high = l = 0.6.
    w = chain(0.9, 0.5, 0.8)
    w.assessed("a", FORCED, ["cotton", "XX"], severity=3, likelihood=0.6, confidence=0.7)
    got = figure(ask(w), 3, Basis.GENERIC, ITEM)
    assert got is not None
    assert got.low == pytest.approx(0.7 * 0.6 * 0.9 * 0.5 * 0.8, abs=1e-12)
    assert got.high == pytest.approx(0.6, abs=1e-12)


def test_the_path_names_its_weakest_link() -> None:
    w = chain(0.9, 0.5, 0.8)
    w.assessed("a", FORCED, ["cotton", "XX"], severity=3, likelihood=0.6)
    found = ask(w)
    got = figure(found, 3, Basis.GENERIC, ITEM)
    assert got is not None
    assert got.path is not None
    assert got.path.nodes == ("farm", "mill", "sewing", "c")
    assert got.path.statement == "a"
    assert got.path.value == pytest.approx(got.low)
    weakest = next(link for link in found.links if link.id == got.path.weakest)
    assert (weakest.source, weakest.target, weakest.confidence) == ("mill", "sewing", 0.5)


def test_of_equally_weak_links_the_nearest_the_contract_is_named() -> None:
    w = chain(0.5, 0.5, 1.0)
    w.assessed("a", FORCED, ["cotton"], severity=3, likelihood=0.6)
    found = ask(w)
    got = figure(found, 3, Basis.GENERIC, ITEM)
    assert got is not None
    assert got.path is not None
    weakest = next(link for link in found.links if link.id == got.path.weakest)
    assert weakest.source == "mill"


def test_each_level_up_to_the_severity_is_reached_and_none_above() -> None:
    w = chain()
    w.assessed("a", FORCED, ["cotton"], severity=2, likelihood=0.6)
    levels = {f.severity for f in member(ask(w)).figures}
    assert levels == {0, 1, 2}


def test_a_mild_but_likely_and_a_severe_but_unlikely_risk_are_two_figures() -> None:
    w = chain()
    w.assessed("mild", FORCED, ["cotton"], severity=2, likelihood=0.9)
    w.assessed("severe", FORCED, ["gown"], severity=4, likelihood=0.1)
    found = ask(w)
    two, four = (figure(found, level, Basis.GENERIC, ITEM) for level in (2, 4))
    assert two is not None
    assert four is not None
    assert (two.high, four.high) == (0.9, 0.1)


def test_a_different_statement_that_attains_high_is_named_beside() -> None:
    # low: sure 0.5 * 1 = 0.5 against unsure 0.9 * 0.1 = 0.09; high: 0.5 against 0.9.
    w = chain()
    w.assessed("sure", FORCED, ["cotton"], severity=3, likelihood=0.5)
    w.assessed("unsure", FORCED, ["gown"], severity=3, likelihood=0.9, confidence=0.1)
    got = figure(ask(w), 3, Basis.GENERIC, ITEM)
    assert got is not None
    assert got.path is not None
    assert (got.low, got.high, got.path.statement, got.high_statement) == (0.5, 0.9, "sure", "unsure")


def test_of_two_ways_the_better_counts_and_a_cycle_adds_nothing() -> None:
    w = chain(0.9, 0.5, 1.0)
    w.supply("farm", "sewing", confidence=0.6)
    w.supply("sewing", "mill", confidence=1.0)
    w.assessed("a", FORCED, ["cotton"], severity=3, likelihood=1.0)
    got = figure(ask(w), 3, Basis.GENERIC, ITEM)
    assert got is not None
    assert got.low == pytest.approx(0.6)
    assert got.path is not None
    assert got.path.nodes == ("farm", "sewing", "c")


def test_a_tie_goes_to_the_fewest_links() -> None:
    w = chain()
    w.supply("farm", "c")
    w.assessed("a", FORCED, ["cotton"], severity=3, likelihood=1.0)
    got = figure(ask(w), 3, Basis.GENERIC, ITEM)
    assert got is not None
    assert got.path is not None
    assert got.path.nodes == ("farm", "c")


def test_a_tie_of_as_many_links_goes_to_the_smallest_link_ids() -> None:
    w = chain()
    w.step("mill-2", stage="processing", known="all")
    first, second = w.supply("farm", "mill-2"), w.supply("mill-2", "sewing")
    w.assessed("a", FORCED, ["cotton"], severity=3, likelihood=1.0)
    got = figure(ask(w), 3, Basis.GENERIC, ITEM)
    assert got is not None
    assert got.path is not None
    ids = {(k.source, k.target): f"l{k.order:016x}" for k in w.links}
    last = ids["sewing", "c"]
    assert got.path.links == min((ids["farm", "mill"], ids["mill", "sewing"], last), (first, second, last))


def test_a_link_of_confidence_0_lowers_low_to_0_and_leaves_high() -> None:
    w = chain(0.0, 1.0, 1.0)
    w.assessed("a", FORCED, ["cotton"], severity=3, likelihood=0.6)
    got = figure(ask(w), 3, Basis.GENERIC, ITEM)
    assert got is not None
    assert (got.low, got.high) == (0.0, 0.6)
    assert got.path is not None
    assert got.path.nodes == ("farm", "mill", "sewing", "c")


# -- basis --------------------------------------------------------------------------------------------------------
def test_a_scope_that_names_a_site_is_specific_and_one_of_kind_and_place_generic() -> None:
    w = chain()
    w.said("f", FORCED, ["field"], severity=4)
    w.assessed("a", FORCED, ["cotton", "XX"], severity=3, likelihood=0.5)
    found = ask(w)
    assert figure(found, 4, Basis.SPECIFIC, ITEM) is not None
    assert figure(found, 4, Basis.GENERIC, ITEM) is None
    generic = figure(found, 3, Basis.GENERIC, ITEM)
    assert generic is not None
    assert generic.high == 0.5
    assert {s.id: s.specific for s in found.statements} == {"a": False, "f": True}


def test_all_parts_of_a_scope_must_be_met() -> None:
    w = chain()
    w.place("YY", country="US")
    w.assessed("a", FORCED, ["cotton", "YY"], severity=3, likelihood=0.5)
    assert member(ask(w)).figures == ()


# -- missing values -----------------------------------------------------------------------------------------------
def test_a_missing_likelihood_is_0_in_low_and_1_in_high() -> None:
    w = chain()
    w.assessed("a", FORCED, ["cotton"], severity=3)
    got = figure(ask(w), 3, Basis.GENERIC, ITEM)
    assert got is not None
    assert (got.low, got.high) == (0.0, 1.0)


def test_a_missing_severity_counts_as_4_in_high_and_is_marked() -> None:
    w = chain()
    w.assessed("a", FORCED, ["cotton"], likelihood=0.5)
    got = figure(ask(w), 4, Basis.GENERIC, ITEM)
    assert got is not None
    assert (got.low, got.high, got.severity_unknown) == (0.0, 0.5, True)


def test_a_known_severity_beside_a_missing_one_is_not_marked() -> None:
    w = chain()
    w.assessed("a", FORCED, ["cotton"], likelihood=0.5)
    w.assessed("b", FORCED, ["cotton"], likelihood=0.4, severity=2)
    found = ask(w)
    two, four = (figure(found, level, Basis.GENERIC, ITEM) for level in (2, 4))
    assert two is not None
    assert four is not None
    assert (two.low, two.high, two.severity_unknown) == (0.4, 0.5, False)
    assert four.severity_unknown
    counts = {(d.severity, d.links): (d.contracts, d.severity_unknown) for d in found.distribution if d.contracts}
    assert (counts[4, ITEM], counts[2, ITEM]) == ((1, 1), (1, 0))
    (buyer,) = found.buyers
    assert (buyer.severity, buyer.severity_unknown) == (4, True)


def test_insufficient_information_is_never_low() -> None:
    w = chain()
    for step in ("sewing", "mill"):
        w.site(f"site-{step}")
        w.link("PERFORMS", f"site-{step}", step)
    w.node("Audit", "audit", could_find=[FORCED])
    for site in ("field", "site-sewing", "site-mill"):
        w.link("EXAMINED", "audit", site)
    assert member(ask(w)).knowledge == "none_found"
    # The cotton is now said to be insufficiently known, and the audit of the field never was.
    w.links = [k for k in w.links if k.target != "field" or k.type != "EXAMINED"]
    w.assessed("a", FORCED, ["cotton"], level="uhm-insufficient-information")
    got = member(ask(w))
    assert (got.knowledge, got.figures, got.unassessed) == ("unknown", (), 1)


def test_a_published_level_is_read_by_the_method() -> None:
    w = chain()
    w.assessed("a", FORCED, ["cotton"], level="uhm-high")
    got = figure(ask(w), 3, Basis.GENERIC, ITEM)
    assert got is not None
    assert got.high == 0.6


# -- unknown ------------------------------------------------------------------------------------------------------
def test_an_unassessed_step_leaves_both_ends_and_opens_the_upper_bound() -> None:
    w = chain()
    w.assessed("a", FORCED, ["cotton"], severity=3, likelihood=0.5)
    got = figure(ask(w), 3, Basis.GENERIC, ITEM)
    assert got is not None
    assert (got.high, got.upper_open, got.upper) == (0.5, True, 1.0)
    assert member(ask(w)).unassessed == 2
    for kind in ("steel", "cloth"):
        w.kind(kind)
    w.link("OUTPUTS", "mill", "cloth")
    w.assessed("b", FORCED, ["cloth"], severity=1, likelihood=0.1)
    w.assessed("d", FORCED, ["gown"], severity=1, likelihood=0.1)
    closed = figure(ask(w), 3, Basis.GENERIC, ITEM)
    assert closed is not None
    assert (closed.high, closed.upper_open, closed.upper) == (0.5, False, 0.5)


def test_an_end_of_knowledge_opens_the_upper_bound() -> None:
    w = chain()
    w.assessed("a", FORCED, [], severity=1, likelihood=0.1, stage="processing")
    w.assessed("b", FORCED, [], severity=1, likelihood=0.1, stage="cultivation")
    w.assessed("d", FORCED, [], severity=1, likelihood=0.1, stage="final-manufacture")
    closed = figure(ask(w), 1, Basis.GENERIC, ITEM)
    assert closed is not None
    assert not closed.upper_open
    w.step("mill", stage="processing", known="some")
    opened = figure(ask(w), 1, Basis.GENERIC, ITEM)
    assert opened is not None
    assert opened.upper_open
    assert member(ask(w)).ends == 1


def test_an_audit_makes_clean_only_what_it_could_find() -> None:
    w = chain()
    w.node("Audit", "audit", could_find=[CHILD])
    w.link("EXAMINED", "audit", "field")
    assert member(ask(w, risk=CHILD)).unassessed == 2
    assert member(ask(w, risk=FORCED)).unassessed == 3


def test_state_imposed_labour_is_never_audited_clean() -> None:
    w = chain()
    w.node("Audit", "audit", could_find=["state-imposed-labour"])
    w.link("EXAMINED", "audit", "field")
    assert member(ask(w, risk="state-imposed-labour")).unassessed == 3


def test_a_certificate_lowers_nothing() -> None:
    w = chain()
    w.assessed("a", FORCED, ["cotton"], severity=3, likelihood=0.6)
    before = figure(ask(w), 3, Basis.GENERIC, ITEM)
    w.node("Audit", "certificate", kind="certificate", custody_model="mass-balance", could_find=[FORCED])
    w.link("EXAMINED", "certificate", "field")
    after = figure(ask(w), 3, Basis.GENERIC, ITEM)
    assert before is not None
    assert after is not None
    assert (after.low, after.high) == (before.low, before.high)


def test_a_refuted_finding_and_a_revoked_ban_no_longer_count() -> None:
    w = chain()
    w.said("refuted", FORCED, ["field"], severity=4, standing="refuted")
    w.said("revoked", FORCED, ["field"], severity=3, issued="2019-09-30", revoked="2021-01-01")
    assert member(ask(w)).figures == ()
    earlier = data(exposure(w.snapshot(date(2020, 6, 1)), "c", FORCED))
    assert figure(earlier, 3, Basis.SPECIFIC, ITEM) is not None
    assert figure(earlier, 4, Basis.SPECIFIC, ITEM) is None


def test_a_severity_of_0_is_said_and_exposes_nobody() -> None:
    w = chain()
    w.assessed("a", FORCED, ["cotton"], severity=0, likelihood=1.0)
    got = member(ask(w))
    assert [f.severity for f in got.figures] == [0, 0]
    assert got.knowledge == "unknown"
    assert ask(w).origins == ()
    (buyer,) = ask(w, "all").buyers
    assert (buyer.severity, buyer.reached) == (0, 0)


# -- what passes along what ---------------------------------------------------------------------------------------
def test_a_harm_at_a_site_does_not_enter_the_operators_next_site() -> None:
    w = chain()
    w.org("maker")
    w.link("OPERATES", "maker", "field")
    w.site("field-2", operator="maker")
    w.contract("c2", known="all")
    w.step("farm-2", stage="cultivation", site="field-2", feeds=["c2"])
    w.said("f", FORCED, ["field"], severity=4)
    found = ask(w, "all")
    assert member(found, "c").knowledge == "reached"
    assert member(found, "c2").figures == ()


def test_a_harm_said_of_a_bare_company_feeds_the_company_list_alone() -> None:
    w = chain()
    w.org("maker")
    w.link("OPERATES", "maker", "field")
    w.contract("c3", holder="maker")
    w.said("f", FORCED, ["maker"], severity=4)
    found = ask(w, "all")
    assert member(found, "c").figures == ()
    rows = {(row.company, row.why): row.contracts for row in found.company_list}
    assert rows == {("maker", "harm_of_company"): ("c", "c3")}
    assert member(found, "c").knowledge == "supplier_link_only"
    assert member(found, "c3").knowledge == "supplier_link_only"
    assert "f" in {s.id for s in found.statements}


def test_a_harm_said_of_a_company_and_its_goods_enters_its_steps_of_that_kind() -> None:
    w = chain()
    w.org("maker")
    w.link("OPERATES", "maker", "field")
    w.kind("melon")
    w.contract("c-melon")
    w.step("melons", stage="cultivation", of="melon", runs="maker", feeds=["c-melon"])
    w.said("f", FORCED, ["maker", "cotton"], severity=4)
    found = ask(w, "all")
    assert figure(found, 4, Basis.SPECIFIC, ITEM) is not None
    assert member(found, "c-melon").figures == ()


def test_a_recruiter_passes_on_labour_risks_alone() -> None:
    w = chain()
    w.org("recruiter")
    w.site("barracks")
    w.link("RECRUITS_FOR", "recruiter", "field")
    w.said("f", FORCED, ["recruiter", "field"], severity=4)
    assert member(ask(w)).figures != ()
    # Own conduct of the recruiter is no labour risk and stays with it.
    w.said("o", "own-conduct", ["recruiter"], severity=4)
    assert member(ask(w, risk="own-conduct")).figures == ()


def test_sanctions_pass_by_ownership_of_one_half_and_not_below() -> None:
    for share, reached in ((0.5, True), (0.49, False)):
        w = chain()
        w.org("owner")
        w.link("OWNS", "owner", "holder", share=share)
        w.said("s", "sanctions", ["owner"], severity=4)
        assert bool(member(ask(w, risk="sanctions")).figures) is reached
    w = chain()
    w.org("owner")
    w.link("OWNS", "owner", "holder", share=0.1, control=True)
    w.said("s", "sanctions", ["owner"], severity=4)
    assert member(ask(w, risk="sanctions")).figures != ()


def test_own_conduct_of_the_holder_enters_its_contracts() -> None:
    w = chain()
    w.said("o", "own-conduct", ["holder"], severity=2)
    got = figure(ask(w, risk="own-conduct"), 2, Basis.SPECIFIC, ITEM)
    assert got is not None
    assert got.path is not None
    assert got.path.nodes == ("holder", "c")


def test_an_area_of_risk_rolls_up_its_sub_risks_and_never_the_reverse() -> None:
    w = chain()
    w.assessed("sub", FORCED, ["cotton"], severity=4, likelihood=0.2)
    w.assessed("area", "workers-rights", ["gown"], severity=2, likelihood=0.9)
    area, sub = ask(w, risk="workers-rights"), ask(w, risk=FORCED)
    four, two = (figure(area, level, Basis.GENERIC, ITEM) for level in (4, 2))
    assert four is not None
    assert two is not None
    assert (four.high, two.high) == (0.2, 0.9)
    below = figure(sub, 2, Basis.GENERIC, ITEM)
    assert below is not None
    assert below.high == 0.2


# -- generic chains -----------------------------------------------------------------------------------------------
def typical() -> World:
    """Gloves are typically dipped in MY from rubber grown in TH; contract c is for gloves, its chain untold."""
    w = World()
    w.org("region")
    w.org("holder")
    for place, country in (("MY", "MY"), ("TH", "TH")):
        w.place(place, country=country)
    w.kind("medical")
    w.kind("glove", broader="medical")
    w.kind("nitrile", broader="glove")
    w.kind("rubber", type="Material")
    w.step("g-dip", stage="final-manufacture", of="glove", at="MY", generic=True)
    w.step("g-grow", stage="cultivation", of="rubber", at="TH", generic=True, feeds=["g-dip"])
    w.contract("c", holder="holder", buyer="region", category="glove")
    w.assessed("a", FORCED, ["glove", "MY"], severity=4, likelihood=0.5)
    return w


def test_a_contract_of_untold_deliveries_gets_what_is_typical_for_its_kind() -> None:
    # DELIVERED_UNDER derived, generic: confidence 0.3. low = 0.5 * 0.3 = 0.15, high = 0.5.
    found = ask(typical())
    assert figure(found, 4, Basis.GENERIC, ITEM) is None
    got = figure(found, 4, Basis.GENERIC, ALL_LINKS)
    assert got is not None
    assert got.low == pytest.approx(0.15)
    assert (got.high, got.upper_open) == (0.5, True)
    assert got.path is not None
    assert (got.path.nodes, got.path.resolution) == (("g-dip", "c"), Resolution.GENERIC)
    (derived,) = [link for link in found.links if link.type == "DELIVERED_UNDER"]
    assert derived.resolution is Resolution.GENERIC
    assert derived.rests_on


def test_a_narrower_category_gets_the_broader_kinds_generic_steps() -> None:
    w = typical()
    w.contract("c2", category="nitrile")
    assert figure(ask(w, "c2"), 4, Basis.GENERIC, ALL_LINKS, "c2") is not None


def test_a_generic_kind_narrower_than_the_contracts_may_apply_and_counts_as_unknown() -> None:
    w = typical()
    w.contract("c2", category="medical")
    got = member(ask(w, "c2"), "c2")
    assert (got.figures, got.knowledge, got.may_apply) == ((), "unknown", ("g-dip",))
    assert ask(w, "c2").may_apply == ("g-dip",)


def test_what_may_apply_is_of_the_risk_asked_about() -> None:
    w = typical()
    w.contract("c2", category="medical")
    assert ask(w, "c2", risk=CHILD).may_apply == ()


def test_known_deliveries_take_the_place_of_typical_ones() -> None:
    w = typical()
    w.step("dip", stage="final-manufacture", of="glove", known="all", feeds=["c"])
    w.step("latex", stage="cultivation", feeds=["dip"])
    found = ask(w)
    assert figure(found, 4, Basis.GENERIC, ALL_LINKS) is None
    # The steps themselves are in no known place: whether the assessment applies is unknown.
    assert member(found).unassessed == 2


def test_one_generic_link_makes_a_path_generic() -> None:
    w = typical()
    w.step("stock", stage="distribution", of="glove", known="all", feeds=["c"])
    w.step("dip", stage="final-manufacture", of="glove", feeds=["stock"])
    w.assessed("b", FORCED, ["rubber", "TH"], severity=3, likelihood=0.4)
    got = figure(ask(w), 3, Basis.GENERIC, ALL_LINKS)
    assert got is not None
    assert got.path is not None
    # g-grow is the generic supplier of g-dip, of dip's kind and stage; the rest of the way is told.
    assert got.path.nodes == ("g-grow", "dip", "stock", "c")
    assert got.path.resolution is Resolution.GENERIC
    assert got.low == pytest.approx(0.4 * 0.3)
    assert figure(ask(w), 3, Basis.GENERIC, ITEM) is None


# -- groups -------------------------------------------------------------------------------------------------------
def region_of_three() -> World:
    """c is exposed, c2 is not known, c3 is told and assessed."""
    w = chain()
    w.org("area", area=True)
    w.org("unit")
    w.link("PART_OF", "region", "area")
    w.link("PART_OF", "unit", "region")
    w.assessed("a", FORCED, ["cotton"], severity=3, likelihood=0.5)
    w.contract("c2", holder="holder", buyer="unit")
    w.contract("c3", buyer="region", known="all")
    w.step("wood", stage="cultivation", feeds=["c3"])
    w.node("Audit", "audit", could_find=[FORCED])
    w.link("EXAMINED", "audit", "wood")
    return w


@pytest.mark.parametrize(("subject", "view"), [("region", "buyer"), ("area", "area"), ("all", "all")])
def test_a_group_is_a_distribution_over_its_contracts(subject: str, view: str) -> None:
    found = ask(region_of_three(), subject)
    assert (found.view, found.contracts) == (view, 3)
    assert {m.contract.id: m.knowledge for m in found.members} == {
        "c": "reached", "c2": "unknown", "c3": "none_found",
    }  # fmt: skip
    counts = {(d.severity, d.basis, d.links): d.contracts for d in found.distribution}
    assert counts[3, Basis.GENERIC, ITEM] == 1
    assert counts[4, Basis.GENERIC, ITEM] == 0
    assert found.worst_contract == "c"
    (buyer,) = found.buyers
    assert (buyer.buyer, buyer.contracts, buyer.reached, buyer.unknown, buyer.none_found) == ("region", 3, 1, 1, 1)
    assert buyer.severity == 3
    (origin,) = found.origins
    assert (origin.node, origin.statements, origin.contracts, origin.contracts_item) == ("farm", ("a",), 1, 1)


@pytest.mark.parametrize(
    ("subject", "view", "contracts"),
    [
        ("holder", "supplier", {"c", "c2"}), ("gown", "category", {"c"}), ("cotton", "material", {"c"}),
        ("XX", "place", {"c"}), ("field", "site", {"c"}), ("mill", "step", {"c"}), ("c", "contract", {"c"}),
    ],
)  # fmt: skip
def test_each_view_groups_contracts(subject: str, view: str, contracts: set[str]) -> None:
    found = ask(region_of_three(), subject)
    assert (found.view, {m.contract.id for m in found.members}) == (view, contracts)


def test_tiers_count_steps_seeds_and_what_nobody_assessed() -> None:
    w = chain()
    w.assessed("a", FORCED, ["cotton"], severity=3, likelihood=0.5)
    rows = {t.tier: (t.steps, t.item_steps, t.seeded, t.unassessed) for t in ask(w).tiers}
    assert rows == {0: (0, 0, 0, 0), 1: (1, 1, 0, 1), 2: (1, 1, 0, 1), 3: (1, 1, 1, 0)}


def test_members_beyond_the_number_asked_for_are_counted_and_said() -> None:
    answer = exposure(region_of_three().snapshot(), "region", FORCED, members=1)
    found = data(answer)
    assert [m.contract.id for m in found.members] == ["c"]
    assert found.contracts == 3
    assert answer.completeness.truncated is not None
    assert (answer.completeness.truncated.why, answer.completeness.truncated.limit) == ("members", 1)


def test_every_id_of_the_answer_is_described_and_its_links_are_evidence() -> None:
    w = typical()
    answer = exposure(w.snapshot(), "region", FORCED)
    found = data(answer)
    described = {node.id for node in found.nodes}
    path = found.worst[0].path
    assert path is not None
    assert described >= {*path.nodes, "region", "holder"}
    derived = [link for link in found.links if link.rests_on]
    assert {link.id for link in derived} == set(answer.evidence.derived)
    assert set(answer.evidence.links).issuperset(*(link.rests_on for link in derived))


def test_a_denied_delivery_is_shown_beside_and_lowers_nothing() -> None:
    w = chain()
    w.assessed("a", FORCED, ["cotton"], severity=3, likelihood=0.5)
    w.supply("farm", "mill", denied=True, valid=(date(2025, 1, 1), None))
    found = ask(w)
    got = figure(found, 3, Basis.GENERIC, ITEM)
    assert got is not None
    assert got.low == 0.5
    assert [(d.source, d.target) for d in found.denied] == [("farm", "mill")]


def test_a_status_without_a_stated_confidence_takes_the_methods() -> None:
    w = chain()
    w.links = [k for k in w.links if k.source != "farm" or k.type != "SUPPLIES"]
    w.supply("farm", "mill", confidence=None, status=Status.VERIFIED)
    w.assessed("a", FORCED, ["cotton"], severity=3, likelihood=1.0)
    got = figure(ask(w), 3, Basis.GENERIC, ITEM)
    assert got is not None
    assert got.low == pytest.approx(0.95)


def test_what_is_not_in_the_graph_never_scores_clean() -> None:
    answer = exposure(chain().snapshot(), "nobody", FORCED)
    assert (answer.knowledge, answer.data) == (Knowledge.NOT_IN_GRAPH, None)


def test_an_unknown_risk_type_is_refused() -> None:
    with pytest.raises(InputError):
        exposure(chain().snapshot(), "c", "bad-luck")


def levels(found: ExposureData, links: Links) -> dict[str, int]:
    return {row.level: row.contracts for row in found.levels if row.links is links}


def test_the_levels_count_every_contract_however_few_are_listed_traced_and_typical_apart() -> None:
    w = World()
    w.kind("glove")
    w.site("factory")
    w.said("finding", FORCED, ["factory"], severity=4)
    w.place("MY", country="MY")
    w.step("typical", stage="final-manufacture", of="glove", at="MY", generic=True)
    w.assessed("prior", FORCED, ["glove", "MY"], severity=2, likelihood=0.5)
    for n in range(3):
        w.contract(f"traced-{n}", known="all")
        w.step(f"step-{n}", site="factory", known="all", stage="extraction", feeds=[f"traced-{n}"])
    w.contract("glove-contract", category="glove")
    w.contract("untold")
    answer = exposure(w.snapshot(), "all", FORCED, members=1)
    assert answer.data is not None
    assert len(answer.data.members) == 1
    assert levels(answer.data, Links.ITEM) == {"4": 3, "unknown": 2}
    assert levels(answer.data, Links.ITEM_GENERIC) == {"4": 3, "2": 1, "unknown": 1}


def test_a_severity_that_nobody_gave_is_a_level_of_its_own() -> None:
    w = World()
    w.site("factory")
    w.said("finding", FORCED, ["factory"])
    w.contract("c")
    w.step("step", site="factory", feeds=["c"])
    answer = exposure(w.snapshot(), "c", FORCED)
    assert answer.data is not None
    assert levels(answer.data, Links.ITEM) == {"unstated": 1}


def matched(relation: str) -> World:
    """Two contracts of our own kind of gloves, which is matched with a code of another scheme."""
    w = World()
    w.kind("own")
    w.kind("code")
    w.link("MATCHES", "own", "code", relation=relation)
    for n in range(2):
        w.contract(f"c{n}", category="own")
    return w


@pytest.mark.parametrize("relation", ["exact", "broader"])
def test_contracts_of_a_kind_that_a_match_makes_the_same_or_narrower_belong_to_it(relation: str) -> None:
    found = exposure(matched(relation).snapshot(), "code", FORCED).data
    assert found is not None
    assert (found.contracts, found.may_belong) == (2, ())
    (row,) = found.by_match
    assert (row.kind, row.matched, row.contracts) == ("own", True, ("c0", "c1"))
    assert [(link.source, link.target) for link in found.links if link.id in row.links] == [("own", "code")]


def test_many_contracts_of_other_kinds_are_counted_and_the_first_are_listed() -> None:
    w = matched("narrower")
    for n in range(2, 1_100):
        w.contract(f"c{n}", category="own")
    answer = exposure(w.snapshot(), "code", FORCED)
    assert answer.data is not None
    (row,) = answer.data.may_belong
    assert (row.contracts_n, len(row.contracts)) == (1_100, 1_000)
    cuts = {cut.list: (cut.listed, cut.total) for cut in answer.completeness.cut}
    assert cuts["of_kinds.contracts"] == (1_000, 1_100)


def test_contracts_of_a_kind_that_a_match_makes_broader_may_belong_which_is_unknown() -> None:
    found = exposure(matched("narrower").snapshot(), "code", FORCED).data
    assert found is not None
    assert found.contracts == 0
    (row,) = found.may_belong
    assert (row.kind, row.matched, row.contracts) == ("own", True, ("c0", "c1"))
    assert [(link.source, link.target) for link in found.links if link.id in row.links] == [("own", "code")]
