"""How good proposals are, beside others: ``python -m benchmarks.matching`` writes ``docs/matching.md``.

Sets: records of our own making, in the half of the vocabulary that nothing was learnt from; names of GLEIF's register,
each written over (where ``KEDJA_DATA`` is set); pairs that others labelled (``--public``: a clone of nomenklatura).
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import resource
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import perf_counter, process_time

from benchmarks.matching.made import Labelled, Maker
from benchmarks.matching.peers import PEERS, Peer, best
from benchmarks.matching.sets import Labels, Pair, Score
from benchmarks.matching.spelling import slip, stripped
from graph.matching.proposing import HELPERS, LEAST, MANY, matches

PAGE = Path(__file__).parents[2] / "docs" / "matching.md"
SEED = 11
PUBLIC = "https://github.com/opensanctions/nomenklatura"
CASES = "contrib/name_bench/cases.csv"
HEAD = """# How good proposals of identity are

Made by `python -m benchmarks.matching`; do not edit. Pairwise, over pairs that share no identifier (those that do are
joined without being proposed). Precision, recall and F1 are at each one's own threshold, as it comes; *best F1* is the
highest that any threshold gives, which nobody knows who has no labels. Candidates are those of Kedja's own blocking for
Kedja, rapidfuzz and nomenklatura (so the recall of these has that ceiling), Splink's own for Splink. nomenklatura is
asked both ways and given the better score, since it asks a question of a record, and every record has an id of its own,
since it remembers names by id; Splink trains itself (expectation maximisation) on the very records. Seconds are of
processor time, on a machine that others used too.
"""
CHOICE = """
## What was chosen

Kedja compares by rapidfuzz's distances and weighs what it sees by a logistic regression of its own: {why}. It also says
of each aspect what both sides say and how much that speaks, and needs no database and no ICU.

