"""Light questions go before those that were heavy when they were last asked."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from api import lanes
from api.lanes import Lanes


class Asked:
    """An app of which each request lasts until it is told to end; those under ``/long`` find out that they are long."""

    def __init__(self) -> None:
        self.lanes = Lanes(self)
        self.begun: list[str] = []
        self.ends: dict[str, asyncio.Event] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Any, _receive: Any, _send: Any) -> None:
        self.begun.append(scope["path"])
        if scope["path"].startswith("/long"):
            scope["state"]["lane"].is_long()
        await self.ends.setdefault(scope["path"], asyncio.Event()).wait()

    def ask(self, *paths: str) -> None:
        for path in paths:
            scope = {"type": "http", "path": path, "query_string": b"", "state": {}}
            self._tasks.append(asyncio.create_task(self.lanes(scope, _never, _never)))

    async def end(self, path: str) -> None:
        self.ends.setdefault(path, asyncio.Event()).set()
        await asyncio.sleep(0.02)

    def known_as_heavy(self, *paths: str) -> None:
        """Let these have been asked, found heavy, answered and kept."""
        for path in paths:
            self.lanes.heavy[f"{path}?".encode()] = None


async def _never(*_: Any) -> Any:
    await asyncio.Event().wait()


def test_heavy_ones_pass_one_by_one_and_light_ones_do_not_wait_for_them() -> None:
    async def told() -> None:
        app = Asked()
        app.known_as_heavy("/a", "/b")
        app.ask("/a", "/b", "/light")
        await asyncio.sleep(0.02)
        assert app.begun == ["/a", "/light"]
        await app.end("/light")
        await app.end("/a")
        assert app.begun == ["/a", "/light", "/b"]

    asyncio.run(told())


def test_a_heavy_one_lets_light_ones_that_are_under_way_go_before_but_not_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def told(patience: float) -> list[str]:
        monkeypatch.setattr(lanes, "PATIENCE", patience)
        app = Asked()
        app.known_as_heavy("/a")
        app.ask("/light")
        await asyncio.sleep(0.02)
        app.ask("/a")
        await asyncio.sleep(0.1)
        before = list(app.begun)
        await app.end("/light")
        assert "/a" in app.begun
        return before

    assert asyncio.run(told(patience=1_000)) == ["/light"]
    assert asyncio.run(told(patience=0.01)) == ["/light", "/a"]


def test_what_is_found_to_be_long_holds_up_nobody_and_is_heavy_from_then_on() -> None:
    async def told() -> None:
        app = Asked()
        app.ask("/long")
        await asyncio.sleep(0.02)
        assert (app.lanes.light, list(app.lanes.heavy)) == (0, [b"/long?"])
        app.known_as_heavy("/a")
        app.ask("/long", "/a")
        await asyncio.sleep(0.02)
        assert app.begun == ["/long", "/long", "/a"], "the second left its lane again, as it has to be made anew"

    asyncio.run(told())


def test_one_who_goes_away_while_waiting_gives_his_turn_to_the_next() -> None:
    async def told() -> None:
        app = Asked()
        app.known_as_heavy("/a", "/b", "/c")
        app.ask("/a", "/b", "/c")
        await asyncio.sleep(0.02)
        app._tasks[1].cancel()
        await app.end("/a")
        assert app.begun == ["/a", "/c"]
        await app.end("/c")
        app.ask("/light", "/c")
        await asyncio.sleep(0.02)
        app._tasks[4].cancel()  # at the head, while it lets the light one go before
        await app.end("/light")
        assert app.begun == ["/a", "/c", "/light"]
        assert not app.lanes.order.locked()

    asyncio.run(told())


def test_only_so_many_addresses_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    async def told() -> None:
        monkeypatch.setattr(lanes, "MOST", 2)
        app = Asked()
        app.ask("/long1", "/long2", "/long3")
        await asyncio.sleep(0.02)
        assert list(app.lanes.heavy) == [b"/long2?", b"/long3?"]

    asyncio.run(told())
