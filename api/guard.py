"""What stands before every request: the Host header, a time limit, and the headers that keep pages to themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def host_name(header: str) -> str:
    """The host of a Host header, without port and brackets, in lower case; empty when it makes no sense."""
    try:
        return (urlsplit(f"//{header}").hostname or "").lower()
    except ValueError:
        return ""


def _without_body(send: Send) -> Send:
    async def headers_only(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return headers_only


class Guard:
    """ASGI middleware. Refuses a Host that is not ours (DNS rebinding) and a request that takes too long."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str] = (), seconds: float = 30.0) -> None:
        self.app = app
        self.hosts = LOCAL_HOSTS | {host.lower() for host in hosts}
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if host_name(Headers(scope=scope).get("host", "")) not in self.hosts:
            refuse = problem(
                421,
                "wrong_host",
                "This server does not answer to that host name.",
                "Start it with --host NAME to let it.",
            )
            await refuse(scope, receive, send)
            return
        if scope["method"] == "HEAD":  # every GET has one: the same headers, no body
            await self._within_time({**scope, "method": "GET"}, receive, _without_body(send))
            return
        await self._within_time(scope, receive, send)

    async def _within_time(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await asyncio.wait_for(self.app(scope, receive, guarded), self.seconds)
        except TimeoutError:
            if started:
                raise
            late = problem(
                503,
                "over_limit",
                f"The question took longer than {self.seconds:g} seconds.",
                "Ask for fewer tiers or a narrower start.",
            )
            await late(scope, receive, send)
