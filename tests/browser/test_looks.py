"""How every page looks and reads: WCAG AA by axe-core, the dark ramp, the size of what is sent, the first screen."""

from __future__ import annotations

import gzip
import re
from itertools import combinations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.test_app import site as site
from tools.pictures import LANGUAGES, PAGES, SIZES, address

AXE = Axe()
AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Rows of a table and marks of a drawing are made alike: the first few stand for all.
REPEATED = [
    "tbody tr:nth-child(n+6)",
    "a.n:nth-of-type(n+12)",
    ".ends li:nth-child(n+4)",
    "optgroup",
    "main > section:nth-of-type(n+5)",
]
LARGEST = 60_000


def found_by_axe(page: Page, rules: list[str], kind: str = "tag") -> list[str]:
    """What axe-core finds, a line each with the first element."""
    options = {"runOnly": {"type": kind, "values": rules}, "resultTypes": ["violations"]}
    found = AXE.run(page, {"exclude": [[one] for one in REPEATED]}, options).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]} ({one['nodes'][0]['failureSummary']})" for one in found]


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_at_aa_on_any_page_in_both_languages_light_and_dark(page: Page, site: str, name: str) -> None:
    page.set_viewport_size(SIZES["desk"])
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(site + address(PAGES[name], "sv"))
    assert found_by_axe(page, AA) == []
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.goto(site + address(PAGES[name], "en"))
    assert found_by_axe(page, AA) == []


def test_axe_would_find_what_is_wrong(page: Page) -> None:
    page.set_content("<html lang=en><title>t</title><main><p style='color:#999;background:#aaa'>grey</p></main>")
    assert [line.partition(":")[0] for line in found_by_axe(page, AA)] == ["color-contrast"]


INK_AND_GROUND = """() => {
  const probe = document.createElement('i');
  document.body.append(probe);
  const read = (token) => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color.match(/[\\d.]+/g).slice(0, 3).map(Number);
  };
  const names = ['ink', 'soft', 'blue', 'ground', 'pale', 'tint', 'note', 'demo', 'outline', 'wire', 'field',
    's4', 's3', 's2', 's1', 's0', 'plain', 'unknown', 'on-dark', 'on-light'];
  return Object.fromEntries(names.map((name) => [name, read(`--${name}`)]));
}"""


