"""Find a Chromium that starts without a screen and renders a page; install one if there is none.

In this order: one on the PATH, one that Playwright has, Playwright's own download (with a time limit), and,
as root on Debian or Ubuntu, the system's package. The result is remembered in .venv/chromium-path.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
REMEMBERED = ROOT / ".venv" / "chromium-path"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = ("Google Chrome", "Chromium")
DOWNLOAD_SECONDS = 180
PACKAGE_SECONDS = 600
START_MILLISECONDS = 60_000
REMEDY = (
    "The page tests need a Chromium, and none that starts was found or could be installed.\n"
    "Install one so that `chromium` or `google-chrome` is on the PATH:\n"
    "  Debian, Ubuntu  sudo apt-get install chromium\n"
    "  Fedora          sudo dnf install chromium\n"
    "  macOS           brew install --cask google-chrome\n"
    "or, if system libraries are missing: sudo .venv/bin/playwright install-deps chromium.\n"
    "Then run make test again."
)


def is_root() -> bool:
    """True for the super-user, whom Chromium's sandbox refuses."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def flags() -> list[str]:
    """Command-line flags: nothing in the background, no name looked up but this machine's own."""
    quiet = [
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ]
    return ["--no-sandbox", *quiet] if is_root() else quiet


def renders(executable: str) -> bool:
    """True if this program starts, runs a script in a page and delivers a picture of it."""
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable, args=flags(), timeout=START_MILLISECONDS)
            page = browser.new_page()
            page.set_content("<p id=p></p><script>p.textContent = 6 * 7</script>", timeout=START_MILLISECONDS)
            good = page.inner_text("#p") == "42" and page.screenshot().startswith(b"\x89PNG")
            browser.close()
    except Error as error:
        print(f"  does not start: {executable}\n    {str(error).splitlines()[0]}")
        return False
    return good


def on_path() -> Iterator[str]:
    """Chromium-like programs that are installed already."""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            yield found
    for name in MAC:
        program = Path("/Applications") / f"{name}.app/Contents/MacOS/{name}"
        if program.exists():
            yield str(program)


def playwrights_own() -> Iterator[str]:
    """Where Playwright keeps its Chromium, if it has one."""
    with sync_playwright() as playwright:
        program = playwright.chromium.executable_path
    if Path(program).exists():
        yield program


def run_limited(command: list[str], seconds: int) -> bool:
    """Run with a time limit that also ends the program's children; True on success."""
    print(f"  {' '.join(command)} (at most {seconds} s)", flush=True)
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", start_new_session=True,
    )  # fmt: skip
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        print(f"    took more than {seconds} s, stopped")
        return False
    if process.returncode != 0:
        lines = output.splitlines()
        reasons = [line for line in lines if "rror" in line or "E:" in line] or lines
        print("    failed: " + (reasons[-1] if reasons else f"exit code {process.returncode}"))
    return process.returncode == 0


def by_download() -> Iterator[str]:
    """Playwright's own Chromium, downloaded."""
    if run_limited([sys.executable, "-m", "playwright", "install", "chromium"], DOWNLOAD_SECONDS):
        yield from playwrights_own()


def by_package() -> Iterator[str]:
    """The system's package: only as root, only where apt-get is."""
    if not (is_root() and shutil.which("apt-get")):
        return
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    apt = ["apt-get", "-qq", "-o", "Acquire::Retries=2"]
    if run_limited([*apt, "update"], PACKAGE_SECONDS) and run_limited(
        [*apt, "install", "-y", "chromium", "fonts-liberation"], PACKAGE_SECONDS
    ):
        yield from on_path()


def remembered() -> str | None:
    """The program found by an earlier run, if it is still there."""
    if not REMEMBERED.exists():
        return None
    program = REMEMBERED.read_text(encoding="utf-8").strip()
    return program if Path(program).exists() else None


def find() -> str | None:
    """A Chromium that renders a page, installing one if need be; None if all ways fail."""
    ways = (
        ("on the PATH", on_path),
        ("that Playwright has", playwrights_own),
        ("from Playwright's download", by_download),
        ("from the system's packages", by_package),
    )
    for where, candidates in ways:
        print(f"Looking for a Chromium {where}", flush=True)
        for program in candidates():
            if renders(program):
                return program
    return None


def main() -> None:
    """Print and remember the path, or end with the remedy."""
    known = remembered()
    if known and renders(known):
        print(f"Chromium: {known}")
        return
    program = find()
    if program is None:
        sys.exit(REMEDY)
    REMEMBERED.write_text(program + "\n", encoding="utf-8")
    print(f"Chromium: {program}")


if __name__ == "__main__":
    main()
