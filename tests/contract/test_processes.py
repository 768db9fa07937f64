"""Several processes: killed at any moment, loading at once, reading while another publishes."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

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


def first_line(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline().startswith("load ")


def duration(folder: Path, file: Path) -> float:
    """How long a load takes here, from its first word to its end."""
    with started(folder, file) as process:
        first_line(process)
        begun = time.monotonic()
        process.wait()
    assert process.returncode == 0
    return time.monotonic() - begun


def kill_series(folder: Path, times: int, seed: int) -> set[RunState]:
    """Kill a loading process at random moments; gives the states in which its runs were found."""
    chance, count = random.Random(seed), 1500
    place = folder / "store"
    place.mkdir()
    (folder / "trial").mkdir()
    whole_load = duration(folder / "trial", write(folder / "trial" / "file", "chain", "1", count))
    with open_store(place) as store:
        load(store, Invented(), write(folder / "first", "chain", "0", 50), now=day(0))
    met = set()
    for n in range(times):
        with open_store(place) as store:
            before = now(store, Secrecy.RESTRICTED)
            stood, runs = whole(store, before), len(store.runs())
        file = write(folder / f"file-{n}", "chain", f"{n + 1:03}", count)
        with started(place, file) as process:
            first_line(process)
            time.sleep(chance.uniform(0, whole_load * 1.1))
            process.send_signal(signal.SIGKILL)
            process.wait()
        with open_store(place) as store:
            states = {run.state for run in store.runs()[runs:]}
            met |= states
            published = RunState.PUBLISHED in states
            assert now(store).publication == before.publication + published
            assert whole(store, before) == stood
            again = load(store, Invented(), file, now=day(n + 1))
            assert again.unchanged == published
            assert {e.name for e in store.entities(now(store)) if not e.ghost} == {
                f"Number {i} of {n + 1:03}" for i in range(count)
            }
            assert whole(store, before) == stood
            assert store.check() == []
    return met


def test_a_load_killed_at_any_moment_leaves_the_last_published_state(tmp_path: Path) -> None:
    met = kill_series(tmp_path, 5, seed=1)
    assert met & {RunState.ADDING, RunState.SETTLING}, "no kill came while loading"


@pytest.mark.soak
def test_twenty_kills(tmp_path: Path) -> None:
    met = kill_series(tmp_path, 20, seed=2)
    assert RunState.ADDING in met


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