def contrast(a: list[float], b: list[float]) -> float:
    """The ratio of WCAG 2, 1 to 21."""

    def light(colour: list[float]) -> float:
        parts = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((light(a), light(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_read_on_every_ground_and_the_levels_are_told_apart(page: Page, site: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"{site}/terms?only=severity")
    c = page.evaluate(INK_AND_GROUND)
    for ground in ("ground", "pale", "tint", "note", "demo"):
        for text in ("ink", "soft", "blue"):
            if text != "blue" or ground != "demo":
                assert contrast(c[text], c[ground]) >= 4.5, (text, ground)
    for level, text in (("s4", "on-dark"), ("s3", "on-dark"), ("s2", "on-light"), ("s1", "on-light"), ("s0", "ink"),
                        ("unknown", "ink")):  # fmt: skip
        assert contrast(c[level], c[text]) >= 4.5, level
    for line in ("outline", "wire", "field"):
        assert contrast(c[line], c["ground"]) >= 3, line
    for one, other in combinations(("s4", "s3", "s2", "s1", "s0", "plain", "unknown"), 2):
        apart = sum((a - b) ** 2 for a, b in zip(c[one], c[other], strict=True)) ** 0.5
        assert apart > 25, (one, other)


def test_what_is_printed_from_a_dark_screen_is_light(page: Page, site: str) -> None:
    page.emulate_media(color_scheme="dark", media="print")
    page.goto(f"{site}/heat?lang=en")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"


def test_forced_colours_keep_the_levels_and_the_unknown_apart(page: Page, site: str) -> None:
    page.emulate_media(forced_colors="active", color_scheme="dark")
    page.goto(site + PAGES["country-by-tier"])
    fills = "[...document.querySelectorAll('.square')].map(e => [e.className, getComputedStyle(e).backgroundColor])"
    found = {tuple(pair) for pair in page.evaluate(fills)}
    assert len({colour for _, colour in found}) >= 3
    assert {name for name, _ in found} > {"square m4", "square munknown"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_is_small_when_it_is_sent(page: Page, site: str, lang: str) -> None:
    sizes = {}
    for name, below in PAGES.items():
        body = page.request.get(site + address(below, lang)).body()
        sizes[name] = len(gzip.compress(body, 6))
    assert {name: size for name, size in sizes.items() if size > LARGEST} == {}


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_lens_says_its_highest_figure_and_what_may_be_more_on_the_first_screen(
    page: Page, site: str, lang: str, size: dict[str, int]
) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.goto(site + address(PAGES["figures"], lang))
    figures = page.locator(".headline .counts li")
    expect(figures.first).to_contain_text("0,65" if lang == "sv" else "0.65")
    expect(figures).to_have_text([re.compile("≥"), re.compile(r"^\D*3 \w+ 5"), re.compile(r"^\D*5 \w+ 5")])
    box = page.locator(".headline .unknown li").last.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= size["height"]


def test_no_name_on_a_timeline_is_cut(page: Page, site: str) -> None:
    page.set_viewport_size(SIZES["desk"])
    page.goto(site + address(PAGES["timeline"], "sv"))
    names = page.locator("svg.line .said-at text.t").all_text_contents()
    assert names
    assert [name for name in names if "…" in name] == []
    assert page.evaluate(
        "[...document.querySelectorAll('svg.line text.t')].every(e => e.getBBox().x + e.getBBox().width < 330)"
    )


@pytest.mark.parametrize("name", ["loads", "conflicts", "coverage", "sources"])
def test_a_table_stands_whole_in_a_window_of_1440_px(page: Page, site: str, name: str) -> None:
    page.set_viewport_size(SIZES["desk"])
    page.goto(site + address(PAGES[name], "sv"))
    cut = "[...document.querySelectorAll('.wide')].filter(e => e.scrollWidth > e.clientWidth).length"
    assert page.evaluate(cut) == 0


def test_a_page_that_is_not_there_offers_to_search_for_what_was_asked(page: Page, site: str) -> None:
    page.goto(site + address(PAGES["not-found"], "sv"))
    page.get_by_role("link", name="Sök: Nobody AB").click()
    page.wait_for_url(re.compile(r"/search\?.*q=Nobody"))
    expect(page.locator("#q")).to_be_visible()


@pytest.mark.parametrize("asked", ["tier?start=Bjorkvig", "exposure?subject=Björk", "timeline?subject=bjorkvikk"])
def test_a_name_that_nothing_bears_is_answered_with_the_nearest(page: Page, site: str, asked: str) -> None:
    page.goto(f"{site}/{asked}&lang=sv&risk=forced-labour" if "time" not in asked else f"{site}/{asked}&lang=sv")
    expect(page.locator("main")).to_contain_text("Menade du")
    page.locator(".hits a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Björkvik")


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_groups_of_the_menu_open_one_at_a_time_by_keyboard_and_stand_whole(
    page: Page, site: str, lang: str, size: dict[str, int]
) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.goto(site + address(PAGES["sources"], lang))
    menu = page.locator(".menu")
    groups = menu.locator("summary")
    expect(menu.locator("summary.here")).to_have_text("Kunskap och källor" if lang == "sv" else "Knowledge and sources")
    for number in range(groups.count()):
        groups.nth(number).focus()
        page.keyboard.press("Enter")
        expect(menu.locator("details[open]")).to_have_count(1)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('details[open]') !== null")
        box = menu.locator("[open] ul").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size["width"]
        assert box["y"] + box["height"] <= size["height"]
        page.keyboard.press("Escape")
        expect(menu.locator("details[open]")).to_have_count(0)
        expect(groups.nth(number)).to_be_focused()
    groups.first.click()
    assert found_by_axe(page, AA) == []
    page.mouse.click(2, size["height"] - 2)
    expect(menu.locator("details[open]")).to_have_count(0)


@pytest.mark.parametrize(("name", "most"), [("exposure", 2_900), ("terms", 5_200)])
def test_a_long_page_is_its_answer_with_the_rest_folded(page: Page, site: str, name: str, most: int) -> None:
    page.set_viewport_size(SIZES["desk"])
    page.goto(site + address(PAGES[name], "en"))
    assert page.evaluate("document.documentElement.scrollHeight") <= most
    folded = page.locator("main .fold:not([open])")
    assert folded.count() >= 4
    expect(folded.first.locator("summary small")).to_have_text(re.compile(r"\d"))
    folded.first.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("main .fold:not([open])")).to_have_count(folded.count())


def test_a_word_that_a_page_leads_to_is_shown_though_its_list_is_folded(page: Page, site: str) -> None:
    page.goto(f"{site}/terms?lang=en#risk-types.forced-labour")
    row = page.locator("tr:target")
    expect(row).to_be_visible()
    expect(row).to_be_in_viewport()
    page.locator("nav").get_by_role("link", name="Standing").first.click()
    assert page.locator("details[open] tbody").count() > 2


@pytest.mark.parametrize(
    ("name", "most"),
    [("tier", 5_500), ("tiers", 4_300), ("exposure", 5_300), ("heat", 2_600), ("country-by-tier", 2_800),
     ("coverage", 5_000), ("buyer", 5_200)],
)  # fmt: skip
def test_a_page_on_a_phone_is_its_answer_with_the_rest_folded(page: Page, site: str, name: str, most: int) -> None:
    page.set_viewport_size(SIZES["phone"])
    page.goto(site + address(PAGES[name], "sv"))
    assert page.evaluate("document.documentElement.scrollHeight") <= most
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_long_table_opens_its_other_rows_by_keyboard_and_prints_them(page: Page, site: str) -> None:
    page.goto(site + address(PAGES["tiers"], "en"))
    rows = page.locator("#table tbody tr")
    told = int(re.sub(r"\D", "", page.locator("#table h2 small").inner_text()))
    assert rows.count() == told > 20
    expect(rows.nth(14)).to_be_visible()
    expect(rows.last).to_be_hidden()
    page.get_by_text(f"Show {told - 15} more rows").focus()
    page.keyboard.press("Enter")
    expect(rows.last).to_be_visible()
    page.keyboard.press("Enter")
    page.emulate_media(media="print")
    expect(rows.last).to_be_visible()


def test_a_heat_map_keeps_its_headings_in_sight_while_it_scrolls(page: Page, site: str) -> None:
    page.set_viewport_size(SIZES["phone"])
    page.goto(site + address(PAGES["heat"], "sv"))
    wide = page.locator(".wide:has(.heat)")
    wide.evaluate("e => { e.scrollTop = 400; e.scrollLeft = 300; }")
    wide.scroll_into_view_if_needed()
    frame, row, column = (
        one.bounding_box() for one in (wide, wide.locator("tbody th").last, wide.locator("thead th").last)
    )
    assert frame is not None
    assert row is not None
    assert column is not None
    assert abs(row["x"] - frame["x"]) < 2
    assert abs(column["y"] - frame["y"]) < 2


@pytest.mark.parametrize("name", ["tiers", "heat", "compare"])
def test_a_form_says_in_words_that_it_asks_about_all_contracts(page: Page, site: str, name: str) -> None:
    page.goto(site + address(PAGES[name], "sv"))
    heading = page.get_by_role("heading", level=1).inner_text()
    subject = page.locator("main [name=subject]")
    expect(subject).to_have_value("")
    expect(subject).to_have_attribute("placeholder", "Alla avtal")
    page.locator("main form:has([name=subject]) button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
