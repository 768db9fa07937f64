"""Write docs/architecture.md: the rooms of the code and who may import whom, drawn from the import contracts.

`python -m tools.rooms`. The arrows are those that `lint-imports` holds, read from pyproject.toml; a test holds the page
equal.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
MADE = "Made by `python -m tools.rooms` from the import contracts in `pyproject.toml`; do not edit."
ROOMS: Mapping[str, str] = {
    "ontology": "what exists: types, links, values, vocabularies, labels, errors; knows nothing else",
    "graph": "the record, its snapshot, kernels, the questions and lenses, Neo4j as a projection",
    "loaders": "a source file becomes records and links with provenance; a folder for each format",
    "visualisation": "an answer becomes something to look at: pages, terminal, sheets, drawings, export formats",
    "api": "the `kedja` command and the HTTP API: thin over the others",
    "kedja": "the questions from Python: answers as tables, graphs and pictures",
    "graph.sqlite": "the record: one SQLite file with every version of what was said",
    "graph.kernels": "walks and propagation on arrays alone",
    "graph.snapshot": "what a reader may see at a moment, frozen into arrays",
    "graph.questions": "what can be asked of a snapshot, and the lenses",
    "graph.neo4j": "the snapshot as a graph in Neo4j, and back",
    "graph.matching": "which things may be one: candidates, scores, proposals",
}
"""What each room is for."""
DECLARED = (
    ("kedja.loaders", "a format that is loaded", "[formats](reference/formats.md)"),
    ("kedja.questions", "a question", "[HTTP API](reference/api.md)"),
    ("kedja.views", "how its answers are shown", "[HTTP API](reference/api.md)"),
    ("kedja.lenses", "a lens", "[method](method.md)"),
    ("kedja.exporters", "an export format", "[exports](reference/exports.md)"),
)
FLOW = """\
file --loader--> records and links --(ontology checks)--> record --freeze--> snapshot --question--> answer
        rejects, with reasons      versions, publications    arrays   |                    page, sheet, JSON
                                                                      +--> projections: Neo4j, export formats
"""


def contracts() -> Sequence[Mapping[str, Any]]:
    """The import contracts that are layers, as pyproject.toml has them."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    return [one for one in declared if one["type"] == "layers"]


def layers(contract: Mapping[str, Any], container: str = "") -> list[list[str]]:
    """The rooms of each layer, the highest first; those of a container with its name."""
    prefix = f"{container}." if container else ""
    found = []
    for layer in contract["layers"]:
        names = layer.replace(":", "|").split("|")
        found.append([prefix + name.strip().strip("()") for name in names])
    return found


def drawing(of: list[list[str]]) -> str:
    """The rooms as a Mermaid flow chart. An arrow leads to what may be imported; the layers further down may be too."""
    lines = ["flowchart TD"]
    lines += [f'    {_id(room)}["{room.rpartition(".")[2]}"]' for layer in of for room in layer]
    lines += [f"    {_id(one)} --> {_id(other)}" for upper, lower in pairwise(of) for one in upper for other in lower]
    return "\n".join(["```mermaid", *lines, "```"])


def _id(room: str) -> str:
    return "room_" + room.replace(".", "_")  # Mermaid keeps some words, "graph" among them


def sections() -> Iterator[str]:
    for contract in contracts():
        for container in contract.get("containers") or [""]:
            of = layers(contract, container)
            title = f"Inside `{container}`" if container else "The packages"
            told = [f"- `{room}`: {ROOMS[room]}." for layer in reversed(of) for room in layer]
            yield f"## {title}\n\n{drawing(of)}\n\n" + "\n".join(told) + "\n"


def page() -> str:
    declared = "\n".join(f"| `{group}` | {what} | {where} |" for group, what, where in DECLARED)
    return "\n".join(
        [
            f"# Architecture\n\n{MADE}\n",
            "An arrow leads from a room to what it may import. Rooms of one layer do not know each other, imports",
            "never lead upwards, and `lint-imports` (a part of `make test`) holds it so.\n",
            *sections(),
            f"## How data flows\n\n```\n{FLOW}```\n",
            "## What is declared once\n",
            "Each of these is a declaration that is found, here by its folder and in other packages by an entry point",
            "([how](how-to/extend.md)); command, route, page, exports and reference come from it.\n",
            f"| entry points | declares | listed in |\n| --- | --- | --- |\n{declared}\n",
        ]
    )


def undescribed() -> set[str]:
    """Rooms of a contract that nothing is said of."""
    found = {
        room
        for contract in contracts()
        for container in contract.get("containers") or [""]
        for layer in layers(contract, container)
        for room in layer
    }
    return found - set(ROOMS)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
