"""Comparison, timeline, map, paths between sets and tiers in groups, on the demonstration, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.test_app import GLOVES, KALMAR
from tests.browser.test_app import site as site
from tests.browser.test_explorer import CUT_AND_CROSSED
from visualisation import mapped, shapes
from visualisation.shapes import Country

LIST = quote(f"{GLOVES}\ndemo:contract-gloves-skane")
PAGES = {
    "compare": "/compare?risk=forced-labour&",
    "timeline": f"/timeline?subject={GLOVES}&",
    "sites": "/map?",
    "paths": f"/paths?source={quote(f'demo:site-klang-4{chr(10)}MY')}&target={LIST}&",
    "tiers": "/tiers?",
}
SIZES: tuple[ViewportSize, ...] = ({"width": 1440, "height": 900}, {"width": 390, "height": 844})


@pytest.fixture(autouse=True)
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Countries as squares of ten degrees, whether or not the shapes have been fetched here."""
    made = {"SE": (15, 60), "MY": (105, 5), "DE": (10, 50), "CN": (105, 35), "PK": (70, 30), "BD": (90, 24)}

    def square(x: float, y: float) -> tuple[tuple[float, float], ...]:
        return ((x - 5, y - 5), (x - 5, y + 5), (x + 5, y + 5), (x + 5, y - 5), (x - 5, y - 5))

    known = tuple(Country(code, (square(*middle),)) for code, middle in made.items())
    monkeypatch.setattr(mapped, "countries", lambda _="": known)
    monkeypatch.setattr(shapes, "countries", lambda _="": known)
    shapes.middles.cache_clear()
    yield
    shapes.middles.cache_clear()


@pytest.mark.parametrize("size", SIZES, ids=["desk", "phone"])
@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_the_headline_and_what_is_not_known_are_on_the_first_screen(
    page: Page, site: str, name: str, lang: str, size: Any
) -> None:
    page.set_viewport_size(size)
    page.goto(f"{site}{PAGES[name]}lang={lang}")
    expect(page.locator(".headline .figure")).to_contain_text(re.compile(r"\d"))
    expect(page.locator(".headline")).to_contain_text(re.compile("[Ff]råga |[Aa]sk ") if name != "paths" else "")
    for part in (page.locator(".headline .figure"), page.locator(".headline .unknown li").last):
        box = part.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= size["height"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is pushed out sideways"


@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize("by", ["supplier", "category", "stage", "country", "certainty"])
def test_no_name_of_a_box_is_cut_and_no_line_runs_through_one(page: Page, site: str, by: str, lang: str) -> None:
    page.set_viewport_size(SIZES[0])
    page.goto(f"{site}/tiers?by={by}&lang={lang}")
    cut, crossed, _, faded = page.evaluate(CUT_AND_CROSSED)
    assert page.locator("a.box").count()
    assert (cut, crossed, faded) == ([], [], 0)


def test_a_box_opens_and_closes_by_links_without_scripts(page: Page, site: str) -> None:
    page.context.route("**/*.mjs", lambda route: route.abort())
    page.goto(f"{site}/tiers?by=stage&lang=en")
    before = page.locator("a.n").count()
    page.locator("#table").get_by_role("link", name="Open").first.click()
    expect(page.get_by_role("link", name=re.compile("Contract ×: close"))).to_be_visible()
    assert page.locator("a.n").count() > before
    expect(page.locator("a.box .t").filter(has_text=re.compile(r"Contract \(\+36\)"))).to_have_count(1)
    page.get_by_role("link", name=re.compile("×: close")).click()
    assert page.locator("a.n").count() == before


def test_a_filter_says_its_count_and_is_taken_back_by_the_same_button(page: Page, site: str) -> None:
    page.goto(f"{site}/tiers?lang=en")
    severe = page.locator(".filters .button", has_text="Very severe")
    n = (severe.locator("small").text_content() or "").strip()
    severe.click()
    expect(page.locator(".under")).to_contain_text(f"{n} of ")
    expect(page.locator(".filters [aria-current]")).to_have_text(re.compile("Very severe"))
    page.locator(".filters [aria-current]").click()
    assert "level" not in page.url


def test_what_lies_between_a_buyers_contracts_and_a_site_is_a_part_of_its_chains(page: Page, site: str) -> None:
    page.goto(f"{site}/tiers?subject={KALMAR}&between=demo:site-klang-4&lang=en")
    expect(page.locator("main")).to_contain_text("Glove")
    between = page.locator("a.n").count()
    page.goto(f"{site}/tiers?subject={KALMAR}&lang=en")
    assert page.locator("a.n").count() > between


def test_the_day_of_a_timeline_is_typed_or_dragged(page: Page, site: str) -> None:
    page.set_viewport_size(SIZES[0])
    page.goto(f"{site}/timeline?subject={GLOVES}&lang=en")
    page.wait_for_selector("html[data-ready=yes]")
    box = page.locator("[data-handle] .grip").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 150, y, steps=5)
    page.mouse.up()
    page.wait_for_url(re.compile("valid_at=202[0-6]-"))
    dragged = re.search(r"valid_at=(\d{4}-\d\d-\d\d)", page.url)
    assert dragged
    assert dragged[1] < "2026-11-01"
    expect(page.locator(".figure")).to_contain_text(dragged[1])
    page.wait_for_selector("html[data-ready=yes]")
    box = page.locator("[data-handle] .grip").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 12, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 10, steps=3)
    page.mouse.up()
    page.wait_for_url(lambda url: f"valid_at={dragged[1]}" not in url)
    page.get_by_role("textbox", name="Valid at").fill("2025-01-01")
    page.locator("form.asof").first.get_by_role("button").click()
    expect(page.locator(".figure")).to_contain_text("2025-01-01")


