"""The folder of frozen topologies: built once, named by content, the least recently used evicted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import graph.sqlite
from graph.snapshot.cache import Cache
from graph.snapshot.reader import read_topology
from graph.sqlite import Store
from ontology.records import Record, Secrecy
from tests.contract.saying import company, load, now, owns, secret, source


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = graph.sqlite.open(tmp_path / "store.kedja")
    load(opened, source("register"), [company("local:a"), company("local:b"), owns("local:a", "local:b", share=0.5)])
    yield opened
    opened.close()


def folders(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.iterdir() if path.is_dir())


def test_what_is_frozen_once_is_opened_afterwards(store: Store, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    first = cache.topology(store, now(store))
    (folder,) = folders(cache.folder)
    before = {path.name: path.stat().st_mtime_ns for path in (cache.folder / folder).iterdir()}
    again = Cache(tmp_path / "cache").topology(store, now(store))
    assert again.hash == first.hash == read_topology(store, now(store)).hash
    assert {path.name: path.stat().st_mtime_ns for path in (cache.folder / folder).iterdir()} == before


def test_a_new_publication_and_another_clearance_are_others(store: Store, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    load(store, source("more"), [company("local:hidden", common=secret())], 2)
    public = cache.topology(store, now(store))
    cleared = cache.topology(store, now(store, Secrecy.RESTRICTED))
    assert (public.n, cleared.n) == (2, 3)
    assert len(folders(cache.folder)) == 2


def test_the_same_content_is_kept_once_and_withheld_rows_change_no_hash(store: Store, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    before = cache.topology(store, now(store)).hash
    load(store, source("more"), [company("local:hidden", common=secret())], 2)
    assert cache.topology(store, now(store)).hash == before
    assert len(folders(cache.folder)) == 1


def test_a_key_added_to_an_entity_is_never_answered_from_an_older_freeze(store: Store, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    cache.topology(store, now(store))
    load(store, source("keys"), [Record("Organisation", "local:a", {"name": "local:a"}, also=("demo:a",))], 2)
    keys = set(cache.topology(store, now(store)).vertices.keys)
    assert any("demo:a" in key for key in keys)


def test_the_least_recently_used_is_evicted(store: Store, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache", keep=2)
    hashes = [cache.topology(store, now(store)).hash]
    os.utime(cache.folder / folders(cache.folder)[0], (1, 1))
    for number in (2, 3):
        load(store, source(f"more-{number}"), [company(f"local:{number}")], number)
        hashes.append(cache.topology(store, now(store)).hash)
    kept = folders(cache.folder)
    assert len(kept) == 2
    assert not any(name.startswith(hashes[0]) for name in kept)


def test_many_readers_build_it_once(store: Store, tmp_path: Path) -> None:
    at, path = now(store), Path(str(store.url).removeprefix("sqlite://"))

    def read(_: int) -> str:
        own = graph.sqlite.open(path)
        try:
            return Cache(tmp_path / "cache").topology(own, at).hash
        finally:
            own.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(read, range(8)))) == 1
    assert len(folders(tmp_path / "cache")) == 1


def test_a_freeze_that_was_cut_short_is_done_anew(store: Store, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    first = cache.topology(store, now(store))
    (folder,) = folders(cache.folder)
    (cache.folder / folder).rename(tmp_path / "moved")
    (cache.folder / "building-left-over").mkdir()
    assert cache.topology(store, now(store)).hash == first.hash
    cache.clear()
    assert not cache.folder.exists()
