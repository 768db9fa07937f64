"""Compile the hashed requirement files from pyproject.toml. Needs the network; the files hold no address."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "requirements"
# One version of each package for every Python and system (fewest), so that all of them run the same code.
OPTIONS = [
    "--quiet",
    "--universal",
    "--generate-hashes",
    "--python-version=3.11",
    "--fork-strategy=fewest",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-header",
    "--no-annotate",
]
# The widest set first: the others are held to its versions, so that they can be installed side by side.
EXTRAS = ["--extra", "pyvis", "--extra", "mcp"]
SETS = [
    ("test.txt", [*EXTRAS, "--group", "test", "--group", "tools"]),
    ("run.txt", EXTRAS),
    ("uv.txt", ["--only-group", "tools"]),
]


def compile_set(uv: str, name: str, choice: list[str], upgrade: bool) -> None:
    """Write requirements/`name`; unless `upgrade`, versions already in it stay while they fit."""
    command = [uv, "pip", "compile", *OPTIONS, *choice, "-o", f"requirements/{name}"]
    if "--only-group" in choice:
        command[command.index("--only-group")] = "--group"
    else:
        command.append("pyproject.toml")
    if name != "test.txt":
        command += ["-c", "requirements/test.txt"]
    if upgrade:
        command.append("--upgrade")
    subprocess.run(command, cwd=ROOT, check=True)
    print(f"wrote requirements/{name}")


def bootstrap_uv() -> str:
    """The environment's uv; a fresh environment first gets one from the pinned file."""
    uv = Path(sys.executable).parent / "uv"
    if not uv.exists():
        pinned = ["--require-hashes", "-r", str(FOLDER / "uv.txt")]
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *pinned], check=True)
    return str(uv)


def main() -> None:
    """Compile all sets."""
    uv = bootstrap_uv()
    for name, choice in SETS:
        compile_set(uv, name, choice, upgrade="--upgrade" in sys.argv[1:])


if __name__ == "__main__":
    main()
