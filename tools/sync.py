"""Bring .venv to exactly a hashed requirement file, and Kedja itself into it (editable)."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / "requirements" / "uv.txt"
NO_NETWORK = (
    "The packages could not be fetched. Kedja downloads them once from the Python package index (pypi.org),\n"
    "or from the index that PIP_INDEX_URL / UV_INDEX_URL names. Check network and proxy, run make again."
)


def run(command: list[str], failure: str) -> None:
    """Run, quiet on success; a failure shows the command's own words and the remedy."""
    result = subprocess.run(command, cwd=ROOT, text=True, capture_output=True)
    if result.returncode != 0:
        sys.exit(f"{result.stdout}{result.stderr}\n{failure}")


def uv_is_there(uv: Path) -> bool:
    """True if the pinned uv is installed already."""
    if not uv.exists():
        return False
    found = subprocess.run([str(uv), "--version"], text=True, capture_output=True).stdout.split()
    return len(found) > 1 and f"uv=={found[1]} " in TOOLS.read_text(encoding="utf-8")


def main(requirements: str) -> None:
    """Install uv from its pinned file, then what `requirements` lists and nothing else, then Kedja."""
    started = time.monotonic()
    bin_folder = Path(sys.executable).parent
    uv = bin_folder / "uv"
    print(
        f"Installing {requirements} into {bin_folder.parent.name} (the first time downloads)",
        flush=True,
    )
    if not uv_is_there(uv):
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run([*pip, "--require-hashes", "-r", str(TOOLS)], NO_NETWORK)
    os.environ["VIRTUAL_ENV"] = str(bin_folder.parent)
    pip = [str(uv), "pip"]
    run(
        [*pip, "sync", "--quiet", "--compile-bytecode", "--require-hashes", str(TOOLS), requirements],
        NO_NETWORK,
    )
    run(
        [*pip, "install", "--quiet", "--no-deps", "--no-build-isolation", "--offline", "--editable", "."],
        "Kedja itself could not be installed from this folder; the lines above say why.",
    )
    print(f"Done in {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
