"""The documents say what the program does: generated pages, examples that are run, links that lead somewhere."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from platformdirs.macos import MacOS
from platformdirs.unix import Unix

from api.routes import PATHS
from api.settings import Settings
from graph.questions.question import questions
from loaders.registry import formats
from tools import reference

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PACKAGES = ("ontology", "graph", "loaders", "visualisation", "api")
CUT = "..."
# Examples of help texts that need what others have, do not end, or take back what other examples ask about.
NOT_RUN = ("load", "map", "serve", "restore", "withdraw", "erase", "publish", "verify", "review")
"""Commands of which other tests run the example: they need a file, a server, or change what stands."""


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def documents() -> dict[str, str]:
    return {str(page.relative_to(ROOT)): page.read_text(encoding="utf-8") for page in PAGES}


# -- the generated pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", reference.PAGES)
def test_a_reference_page_is_what_the_program_gives(name: str) -> None:
    page = (reference.FOLDER / name).read_text(encoding="utf-8")
    assert page == reference.PAGES[name](), "run: python -m tools.reference"


def declared_commands() -> set[str]:
    """The commands as they stand in the code of `api/commands`, those that formats declare, and one a question."""
    found = {"load", *(f"load {kind}" for kind in formats().known), *questions()}
    for file in sources("api/commands"):
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            for mark in function.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark).startswith("app.command("):
                    given = [str(a.value) for a in mark.args if isinstance(a, ast.Constant)]
                    found.add((given or [function.name.replace("_", "-")])[0])
    return found


def test_every_command_has_its_heading_in_the_reference() -> None:
    headings = set(
        re.findall(r"^## kedja (.+)$", (reference.FOLDER / "cli.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert len(headings) >= 16
    assert declared_commands() == headings


def test_the_readme_names_every_command() -> None:
    readme = documents()["README.md"]
    commands = {name for name in declared_commands() if not name.startswith("load ")}  # kedja formats names the kinds
    missing = [name for name in commands if not re.search(rf"kedja {name}\b", readme)]
    assert not missing


def test_every_route_is_in_the_reference() -> None:
    page = (reference.FOLDER / "api.md").read_text(encoding="utf-8")
    code = "".join(file.read_text(encoding="utf-8") for file in sources("api"))
    routes = re.findall(r'^@router\.get\("([^"]+)"', code, re.MULTILINE)
    assert len(routes) >= 6
    routes += [PATHS.get(name, f"/v1/{name}") for name in questions()]
    # the API's have a heading each, with {id} for {id:path}; the explorer's pages a row
    missing = [
        route for route in routes if f"## GET {route.replace(':path', '')}\n" not in page and f"`{route}`" not in page
    ]
    assert not missing


def test_every_code_of_a_problem_is_in_the_reference() -> None:
    page = (reference.FOLDER / "api.md").read_text(encoding="utf-8")
    code = (ROOT / "ontology" / "errors.py").read_text(encoding="utf-8")
    codes = [*re.findall(r'^    code = "(\w+)"', code, re.MULTILINE), "wrong_host", "http_error"]
    assert len(codes) >= 14
    assert not [code for code in codes if f"`{code}`" not in page]


def test_every_variable_of_the_environment_is_in_the_reference() -> None:
    page = (reference.FOLDER / "settings.md").read_text(encoding="utf-8")
    read = set(re.findall(r'environ\.get\("(\w+)"', "".join(f.read_text("utf-8") for f in sources(*PACKAGES, "tests"))))
    texts = [file.read_text(encoding="utf-8") for file in (*sources(*PACKAGES, "tests", "tools"), ROOT / ".ci" / "run")]
    named = set(re.findall(r"\bKEDJA_[A-Z]\w+\b", "".join(texts)))
    assert {"KEDJA_STORE", "KEDJA_LANG", "KEDJA_DATA", "KEDJA_ORACLES"} <= named
    assert not [name for name in read | named if f"`{name}`" not in page]


def test_the_folders_in_the_reference_are_those_of_the_system(
    own_user_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name)
    for system, data, cache in (
        (Unix("kedja"), reference.LINUX, reference.LINUX_CACHE),
        (MacOS("kedja"), reference.MACOS, reference.MACOS_CACHE),
    ):
        assert system.user_data_path == own_user_folders / data.removeprefix("~/")
        assert system.user_cache_path == own_user_folders / cache.removeprefix("~/")


# -- examples --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Example:
    """A command in a ```console block with the output shown below it."""

    page: str
    line: int
    command: str
    shown: tuple[str, ...]


def examples() -> list[Example]:
    """Each `$ kedja ...` of each ```console block, in the order of the documents."""
    found = []
    for page, text in documents().items():
        for block in re.finditer(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            first = text.count("\n", 0, block.start(1)) + 1
            lines = block[1].splitlines()
            starts = [n for n, line in enumerate(lines) if line.startswith("$ ")]
            for here, after in zip(starts, [*starts[1:], len(lines)], strict=True):
                shown = tuple(lines[here + 1 : after])
                found.append(Example(page, first + here, lines[here].removeprefix("$ "), shown))
    return [example for example in found if example.command.startswith("kedja ")]


def run(command: str, store: Settings, folder: Path, seconds: float = 120) -> subprocess.CompletedProcess[str]:
    """A command line as a reader types it, on the demonstration's store; both outputs together, as a terminal shows."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "KEDJA_STORE": store.store,
        "KEDJA_LANG": "en",
    }
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, text=True, encoding="utf-8", timeout=seconds,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def matches(shown: tuple[str, ...], printed: str) -> bool:
    """Whether the printed text is the shown one, where a line `...` stands for one or more lines left out.

    A space that does not break, as numbers have, is a space.
    """
    pattern = "".join(r"(?:.*\n)+?" if line.strip() == CUT else re.escape(line.rstrip()) + r"\n" for line in shown)
    return (
        re.fullmatch(pattern, "".join(f"{line.rstrip()}\n" for line in printed.replace("\xa0", " ").splitlines()))
        is not None
    )


