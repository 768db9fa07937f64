"""A package of somebody else, made of what docs/how-to/extend.md shows, installed beside Kedja."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "how-to" / "extend.md").read_text(encoding="utf-8")
Run = Callable[..., subprocess.CompletedProcess[str]]


def installed(folder: Path, package: str, store: str, more: Mapping[str, str] | None = None) -> Run:
    """Lay the modules of ``package`` that the page shows into a folder, under the entry points that it shows, and give
    what runs Python there on a store.

    Args:
        more: further lines of entry points by their group.
    """
    site = folder / "site"
    modules = re.findall(rf"^# ({package}/\w+\.py)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for name, text in modules:
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text, encoding="utf-8")
    groups = dict(more or {})
    for group, line in re.findall(r'^\[project\.entry-points\."(kedja\.\w+)"\]\n(.*)$', PAGE, re.MULTILINE):
        if f'"{package}.' in line:
            groups[group] = "\n".join(filter(None, (line.replace('"', ""), groups.get(group))))
    info = site / f"{package}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package.replace('_', '-')}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("\n".join(f"[{group}]\n{lines}" for group, lines in groups.items()))
    own = os.environ | {"PYTHONPATH": os.pathsep.join((str(site), str(ROOT))), "KEDJA_STORE": store}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, *arguments], cwd=folder, env=own, capture_output=True, text=True)

    return run
