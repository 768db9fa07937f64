"""Several processes: killed at any moment, loading at once, reading while another publishes."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from graph.snapshot.reader import read_topology
from graph.sqlite import Store
from graph.store import At, RunState
from loaders.base import load
from ontology.records import Secrecy
from tests.contract.conftest import Opener
from tests.contract.loading import Invented, write
from tests.contract.saying import day, now, open_store, whole

ROOT = Path(__file__).resolve().parents[2]


def started(folder: Path, *files: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.contract.loading", str(folder), *map(str, files)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


STAGES = ("load", "settle", "publish", "done")


def reached(process: subprocess.Popen[str], stage: str) -> float:
    """Wait until the process has said that a stage begins; gives when."""
    assert process.stdout is not None
    while not process.stdout.readline().startswith(stage):
        assert process.poll() is None, f"it ended before {stage}"
    return time.monotonic()


def durations(folder: Path, file: Path) -> dict[str, float]:
    """How long each stage of a load takes here."""
    with started(folder, file) as process:
        begun = [reached(process, stage) for stage in STAGES]
    assert process.returncode == 0
    return {stage: end - start for stage, start, end in zip(STAGES, begun, begun[1:], strict=False)}


def kill_series(folder: Path, times: int, seed: int, count: int = 1500) -> set[tuple[str, RunState]]:
    """Kill a loading process at random moments of adding, settling and publishing in turn.

    Gives the stages that were killed, each with the state in which its run was found.
    """
    chance = random.Random(seed)
    for name in ("trial", "store", "clean"):
        (folder / name).mkdir()
    taken = durations(folder / "trial", write(folder / "trial" / "file", "chain", "1", count))
    first = write(folder / "first", "chain", "0", 50)
    with open_store(folder / "clean") as clean, open_store(folder / "store") as store:
        for one in (clean, store):
            load(one, Invented(), first, now=day(0))
    met = set()
    for n in range(times):
        stage, file = STAGES[n % 3], write(folder / f"file-{n}", "chain", f"{n + 1:03}", count)
        with open_store(folder / "store") as store:
            before = now(store, Secrecy.RESTRICTED)
            stood, runs = whole(store, before), len(store.runs())
        with started(folder / "store", file) as process:
            reached(process, stage)
            time.sleep(chance.uniform(0, taken[stage]))
            process.send_signal(signal.SIGKILL)
            process.wait()
        with open_store(folder / "store") as store:
            states = {run.state for run in store.runs()[runs:]}
            met |= {(stage, state) for state in states}
            published = RunState.PUBLISHED in states
            assert now(store).publication == before.publication + published
            assert whole(store, before) == stood
            again = load(store, Invented(), file, now=day(n + 1))
            assert again.unchanged == published
            assert whole(store, before) == stood
            assert store.check() == []
            with open_store(folder / "clean") as clean:
                load(clean, Invented(), file, now=day(n + 1))
                assert read_topology(store, now(store)).hash == read_topology(clean, now(clean)).hash
    return met


def test_a_load_killed_at_any_moment_leaves_the_last_published_state(tmp_path: Path) -> None:
    met = kill_series(tmp_path, 6, seed=1)
    assert {state for _, state in met} & {RunState.ADDING, RunState.SETTLING}, "no kill came while loading"


@pytest.mark.soak
def test_two_hundred_kills(tmp_path: Path) -> None:
    met = kill_series(tmp_path, 200, seed=2, count=400)
    # Settling is one transaction: killed in it, the run is adding as before.
    assert met >= {("load", RunState.ADDING), ("settle", RunState.ADDING)}
    assert met >= {("publish", RunState.SETTLING), ("publish", RunState.PUBLISHED)}


def test_four_processes_load_at_once_and_nothing_is_lost(opened: Opener, tmp_path: Path) -> None:
    store, count = opened(), 400
    loaders = [started(tmp_path, *_editions(tmp_path, f"series{n}", count)) for n in range(4)]
    for process in loaders:
        process.communicate()
    assert [process.returncode for process in loaders] == [0] * 4
    assert [p.number for p in store.publications()] == list(range(1, 9))
    assert {r.state for r in store.runs()} == {RunState.PUBLISHED}
    there = list(store.entities(now(store)))
    # Companies of the four series share a number of the statistics, so they are the same companies.
    assert sum(not e.ghost for e in there) == count
    assert len(list(store.records(now(store)))) == 4 * count
    assert len(list(store.links(now(store)))) == 4 * count
    assert store.check() == []


def _editions(folder: Path, series: str, count: int) -> list[Path]:
    return [write(folder / f"{series}-{edition}", series, str(edition), count) for edition in (1, 2)]


def test_a_reader_during_a_publication_sees_the_old_or_the_new_and_nothing_else(opened: Opener, tmp_path: Path) -> None:
    store = opened()
    load(store, Invented(), write(tmp_path / "file-0", "chain", "0", 200), now=day(0))
    files = [write(tmp_path / f"file-{n}", "chain", str(n), 200) for n in range(1, 4)]
    seen: set[str] = set()
    with started(tmp_path, *files) as process:
        while process.poll() is None:
            seen |= _one_edition(store)
    assert process.returncode == 0
    seen |= _one_edition(store)
    assert "3" in seen
    assert store.check() == []


def _one_edition(store: Store) -> set[str]:
    """Read everything at the publication that stands; all of it is of one edition."""
    at = now(store)
    editions = {r.name.rpartition(" ")[2] for r in store.records(at)}
    assert len(editions) == 1
    assert len(list(store.records(at))) == 200
    assert len({e.id for e in store.entities(at)}) == 201
    assert sum(len(batch.row) for batch in store.link_columns(at, ["OWNS"])) == 200
    assert {h.name.rpartition(" ")[2] for h in store.search(at, "number")} == editions
    return editions


def test_a_reader_at_an_old_publication_is_not_disturbed_by_later_ones(opened: Opener, tmp_path: Path) -> None:
    store = opened()
    load(store, Invented(), write(tmp_path / "file-0", "chain", "0", 100), now=day(0))
    old = At(1, Secrecy.RESTRICTED)
    stood = whole(store, old)
    reading = store.records(old)
    first = next(reading)
    load(opened(), Invented(), write(tmp_path / "file-1", "chain", "1", 100), now=day(1))
    assert [first, *reading] == stood[0]
    assert whole(store, old) == stood