What the figures do not say: the made set is of our making, and so are its confusable companies; the weights were learnt
on the other half of its vocabulary. Names in two languages, and changed names without any other trace, stay unfound.
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One peer on one set."""

    peer: Peer
    seconds: float
    own: Score
    threshold: float
    best: float
    proposed: Score | None = None


def measured(labels: Labels, peers: Sequence[Peer]) -> Iterator[Line]:
    truth, joined = labels.truth(), labels.joined()
    open_ = truth - joined
    for peer in peers:
        began = process_time()
        scores = {pair: score for pair, score in peer.records(labels).items() if pair not in joined}
        yield _line(peer, process_time() - began, scores, open_)


def _line(peer: Peer, seconds: float, scores: dict[Pair, float], truth: set[Pair]) -> Line:
    own = Score.of({pair for pair, score in scores.items() if score >= peer.threshold}, truth)
    threshold, highest = best(scores, truth)
    proposed = Score.of({pair for pair, score in scores.items() if score >= LEAST}, truth) if peer is PEERS[0] else None
    return Line(peer, seconds, own, threshold, highest, proposed)


def automatic(labels: Labels) -> Score:
    """The pairs that share an identifier, which are joined without being proposed."""
    told = set()
    by_key: dict[str, list[int]] = {}
    for place, one in enumerate(labels.things):
        for key in one.keys:
            told |= {(other, place) for other in by_key.get(key, ())}
            by_key.setdefault(key, []).append(place)
    return Score.of(told, labels.truth())


# -- the sets ---------------------------------------------------------------------------------------------------
def of_gleif(folder: Path, count: int) -> Labels:
    """Legal names of a register as they are, and each written over: names of others, and namesakes, are real."""
    from benchmarks.matching.common import registered

    random = Random(SEED)
    names = registered(folder)
    records = []
    for lei, name, country in random.sample(names, min(count, len(names))):
        records.append(Labelled(f"{lei}/1", lei, name, country))
        written = random.choice((str.upper, lambda text: stripped(text, random), lambda text: slip(text, random)))(name)
        records.append(Labelled(f"{lei}/2", lei, written, country if random.random() < 0.7 else ""))
    random.shuffle(records)
    return Labels.of(f"Names of GLEIF's register (CC0), {count:,} of them written over", records)


def public_pairs(clone: Path) -> list[tuple[Labelled, Labelled, bool]]:
    """Names of organisations that others labelled. Fetched, never kept here."""
    text = subprocess.run(
        ["git", "-C", str(clone), "show", f"HEAD:{CASES}"], check=True, capture_output=True, text=True
    ).stdout
    found = []
    for place, row in enumerate(csv.DictReader(io.StringIO(text))):
        if row["schema"] in ("Company", "Organization", "LegalEntity"):
            a, b = (Labelled(f"{side}{place}", "", row[name]) for side, name in (("a", "name1"), ("b", "name2")))
            found.append((a, b, row["is_match"] == "true"))
    return found


def measured_pairs(pairs: Sequence[tuple[Labelled, Labelled, bool]], peers: Sequence[Peer]) -> Iterator[Line]:
    truth: set[Pair] = {(place, place) for place, (_, _, same) in enumerate(pairs) if same}
    for peer in peers:
        if peer.pairs is not None:
            began = process_time()
            scores = peer.pairs([(a, b) for a, b, _ in pairs])
            yield _line(peer, process_time() - began, {(n, n): score for n, score in enumerate(scores)}, truth)


def speed(count: int) -> str:
    """A paragraph on the time and memory that so many made records take, names to proposals."""
    records = Maker(SEED, 1).records(count // 2)[:count]
    began, own = perf_counter(), process_time()
    labels = Labels.of("many", records)
    read = perf_counter() - began
    found = sum(1 for _ in matches(labels.things))
    seconds, helpers = perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = process_time() - own + helpers.ru_utime + helpers.ru_stime
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + HELPERS * helpers.ru_maxrss) / 2**20
    return (
        f"\n## Speed\n\n{len(records):,} made records, names to proposals: {found:,} proposals in {seconds:,.0f} s on a"
        f" machine that others used too, {used:,.0f} s of processor time, {read:,.0f} s until names were read; two"
        f" processes from {MANY:,} things. At most {peak:.1f} GB, what the processes share counted in each.\n"
    )


# -- the page ---------------------------------------------------------------------------------------------------
def table(title: str, said: str, lines: Sequence[Line]) -> str:
    head = ["who", "version", "threshold", "precision", "recall", "F1", "best F1 (at)", "CPU s"]
    rows = [
        (one.peer.name, one.peer.version() or "", f"{one.peer.threshold:g}", f"{one.own.precision:.3f}",
         f"{one.own.recall:.3f}", f"**{one.own.f1:.3f}**", f"{one.best:.3f} ({one.threshold:.2f})",
         f"{one.seconds:.1f}")
        for one in lines
    ]  # fmt: skip
    text = [f"## {title}", "", said, "", f"| {' | '.join(head)} |", "|" + " --- |" * len(head)]
    text += [f"| {' | '.join(row)} |" for row in rows]
    for one in lines:
        if one.proposed is not None:
            recall, precision = f"{one.proposed.recall:.3f}", f"{one.proposed.precision:.3f}"
            text += ["", f"Proposed from {LEAST:g}: recall **{recall}**, precision {precision}."]
    return "\n".join(text)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matching", description=__doc__)
    parser.add_argument("--companies", type=int, default=1_000, help="made companies, about")
    parser.add_argument("--names", type=int, default=2_000, help="names of GLEIF's register")
    parser.add_argument("--public", type=Path, help=f"a clone of {PUBLIC}")
    parser.add_argument("--speed", type=int, default=0, help="also time so many made records")
    parser.add_argument("--to", type=Path, default=PAGE, help="the file to write")
    chosen = parser.parse_args()
    peers = [peer for peer in PEERS if peer.version() is not None]
    missing = [peer.name for peer in PEERS if peer.version() is None]
    parts = [HEAD]
    if missing:
        parts.append(f"Not installed, so not measured: {', '.join(missing)} (`pip install splink nomenklatura`).\n")
    made = Labels.of("Made", Maker(SEED, 1).records(chosen.companies))
    joined = automatic(made)
    said = (
        f"{len(made.records):,} records of {chosen.companies:,} companies, of which {len(made.truth()):,} pairs are one"
        f" (`benchmarks/matching/made.py`, seed {SEED}). Joined by a shared identifier: {joined.told:,} pairs,"
        f" precision **{joined.precision:.3f}**."
    )
    lines = list(measured(made, peers))
    parts.append(table("Records of our own making", said, lines))
    if folder := os.environ.get("KEDJA_DATA"):
        labels = of_gleif(Path(folder), chosen.names)
        parts.append(
            "\n"
            + table(
                "Names of GLEIF's register",
                f"{labels.title}: {len(labels.records):,} records.",
                list(measured(labels, peers)),
            )
        )
    if chosen.public:
        pairs = public_pairs(chosen.public)
        said = (
            f"{len(pairs)} pairs of organisations in [{CASES}]({PUBLIC}) (MIT), names only. They are labelled for"
            " screening: a name with a letter changed is to be found there, though it may be another company's."
        )
        parts.append(
            "\n" + table("Pairs that nomenklatura's authors labelled", said, list(measured_pairs(pairs, peers)))
        )
    if chosen.speed:
        parts.append(speed(chosen.speed))
    others = [one for one in lines if one.peer is not PEERS[0]]
    next_ = max((one.own.f1 for one in others), default=0.0)
    why = f"on the made records its F1 as it comes is {lines[0].own.f1:.2f}, that of the next {next_:.2f}"
    parts.append(CHOICE.format(why=why))
    chosen.to.write_text("\n".join(parts), "utf-8")
    print("\n".join(parts))


if __name__ == "__main__":
    main()
