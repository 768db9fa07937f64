"""Stores for the tests of what a store promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graph.sqlite import Store
from tests.contract.saying import open_store

Opener = Callable[..., Store]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opener]:
    """Opens a store by name, the same one again for the same name; all are closed after the test."""
    stores: list[Store] = []

    def again(name: str = "store") -> Store:
        stores.append(open_store(tmp_path, name))
        return stores[-1]

    yield again
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Opener) -> Store:
    return opened()
