"""The explorer in a real browser: by keyboard alone, in both languages, with nasty names, small, zoomed, offline.

The ``page`` fixture fails a test when a request leaves this machine or a script throws.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.serving import NASTY, served
from tests.visualisation import made
from visualisation.pyvis_snapshot import snapshot_html
from visualisation.words import Words


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with served() as address:
        yield address


def opened(page: Page, address: str) -> Page:
    """The page, when its module has taken over."""
    page.goto(address)
    page.wait_for_selector("html[data-ready=yes]")
    return page


def pick(page: Page, id: str) -> None:
    """Click the symbol of a mark."""
    page.locator(f"a.n[data-id={id}] .s").click()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.dataset.id ?? document.activeElement.id"))


def test_the_diagram_is_one_tab_stop_and_arrows_walk_from_the_buyer_to_the_site(page: Page, site: str) -> None:
    opened(page, f"{site}/tier?start=contract&lang=en")
    page.get_by_role("group", name="Fold").get_by_role("link").last.focus()
    page.keyboard.press("Tab")
    assert focused(page) == "region"
    walked = []
    for key in (
        "ArrowRight",
        "ArrowRight",
        "ArrowDown",
        "ArrowUp",
        "ArrowRight",
        "ArrowLeft",
        "ArrowLeft",
        "ArrowLeft",
    ):
        page.keyboard.press(key)
        walked.append(focused(page))
    first, second = page.evaluate("[...document.querySelectorAll('a.n[data-c=\"1\"]')].map(e => e.dataset.id)")
    assert {first, second} == {"dipping", "spare"}
    assert walked[0] == "contract"
    assert set(walked[1:4]) == {"dipping", "spare"}, "up and down stay in the tier"
    assert walked[-1] == "region", "back to where it began"
    page.keyboard.press("Tab")
    assert focused(page) not in ("region", "contract", "dipping", "spare", "latex"), "Tab leaves the diagram"


def test_from_search_to_an_explanation_without_a_mouse(page: Page, site: str) -> None:
    opened(page, f"{site}/tier?start=contract&lang=en")
    page.locator("a.n[data-id=region]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("/")
    assert focused(page) == "q"
    page.locator("a.n[data-id=dipping]").focus()
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", name="Doppning av nitrilhandskar")
    expect(heading).to_be_focused()
    panel = page.locator("#panel")
    expect(panel).to_contain_text("According to Invented Watch (2025-03-01)")
    expect(panel).to_contain_text("weakest link")
    assert "selected=dipping" in page.url
    page.keyboard.press("Escape")
    expect(page.locator("#panel-h")).not_to_have_text("Doppning av nitrilhandskar")
    assert focused(page) == "dipping"
    assert "selected" not in page.url


def test_a_click_lights_the_chain_up_and_down_and_dims_the_rest(page: Page, site: str) -> None:
    opened(page, f"{site}/tier?start=contract")
    pick(page, "latex")
    expect(page.locator("a.n.lit")).to_have_count(4)
    expect(page.locator("a.n[data-id=spare]")).not_to_have_class(re.compile("lit"))
    expect(page.locator("#panel-h")).to_have_text("Latex")
    expect(page.locator("tr.picked")).to_have_count(1)
    page.go_back()
    expect(page.locator("svg.tiers.picked")).to_have_count(0)


def test_the_address_holds_the_whole_picture(page: Page, site: str) -> None:
    opened(page, f"{site}/tier?start=many&lang=en")
    pick(page, "s3")
    expect(page.locator("#panel-h")).to_have_text(re.compile(r"\w+ \w+ 3, "))
    page.wait_for_function("!document.getElementById('panel').hasAttribute('aria-busy')")
    lit = "[...document.querySelectorAll('a.n.lit')].map(e => e.dataset.id).sort().join()"
    look = f"{lit} + document.getElementById('panel').innerText"
    before = page.evaluate(look)
    opened(page, page.url)
    assert page.evaluate(look) == before


def test_the_language_switch_keeps_the_selection(page: Page, site: str) -> None:
    opened(page, f"{site}/tier?start=contract&lang=sv")
    pick(page, "spare")
    expect(page.locator("#panel-h")).to_have_text("Kartonger")
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#panel")).to_contain_text("Unknown (not assessed)")
    expect(page.locator("#panel-h")).to_have_text("Kartonger")
    expect(page.get_by_role("link", name="Svenska")).to_have_attribute("lang", "sv")


def test_the_table_has_exactly_the_marks_drawn(page: Page, site: str) -> None:
    for start in ("contract", "many", "most"):
        opened(page, f"{site}/tier?start={start}")
        marks = page.evaluate(
            "[...document.querySelectorAll('a.n')].map(e => e.querySelector('.t').textContent.trim().split(' · ')[0])"
        )
        rows = page.evaluate("[...document.querySelectorAll('#table tbody th')].map(e => e.textContent.trim())")
        assert marks == rows
        assert 4 < len(marks) <= 300


def test_every_mark_has_a_name_and_unknown_is_spoken_as_unknown(page: Page, site: str) -> None:
    opened(page, f"{site}/tier?start=contract&lang=en")
    expect(
        page.get_by_role("link", name=re.compile("^Doppning av nitrilhandskar; Step; Final manufacture; Tier 1"))
    ).to_have_count(1)
    spoken = page.locator("a.n[data-id=spare]").get_attribute("aria-label") or ""
    assert "Forced labour: Unknown (not assessed)" in spoken
    assert "Knowledge ends here" in spoken
    assert "Limited" not in spoken
    assert "None found" not in spoken
    assert page.locator("a.n[data-id=spare] .d").text_content() == "?"


CUT_AND_CROSSED = """() => {
  const texts = [...document.querySelectorAll('a.n:not(.box) tspan')].map((el) => (
    {el, box: el.getBBox(), at: el.closest('a').transform.baseVal[0].matrix}));
  const room = Number(document.querySelector('.scroll').dataset.clip) + 18;
  const cut = texts.filter((t) => t.box.x + t.box.width > room + 1).map((t) => t.el.textContent);
  for (const box of document.querySelectorAll('a.box'))
    if (box.querySelector('.t').getBBox().width > box.querySelector('.s').getBBox().width - 8)
      cut.push(box.textContent);
  const crossed = [];
  for (const wire of document.querySelectorAll('path.w')) {
    const length = wire.getTotalLength();
    for (let k = 4; k < length - 4; k += 4) {
      const p = wire.getPointAtLength(k);
      for (const t of texts) {
        const x = p.x - t.at.e - t.box.x, y = p.y - t.at.f - t.box.y;
        const seen = t.el.closest('.cut') ? room - t.box.x : t.box.width;
        if (x > 0 && x < seen && y > 0 && y < t.box.height) crossed.push(t.el.textContent);
      }
    }
  }
  return [cut, [...new Set(crossed)], texts.length, document.querySelectorAll('.cut').length];
}"""


@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize("start", ["contract", "many", "most", "nasty"])
def test_names_stand_whole_in_a_view_of_up_to_60_marks_and_no_line_runs_through_one_at_any_size(
    page: Page, site: str, start: str, lang: str
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    opened(page, f"{site}/tier?start={start}&lang={lang}")
    for _ in range(2):
        cut, crossed, texts, faded = page.evaluate(CUT_AND_CROSSED)
        assert crossed == []
        assert texts
        if page.locator("a.n").count() <= 60:
            assert (cut, faded) == ([], 0)
        page.locator("[data-zoom='1']").click()


@pytest.mark.parametrize("size", [{"width": 1440, "height": 900}, {"width": 390, "height": 844}])
@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize(("path", "figure"), [("tier?start=contract&", "≥"), ("exposure?", "≥"), ("affected?", "1")])
def test_the_answer_and_what_is_not_known_are_on_the_first_screen(
    page: Page, site: str, path: str, figure: str, size: Any, lang: str
) -> None:
    page.set_viewport_size(size)
    page.goto(f"{site}/{path}lang={lang}")
    headline = page.locator(".headline")
    expect(headline).to_contain_text(figure)
    for part in (headline.locator(".verdict, .counts li").first, headline.locator(".notes li, .unknown li").first):
        box = part.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= size["height"]


def test_a_box_opens_into_its_members(page: Page, site: str) -> None:
    opened(page, f"{site}/tier?start=most")
    page.locator("a.box").nth(5).click()
    page.wait_for_url(re.compile("open=group"))
    assert page.locator("a.n:not(.box)").count() > 3
    assert page.locator("a.n").count() <= 300
    expect(page.locator("#said")).to_contain_text(re.compile(r"av 1\s628 ritade"))


def test_nasty_names_do_no_harm(page: Page, site: str) -> None:
    opened(page, f"{site}/tier?start=nasty")
    pick(page, "s0")
    expect(page.locator("#panel-h")).to_have_text(NASTY[0])
    for i in range(len(NASTY)):
        page.locator(f"a.n[data-id=s{i}] .s").hover()
    page.get_by_role("searchbox").or_(page.locator("#q")).first.fill("kla")
    expect(page.locator("#found li")).to_have_count(2)
    assert page.evaluate("window.hit") is None
    assert page.locator("#main img, #main svg svg, #main script, [onclick], [onerror]").count() == 0
    text = page.inner_text("#table")
    assert "evil⟨U+202E⟩txt.exe" in text
    assert "x" * 300 in text
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "a long name does not widen the page"


def test_search_as_you_type_by_keyboard(page: Page, site: str) -> None:
    page.goto(f"{site}/?lang=en")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("Klang", delay=20)
    expect(page.locator("#found")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#found-0")).to_have_attribute("aria-selected", "true")
    assert page.locator("#q").get_attribute("aria-activedescendant") == "found-0"
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/entity/site"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Klang plant 4")


def test_below_700_px_the_list_stands_in_for_the_drawing(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    opened(page, f"{site}/tier?start=many")
    expect(page.locator("svg.tiers")).to_be_hidden()
    expect(page.locator("#table tbody tr").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#table tbody a").nth(10).click()
    expect(page.locator("#panel-h")).to_be_visible()


@pytest.mark.parametrize(
    "path", ["/", "/tier?start=contract", "/exposure", "/affected", "/entity/site", "/search?q=klang"]
)
def test_text_at_200_per_cent_loses_nothing(page: Page, site: str, path: str) -> None:
    # 200 % of a 1,280 px window is a 640 px window with everything twice as large.
    page.set_viewport_size({"width": 640, "height": 512})
    page.goto(f"{site}{path}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is pushed out sideways"
    hidden = page.evaluate(
        """[...document.querySelectorAll('button, .button, h1, h2, label')].filter(e => e.checkVisibility()
        && !e.classList.contains('unseen') && e.scrollWidth > e.clientWidth + 2).map(e => e.textContent)"""
    )
    assert hidden == []


def test_it_works_without_scripts(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(f"{site}/tier?start=contract&lang=en")
        pick(page, "dipping")
        expect(page.locator("#panel-h")).to_have_text("Doppning av nitrilhandskar")
        expect(page.locator("a.n.lit")).to_have_count(4)
        page.locator("#table").get_by_role("link", name="Kartonger").click()
        expect(page.locator("#panel-h")).to_have_text("Kartonger")
        expect(page.locator("#panel")).to_contain_text("gives a right to an answer")
    finally:
        context.close()


def test_wider_columns_move_the_marks_and_never_shrink_the_text(page: Page, site: str) -> None:
    opened(page, f"{site}/tier?start=many")
    sizes = "getComputedStyle(document.querySelector('.n .t')).fontSize"
    left = "document.querySelector('a.n[data-id=s100]').getAttribute('transform').match(/[\\d.]+/)[0] * 1"
    before, size = page.evaluate(left), page.evaluate(sizes)
    page.locator("[data-zoom='1']").click()
    assert page.evaluate(left) > before
    page.locator("[data-zoom='-1']").click()
    page.locator("[data-zoom='-1']").click()
    assert page.evaluate(left) < before
    assert page.evaluate(sizes) == size == "13px"


def test_forced_colours_and_reduced_motion(browser: Browser, site: str) -> None:
    context = browser.new_context(forced_colors="active", reduced_motion="reduce")
    try:
        page = opened(context.new_page(), f"{site}/tier?start=contract")
        assert page.evaluate("getComputedStyle(document.querySelector('a.n')).transitionDuration") == "0s"
        expect(page.locator("a.n[data-id=spare] .d")).to_have_text("?")
    finally:
        context.close()


def test_marks_are_large_enough_to_hit(page: Page, site: str) -> None:
    opened(page, f"{site}/tier?start=many")
    small = page.evaluate(
        "[...document.querySelectorAll('a.n .f')].filter(e => e.getBoundingClientRect().height < 24).length"
    )
    assert small == 0


def nasty_answer() -> Any:
    return made.network(40, names=NASTY * 5)


def test_the_pyvis_file_opens_offline_and_runs_nothing_of_ours_but_its_own(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "snapshot.html"
    file.write_bytes(snapshot_html(nasty_answer(), Words("sv")))
    opened(page, file.as_uri())
    expect(page.locator("#graph canvas")).to_be_visible()
    expect(page.get_by_role("note")).to_have_text("Demonstrationsdata: avtal, företag och exponering är påhittade")
    box = page.locator("#graph canvas").bounding_box()
    assert box is not None
    for across in range(1, 20):
        for down in range(1, 10):
            page.mouse.move(box["x"] + box["width"] * across / 20, box["y"] + box["height"] * down / 10)
    page.wait_for_timeout(400)
    assert page.evaluate("window.hit") is None
    assert page.locator("div.vis-tooltip img, div.vis-tooltip a, div.vis-tooltip script").count() == 0
    assert page.evaluate("document.querySelectorAll('script[src], link[href], img[src]').length") == 0
    drawn = page.evaluate(
        "JSON.parse(document.getElementById('data').textContent).nodes.filter(n => n.shape === 'box').length"
    )
    expect(page.locator("tbody tr")).to_have_count(drawn)
