"""``python -m benchmarks``: run every bench and write docs/benchmarks.md."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.freezing import freeze
from benchmarks.generator import SIZES, Size
from benchmarks.kernels import affected, sweep_all, trace
from benchmarks.measure import Row, Table, as_markdown, machine, when
from benchmarks.page import tier_view
from benchmarks.peers import Data
from benchmarks.published import compared as published
from benchmarks.questions import compared
from benchmarks.reading import reading
from benchmarks.waiting import compared as waiting

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
LANGUAGE_NOTE = "Written by `make bench`; every ratio is of the same question on the same data in the same run."


@dataclass(frozen=True, slots=True)
class Bench:
    """``run`` gives the rows for one network, Kedja's first; none where it has nothing to say of that size."""

    title: str
    question: str
    goal: str
    run: Callable[[Data], list[Row]]


BENCHES = (
    Bench(
        "The answer a user waits for",
        "Whole answers, JSON bytes included, with a risk, of another contract each time and the day's view made; beside"
        " an earlier Kedja (0c77dc2, `make peer`) on the same network. The first page has 100 rows, with totals and"
        " counts of the whole.",
        "first page 20 times faster and under 200 kB at 100k / 500k, the whole 8 times",
        waiting,
    ),
    Bench(
        "Lens A, all nodes",
        "The worst credible path to every node, in sixteen lanes (risk types, severities, low and high) at once.",
        "0.15 s warm at 1 M nodes / 5 M links",
        sweep_all,
    ),
    Bench(
        "Trace, six tiers",
        "Everything up to six tiers upstream of a contract, with its tier.",
        "p50 of 2 ms at 1 M / 5 M",
        trace,
    ),
    Bench(
        "Affected contracts",
        "Every contract downstream of a raw material, however far.",
        "p50 of 100 ms at 1 M / 5 M",
        affected,
    ),
    Bench(
        "Freeze and reopen",
        "Everything in a store made into arrays; the arrays mapped into memory again.",
        "8 s and 0.1 s at 1 M / 5 M",
        freeze,
    ),
    Bench(
        "Questions beside recursive SQL",
        "The same questions put to a snapshot and to SQLite in memory.",
        "",
        compared,
    ),
    Bench(
        "Neo4j, then and now",
        "The network published to Neo4j and asked in Cypher, beside the versioned store that an earlier Kedja (0c77dc2,"
        " `make peer`) kept there.",
        "publish 6 times faster at 1 M / 5 M, a change of 1 % in a twentieth of that, Cypher 5 times faster",
        published,
    ),
    Bench(
        "Read LEI records",
        "From bytes to checked records and links, beside the parsers alone.",
        "XML 3 times lxml's iterparse, JSON 6 times orjson",
        reading,
    ),
    Bench(
        "Tier view",
        "The page in headless Chromium, from the request until it is drawn.",
        "1 s at 150 nodes",
        tier_view,
    ),
)


def run(sizes: Sequence[Size], benches: Sequence[Bench] = BENCHES) -> Iterator[list[Table]]:
    """A table for each bench, after each size: a long run that ends early has told what it found."""
    begun = when()
    tables = [Table(bench.title, bench.question, bench.goal, when=begun) for bench in benches]
    for size in sizes:
        data = Data(size)
        for bench, table in zip(benches, tables, strict=True):
            print(f"{size.name}: {bench.title}", flush=True)
            table.rows.extend(bench.run(data))
        yield tables


def page(tables: Sequence[Table], before: str = "") -> str:
    """The page, as Markdown. What it said ``before`` of other benches stays."""
    sections = {title: text for title, text in _sections(before) if title in {bench.title for bench in BENCHES}}
    sections |= dict(_sections("\n" + "\n".join(map(as_markdown, tables))))
    head = ["# Benchmarks", "", LANGUAGE_NOTE, "", *(f"- {line}" for line in machine())]
    head += ["- Times are medians of five runs after one to warm up (of one run where it takes 20 s or more).", ""]
    head += [
        "The networks are generated with a seed: seven tiers, sectors, hubs that all share, 1 % of the links backwards",
        '(0.3 % in "mostly acyclic"), which makes one giant cycle. See `benchmarks/generator.py`.', "",
    ]  # fmt: skip
    there = [sections[bench.title] for bench in BENCHES if bench.title in sections]
    return "\n".join(head) + "".join(f"\n## {text}\n" for text in there)


def _sections(text: str) -> list[tuple[str, str]]:
    """(title, text without its mark) of each table."""
    return [(part.partition("\n")[0], part.strip()) for part in text.split("\n## ")[1:]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", type=int, default=len(SIZES), help="how many of the sizes, smallest first")
    parser.add_argument("--to", type=Path, default=PAGE, help="the file to write")
    parser.add_argument(
        "--only", metavar="WORD", default="", help="only benches with this word in their title; other tables stay"
    )
    chosen = parser.parse_args()
    benches = [bench for bench in BENCHES if chosen.only.lower() in bench.title.lower()]
    if not benches:
        parser.error(f"no bench has “{chosen.only}” in its title: {', '.join(bench.title for bench in BENCHES)}")
    before = chosen.to.read_text("utf-8") if chosen.only and chosen.to.exists() else ""
    for tables in run(SIZES[: chosen.sizes], benches):
        chosen.to.write_text(page(tables, before), "utf-8")
    print("\n".join(map(as_markdown, tables)))


if __name__ == "__main__":
    main()
