"""Which types play which part is said in the ontology, and by no list elsewhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from ontology import roles
from ontology.model import LINKS, NODES

ROOT = Path(__file__).resolve().parents[2]
TYPES = {*NODES, *LINKS}
ROOMS = ("graph", "loaders", "visualisation", "api", "kedja")
ELSEWHERE = {path: path.read_text(encoding="utf-8") for room in ROOMS for path in (ROOT / room).rglob("*.py")}


def lists_of_types(code: str) -> Iterator[tuple[int, list[str]]]:
    """(line, names) of each literal of several values, all of which are names of types, and of each mapping by such."""
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Tuple(elts=found) | ast.List(elts=found) | ast.Set(elts=found) | ast.Dict(keys=found):
                names = [one.value for one in found if isinstance(one, ast.Constant) and isinstance(one.value, str)]
                if len(names) > 1 and len(names) == len(found) and TYPES.issuperset(names):
                    yield node.lineno, names


def test_a_list_of_types_is_seen() -> None:
    code = 'a = ("Step", "Site")\nb = {"RUNS": 1, "HOLDS": 2}\nc = ["Step", x]\nd = ("a", "Step")\ne = ["Step"]\n'
    assert list(lists_of_types(code)) == [(1, ["Step", "Site"]), (2, ["RUNS", "HOLDS"])]


def test_no_list_of_node_or_link_types_stands_outside_the_ontology() -> None:
    assert {path: found for path, code in ELSEWHERE.items() if (found := list(lists_of_types(code)))} == {}


def groups() -> dict[str, tuple[str, ...]]:
    return {name: value for name, value in vars(roles).items() if name.isupper() and isinstance(value, tuple)}


@pytest.mark.parametrize("name", sorted(groups()))
def test_a_group_names_declared_types_of_one_sort_each_once(name: str) -> None:
    group = groups()[name]
    assert group
    assert len(set(group)) == len(group)
    assert set(group) <= NODES.keys() or set(group) <= LINKS.keys()


@pytest.mark.parametrize("name", sorted(groups()))
def test_each_group_is_used(name: str) -> None:
    assert any(f" {name}" in code for code in ELSEWHERE.values())


def test_what_the_declarations_say_is_read_from_them() -> None:
    assert roles.CHAIN == ("Contract", "Step")
    assert roles.STATEMENTS == ("Finding", "RiskAssessment")
    assert roles.AT_STEP == ("PERFORMS", "RUNS")
    assert roles.BY_COMPANY == ("RUNS", "HOLDS")


def test_a_search_ranks_every_type() -> None:
    assert sorted((*roles.FOUND_FIRST, *roles.FOUND_LAST)) == sorted(NODES)
