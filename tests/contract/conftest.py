"""The contract's fixtures: every test here runs on every implementation of the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.contract.places import KINDS, AnyStore, open_store

Opener = Callable[..., AnyStore]


@pytest.fixture(params=sorted(KINDS))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def opened(kind: str, tmp_path: Path) -> Iterator[Opener]:
    """Opens a store by name, the same one again for the same name; all are closed after the test."""
    stores: list[AnyStore] = []

    def again(name: str = "store") -> AnyStore:
        stores.append(open_store(kind, tmp_path, name))
        return stores[-1]

    yield again
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Opener) -> AnyStore:
    return opened()
