"""The store's file: what is taken for a store, what is refused untouched, and how questions find their rows."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

import graph.sqlite
from graph.sqlite import Store, schema
from graph.store import At
from ontology.errors import SchemaMismatchError, StoreBusyError, StoreError
from ontology.records import Link, Record
from tests.contract.saying import START, company, load, names, now, owns, run_of, source

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with graph.sqlite.open(tmp_path / "store.kedja") as opened:
        yield opened


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_new_store_is_made_with_its_folder_and_is_empty(tmp_path: Path) -> None:
    with graph.sqlite.open(tmp_path / "new" / "folder" / "å ö.kedja") as store:
        assert store.publications() == []
        assert store.check() == []
        assert list(store.entities(At(0))) == []


def test_no_file_is_made_when_none_is_wanted(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store"):
        graph.sqlite.open(tmp_path / "x.kedja", create=False)
    assert files(tmp_path) == {}


def test_a_store_of_another_schema_number_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "x.kedja"
    with graph.sqlite.open(path) as store:
        load(store, source(), [company("local:1", "One")])
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version={schema.SCHEMA + 1}")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    before = files(tmp_path)
    with pytest.raises(SchemaMismatchError, match=f"schema {schema.SCHEMA + 1}"):
        graph.sqlite.open(path)
    assert files(tmp_path) == before


@pytest.mark.parametrize("content", [b"hello", b"SQLite format 3\0", b"x" * 5000, b"PK\x03\x04" + b"\0" * 200])
def test_a_file_that_is_no_store_is_refused_and_not_touched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(StoreError, match="not a Kedja store"):
        graph.sqlite.open(path)
    assert files(tmp_path) == {"notes.txt": content}


def test_another_programs_database_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE record (x)")
    connection.commit()
    connection.close()
    before = files(tmp_path)
    with pytest.raises(StoreError, match="another program"):
        graph.sqlite.open(path)
    assert files(tmp_path) == before


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    with graph.sqlite.open(tmp_path / "x") as store:
        assert store.check() == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError):
        graph.sqlite.open(tmp_path / "x.kedja")


def test_a_folder_is_not_a_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        graph.sqlite.open(tmp_path)


def test_a_damaged_file_is_found_by_the_check(tmp_path: Path) -> None:
    path = tmp_path / "x.kedja"
    with graph.sqlite.open(path) as store:
        load(store, source(), [company(f"local:{n}", f"Name {n}") for n in range(2000)])
    pages = path.stat().st_size // 4096
    with path.open("r+b") as file:
        for page in range(pages // 2, pages):
            file.seek(page * 4096)
            file.write(b"\xff" * 2048)
    with graph.sqlite.open(path) as store:
        try:
            faults = store.check()
        except StoreError as error:
            faults = [str(error)]
    assert faults


BROKEN = {
    "a version of no run": "INSERT INTO member VALUES (99 << 32, 0, 1, 1, '', NULL)",
    "a mark of no run": "UPDATE record SET retracted = 99",
    "a version without its text": "DELETE FROM link_body",
    "a text without a version": "INSERT INTO link_body VALUES (77, '{}', '', '', '')",
    "an addition of a run that adds no more": (
        "INSERT INTO record_in SELECT row + 9, base, apart, length, type, status, denied, confidence, valid_from,"
        " valid_to, secrecy, said, body, hash, part FROM record"
    ),
    "an unknown base": "UPDATE link SET target = 4711",
    "a row that stands elsewhere": "UPDATE record SET entity = entity + 1",
    "a link that stands elsewhere": "UPDATE link SET source = target",
    "a lost publication": "DELETE FROM publication WHERE number = 1",
    "words out of step": "UPDATE record_body SET name_folded = 'Another'",
    "a base in two places": "INSERT INTO member SELECT row + 1000, base, entity, partner, rule, NULL FROM member",
}


@pytest.mark.parametrize("what", BROKEN)
def test_the_check_finds(store: Store, tmp_path: Path, what: str) -> None:
    load(store, source("a"), [company("local:1", "One"), owns("local:1", "local:2")])
    load(store, source("b"), [])
    assert store.check() == []
    with sqlite3.connect(tmp_path / "store.kedja") as connection:
        connection.execute(BROKEN[what])
    connection.close()
    assert store.check() != []


def test_four_processes_may_make_the_same_store_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; import graph.sqlite;"
        "s = graph.sqlite.open(Path(sys.argv[1])); print(s.uid); s.close()"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "new.kedja")]
    processes = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = {process.communicate()[0] for process in processes}
    assert [process.returncode for process in processes] == [0] * 4
    assert len(said) == 1


def test_threads_share_a_store(store: Store) -> None:
    load(store, source(), [company(f"local:{n}", f"Name {n}") for n in range(50)])
    faults: list[BaseException] = []

    def work(number: int) -> None:
        try:
            run, _ = run_of(store, source(f"series {number}"), [company(f"local:x{number}")])
            store.publish(run, START)
            for _ in range(20):
                assert len(names(store)) >= 51
        except BaseException as error:  # noqa: BLE001
            faults.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(names(store)) == 54


def test_who_waits_too_long_for_the_lease_is_told(store: Store, tmp_path: Path) -> None:
    run_of(store, source(), [])
    with graph.sqlite.open(tmp_path / "store.kedja") as other, pytest.raises(StoreBusyError):
        other.core.locks.take_lease(wait=0.1)


def test_only_retracted_is_ever_updated_in_what_was_published(store: Store, tmp_path: Path) -> None:
    def rows() -> dict[tuple[str, int], tuple[object, ...]]:
        connection = sqlite3.connect(tmp_path / "store.kedja")
        found = {}
        for table in ("record", "link", "member", "judgement", "record_body", "link_body"):
            cursor = connection.execute(f"SELECT * FROM {table}")
            columns = [c[0] for c in cursor.description]
            for row in cursor:
                fields = dict(zip(columns, row, strict=True))
                fields.pop("retracted", None)
                found[table, row[0]] = tuple(fields.values())
        connection.close()
        return found

    before: dict[tuple[str, int], tuple[object, ...]] = {}
    steps: list[tuple[str, str, list[Record | Link]]] = [
        ("a", "1", [company("local:1", "One", "lei:A"), owns("local:1", "local:2")]),
        ("b", "1", [company("local:2", "Two", "lei:A"), owns("local:2", "local:3")]),
        ("a", "2", [company("local:1", "One again")]),
        ("b", "2", [company("local:2", "Two", "lei:A")]),
    ]
    for series, edition, items in steps:
        load(store, source(series, edition), items)
        after = rows()
        assert {key: after[key] for key in before} == before
        before = after


PLANS: dict[str, tuple[Callable[[Store, str], Iterable[object]], str]] = {
    "links of a thing": (lambda s, e: s.links(now(s), source=[e]), "link_source"),
    "links to a thing": (lambda s, e: s.links(now(s), target=[e], types=["OWNS"]), "link_target"),
    "records of a thing": (lambda s, e: s.records(now(s), entities=[e], types=["Organisation"]), "record_base"),
    "one entity": (lambda s, e: s.entities(now(s), ids=[e]), "record_base"),
    "a thing by its key": (lambda s, _: [s.find(now(s), "local:1")], "base_ord"),
    "links by row": (lambda s, _: s.links(now(s), rows=[2**32 + 1]), "INTEGER PRIMARY KEY"),
    "what is said of a thing": (lambda s, e: s.links(now(s), target=[e], source=[e]), "link_"),
}


@pytest.mark.parametrize("what", PLANS)
def test_questions_about_one_thing_use_an_index_and_never_read_the_whole(store: Store, what: str) -> None:
    load(store, source(), [company("local:1", "One"), owns("local:1", "local:1")])
    (thing,) = store.entities(now(store))
    ask, index = PLANS[what]
    asked: list[str] = []
    connection = store.core.reader()
    connection.set_trace_callback(asked.append)
    assert list(ask(store, thing.id))
    connection.set_trace_callback(None)
    plans = "\n".join(
        str(row[3])
        for sql in asked
        if sql.startswith(("SELECT", "WITH"))
        for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")
    )
    assert index in plans
    for line in plans.splitlines():
        assert not line.startswith(("SCAN r", "SCAN l", "SCAN b", "SCAN d", "SCAN m")), plans


def test_the_connection_of_a_thread_ends_with_it(store: Store) -> None:
    seen: list[sqlite3.Connection] = []

    def read() -> None:
        assert store.publications() == []
        seen.append(store.core.reader())

    for _ in range(3):
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    for connection in seen:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")
