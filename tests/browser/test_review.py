"""The review page in a real browser, walked by keyboard alone, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from api.settings import Settings
from graph.sqlite import open as open_store
from ontology.records import Record, Secrecy, Source
from tests.contract.saying import load
from tests.serving import serving_here

PAIRS = (
    ("Björkvik Vårdgrossist AB", "BJORKVIK VARDGROSSIST"),
    ("Selat Biru Glove Sdn. Bhd.", "Selat Biru Gloves"),
    ("Krautstein Medizintechnik GmbH", "Krautstein Medizin-Technik"),
)


FOCUS = """() => {
    const at = document.activeElement;
    return (at?.getAttribute("aria-label") ?? at?.textContent ?? "").trim();
}"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The address of an application that decides, on a record with three pairs of names."""
    with open_store(tmp_path / "k.sqlite") as store:
        for side, number in (("a", 0), ("b", 1)):
            said = [
                Record("Organisation", f"local:{side}{n}", {"name": names[number]}) for n, names in enumerate(PAIRS)
            ]
            load(store, Source(side, "1", side, f"Publisher {side}"), said, number)
    settings = Settings(f"sqlite:///{tmp_path / 'k.sqlite'}", tmp_path / "cache")
    with serving_here(settings, reviewer="A. Buyer", clearance=Secrecy.RESTRICTED, valid_at=None) as address:
        yield address


def tab_to(page: Page, text: str) -> None:
    """Press Tab until what has the focus says so; never more than a page has stops."""
    for _ in range(80):
        page.keyboard.press("Tab")
        named = page.evaluate(FOCUS)
        if str(named) == text or str(named).startswith(f"{text}:"):
            return
    raise AssertionError(f"no way by keyboard to {text!r}")


@pytest.mark.parametrize(
    ("lang", "same", "different", "unsure", "undo", "none"),
    [
        ("en", "Same", "Different", "Unsure", "Take back", "No proposal is open."),
        ("sv", "Samma", "Olika", "Osäkert", "Ta tillbaka", "Inget förslag är öppet."),
    ],
)
def test_three_proposals_are_decided_and_one_taken_back_by_keyboard_alone(
    page: Page, site: str, lang: str, same: str, different: str, unsure: str, undo: str, none: str
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.goto(f"{site}/review?lang={lang}")
    assert page.locator("html").get_attribute("lang") == lang
    expect(page.locator("main tbody tr")).to_have_count(3)
    first = page.locator("main tbody a").first.get_attribute("aria-label")
    assert first
    tab_to(page, first)
    page.keyboard.press("Enter")
    page.wait_for_url("**/review/p*")
    main = page.locator("main")
    expect(main).to_contain_text("bit")
    expect(main.locator(".sides section")).to_have_count(2)
    for verdict in (same, different):
        before = page.url
        tab_to(page, verdict)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url, before=before: url != before)  # type: ignore[misc]
        expect(page.get_by_role("status")).to_be_visible()
    tab_to(page, unsure)
    page.keyboard.press("Enter")
    page.wait_for_url("**/review?*")
    expect(page.locator("main")).to_contain_text(none)
    expect(page.locator("main tbody tr")).to_have_count(3)
    tab_to(page, undo)
    page.keyboard.press("Enter")
    expect(page.locator("main table").first.locator("tbody tr")).to_have_count(1)
    assert said == []


def test_nothing_of_a_name_runs_and_no_page_is_wider_than_a_telephone(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{site}/review?lang=sv")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("main tbody a").first.click()
    page.wait_for_url("**/review/p*")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
