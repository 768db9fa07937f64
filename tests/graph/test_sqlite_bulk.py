"""Reading whole tables: here and in a process of its own the same, and nothing of that process is left."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

import graph.sqlite
from graph.snapshot.arrays import whole
from graph.snapshot.reader import read_topology
from graph.sqlite import Store, bulk
from graph.store import At, LinkColumns, RecordColumns
from graph.texts import Texts
from ontology.errors import StoreError
from ontology.model import LINKS
from ontology.records import Common, Polarity, Record, Secrecy, Status
from tests.contract.loading import Invented, write
from tests.contract.saying import ALL, company, day, load, now, owns, source
from tests.contract.test_processes import started

BESIDE = pytest.mark.usefixtures("beside")
NAMES = ("Å ä ö", 'quoted "x" \\ y', "漢字 😀", "", "with\nline feed", "\u202e turned", "nul \0 within")


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every store counts as large, so that each is read by a process of its own."""
    monkeypatch.setattr(bulk, "LARGE", 0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with graph.sqlite.open(tmp_path / "å ö 100 %25 #?&=.kedja") as opened:
        yield opened


def readers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == bulk.THREAD]


def columns(batches: Iterator[Any], kind: type[Any]) -> dict[str, Any]:
    """All columns of all batches, with their types, as plain values."""
    joined = whole(kind, list(batches))
    found = {}
    for f in fields(kind):
        column = getattr(joined, f.name)
        found[f.name] = list(column) if isinstance(column, Texts) else (column.dtype, column.tobytes())
    return found


def read(store: Store, at: At) -> list[dict[str, Any]]:
    links = store.link_columns(at, LINKS)
    few = store.link_columns(at, ["OWNS"])
    records = store.record_columns(at)
    return [columns(links, LinkColumns), columns(few, LinkColumns), columns(records, RecordColumns)]


def fill(store: Store, count: int) -> None:
    """Records of every sort in two runs, links between them, and a third run that is not published."""
    chance = random.Random(5)

    def common(n: int) -> Common:
        # The first rows decide what an Arrow column is: whole numbers and none at all come first.
        confidence = None if n < 3 else 1.0 if n < 6 else chance.random()
        return Common(
            chance.choice(list(Status)), confidence, chance.choice(list(Polarity)),
            Secrecy.PUBLIC if n % 9 else chance.choice(list(Secrecy)),
            day(-chance.randint(1, 30_000)).date() if n % 3 else None, day(chance.randint(1, 30_000)).date(),
        )  # fmt: skip

    for edition in ("1", "2"):
        names = [f"{NAMES[n % len(NAMES)]}{edition}" for n in range(count)]
        more = [[f'demo:"{n}" \\ {n % 7}', f"lei:{n // 3}"][: n % 3] for n in range(count)]
        records = [company(f"local:{n}", names[n], *more[n], common=common(n)) for n in range(count)]
        sites = [Record("Site", f"local:{n}", {"name": "A site"}) for n in range(count // 10)]
        links = [owns(f"local:{n}", f"local:{chance.randrange(2 * count)}", common=common(n)) for n in range(count)]
        load(store, source("register", edition), [*records, *sites, *links])
    begun = store.begin(source("open"), "test", "1", {}, day(9))
    store.add(begun.run, [company("local:open")])
    store.settle(begun.run, {})


def test_a_process_of_its_own_reads_what_this_process_reads(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store, 1000)
    points = [At(0), At(1), At(2), At(2, ALL)]
    here = [read(store, at) for at in points]
    monkeypatch.setattr(bulk, "LARGE", 0)
    assert [read(store, at) for at in points] == here
    assert len(here[2][2]["id"]) < len(here[3][2]["id"])
    assert {name[:3] for name in here[2][2]["name"]} >= {name[:3] for name in NAMES if name}


def test_what_takes_several_batches_is_read_whole(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store, 300)
    once = read(store, At(2))
    monkeypatch.setattr(bulk, "BATCH", 7)
    assert read(store, At(2)) == once
    monkeypatch.setattr(bulk, "LARGE", 0)
    assert read(store, At(2)) == once


def test_the_size_of_a_store_is_of_its_log_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = bulk.size(store.core.path)
    load(store, source(), [company(f"local:{n}") for n in range(500)])
    grown = bulk.size(store.core.path)
    assert grown > empty
    monkeypatch.setattr(bulk, "LARGE", grown + 1)
    reading = store.record_columns(now(store))
    assert readers() == []
    monkeypatch.setattr(bulk, "LARGE", grown)
    beside = store.record_columns(now(store))
    assert len(whole(RecordColumns, list(reading)).row) == len(whole(RecordColumns, list(beside)).row) == 500


@BESIDE
def test_where_no_process_can_be_started_this_one_reads(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    load(store, source(), [company("local:1"), owns("local:1", "local:2")])
    before = read(store, At(1))
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert read(store, At(1)) == before


@BESIDE
def test_a_second_sqlite_library_is_never_loaded_into_a_process_that_writes(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; import graph.sqlite; from graph.sqlite import bulk; bulk.LARGE = 0;"
        "from graph.snapshot.reader import read_topology; from graph.store import At;"
        "s = graph.sqlite.open(Path(sys.argv[1])); print(read_topology(s, At(0)).n);"
        "print([m for m in sys.modules if 'adbc' in m or 'nanoarrow' in m])"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "x.kedja")]
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert said.stdout.split() == ["0", "[]"]


@BESIDE
def test_the_reading_process_neither_writes_nor_takes_the_log_away(store: Store) -> None:
    load(store, source(), [company(f"local:{n}") for n in range(500)])
    log = store.core.path.with_name(f"{store.core.path.name}-wal")
    before = (store.core.path.read_bytes(), log.read_bytes())
    assert len(whole(RecordColumns, list(store.record_columns(now(store)))).row) == 500
    assert (store.core.path.read_bytes(), log.read_bytes()) == before


@BESIDE
def test_reading_beside_a_transaction_shows_nothing_of_it_and_drops_none_of_its_locks(store: Store) -> None:
    load(store, source(), [company("local:1"), company("local:2")])
    rival = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None);"
        "c.execute('BEGIN IMMEDIATE')"
    )
    with store.core.writing() as connection:
        connection.execute("UPDATE record SET retracted = 1")
        assert len(whole(RecordColumns, list(store.record_columns(At(1)))).row) == 2
        tried = subprocess.run([sys.executable, "-c", rival, store.core.path], capture_output=True, text=True)
        assert "database is locked" in tried.stderr
        connection.execute("UPDATE record SET retracted = NULL")
    assert store.check() == []


