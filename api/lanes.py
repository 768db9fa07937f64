"""Light questions first: what was heavy when it was last asked waits until the light ones have gone.

What is kept of a heavy answer is quickly given; but fifty who ask for such without pause would keep the loop busy, and
everybody else waiting. So they pass one by one, and let light ones go before.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from starlette.types import ASGIApp, Receive, Scope, Send

MOST = 10_000
"""Addresses that are known as heavy; those asked longest ago are forgotten first."""
PATIENCE = 0.05
"""Seconds for which a heavy one lets light ones go before, at most."""
_SOON = 0.001


class Lanes:
    """ASGI middleware. The lane of a request stands in ``request.state.lane``."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.light = 0
        """Light requests under way."""
        self.heavy: OrderedDict[bytes, None] = OrderedDict()
        self.order = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        lane = Lane(self, scope["path"].encode() + b"?" + scope["query_string"])
        try:
            await lane.enter()
            await self.app({**scope, "state": {**scope.get("state", {}), "lane": lane}}, receive, send)
        finally:
            lane.leave()


class Lane:
    """Where a request goes: until it leaves, it is one of the light ones, or the heavy one whose turn it is."""

    def __init__(self, lanes: Lanes, address: bytes) -> None:
        self._lanes = lanes
        self._address = address
        self._is_heavy = address in lanes.heavy
        self._is_inside = False

    async def enter(self) -> None:
        lanes = self._lanes
        if self._is_heavy:
            lanes.heavy.move_to_end(self._address)
            await lanes.order.acquire()
        else:
            lanes.light += 1
        self._is_inside = True
        now = asyncio.get_running_loop().time
        until = now() + PATIENCE
        while self._is_heavy and lanes.light and now() < until:
            await asyncio.sleep(_SOON)

    def leave(self) -> None:
        """Let the next one go: from here on the request waits for something else, or has ended."""
        if self._is_inside and self._is_heavy:
            self._lanes.order.release()
        elif self._is_inside:
            self._lanes.light -= 1
        self._is_inside = False

    def is_long(self) -> None:
        """Remember that what is asked is heavy, and leave."""
        self._lanes.heavy[self._address] = None
        if len(self._lanes.heavy) > MOST:
            self._lanes.heavy.popitem(last=False)
        self.leave()
