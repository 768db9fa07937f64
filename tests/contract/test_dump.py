"""A dump is the whole store in one file, and a store made from it answers with the same bytes."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from graph.sqlite import Store
from graph.store import At, Judgement, Verdict
from ontology.errors import FileFormatError, StoreError
from ontology.records import Secrecy
from tests.contract.conftest import Opener
from tests.contract.saying import START, company, day, load, names, now, owns, run_of, secret, source, whole


def fill(store: Store) -> None:
    load(store, source("a", sha="a" * 64), [company("local:1", "Åäö", "lei:A"), owns("local:1", "local:2", share=0.5)])
    load(store, source("b"), [company("local:2", "Two", "lei:A"), company("local:3", "Hidden", common=secret())])
    store.judge(Judgement("local:1", "local:3", Verdict.UNSURE, "me", "why"), day(2))
    run, _ = run_of(store, source("a", "2"), [company("local:9", "Never")])
    store.abandon(run, "no")
    load(store, source("a", "3", sha="c" * 64), [company("local:1", "Renamed", "lei:A")])
    store.erase([next(r.id for r in store.records(now(store)) if r.name == "Two")], "x", day(4))


def test_a_restored_store_answers_byte_for_byte(opened: Opener, tmp_path: Path) -> None:
    one, other = opened("one"), opened("other")
    fill(one)
    one.dump(tmp_path / "whole.gz")
    other.restore(tmp_path / "whole.gz")
    for number in range(len(one.publications()) + 1):
        for clearance in Secrecy:
            at = At(number, clearance)
            assert whole(one, at) == whole(other, at)
            assert one.search(at, "ren") == other.search(at, "ren")
    assert one.runs() == other.runs()
    assert one.publications() == other.publications()
    assert one.tombstones() == other.tombstones()
    assert one.secret() == other.secret()
    assert one.uid != other.uid
    assert other.check() == []
    other.dump(tmp_path / "again.gz")
    assert (tmp_path / "again.gz").read_bytes() == (tmp_path / "whole.gz").read_bytes()


def test_a_restored_store_goes_on_as_the_first_one_does(opened: Opener, tmp_path: Path) -> None:
    one, other = opened("one"), opened("other")
    fill(one)
    one.dump(tmp_path / "whole.gz")
    other.restore(tmp_path / "whole.gz")
    for store in (one, other):
        assert store.begin(source("a", "3", sha="c" * 64), "test", "1", {}, START).published is not None
        load(store, source("c"), [company("local:7", "Seven", "lei:A"), owns("local:7", "local:1")])
    assert whole(one, now(one)) == whole(other, now(other))
    assert other.check() == []


def test_what_is_not_published_is_not_dumped(opened: Opener, tmp_path: Path) -> None:
    one, other = opened("one"), opened("other")
    load(one, source(), [company("local:1", "One")])
    before = whole(one, now(one))
    run, _ = run_of(one, source(edition="2"), [company("local:2", "Two")])
    one.dump(tmp_path / "whole.gz")
    one.publish(run, START)
    other.restore(tmp_path / "whole.gz")
    assert whole(other, now(other)) == before
    assert len(other.runs()) == 1
    assert other.check() == []
    load(other, source(edition="2"), [company("local:2", "Two")])
    assert names(other) == names(one) == ["Two"]


def test_only_an_empty_store_is_restored_into(opened: Opener, tmp_path: Path) -> None:
    store = opened()
    load(store, source(), [company("local:1", "One")])
    store.dump(tmp_path / "whole.gz")
    with pytest.raises(StoreError, match="not empty"):
        store.restore(tmp_path / "whole.gz")
    assert names(store) == ["One"]


def test_a_file_that_is_no_whole_dump_is_refused_and_the_store_stays_empty(opened: Opener, tmp_path: Path) -> None:
    one, other = opened("one"), opened("other")
    fill(one)
    one.dump(tmp_path / "whole.gz")
    lines = gzip.decompress((tmp_path / "whole.gz").read_bytes()).splitlines(keepends=True)
    head = json.loads(lines[0])
    bad = {
        "plain": b"hello",
        "empty": b"",
        "cut": (tmp_path / "whole.gz").read_bytes()[:-40],
        "half": gzip.compress(b"".join(lines[:-3]) + lines[-3][:9]),
        "other": gzip.compress(b'{"x": 1}\n'),
        "newer": gzip.compress(json.dumps({**head, "format": 99}).encode() + b"\n"),
        "table": gzip.compress(lines[0] + b'["sqlite_master", {"a": 1}]\n'),
        "column": gzip.compress(lines[0] + b'["kind", {"number": 1, "name) VALUES (1,2);--": 2}]\n'),
        "latin": gzip.compress(lines[0] + "é".encode("latin-1")),
    }
    for name, content in bad.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(FileFormatError):
            other.restore(tmp_path / name)
        assert other.latest() is None
    with pytest.raises(FileFormatError):
        other.restore(tmp_path / "not there")
    other.restore(tmp_path / "whole.gz")
    assert whole(other, now(other)) == whole(one, now(one))


def test_a_dump_holds_the_secret_key_and_is_readable_by_its_owner_only(store: Store, tmp_path: Path) -> None:
    fill(store)
    store.dump(tmp_path / "whole.gz")
    assert (tmp_path / "whole.gz").stat().st_mode & 0o077 == 0
    with pytest.raises(StoreError):
        store.dump(tmp_path / "no" / "such" / "folder.gz")