@BESIDE
def test_who_stops_early_leaves_no_process_behind(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store, 2000)
    monkeypatch.setattr(bulk, "BATCH", 5)
    reading = store.record_columns(At(2))
    next(reading)
    reading.close()  # type: ignore[attr-defined]
    store.link_columns(At(2), LINKS)  # never read at all
    until = time.monotonic() + 60
    while readers() and time.monotonic() < until:
        time.sleep(0.01)
    assert readers() == []


@BESIDE
def test_what_cannot_be_read_is_an_error_of_ours(store: Store) -> None:
    load(store, source(), [company("local:1")])
    connection = sqlite3.connect(store.core.path)
    connection.execute("ALTER TABLE record RENAME TO record_gone")
    connection.close()
    with pytest.raises(StoreError, match="no such table"):
        list(store.record_columns(now(store)))


WROTE: dict[str, tuple[str, str]] = {
    "nothing": ("", "ended"),
    "no end": (r"[2, 16]\n" + "x" * 16, "ended"),
    "half a batch": (r"[2, 16]\n" + "x" * 9, "cut short"),
    "no header": (r"hello\n", "Expecting value"),
}


@pytest.mark.parametrize("what", WROTE)
def test_a_process_that_dies_on_the_way_is_never_taken_for_the_end(what: str) -> None:
    written, told = WROTE[what]
    code = f"import sys; sys.stdout.write('{written}')"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    batches: SimpleQueue[Any] = SimpleQueue()
    bulk.drain(process, Path("store"), "i", batches)
    with pytest.raises(StoreError, match=told):
        list(bulk.given(process, batches))


@BESIDE
def test_a_freeze_beside_a_loading_process_is_of_one_publication(tmp_path: Path) -> None:
    with graph.sqlite.open(tmp_path / "store.kedja") as store:
        _freeze_beside(store, tmp_path, lambda edition: write(tmp_path / f"file-{edition}", "chain", str(edition), 200))


def _freeze_beside(store: Store, folder: Path, file: Callable[[int], Path]) -> None:
    from loaders.base import load as load_file

    load_file(store, Invented(), file(0), now=day(0))
    seen = set()
    with started(folder, *[file(edition) for edition in (1, 2)]) as process:
        while process.poll() is None:
            frozen = read_topology(store, now(store))
            editions = {name.rpartition(" ")[2] for name in frozen.vertices.name if name.startswith("Number")}
            assert (len(editions), frozen.n, len(frozen.edges)) == (1, 201, 200)
            seen |= editions
    assert process.returncode == 0
    assert seen
    assert store.check() == []
