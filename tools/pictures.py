"""Take the README's pictures from the demo: start it, open each page, save docs/pictures/NAME.png."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import ViewportSize, sync_playwright

from tools.chromium import flags, remembered
from tools.running_demo import running

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "pictures"
# What a picture is called, and the page's address below the demo's.
PAGES = {
    "start": "?lang=en",
    "tier": "tier?start=se-orgnr:2321000073&risk=forced-labour&lang=en",
    "exposure": "exposure?subject=se-orgnr:2321000073&risk=forced-labour&lang=en",
}
SIZE: ViewportSize = {"width": 1280, "height": 800}


def main() -> None:
    """Write one PNG a page, in a fixed size and language, without animation."""
    program = remembered()
    if program is None:
        sys.exit("No Chromium is known; `make pictures` finds one.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as work,
        running(Path(sys.executable).parent / "kedja", Path(work)) as (_, address),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=program, args=flags())
        context = browser.new_context(viewport=SIZE, locale="en-GB", reduced_motion="reduce")
        page = context.new_page()
        for name, below in PAGES.items():
            page.goto(address + below, wait_until="networkidle")
            page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")
            print(f"wrote docs/pictures/{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