def test_cut_output_matches_and_other_output_does_not() -> None:
    printed = "one\ntwo  \nthree\nfour\n"
    assert matches(("one", "...", "four"), printed)
    assert matches(("one", "two", "three", "four"), printed)
    assert not matches(("one", "four"), printed)
    assert not matches(("one", "...", "five"), printed)
    assert not matches(("one", "two", "three", "four", "..."), printed)


def test_the_documents_have_examples() -> None:
    pages = {example.page for example in examples()}
    assert {"README.md", "docs/tutorial.md"} <= pages


@pytest.mark.parametrize("example", examples(), ids=lambda example: f"{example.page}:{example.line}")
def test_an_example_prints_what_the_document_shows(example: Example, demo_settings: Settings, tmp_path: Path) -> None:
    done = run(example.command, demo_settings, tmp_path)
    assert done.returncode == 0, done.stdout
    assert matches(example.shown, done.stdout), f"$ {example.command}\nprints now:\n{done.stdout}"


def test_the_commands_for_the_swedish_statistics_give_what_the_readme_says(kedja_data: Path, tmp_path: Path) -> None:
    readme = documents()["README.md"]
    block = re.search(r"^```sh\n(kedja load reference\n.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    assert block
    table = "number_of_contracted_tenders_with_suppliers.xlsx"
    (tmp_path / table).symlink_to(kedja_data / "se-procurement-2021" / table)
    (tmp_path / "translations").symlink_to(kedja_data / "eforms-codelists-sv")
    done = run(f"set -e\n{block[1]}", Settings("sqlite:///swedish.sqlite", tmp_path), tmp_path, seconds=600)
    assert done.returncode == 0, done.stdout
    printed = " ".join(done.stdout.replace("\xa0", " ").split())
    assert "Exposure of 23,187 contracts." in printed
    # of all contracts: those at a typical step where the risk is very severe, of no stated severity, and traced ones
    typical = re.search(
        r"country · typical tiers included: Very severe (\S+) of 23,187 \(and (\S+) of no stated severity\)", printed
    )
    assert typical
    said = f"{typical[1]} of them reach a typical step where the risk is very severe and {typical[2]} more"
    assert said in " ".join(readme.split())
    assert "country · traced to the article: Reaches no contract along these links." in printed
    assert "Knowledge ends in 23,187 places" in printed


def helps() -> dict[str, str]:
    return {name: reference.example_of(command) for name, command in reference.all_commands()}


def test_each_command_has_an_example_in_its_help() -> None:
    assert not [name for name, example in helps().items() if not re.match(rf"{name}(\s|$)", example)]


@pytest.mark.parametrize("name", [n for n in helps() if not n.removeprefix("kedja ").startswith(NOT_RUN)])
def test_the_example_of_a_help_text_runs_on_the_demonstration(
    name: str, demo_settings: Settings, tmp_path: Path
) -> None:
    done = run(helps()[name], demo_settings, tmp_path)
    assert done.returncode == 0, done.stdout


# -- links and length ------------------------------------------------------------------------------------------


def anchors(text: str) -> set[str]:
    """What a heading is called as a target, by GitHub's rule."""
    headings = re.findall(
        r"^#{1,6} (.+?)\s*$", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE
    )
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_between_the_documents_lead_somewhere() -> None:
    broken = []
    for page, text in documents().items():
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            file = (ROOT / page).parent / path if path else ROOT / page
            there = file.exists() and (not anchor or anchor in anchors(file.read_text(encoding="utf-8")))
            broken += [] if there else [f"{page}: {target}"]
    assert not broken


def test_the_readme_stays_under_150_lines() -> None:
    assert len(documents()["README.md"].splitlines()) < 150


def test_no_document_names_a_path_of_the_machine_it_was_written_on() -> None:
    named = [page for page, text in documents().items() if re.search(r"/(work|tmp|root|home/\w+)/", text)]
    assert not named
