"""The real application on the demonstration, in a real browser: what an analyst and an investigator do."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from api.settings import Settings
from tests.serving import serving_here
from visualisation.rdf import demonstration
from visualisation.views import views

KALMAR = "se-orgnr:2321000073"
GLOVES = "demo:contract-gloves-kalmar"


@pytest.fixture(scope="module")
def site(demo_settings: Settings) -> Iterator[str]:
    """The address of the application, served by uvicorn on a free port."""
    with serving_here(demo_settings) as address:
        yield address


PAGES = {
    "start": "/",
    "search": "/search?q=handskar",
    "tier": f"/tier?start={GLOVES}&risk=forced-labour",
    "region": f"/tier?start={KALMAR}&risk=forced-labour",
    "category": "/tier?start=own:it&risk=forced-labour",
    "downstream": "/tier?start=demo:site-klang-4&direction=downstream",
    "no risk": f"/tier?start={GLOVES}&risk=",
    "exposure": f"/exposure?subject={KALMAR}&risk=forced-labour",
    "all": "/exposure?subject=all&risk=workers-rights",
    "affected": "/affected?start=demo:incident-klang",
    "company": "/affected?start=demo:org-selat-biru",
    "paths": "/paths?source=demo:site-klang-4&target=demo:contract-gloves-skane",
    "paths form": "/paths",
    "entity": "/entity/demo:site-klang-4",
    "risks": "/risks?subject=all",
    "heat": "/heat",
    "area by stage": "/heat?by=area-stage&risk=forced-labour",
    "country by tier": "/heat?by=country-tier&risk=forced-labour&row=MY&column=2",
    "coverage": f"/coverage?subject={KALMAR}&risk=forced-labour",
    "conflicts": "/conflicts",
    "sources": "/sources",
    "loads": "/loads?run=1",
    "words": "/terms",
    "buyer": f"/entity/{KALMAR}",
    "timeline": f"/timeline?subject={GLOVES}",
    "map": "/map",
    "not in the graph": "/exposure?subject=5566778899&risk=forced-labour",
}


@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_every_page_opens_in_both_languages_with_clocks_and_banner(page: Page, site: str, path: str, lang: str) -> None:
    response = page.goto(f"{site}{path}{'&' if '?' in path else '?'}lang={lang}")
    assert response is not None
    assert response.status == 200
    assert page.locator("html").get_attribute("lang") == lang
    if path != "/paths":
        expect(page.locator("body")).to_contain_text(demonstration()[lang])
        expect(page.locator("footer")).to_contain_text("2026-11-01")


KNOWN = ("risks", "heat", "area by stage", "country by tier", "coverage", "conflicts", "sources", "loads", "words",
         "entity", "buyer")  # fmt: skip


@pytest.mark.parametrize("size", [{"width": 1440, "height": 900}, {"width": 390, "height": 844}], ids=["wide", "phone"])
@pytest.mark.parametrize("lang", ["sv", "en"])
def test_what_it_comes_to_what_is_unknown_and_whom_to_ask_are_on_the_first_screen(
    page: Page, site: str, size: Any, lang: str
) -> None:
    page.set_viewport_size(size)
    ask = {"sv": "råga", "en": "sk "}[lang]
    for name in KNOWN:
        path = PAGES[name]
        page.goto(f"{site}{path}{'&' if '?' in path else '?'}lang={lang}")
        headline = page.locator(".headline")
        parts = [headline.locator(".counts li").first, headline.locator(".unknown li").last]
        for part in parts:
            box = part.bounding_box()
            assert box is not None, name
            assert box["y"] + box["height"] <= size["height"], name
        if name not in ("loads", "words"):  # a load that refused nothing; words, of which each has its source
            assert ask in headline.inner_text(), name
        wide = "[document.documentElement.scrollWidth, innerWidth]"
        assert page.evaluate(wide)[0] <= page.evaluate(wide)[1], f"{name}: nothing is pushed out sideways"


def test_every_view_is_in_a_group_of_the_menu_and_the_foot_of_a_cell_leads_to_what_is_in_it(
    page: Page, site: str
) -> None:
    page.goto(f"{site}/?lang=en")
    menu = [link.get_attribute("href") or "" for link in page.locator(".menu a").all()]
    shown = {address.partition("?")[0] for address in menu}
    assert shown >= {"/", *(view.path or f"/{view.name}" for view in views().known.values() if "{" not in view.path)}
    assert len(menu) == len(set(menu))
    page.locator(".menu summary", has_text="Contracts and risk").click()
    page.locator(".menu").get_by_role("link", name="Heat map").click()
    expect(page.locator(".menu summary.here")).to_have_text("Contracts and risk")
    page.get_by_role("link", name="Gloves, Workers' rights: list").click()
    listed = page.locator("#chosen")
    expect(listed.locator("h2")).to_contain_text("In the cell: Gloves · Workers' rights")
    expect(listed.locator("tbody tr")).to_have_count(8)
    listed.locator("tbody a").first.click()
    page.wait_for_selector("html[data-ready=yes]")
    assert "/tier?" in page.url
    assert "risk=workers-rights" in page.url


def test_a_cell_of_the_heat_map_opens_the_tier_view_of_what_it_counts(page: Page, site: str) -> None:
    page.goto(f"{site}/heat?lang=en")
    page.get_by_role("link", name=re.compile("^Gloves, Workers' rights: Very severe; reached: 6 of 8")).click()
    expect(page.locator("h1")).to_have_text("Tiers in groups: Gloves")
    expect(page.locator(".headline .figure")).to_contain_text("8 contracts")
    assert "risk=workers-rights" in page.url
    page.goto(f"{site}/heat?by=country-tier&risk=forced-labour&lang=en")
    page.get_by_role("link", name=re.compile("^Malaysia, Tier 2: Very severe; reached: 2 of 2")).click()
    expect(page.locator(".filters [aria-current]")).to_have_text(re.compile("Tier 2"))
    expect(page.locator("svg.tiers a.n:not(.box)")).to_have_count(2)


def test_a_rule_is_linked_to_where_it_counts(page: Page, site: str) -> None:
    page.goto(f"{site}/conflicts?lang=en")
    page.get_by_role("link", name="the worst, or the least known").click()
    expect(page.locator("tr:target th")).to_have_text("Where sources differ: worst")


def test_a_name_that_is_not_there_is_a_page_that_says_so(page: Page, site: str) -> None:
    response = page.goto(f"{site}/tier?start=Nobody+AB&lang=sv")
    assert response is not None
    assert response.status == 404
    expect(page.locator("h1")).to_be_visible()


def test_from_the_search_box_to_the_worst_path_and_its_weakest_link(page: Page, site: str) -> None:
    page.goto(f"{site}/?lang=en")
    page.keyboard.type("region kalmar")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Region Kalmar län").first.click()
    page.locator("main").get_by_role("link", name="Exposure").first.click()
    body = page.locator("main")
    expect(body).to_contain_text("Very severe")
    expect(body).to_contain_text("weakest link")
    expect(body).to_contain_text("Björkvik Vårdgrossist AB")
    expect(body).to_contain_text("not assessed")


def test_selecting_a_step_shows_its_statements_who_says_so_and_where_knowledge_ends(page: Page, site: str) -> None:
    page.goto(f"{site}{PAGES['tier']}&lang=en")
    mark = page.get_by_role("link", name="Glove dipping, Selat Biru Plant 4, Klang").first
    mark.click(position={"x": 14, "y": 14})
    panel = page.locator("#panel")
    expect(panel).to_contain_text("Clear the selection")
    expect(panel).to_contain_text("According to The Diplomat")
    expect(panel).to_contain_text("Where knowledge ends Glove dipping, Selat Biru Plant 4, Klang: inputs known: Some")
    assert "selected=" in page.url


def test_a_tier_is_folded_and_a_step_hidden_in_the_address_and_the_relation_stays(page: Page, site: str) -> None:
    page.goto(f"{site}{PAGES['tier']}&lang=en")
    before = page.locator("a.n").count()
    page.get_by_role("group", name="Fold").get_by_role("link", name="Tier 1").click()
    page.wait_for_selector("html[data-ready=yes]")
    assert page.locator("a.n[data-c='1']").count() == 0
    assert page.locator("path.w.implied").count() > 0
    expect(page.locator(".legend.shapes")).to_contain_text("Through what is hidden or folded")
    page.get_by_role("link", name=re.compile("^Glove dipping, Selat Biru Plant 4")).first.click(
        position={"x": 14, "y": 14}
    )
    page.locator("#panel").get_by_role("link", name="Hide").click()
    page.wait_for_url(re.compile("hide="))
    folded = page.locator("a.n").count()
    again = page.url
    page.go_back()
    page.wait_for_selector("html[data-ready=yes]")
    assert page.locator("a.n").count() == folded + 1, "back undoes"
    page.goto(again)
    assert page.locator("a.n").count() == folded, "the address keeps it"
    assert page.locator("#table tbody tr").count() == folded
    page.get_by_role("link", name=re.compile("^Show Glove dipping.* again")).click()
    page.get_by_role("group", name="Fold").get_by_role("link", name="Tier 1").click()
    assert page.locator("a.n").count() == before


def test_another_day_is_another_answer(page: Page, site: str) -> None:
    """The link from the factory to Ormö ended on 2022-06-30: before that day Jönköping's contract was reached."""
    page.goto(f"{site}/affected?start=demo:site-klang-4&lang=en&valid_at=2022-06-30")
    formerly = "Handskar, Region Jönköpings län was affected up to and including"
    expect(page.locator("main")).to_contain_text("Handskar, Region Jönköpings län")
    expect(page.locator("main")).not_to_contain_text(formerly)
    page.goto(f"{site}/affected?start=demo:site-klang-4&lang=en&valid_at=2022-07-01")
    expect(page.locator("main")).to_contain_text(formerly)


def test_an_export_is_downloaded_from_its_page(page: Page, site: str) -> None:
    page.goto(f"{site}{PAGES['affected']}&lang=en")
    with page.expect_download() as download:
        page.get_by_role("link", name="xlsx").click()
    assert download.value.suggested_filename == "kedja-affected.xlsx"


def test_a_hit_shows_the_level_of_what_it_names_for_the_risk_that_is_chosen(page: Page, site: str) -> None:
    page.goto(f"{site}/search?q=klang&lang=en")
    assert page.locator("#hits .chip").count() == 0, "no risk is chosen"
    page.get_by_role("combobox", name="Risk").select_option("forced-labour")
    page.get_by_role("button", name="Show").click()
    dipping = page.locator("#hits li", has_text="Glove dipping, Selat Biru Plant 4")
    expect(dipping.locator(".chip")).to_have_text(re.compile("4 Very severe"))
    page.goto(f"{site}/search?q=Kyckling, Region Sörmland&risk=forced-labour&lang=en")
    expect(page.locator("#hits .chip").first).to_have_text(re.compile(r"\? Unknown"))
    page.locator("#q").fill("klang")
    page.locator("#q").press("Enter")
    assert "risk=forced-labour" in page.url, "the next search is of the same risk"


@pytest.mark.parametrize("name", ["region", "heat", "timeline", "coverage", "map", "exposure", "risks"])
def test_a_page_is_saved_as_a_picture_whole_and_light_also_from_a_dark_phone(
    page: Page, site: str, name: str, tmp_path: Path
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    page.goto(f"{site}{PAGES[name]}{'&' if '?' in PAGES[name] else '?'}lang=sv")
    with page.expect_download() as saved:
        page.get_by_role("button", name="png").click()
    assert saved.value.suggested_filename.endswith(".png")
    made = Path(saved.value.path()).read_bytes()
    width, height = struct.unpack(">II", made[16:24])
    with page.expect_download() as drawn:
        page.get_by_role("link", name="svg").click()
    drawn.value.save_as(tmp_path / "drawn.svg")
    page.goto((tmp_path / "drawn.svg").as_uri())
    size = page.evaluate(
        "[document.documentElement.width.baseVal.value, document.documentElement.height.baseVal.value]"
    )
    assert [width, height] == [int(2 * side) for side in size]
    ground = "getComputedStyle(document.querySelector('rect.bare')).fill"
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    outside = """() => [...document.querySelectorAll('text')].filter((one) => {
      const box = one.getBoundingClientRect();
      return box.right > document.documentElement.width.baseVal.value || box.left < 0;
    }).map((one) => one.textContent)"""
    assert page.evaluate(outside) == []


@pytest.mark.parametrize("start", [GLOVES, KALMAR])
def test_a_chain_of_four_tiers_stands_whole_in_a_window_of_1440_px(page: Page, site: str, start: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{site}/tier?start={start}&risk=forced-labour")
    page.wait_for_selector("html[data-ready=yes]")
    assert page.locator("svg.heads g[data-c]").count() == 6
    assert page.evaluate("(s => s.scrollWidth <= s.clientWidth)(document.querySelector('.scroll'))")


def test_a_category_is_found_under_its_name_in_the_language_of_the_page(page: Page, site: str) -> None:
    for lang, name in (("sv", "Handskar"), ("en", "Gloves")):
        page.goto(f"{site}/search?q=handskar&lang={lang}")
        expect(page.locator("#hits a b").first).to_have_text(name)
