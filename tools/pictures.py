"""Take pictures of every page of the demo, in both languages, at both sizes, light and dark, into .pictures; and the
README's few into docs/pictures.

`python -m tools.pictures NAME ...` takes those pages alone and leaves the README's.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable
from itertools import product
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from tools.chromium import flags, remembered
from tools.running_demo import running

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".pictures"
IN_README = ("start", "tier", "exposure")
README_FOLDER = ROOT / "docs" / "pictures"
README_SIZE: ViewportSize = {"width": 1440, "height": 900}

REGION = "se-orgnr:2321000073"
CONTRACT = "demo:contract-gloves-kalmar"
SITE = "demo:site-klang-4"
PAGES = {
    "start": "/",
    "search": "/search?q=handskar",
    "tier": f"/tier?start={REGION}&risk=forced-labour",
    "picked": f"/tier?start={CONTRACT}&risk=forced-labour&selected=demo:dipping-1",
    "tiers": "/tiers",
    "exposure": f"/exposure?subject={REGION}&risk=forced-labour",
    "affected": "/affected?start=demo:incident-klang",
    "paths": f"/paths?source={SITE}&target={quote(f'{CONTRACT}{chr(10)}demo:contract-gloves-skane')}",
    "paths-form": "/paths",
    "entity": f"/entity/{SITE}",
    "buyer": f"/entity/{REGION}",
    "heat": "/heat",
    "country-by-tier": "/heat?by=country-tier&risk=forced-labour&row=MY&column=2",
    "coverage": f"/coverage?subject={REGION}&risk=forced-labour",
    "conflicts": "/conflicts",
    "sources": "/sources",
    "loads": "/loads?run=1",
    "terms": "/terms",
    "compare": "/compare?risk=forced-labour",
    "timeline": f"/timeline?subject={CONTRACT}",
    "map": "/map",
    "figures": f"/figures?subject={REGION}&risk=forced-labour",
    "risks": "/risks?subject=all",
    "review": "/review",
    "not-found": "/tier?start=Nobody+AB",
}
"""The pages as the demonstration answers them, by the name of their picture."""

LANGUAGES = ("sv", "en")
SIZES: dict[str, ViewportSize] = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def address(below: str, lang: str) -> str:
    """The page's address below the server's, in a language."""
    return f"{below}{'&' if '?' in below else '?'}lang={lang}"


def every(browser: Browser, site: str, names: Iterable[str]) -> None:
    """One PNG a page, language, size and scheme: the whole page, without animation."""
    FOLDER.mkdir(exist_ok=True)
    for (kind, size), scheme in product(SIZES.items(), SCHEMES):
        context = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
        page = context.new_page()
        for name, lang in product(names, LANGUAGES):
            page.goto(site + address(PAGES[name], lang), wait_until="load")
            page.screenshot(
                path=FOLDER / f"{name}-{lang}-{kind}-{scheme}.png", animations="disabled", full_page=True
            )  # fmt: skip
        context.close()
    print(f"wrote {len(list(FOLDER.glob('*.png')))} pictures to {FOLDER.name}")


def readme(browser: Browser, site: str) -> None:
    """The first screen of the README's few."""
    README_FOLDER.mkdir(parents=True, exist_ok=True)
    page = browser.new_context(viewport=README_SIZE, locale="en-GB", reduced_motion="reduce").new_page()
    for name in IN_README:
        page.goto(site + address(PAGES[name], "en"), wait_until="networkidle")
        page.screenshot(path=README_FOLDER / f"{name}.png", animations="disabled")
        print(f"wrote docs/pictures/{name}.png")


def main() -> None:
    """Start the demo, take the pictures, stop it."""
    program = remembered()
    if program is None:
        sys.exit("No Chromium is known; `make pictures` finds one.")
    names = sys.argv[1:] or list(PAGES)
    if unknown := [name for name in names if name not in PAGES]:
        sys.exit(f"No page {', '.join(unknown)}; there are {', '.join(PAGES)}.")
    with (
        tempfile.TemporaryDirectory() as work,
        running(Path(sys.executable).parent / "kedja", Path(work)) as (_, site),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=program, args=flags())
        every(browser, site.rstrip("/"), names)
        if names == list(PAGES):
            readme(browser, site.rstrip("/"))
        browser.close()


if __name__ == "__main__":
    main()
