"""The benches run, and what they compare gives the same answers; here at a size at which their times say nothing."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.__main__ import BENCHES, Bench, page, run
from benchmarks.generator import SIZES, Size, generate
from benchmarks.measure import DisagreementError, Row, Table, as_markdown, same, seconds
from graph.kernels.reach import components

TINY = Size("400 / 2k", 400, 2_000)


ON_NEO4J = [bench for bench in BENCHES if "Neo4j" in bench.title]


@pytest.mark.parametrize(
    ("benches", "programs"),
    [
        pytest.param(
            [bench for bench in BENCHES if bench not in ON_NEO4J],
            ("Kedja", "SciPy", "networkx", "recursive SQL", "SQLite"), id="here",
        ),
        pytest.param(ON_NEO4J, ("publish", "freeze", "Cypher"), id="Neo4j", marks=pytest.mark.soak),
    ],
)  # fmt: skip
def test_every_bench_runs_and_says_what_it_compares(benches: list[Bench], programs: tuple[str, ...]) -> None:
    (tables,) = run([TINY], benches)
    written = page(tables)
    for bench in benches:
        assert f"\n## {bench.title}\n" in written
    for program in programs:
        assert f"| {program}" in written
    assert "Machine: " in written
    assert "Commit: " in written


def test_a_run_of_some_benches_leaves_the_other_tables_as_they_are() -> None:
    one, other, again = (
        Table(BENCHES[at].title, "Q", "", [Row("d", "Kedja", 1.0)], when)
        for at, when in ((0, "once"), (2, "once"), (0, "later"))
    )
    both = page([one, other])
    assert page([again], both) == both.replace("once", "later", 1)


def test_ratios_are_to_our_own_time_for_the_same_work() -> None:
    rows = [Row("d", "Kedja", 0.5), Row("d", "other", 0.25, times=16.0), Row("e", "Kedja", 2.0), Row("e", "slow", 60.0)]
    lines = as_markdown(Table("T", "Q", "", rows)).splitlines()
    assert [line.split("|")[3:5] for line in lines[-4:]] == [
        [" 500 ms ", " 1 "], [" 250 ms ", " 8 "], [" 2 s ", " 1 "], [" 60 s ", " 30 "],
    ]  # fmt: skip


def test_programs_that_disagree_stop_the_run() -> None:
    same("numbers", 1, 1)
    with pytest.raises(DisagreementError):
        same("numbers", 1, 2)


def test_the_first_of_several_runs_only_warms_up() -> None:
    runs: list[int] = []
    assert seconds(lambda: runs.append(1)) >= 0
    assert len(runs) == 6


def test_a_generated_network_is_the_same_each_time_and_of_the_size_asked_for() -> None:
    one, other = generate(TINY).network, generate(TINY).network
    assert (one.n, len(one.source)) == (TINY.vertices, TINY.links)
    for name in ("source", "target", "kind", "confidence"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
    assert not np.array_equal(one.source, generate(TINY, seed=2).network.source)


def test_links_back_make_one_giant_cycle_and_without_them_there_is_none() -> None:
    size = SIZES[0]
    assert np.bincount(components(generate(size).network)).max() > 0.1 * size.vertices
    acyclic = Size("acyclic", size.vertices, size.links, backward=0.0)
    assert np.bincount(components(generate(acyclic).network)).max() == 1


def test_some_suppliers_have_very_many_buyers_and_contracts_none() -> None:
    made = generate(SIZES[0])
    buyers = np.bincount(made.network.source, minlength=made.network.n)
    assert buyers.max() > 50 * buyers[buyers > 0].mean()
    assert buyers[made.contracts].sum() == 0
