"""Light questions first: what was heavy when it was last asked waits until the light ones have gone.

What is kept of a heavy answer is quickly given; but fifty who ask for such without pause would keep the loop busy, and
everybody else waiting. So they pass one by one, and let light ones go before.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import Self

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
        address = scope["path"].encode() + b"?" + scope["query_string"]
        async with Lane(self, address) as lane:
            await self.app({**scope, "state": {**scope.get("state", {}), "lane": lane}}, receive, send)


@dataclass(slots=True)
class Lane:
    """Where a request goes: until it leaves, it is counted among the light ones, or is the heavy one whose turn it is."""

    lanes: Lanes
    address: bytes
    is_heavy: bool = False
    has_left: bool = False

    async def __aenter__(self) -> Self:
        self.is_heavy = self.address in self.lanes.heavy
        if not self.is_heavy:
            self.lanes.light += 1
            return self
        self.lanes.heavy.move_to_end(self.address)
        await self.lanes.order.acquire()
        now = asyncio.get_running_loop().time
        until = now() + PATIENCE
        while self.lanes.light and now() < until:
            await asyncio.sleep(_SOON)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.leave()

    def leave(self) -> None:
        """Let the next one go: from here on the request waits for something else, or has ended."""
        if self.has_left:
            return
        self.has_left = True
        if self.is_heavy:
            self.lanes.order.release()
        else:
            self.lanes.light -= 1

    def is_long(self) -> None:
        """Remember that what is asked is heavy, and leave."""
        self.lanes.heavy[self.address] = None
        if len(self.lanes.heavy) > MOST:
            self.lanes.heavy.popitem(last=False)
        self.leave()
