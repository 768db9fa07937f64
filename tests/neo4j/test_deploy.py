"""The container files agree with the code. No daemon is asked: that they build and start is checked by who has one."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.neo4j import servers
from tools.demo_neo4j import kept_password
from tools.neo4j_parts import RELEASES

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")


def sources() -> list[str]:
    """What the image copies from the checkout."""
    lines = [line for line in DOCKERFILE.splitlines() if line.startswith("COPY ") and "--from=" not in line]
    return [word.rstrip("/") for line in lines for word in line.split()[1:-1]]


def test_compose_starts_the_pinned_image_of_the_current_line() -> None:
    assert re.findall(r"^    image: (neo4j:.+)$", COMPOSE, re.MULTILINE) == [RELEASES["2026"].image]


def test_a_pinned_image_is_the_pinned_version() -> None:
    for release in RELEASES.values():
        assert release.image == f"neo4j:{release.version}-community"
        assert release.version.startswith(release.line)


@pytest.mark.skipif(servers.LINES == (servers.GIVEN,), reason=f"{servers.VARIABLE} names the only server")
def test_the_server_knows_every_setting_of_the_compose_file() -> None:
    names = re.findall(r"^      NEO4J_([a-z]\w+): ", COMPOSE, re.MULTILINE)
    # as the image reads them: `_` is `.`, `__` is `_`
    settings = {name.replace("__", "\0").replace("_", ".").replace("\0", "_") for name in names}
    assert {"server.memory.pagecache.size", "dbms.usage_report.enabled"} <= settings
    with servers.connect(servers.server("2026")) as driver:
        known = {record["name"] for record in driver.execute_query("SHOW SETTINGS YIELD name").records}
    assert settings <= known


def test_every_port_is_published_on_this_machine_only() -> None:
    published = re.findall(r"^      - (\S+):\$\{\w+:-\d+\}:\d+$", COMPOSE, re.MULTILINE)
    assert published == ["127.0.0.1"] * 3


def test_the_image_holds_the_packages_of_the_wheel_and_what_they_are_built_from() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) <= set(sources())
    assert [name for name in sources() if not (ROOT / name).exists()] == []


def test_nothing_goes_to_the_builder_but_what_is_copied() -> None:
    allowed = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] == "!"]
    assert sorted(line[1:] for line in allowed) == sorted(sources())


def test_the_image_runs_a_python_that_kedja_is_tested_with() -> None:
    versions = set(re.findall(r"^FROM python:(3\.\d+)-", DOCKERFILE, re.MULTILINE))
    tested = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert len(versions) == 1
    assert versions <= set(tested)


def test_a_password_is_generated_once_for_the_user_alone(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    script = shutil.copy(ROOT / "deploy" / "password.sh", tmp_path / "deploy")
    made = []
    for _ in range(2):
        subprocess.run(["sh", script], check=True, capture_output=True)
        made.append((tmp_path / ".env").read_text(encoding="utf-8"))
    assert re.fullmatch(r"NEO4J_PASSWORD=[0-9a-f]{48}\n", made[0])
    assert made[0] == made[1]
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600


def test_what_stands_in_the_env_file_already_stays(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    script = shutil.copy(ROOT / "deploy" / "password.sh", tmp_path / "deploy")
    (tmp_path / ".env").write_text("NEO4J_HEAP=2g\n", encoding="utf-8")
    subprocess.run(["sh", script], check=True, capture_output=True)
    assert (tmp_path / ".env").read_text(encoding="utf-8").startswith("NEO4J_HEAP=2g\nNEO4J_PASSWORD=")


def test_the_env_file_and_what_neo4j_leaves_are_never_committed() -> None:
    ignored = subprocess.run(["git", "check-ignore", ".env", ".neo4j/x"], cwd=ROOT, text=True, capture_output=True)
    assert ignored.stdout.split() == [".env", ".neo4j/x"]


def test_the_demonstrations_password_is_made_once_for_the_user_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "password"
    assert kept_password(file) == kept_password(file)
    assert len(kept_password(file)) == 32
    assert file.stat().st_mode & 0o777 == 0o600
