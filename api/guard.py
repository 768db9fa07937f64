"""What stands before every request: the Host header, limits, and the headers that keep pages to themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem, too_large
from api.settings import MAX_BODY
from graph.budget import Budget, Why, within

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


GRACE = 2.0
"""Seconds that work has, once it is to end, to end by itself."""
SENDING = 30.0
"""Seconds that an answer of which something has been sent then has, to be sent whole."""


class _Work:
    """The app at work for one request, within its budget."""

    def __init__(self, receive: Receive, send: Send, budget: Budget) -> None:
        self._receive, self._send = receive, send
        self.budget = budget
        self.started = False
        self.silent = False
        self._read = 0
        self._messages: asyncio.Queue[Message] = asyncio.Queue()

    async def send(self, message: Message) -> None:
        if self.silent:
            return
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)

    async def receive(self) -> Message:
        """
        Raises:
            HTTPException: 413, where more comes than is read.
        """
        message = await self._messages.get()
        self._read += len(message.get("body", b""))
        if self._read > MAX_BODY:
            raise HTTPException(413)
        return message

    async def listen(self) -> None:
        """Pass on what the client sends; when it has gone, nobody waits for the answer."""
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self.budget.stop(Why.NOBODY_WAITS)
            self._messages.put_nowait(message)
            if message["type"] == "http.disconnect":
                return


class Guard:
    """ASGI middleware. Refuses a Host that is not ours (DNS rebinding), and what is too large or takes too long."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str] = (), seconds: float = 30.0) -> None:
        self.app = app
        self.hosts = LOCAL_HOSTS | {host.lower() for host in hosts}
        self.seconds = seconds
        self._running: set[asyncio.Task[None]] = set()

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
        told = Headers(scope=scope).get("content-length", "")
        if told.isdecimal() and int(told) > MAX_BODY:
            await too_large()(scope, receive, send)
            return
        if scope["method"] == "HEAD":  # every GET has one: the same headers, no body
            await self._within_time({**scope, "method": "GET"}, receive, _without_body(send))
            return
        await self._within_time(scope, receive, send)

    async def _within_time(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the app work, and end its work when the time is up or the client has gone.

        What cannot be ended at once is not waited for, but keeps its place among the heavy questions until it ends.
        """
        budget = Budget(self.seconds)
        work = _Work(receive, send, budget)
        with within(budget):
            app = asyncio.create_task(self._run(scope, work))
        self._running.add(app)
        app.add_done_callback(self._ended)
        timer = asyncio.get_running_loop().call_later(self.seconds, budget.stop, Why.TIME)
        listening = asyncio.create_task(work.listen())
        done, _ = await asyncio.wait({app}, timeout=self.seconds + GRACE)
        if work.started and not done:  # what has been sent in part is of no use without the rest
            done, _ = await asyncio.wait({app}, timeout=SENDING)
        listening.cancel()
        timer.cancel()
        if done:
            app.result()
            return
        work.silent = True
        if not work.started:
            late = f"The question took longer than {self.seconds:g} seconds."
            await problem(503, "over_limit", late, "Ask for fewer tiers or a narrower start.")(scope, receive, send)

    async def _run(self, scope: Scope, work: _Work) -> None:
        try:
            await self.app(scope, work.receive, work.send)
        finally:
            work.budget.end()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # whoever still waits meets it
