"""A small server that renders the pages from answers made by hand, with the headers that the real one sends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qsl, urlsplit

from graph.answer import Answer
from graph.data import TraceData
from graph.questions.found import Found
from tests.visualisation import made
from visualisation import pages
from visualisation.page import Page, RegionLine, Start

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
TYPES = {".css": "text/css", ".mjs": "text/javascript", ".js": "text/javascript", ".svg": "image/svg+xml"}
NASTY = (
    "<script>window.hit=1</script>",
    "<img src=x onerror='window.hit=1'>",
    "<a href='javascript:window.hit=1'>href</a>",
    "</script><script>window.hit=1</script>",
    "evil\u202etxt.exe",
    "x" * 300,
    "🧤 handskar",
    "\"><svg onload='window.hit=1'>",
)
TRACES: dict[str, Callable[[], Answer[TraceData]]] = {
    "contract": made.gloves,
    "many": lambda: made.network(135),
    "most": lambda: made.network(1500),
    "nasty": lambda: made.network(60, names=NASTY * 8),
}


def render(path: str, query: tuple[tuple[str, str], ...]) -> str | None:
    given = dict(query)
    page = Page(given.get("lang", "sv"), path, query)
    if path == "/":
        region = made.node("region", "Organisation", "Region Exempel")
        return pages.render_start(
            Start(made.AS_OF, {"Contract": 3}, 9, [RegionLine(region, 3)], demonstration=True), page
        )
    if path == "/search":
        hits = [
            Found(id="site", type="Site", name="Klang plant 4", keys=("demo:k",), exact=False, country="MY"),
            Found(id="x", type="Site", name="<b onclick=x>Klang", keys=(), exact=False),
        ]
        return pages.render_search(
            given.get("q", ""), hits if "kla" in given.get("q", "").casefold() else [], page, as_of=made.AS_OF
        )
    if path == "/tier":
        start, selected = given.get("start", "contract"), given.get("selected")
        exposure = made.exposed() if start == "contract" else None
        paths = made.paths() if selected == "dipping" else None
        opened = [box for box in given.get("open", "").split(",") if box]
        return pages.render(TRACES[start](), page, selected=selected, opened=opened, exposure=exposure, paths=paths)
    if path == "/exposure":
        return pages.render(made.exposed(), page)
    if path == "/affected":
        return pages.render(made.affected(), page)
    return pages.render(made.entity(), page) if path.startswith("/entity/") else None


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path.startswith("/static/"):
            file = Path(pages.static_files()) / Path(address.path).name
            self.reply(
                200 if file.is_file() else 404,
                TYPES.get(file.suffix, "text/plain"),
                file.read_bytes() if file.is_file() else b"",
            )
            return
        html = render(address.path, tuple(parse_qsl(address.query)))
        self.reply(200 if html else 404, "text/html; charset=utf-8", (html or "").encode())

    def reply(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served() -> Iterator[str]:
    """The address of a running server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
