"""Write docs/licences.md: every package that running Kedja installs, its licence and why it is there.

Names and versions come from requirements/run.txt, licences from the installed packages' own metadata,
reasons from the comments in pyproject.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.shapes import SHAPES

ROOT = Path(__file__).resolve().parent.parent
# Kedja runs on Linux and macOS and several Pythons; the list is the same whichever of them writes it.
PLATFORM = {
    "sys_platform": "linux",
    "platform_system": "Linux",
    "os_name": "posix",
    "platform_python_implementation": "CPython",
    "python_version": "3.11",
    "python_full_version": "3.11.0",
    "extra": "",
}
PERMISSIVE = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC",
    "MIT", "MIT-0", "PSF-2.0", "Python-2.0", "Zlib",
}  # fmt: skip
# Used as they are, imported and never changed or copied, which these licences allow any program.
WEAK_COPYLEFT = {
    "python-stdnum": "LGPL-2.1-or-later", "pycountry": "LGPL-2.1-only", "orjson": "MPL-2.0 AND (Apache-2.0 OR MIT)",
}  # fmt: skip
# Packages without an SPDX expression say it in words.
IN_WORDS = {
    "Apache 2.0": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Python Software Foundation License": "PSF-2.0",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
}
# Words that do not say which BSD; read in the package's own licence file.
READ_BY_HAND = {"numba": "BSD-2-Clause"}
HEADING = """# Licences of what Kedja runs on

Made by `make licences` from the locked run-time packages; a test holds it equal. All are permissive, but for
python-stdnum and pycountry (LGPL), which are used unchanged as libraries. Kedja itself is Apache-2.0.

| package | version | licence | why |
|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One package: its name, locked version, licence as an SPDX expression (empty if unstated) and reason."""

    name: str
    version: str
    licence: str
    why: str


def pins(file: str) -> dict[str, str]:
    """Name and version of each package that requirements/`file` installs on Linux and macOS."""
    found: dict[str, str] = {}
    for line in (ROOT / "requirements" / file).read_text(encoding="utf-8").splitlines():
        if re.match(r"[A-Za-z0-9]", line):
            requirement = Requirement(line.rstrip("\\ "))
            if requirement.marker is None or requirement.marker.evaluate(PLATFORM):
                found[canonicalize_name(requirement.name)] = str(requirement.specifier).removeprefix("==")
    return found


def reasons() -> dict[str, str]:
    """The reason beside each run-time dependency (and extra) in pyproject.toml."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("[dependency-groups]")[0]
    found = dict(re.findall(r'^    "([a-z0-9-]+)>=[^"]+", +# (.+)$', text, re.MULTILINE))
    extras = re.findall(r'^# (.+)\n[a-z]+ = \["([a-z0-9-]+)>=[^"]+"\]$', text, re.MULTILINE)
    return found | {name: comment for comment, name in extras}


def licence(name: str) -> str:
    """What the installed package says of itself, as an SPDX expression; empty if it says nothing known."""
    if name in READ_BY_HAND:
        return READ_BY_HAND[name]
    about = metadata.metadata(name).json
    stated = about.get("license_expression")
    if stated:
        return str(stated)
    words = str(about.get("license") or "").strip()
    if words in PERMISSIVE:
        return words
    classifiers = [c.rpartition(" :: ")[2] for c in about.get("classifier", []) if c.startswith("License ::")]
    spdx = {IN_WORDS[c] for c in [*classifiers, words] if c in IN_WORDS}
    return min(spdx) if spdx else ""


def needed_by(names: set[str]) -> dict[str, list[str]]:
    """For each package the others of `names` that ask for it."""
    users: dict[str, list[str]] = {name: [] for name in names}
    for name in sorted(names):
        for line in metadata.requires(name) or []:
            requirement = Requirement(line)
            target = canonicalize_name(requirement.name)
            wanted = requirement.marker is None or requirement.marker.evaluate(PLATFORM)
            if wanted and target in users:
                users[target].append(name)
    return users


def rows() -> Iterator[Row]:
    """Every package of the run set, by name."""
    versions, why = pins("run.txt"), reasons()
    users = needed_by(set(versions))
    for name in sorted(versions):
        reason = why.get(name) or "needed by " + ", ".join(users[name])
        yield Row(name, versions[name], licence(name), reason)


def fetched() -> Row:
    """What is no Python package: fetched by `make shapes`, and carried by a wheel that is built after it."""
    return Row(SHAPES.name, SHAPES.version, SHAPES.licence, SHAPES.why)


def allowed(row: Row) -> bool:
    """True if all parts of the licence are permissive, or the package is on the short list of exceptions."""
    if row.licence and WEAK_COPYLEFT.get(row.name) == row.licence:
        return True
    parts = row.licence.split(" AND ")
    return all(any(choice.strip("()") in PERMISSIVE for choice in part.split(" OR ")) for part in parts)


def page() -> str:
    """The text of docs/licences.md."""
    lines = [f"| {r.name} | {r.version} | {r.licence or 'not stated'} | {r.why} |\n" for r in (*rows(), fetched())]
    return HEADING + "".join(lines)


if __name__ == "__main__":
    (ROOT / "docs" / "licences.md").write_text(page(), encoding="utf-8")
