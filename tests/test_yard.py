"""The yard: what every newcomer and every change meets first."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.conftest import leaves_this_machine
from tools import licences

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("ontology", "graph", "loaders", "visualisation", "api", "kedja")
HEAVY = ("numba", "pyvis", "neo4j", "rdflib", "fastapi")


def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True)


def test_the_licence_list_is_what_the_locked_packages_say() -> None:
    assert licences.page() == (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")


def test_every_package_that_runs_is_permissive_or_an_allowed_weak_copyleft() -> None:
    refused = [row.name for row in licences.rows() if not licences.allowed(row)]
    assert refused == []


@pytest.mark.parametrize("licence", ["GPL-3.0-only", "LGPL-2.1-only", "", "MIT AND AGPL-3.0-only"])
def test_an_unlisted_copyleft_or_missing_licence_is_refused(licence: str) -> None:
    row = licences.Row("something", "1.0", licence, "because")
    assert not licences.allowed(row)


def test_each_dependency_states_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if re.match(r'\s+"[a-z0-9-]+>=', line)]
    assert len(lines) > 20
    assert [line for line in lines if "#" not in line] == []


@pytest.mark.parametrize("name", ["run.txt", "test.txt", "uv.txt"])
def test_locked_files_have_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^--(index|extra|find)", text, re.MULTILINE)
    pins = re.findall(r"^[a-z0-9][\w.-]*==[^\\]+\\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^\S+==", text, re.MULTILINE)) > 3


def test_what_runs_is_contained_in_what_is_tested() -> None:
    assert set(licences.pins("run.txt").items()) <= set(licences.pins("test.txt").items())
    assert set(licences.pins("uv.txt").items()) <= set(licences.pins("test.txt").items())


def test_every_declared_dependency_is_locked() -> None:
    locked = licences.pins("run.txt")
    assert set(licences.reasons()) <= set(locked)


def test_tests_never_touch_the_users_folders_or_settings(own_user_folders: Path) -> None:
    assert Path.home() == own_user_folders
    assert "KEDJA_STORE" not in os.environ


def test_imports_run_one_way() -> None:
    lint = Path(sys.executable).parent / "lint-imports"
    result = subprocess.run([lint, "--no-cache"], cwd=ROOT, text=True, capture_output=True)
    assert result.returncode == 0, result.stdout


def test_help_is_quick_because_it_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom api.cli import main\nsys.argv = ['kedja', '--help']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    result = python(code)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "[]"


def test_make_alone_lists_the_targets() -> None:
    shown = subprocess.run(["make"], cwd=ROOT, text=True, capture_output=True, check=True).stdout
    for target in ("env", "demo", "test", "lock", "bench", "soak", "pictures", "licences", "help"):
        assert f"make {target} " in shown


def test_an_old_python_is_told_which_one_is_needed() -> None:
    code = (
        "import sys; sys.version_info = (3, 9, 1); sys.path.insert(0, 'tools')\n"
        "import make_venv; print(make_venv.problem('nowhere'))"
    )
    result = python(code)
    assert "needs Python 3.11 or newer; this is 3.9" in result.stdout
    assert not (ROOT / "nowhere").exists()


def test_a_missing_python_is_told_how_to_name_one(tmp_path: Path) -> None:
    command = ["make", "env", "PYTHON=no-such-python", f"VENV={tmp_path / 'venv'}"]
    result = subprocess.run(command, cwd=ROOT, text=True, capture_output=True)
    assert result.returncode != 0
    assert "Kedja needs Python 3.11 or newer, and 'no-such-python' was not found" in result.stderr


@pytest.mark.parametrize(
    ("address", "leaves"),
    [
        ("http://127.0.0.1:8000/x", False),
        ("file:///a.html", False),
        ("data:text/html,a", False),
        ("blob:http://127.0.0.1:1/2", False),
        ("https://example.org/", True),
        ("http://127.0.0.1.example.org/", True),
        ("http://localhost:8000/", True),
        ("ws://example.org/", True),
    ],
)
def test_the_guard_knows_what_leaves_this_machine(address: str, leaves: bool) -> None:
    assert leaves_this_machine(address) is leaves


def test_the_browser_renders_and_keeps_to_itself(page: Page) -> None:
    page.set_content("<p id=p></p><script>document.getElementById('p').textContent = 'Göteborg'</script>")
    assert page.inner_text("#p") == "Göteborg"


def run_inner(folder: Path, test: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run one test file under our conftest, outside the tree."""
    file = folder / "test_inner.py"
    file.write_text(test, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "tests.conftest"]
    command += ["-c", str(ROOT / "pyproject.toml"), f"--rootdir={folder}", str(file)]
    return subprocess.run(
        command, cwd=ROOT, text=True, capture_output=True, env={**os.environ, **environment}, timeout=120
    )


def test_without_real_data_a_laptop_skips_and_says_so_in_its_last_line(tmp_path: Path) -> None:
    missing = str(tmp_path / "absent")
    test = "def test_a(kedja_data):\n    pass\n\ndef test_b(kedja_data):\n    pass\n"
    result = run_inner(tmp_path, test, {"KEDJA_DATA": missing, "CI": ""})
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.splitlines()[-1] == f"NOT RUN: 2 tests (KEDJA_DATA: no folder {missing})"


def test_without_real_data_ci_fails(tmp_path: Path) -> None:
    missing = str(tmp_path / "absent")
    test = "def test_a(kedja_oracles):\n    pass\n"
    result = run_inner(tmp_path, test, {"KEDJA_ORACLES": missing, "CI": "true"})
    assert result.returncode == 1
    assert "CI must have it" in result.stdout


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("fetch('http://example.org/a').catch(() => 0)", "requests left this machine"),
        ("throw new Error('mine')", "scripts threw"),
    ],
)
def test_a_page_that_calls_out_or_throws_fails_its_test(tmp_path: Path, script: str, message: str) -> None:
    content = f"<script>{script}</script>"
    test = f"def test_a(page):\n    page.set_content({content!r})\n    page.wait_for_timeout(200)\n"
    result = run_inner(tmp_path, test, {})
    assert result.returncode == 1
    assert message in result.stdout


def test_the_wheel_holds_the_packages_and_cannot_be_published() -> None:
    hatch = project()["tool"]["hatch"]["build"]["targets"]["wheel"]  # type: ignore[index]
    assert tuple(hatch["packages"]) == PACKAGES
    assert "Private :: Do Not Upload" in project()["project"]["classifiers"]  # type: ignore[index]


@pytest.mark.parametrize("variable", ["KEDJA_DATA", "KEDJA_ORACLES"])
def test_ci_refuses_to_start_without_real_data(tmp_path: Path, variable: str) -> None:
    there = {"KEDJA_DATA": str(tmp_path), "KEDJA_ORACLES": str(tmp_path)}
    environment = {**os.environ, **there, variable: str(tmp_path / "absent")}
    result = subprocess.run([ROOT / ".ci" / "run"], text=True, capture_output=True, env=environment, timeout=60)
    assert result.returncode == 1
    assert result.stderr == f"FAILED: {variable}: no folder {tmp_path / 'absent'}\n"


def test_every_folder_of_a_package_is_one_whose_imports_are_checked() -> None:
    folders = {file.parent for package in PACKAGES for file in (ROOT / package).rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []
