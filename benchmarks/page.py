"""The tier view in headless Chromium: from the request until it is drawn and answers to the keyboard."""

from __future__ import annotations

import socket
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import uvicorn
from playwright.sync_api import sync_playwright

import graph.sqlite
from api.app import create_app
from api.settings import DEMO_VALID_AT, Settings
from benchmarks.filling import NOW
from benchmarks.measure import TIMES, Row
from benchmarks.peers import Data
from ontology.records import Link, Record, Ref, Source
from tools import chromium

NODES = 150
WIDTH = 15
READY = "document.querySelector('svg.tiers a.n') !== null && document.readyState === 'complete'"


def steps(nodes: int) -> Iterator[Record | Link]:
    """One contract and its chain: tiers of ``WIDTH`` steps, each with two suppliers."""
    yield Record("Contract", "demo:c", {"name": "Contract"})
    for v in range(nodes - 1):
        yield Record("Step", f"demo:{v}", {"name": f"Step {v} with a name of usual length", "stage": "processing"})
        buyers = {v - WIDTH, v - WIDTH - 1} if v >= WIDTH else set()
        if v < WIDTH:
            yield Link("DELIVERED_UNDER", Ref("Step", f"demo:{v}"), Ref("Contract", "demo:c"))
        for buyer in sorted(b for b in buyers if b >= 0):
            yield Link("SUPPLIES", Ref("Step", f"demo:{v}"), Ref("Step", f"demo:{buyer}"))


@contextmanager
def served(nodes: int) -> Iterator[str]:
    """The address of the application on a store with such a chain."""
    with tempfile.TemporaryDirectory() as work:
        path = Path(work) / "page.sqlite"
        store = graph.sqlite.open(path)
        begun = store.begin(Source("page", "1", "Generated chain", "bench"), "bench", "1", {}, NOW)
        store.add(begun.run, list(steps(nodes)))
        store.settle(begun.run, {})
        store.publish(begun.run, NOW)
        store.close()
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        app = create_app(Settings(f"sqlite:///{path}", Path(work) / "snapshots"), valid_at=DEMO_VALID_AT)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/tier?start=demo:c&risk=forced-labour&lang=en"
        server.should_exit = True
        thread.join(timeout=20)


def tier_view(data: Data) -> list[Row]:
    """Once for the smallest network: the page does not depend on what is not drawn."""
    program = chromium.remembered()
    if program is None or data.size.vertices > 10_000:
        return []
    with ThreadPoolExecutor(1) as apart:  # Playwright's loop is its thread's own
        taken = apart.submit(measure, program).result()
    return [Row(f"{NODES} nodes", "Kedja, request to drawn", statistics.median(taken[1:]))]


def measure(program: str) -> list[float]:
    """Seconds of one request to warm up and of those that count."""
    taken = []
    with served(NODES) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=chromium.flags())
        for _ in range(TIMES + 1):
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            before = time.perf_counter()
            page.goto(address, wait_until="load")
            page.wait_for_function(READY)
            page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
            taken.append(time.perf_counter() - before)
            page.close()
        browser.close()
    return taken