def test_a_mark_of_several_sites_leads_to_a_map_that_shows_them_and_estimates_are_hollow(page: Page, site: str) -> None:
    page.goto(f"{site}/map?lang=en")
    assert page.locator("svg.world a.estimated").count()
    assert page.locator("svg.world a:not(.estimated)").count() == 1, "the demonstration tells one position"
    expect(page.locator("svg.world .on-way")).to_have_count(1)
    told = page.evaluate("getComputedStyle(document.querySelector('svg.world a.estimated > .s')).fillOpacity")
    assert told == "0"
    page.get_by_role("link", name="Asia", exact=True).click()
    assert "area=" in page.url
    expect(page.locator("#list-h small")).to_contain_text("of 41")


def test_the_map_and_its_list_are_of_the_level_that_is_chosen(page: Page, site: str) -> None:
    page.goto(f"{site}/map?risk=forced-labour&lang=en")
    severe = page.locator(".filters .button", has_text="Very severe")
    n = int(severe.locator("small").text_content() or "")
    severe.click()
    expect(page.locator(".sites li")).to_have_count(n)
    expect(page.locator("#list-h small")).to_contain_text(f"{n} of 41")
    expect(page.locator("svg.world a.m4")).not_to_have_count(0)
    expect(page.locator("svg.world a:not(.m4)")).to_have_count(0)
    page.locator(".filters [aria-current]").click()
    assert "level" not in page.url


def test_conflicts_and_sources_are_chosen_from_with_how_many_there_are(page: Page, site: str) -> None:
    for name, rows in (("conflicts", "#table-1"), ("sources", "#table-1")):
        page.goto(f"{site}/{name}?lang=en")
        choice = page.locator(".filters .button").last
        n = int(choice.locator("small").text_content() or "")
        choice.click()
        expect(page.locator(".filters [aria-current]")).to_have_count(1)
        table = page.locator("section", has=page.locator(rows))
        expect(table.locator("tbody tr")).to_have_count(n)
        page.locator(".filters [aria-current]").click()
        expect(page.locator(".filters [aria-current]")).to_have_count(0)


def test_then_and_now_are_two_columns_with_the_change(page: Page, site: str) -> None:
    page.goto(f"{site}{PAGES['compare']}lang=en")
    levels = page.locator("table.levels")
    expect(levels.locator("thead th")).to_have_text(["Severity reached", "Then", "Now", "Change"])
    for row in levels.locator("tbody tr").all():
        then, now, change = row.locator("td").all_text_contents()
        moved = [int(number.replace("−", "-")) for number in re.findall(r"[+−]\d+", change)]
        assert int(now) - int(then) == sum(moved)


def test_the_clocks_of_a_timeline_are_named_and_no_name_runs_into_another(page: Page, site: str) -> None:
    for day in ("2026-11-01", "2022-01-01", "2026-11-29"):
        page.goto(f"{site}{PAGES['timeline']}lang=en&valid_at={day}")
        expect(page.locator("svg.line .clockt")).to_have_text(["Known by", "Valid at"])
        into = """() => {
          const boxes = [...document.querySelectorAll('svg.line text, svg.line .grip')]
            .filter((one) => !one.closest('.m4, .m3, .m2, .m1, .mplain, .munstated'))
            .map((one) => [one.textContent, one.getBoundingClientRect()]);
          return boxes.flatMap(([a, p], i) => boxes.slice(i + 1)
            .filter(([, q]) => p.right > q.left + 1 && q.right > p.left + 1)
            .filter(([, q]) => p.bottom > q.top + 3 && q.bottom > p.top + 3)
            .map(([b]) => `${a} / ${b}`));
        }"""
        assert page.evaluate(into) == []


def test_without_shapes_the_map_is_a_list_and_says_so(page: Page, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapped, "countries", lambda _="": ())
    page.goto(f"{site}/map?lang=en&most=999")
    expect(page.locator("main")).to_contain_text("make shapes")
    expect(page.locator(".sites li").first).to_be_visible()
    expect(page.locator("svg.world")).to_have_count(0)


def test_each_change_says_why_and_according_to_whom(page: Page, site: str) -> None:
    page.goto(f"{site}{PAGES['compare']}lang=en")
    row = page.locator("#table tbody tr").first
    expect(row).to_contain_text("Risen")
    expect(row).to_contain_text(re.compile(r"Began: .+ \(Kedja \(demonstration\)\)"))


def test_the_page_of_a_thing_has_a_small_map_of_the_sites_behind_its_contracts(page: Page, site: str) -> None:
    page.goto(f"{site}/entity/{KALMAR}?lang=en")
    small = page.locator(".mini")
    expect(small.locator("h2")).to_contain_text(re.compile(r"^\d+ sites behind its contracts"))
    assert small.locator("svg.world a").count() > 1
    small.get_by_role("link", name="Map").click()
    expect(page.locator("h1")).to_have_text("Map: Region Kalmar län")
