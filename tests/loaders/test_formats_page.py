"""docs/formats.md says of every format what its loader makes of files, and is made by a command."""

from __future__ import annotations

import re

import pytest

from loaders.registry import formats
from tools.formats import CASES, PAGE, Case, measure


def test_every_format_stands_on_the_page() -> None:
    named = set(re.findall(r"^\| `([\w-]+)` \|", PAGE.read_text("utf-8"), re.MULTILINE))
    assert set(formats().known) <= named, "run: python -m tools.formats"


OURS = [case for case in CASES if not case.real]


@pytest.mark.parametrize("case", OURS, ids=lambda case: f"{case.kind}-{case.place.name}")
def test_a_sample_of_ours_is_there_and_says_something(case: Case) -> None:
    if case.kind in ("reference", "workbook", "swedish-procurement", "cpv"):  # their own tests read these, at length
        assert case.place.exists()
        return
    found = measure(case)
    assert found.rows == found.accepted + found.rejected
    assert found.nodes + found.links > 0
    assert not found.refused
