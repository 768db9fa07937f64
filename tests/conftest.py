"""What all tests share: real data, a browser, folders of their own."""

from __future__ import annotations

import logging
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, Page, Request, sync_playwright
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from api.service import Service
from api.settings import DEMO_VALID_AT, Settings
from tests.demo import make_demo
from tests.neo4j import servers
from tools import chromium

ROOT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
USER_FOLDERS = {
    "HOME": "",
    "XDG_DATA_HOME": ".local/share",
    "XDG_CACHE_HOME": ".cache",
    "XDG_CONFIG_HOME": ".config",
    "XDG_STATE_HOME": ".local/state",
}
# Where real data lies; everything else that begins with KEDJA_ is the user's own choice and not the tests'.
FOLDERS_OF_DATA = {"KEDJA_DATA": "data", "KEDJA_ORACLES": "oracles"}
KEPT = {*FOLDERS_OF_DATA, servers.VARIABLE}

# Each of these starts a server anew, or waits for one to end, which takes long and hangs little on the line.
ON_THE_NEWEST = (
    "test_a_wrong_password", "test_a_read_only_database", "test_a_reader_whose_server_dies", "test_with_a_password",
    "test_what_was_committed", "test_a_question_too_large", "test_a_publish_that_was_cut_short", "test_two_at_once",
    "test_any_world_comes_back", "test_the_mark_says_on_which_days", "test_a_database_with_the_graph_of_another",
    "test_every_question_page_and_export_has_the_same_bytes",
)  # fmt: skip

slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("default", deadline=None, suppress_health_check=slow)
settings.register_profile(
    "ci", deadline=None, suppress_health_check=slow, derandomize=True, print_blob=True, database=None
)
settings.register_profile("soak", deadline=None, suppress_health_check=slow, max_examples=5_000)
settings.load_profile("ci" if IN_CI else "default")


def user_folders(home: Path) -> dict[str, str]:
    """Environment that puts the user's folders under `home`."""
    return {name: str(home / below) for name, below in USER_FOLDERS.items()}


def pytest_configure() -> None:
    """Before any test or session fixture runs: folders of our own, and none of the user's settings."""
    home = Path(tempfile.mkdtemp(prefix="kedja-tests-"))
    os.environ.update(user_folders(home))
    for name in [name for name in os.environ if name.startswith("KEDJA_") and name not in KEPT]:
        del os.environ[name]


@pytest.fixture(autouse=True)
def own_user_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test has user folders of its own, so that no default store is shared; returns the home folder."""
    home = tmp_path_factory.mktemp("home")
    for name, folder in user_folders(home).items():
        monkeypatch.setenv(name, folder)
    return home


class Collected(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@pytest.fixture(autouse=True)
def no_warning_from_neo4j() -> Iterator[None]:
    """A warning with which a server answers a statement fails the test. (The driver's own way to raise them reads the
    source of the whole call stack at each statement.)"""
    collected, log = Collected(), logging.getLogger("neo4j.notifications")
    log.addHandler(collected)
    yield
    log.removeHandler(collected)
    assert not collected.messages, collected.messages


def real_folder(variable: str) -> Path:
    """The folder that `variable` names; absent, the test is skipped on a laptop and fails in CI."""
    default = ROOT.parent / "shared" / FOLDERS_OF_DATA[variable]
    folder = Path(os.environ.get(variable) or default)
    if folder.is_dir():
        return folder.resolve()
    reason = f"{variable}: no folder {folder}"
    if IN_CI:
        pytest.fail(f"{reason}; CI must have it", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def kedja_data() -> Path:
    """The folder of real data sets (KEDJA_DATA)."""
    return real_folder("KEDJA_DATA")


@pytest.fixture(scope="session")
def kedja_oracles() -> Path:
    """The folder of results computed elsewhere (KEDJA_ORACLES)."""
    return real_folder("KEDJA_ORACLES")


@pytest.fixture(params=servers.LINES)
def neo4j_server(request: pytest.FixtureRequest) -> servers.Running:
    """A running Neo4j of each line with an empty database, the same for all tests of a process."""
    running = servers.server(request.param)
    servers.wipe(running)
    return running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long is tried on the newest line; `make soak` tries it on all."""
    older = tuple(f"[{line}" for line in servers.LINES[:-1])
    for item in items:
        if any(one in item.nodeid for one in older) and any(one in item.nodeid for one in ON_THE_NEWEST):
            item.add_marker(pytest.mark.soak)


class ByLine(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Gives all tests of one line of Neo4j to one process: a server takes long to start.

    xdist's own groups ride on the ids of tests, which pytest 9.2 no longer lets a plugin change.
    """

    def _split_scope(self, nodeid: str) -> str:
        if "/neo4j/" not in nodeid:
            return nodeid
        parameters = nodeid.partition("[")[2]
        return next((line for line in servers.LINES if line in parameters), servers.LINES[-1])


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByLine:
    """How tests are dealt out to processes."""
    return ByLine(config, log)


def summary_of_skips(skipped: list[pytest.TestReport]) -> str | None:
    """One line that says which real data or servers were missing and how many tests did not run for it."""
    count: dict[str, int] = {}
    for report in skipped:
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        count[reason] = count.get(reason, 0) + 1
    if not count:
        return None
    return "NOT RUN: " + "; ".join(f"{number} tests ({reason})" for reason, number in sorted(count.items()))


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last line of all: what was skipped and why."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    line = summary_of_skips(reporter.stats.get("skipped", []))
    if line:
        reporter.write_line(line, yellow=True)


@pytest.fixture
def free_port() -> int:
    """A TCP port on 127.0.0.1 that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium, one for each worker. While it runs, this thread refuses asyncio.run()."""
    program = chromium.remembered()
    if program is None:
        pytest.fail(f"no Chromium is known; run: {sys.executable} -m tools.chromium", pytrace=False)
    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=program, args=chromium.flags())
        yield instance
        instance.close()


def leaves_this_machine(address: str) -> bool:
    """True for a request that is neither this machine's loopback address nor part of the page itself."""
    parts = urlsplit(address)
    if parts.scheme in {"file", "data", "blob", "about"}:
        return False
    return parts.hostname != "127.0.0.1"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a context of its own. Its test fails if a request leaves this machine or a script throws."""
    outside: list[str] = []
    thrown: list[str] = []

    def note(request: Request) -> None:
        if leaves_this_machine(request.url):
            outside.append(request.url)

    context = browser.new_context(service_workers="block")
    context.on("request", note)
    context.on("weberror", lambda error: thrown.append(str(error.error)))
    yield context.new_page()
    context.close()
    assert not outside, f"requests left this machine: {outside}"
    assert not thrown, f"scripts threw: {thrown}"


@pytest.fixture(scope="session")
def demo_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Where the demonstration data are loaded, once for each worker; tests must not write to it."""
    return make_demo(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def demo(demo_settings: Settings) -> Iterator[Service]:
    """The demonstration, open; questions that name no day are about 2026-11-01."""
    with Service(demo_settings, valid_at=DEMO_VALID_AT) as service:
        yield service
