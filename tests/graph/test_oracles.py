"""Numbers that this project did not produce: every file of the oracle folder, by the lens that it names.

A lens that is built runs every file of its kind, those added later too. One that is not built is listed in the last
lines of the test run; its files neither pass nor are skipped.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph.kernels.worst import best_path, worst
from graph.network import Network

Case = dict[str, Any]
PLAIN = np.ones(32)


class NotBuiltYet(UserWarning):
    """Lists the lenses that have oracles but no code: pytest prints warnings at the end of every run."""


def network_of(case: Case) -> tuple[Network, dict[str, int]]:
    """Links are [supplier, buyer, weight]: one link type, the weight as confidence."""
    place = {name: number for number, name in enumerate(case["input"]["nodes"])}
    source, target, weight = zip(*case["input"]["edges"], strict=True) if case["input"]["edges"] else ((), (), ())
    ends = ([place[name] for name in source], [place[name] for name in target])
    return Network.build(len(place), *ends, np.zeros(len(weight)), weight), place


def max_product(case: Case) -> None:
    """Lens A: the value at every node and the best path to it."""
    network, place = network_of(case)
    seed = [place[name] for name in case["input"]["source_score"]]
    score = [*case["input"]["source_score"].values()]
    tolerance = case["tolerance"]["abs"]
    expected = case["expected"]
    found = worst(network, seed, score, range(network.n), PLAIN, use_confidence=True).value
    for name, value in expected["value"].items():
        assert found[place[name]] == pytest.approx(value, rel=0, abs=tolerance), name
    for name, nodes in expected.get("best_path", {}).items():
        path = best_path(network, seed, score, place[name], PLAIN, use_confidence=True)
        assert [case["input"]["nodes"][v] for v in (path.vertices if path else ())] == nodes, name


BUILT: dict[str, Callable[[Case], None]] = {"max-product": max_product}
"""Each lens that is built, and how its files are checked."""


def cases_in(folder: Path) -> dict[str, Case]:
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}


def test_every_file_of_a_built_lens_is_met(kedja_oracles: Path, subtests: pytest.Subtests) -> None:
    checked = set()
    for name, case in cases_in(kedja_oracles).items():
        if case["lens"] in BUILT:
            with subtests.test(name):
                BUILT[case["lens"]](case)
            checked.add(case["lens"])
    assert checked == set(BUILT), "a built lens has no oracle"


def test_lenses_that_are_not_built_are_listed(kedja_oracles: Path) -> None:
    cases = cases_in(kedja_oracles)
    waiting: dict[str, list[str]] = {}
    for name, case in cases.items():
        if case["lens"] not in BUILT:
            waiting.setdefault(case["lens"], []).append(name)
    listed = "; ".join(f"{lens} ({', '.join(names)})" for lens, names in sorted(waiting.items()))
    with warnings.catch_warnings():
        warnings.simplefilter("always", NotBuiltYet)
        if waiting:
            warnings.warn(NotBuiltYet(f"not built yet: {listed}"), stacklevel=1)
    dispatched = {case["lens"] for case in cases.values()} - set(waiting)
    assert dispatched == set(BUILT)


def test_a_wrong_number_is_noticed(kedja_oracles: Path) -> None:
    for lens, check in BUILT.items():
        case = next(case for case in cases_in(kedja_oracles).values() if case["lens"] == lens)
        name = max(case["expected"]["value"], key=lambda node: case["expected"]["value"][node])
        case["expected"]["value"][name] *= 1 - 1e-9
        with pytest.raises(AssertionError):
            check(case)
