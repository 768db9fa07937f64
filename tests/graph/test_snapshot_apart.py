"""What a server freezes of a large store is frozen by a process of its own, and mapped."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import graph.sqlite
from graph.snapshot import apart, cache
from graph.snapshot.cache import Cache
from graph.snapshot.reader import read_topology
from graph.sqlite import Store
from tests.contract.saying import company, load, now, owns, source


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr(apart, "LARGE", 0)
    opened = graph.sqlite.open(tmp_path / "store.kedja")
    load(opened, source("register"), [company("local:a"), company("local:b"), owns("local:a", "local:b", share=0.5)])
    yield opened
    opened.close()


def test_another_process_freezes_and_this_one_maps(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = read_topology(store, now(store)).hash
    monkeypatch.delattr(cache, "read_topology")  # what freezes here fails
    found = apart.topology_apart(Cache(tmp_path / "cache"), store, now(store))
    assert found.hash == expected
    assert isinstance(found.edges.source.base, np.memmap)
    assert found.lookup.vertex("local:b") == found.vertices.id.find(found.vertices.id[1 - found.edges.source[0]])


@pytest.mark.parametrize("python", ["/bin/false", "/nowhere/python"])
def test_where_no_process_can_freeze_this_one_does(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, python: str
) -> None:
    monkeypatch.setattr(sys, "executable", python)
    with caplog.at_level(logging.WARNING, "kedja"):
        found = apart.topology_apart(Cache(tmp_path / "cache"), store, now(store))
    assert found.hash == read_topology(store, now(store)).hash
    assert "freeze" in caplog.text
