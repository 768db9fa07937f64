"""A server on the Swedish statistics, asked from all sides while loads are published: an hour's worth of a bad day."""

from __future__ import annotations

import asyncio
import csv
import logging
import os
import random
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

WARM, ALONE, TOGETHER, EVERY = 30.0, 60.0, 600.0, 60.0
"""Seconds in which the server freezes and compiles what it needs, of the light questions alone, of all together, and
between two loads."""
RATE, HEAVY = 20, 50
"""Light questions a second, whatever the answers take (open loop), and clients that ask heavy ones without pause."""
LOG = logging.getLogger(__name__)
KEDJA = str(Path(sys.executable).parent / "kedja")
WORDS = ("region", "handskar", "läkemedel", "ab", "stockholm", "medicin", "städ", "livsmedel")


def kedja(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [KEDJA, *arguments]
    own = os.environ | environment
    return subprocess.run(command, cwd=folder, env=own, check=True, capture_output=True, text=True)


@dataclass
class Seen:
    """What became of the requests. Times in seconds since they were due."""

    light: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    memory: list[tuple[float, int, int]] = field(default_factory=list)
    publications: dict[int, float] = field(default_factory=dict)
    """When each publication was first answered from."""

    def note(self, response: httpx.Response) -> None:
        self.statuses[response.status_code] = self.statuses.get(response.status_code, 0) + 1
        if response.status_code >= 500 and not (response.status_code == 503 and "retry-after" in response.headers):
            self.wrong.append(f"{response.status_code} {response.request.url}: {response.text[:200]}")

    def add(self, other: Seen) -> None:
        self.wrong += other.wrong
        for status, count in other.statuses.items():
            self.statuses[status] = self.statuses.get(status, 0) + count

    def p99(self) -> float:
        return statistics.quantiles(self.light, n=100)[98]


@dataclass
class Server:
    url: str
    process: int
    cache: Path
    own: dict[str, str]
    contracts: Sequence[str]
    companies: Sequence[str]

    def memory(self) -> tuple[int, int]:
        """Bytes of the server and the processes that it has started: their own, and those of mapped files.

        The second are the snapshots' columns and the programs', which the system takes back when it needs memory.
        """
        children = Path(f"/proc/{self.process}/task").glob("*/children")
        processes = [str(self.process), *(child for path in children for child in path.read_text().split())]
        found = [_status(process) for process in processes]
        return sum(one["RssAnon"] for one in found), sum(one["RssFile"] for one in found)


def _status(process: str) -> Counter[str]:
    """What a process has in memory, in bytes; nothing of one that has ended."""
    with suppress(OSError):
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
        return Counter({line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines if line.startswith("Rss")})
    return Counter()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, kedja_data: Path) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("load")
    own = {"KEDJA_STORE": f"sqlite:///{folder / 'kedja.sqlite'}", "XDG_CACHE_HOME": str(folder / "cache")}
    kedja(folder, "load", "reference", **own)
    kedja(folder, "load", "swedish-procurement", str(kedja_data / "se-procurement-2021"), **own)
    command = [KEDJA, "serve", "--port", "0"]
    with subprocess.Popen(command, env=os.environ | own, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield _known(process, folder / "cache", own)
        finally:
            process.send_signal(signal.SIGINT)


def _known(process: subprocess.Popen[str], cache: Path, own: dict[str, str]) -> Server:
    """The server of a process, and some contracts and companies that it knows."""
    assert process.stdout is not None
    url = process.stdout.readline().split()[4].rstrip("/")
    with httpx.Client(base_url=url, timeout=60) as client:
        found = {
            kind: [
                hit["id"]
                for word in WORDS
                for hit in client.get("/v1/search", params={"q": word, "type": kind, "limit": 100}).json()["hits"]
            ]
            for kind in ("Contract", "Organisation")
        }
    return Server(url, process.pid, cache, own, found["Contract"], found["Organisation"])


def light(server: Server, chance: random.Random) -> tuple[str, dict[str, Any]]:
    contract, company = chance.choice(server.contracts), chance.choice(server.companies)
    asked: list[tuple[str, dict[str, Any]]] = [
        ("/v1/search", {"q": chance.choice(WORDS)}),
        (f"/v1/entities/{company}", {}),
        ("/v1/exposure", {"subject": contract, "risk": "forced-labour"}),
        ("/v1/trace", {"start": contract, "max_tier": 2}),
    ]
    return chance.choice(asked)


def heavy(server: Server, chance: random.Random) -> tuple[str, dict[str, Any]]:
    company = chance.choice(server.companies)
    asked: list[tuple[str, dict[str, Any]]] = [
        ("/v1/exposure", {"subject": "all", "risk": "forced-labour"}),
        ("/v1/exposure", {"subject": company, "risk": "workers-rights"}),
        ("/v1/affected", {"start": company}),
        ("/v1/affected", {"start": "cpv:33000000"}),
        ("/v1/trace", {"start": company, "risk": "forced-labour", "max_nodes": 5000}),
    ]
    return chance.choice(asked)


async def ask_light(client: httpx.AsyncClient, server: Server, seen: Seen, seconds: float, seed: int) -> None:
    """Questions at a steady rate: one that has to wait is late from when it was due. Another seed asks others: what
    was asked before is kept, and would be no question."""
    chance, begun = random.Random(seed), time.monotonic()

    async def one(due: float) -> None:
        path, params = light(server, chance)
        response = await client.get(path, params=params)
        seen.light.append(time.monotonic() - due)
        seen.note(response)
        if response.status_code == 200 and (told := response.json().get("as_of")):
            seen.publications.setdefault(told["publication"], time.time())

    async with asyncio.TaskGroup() as group:
        for number in range(int(seconds * RATE)):
            due = begun + number / RATE
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            group.create_task(one(due))


async def ask_heavy(client: httpx.AsyncClient, server: Server, seen: Seen, until: float, seed: int) -> None:
    chance = random.Random(seed)
    while time.monotonic() < until:
        path, params = heavy(server, chance)
        response = await client.get(path, params=params)
        seen.note(response)
        if response.status_code == 503:
            await asyncio.sleep(min(float(response.headers.get("retry-after", 1)), 5.0))


def all_heavy(server: Server, seconds: float) -> Seen:
    """What became of the heavy questions of all clients, asked by a process of their own: what they wait for is not
    what the light ones wait for. It leaves the processor to the server where both want it, as other machines would."""

    async def ask() -> Seen:
        seen, until = Seen(), time.monotonic() + seconds
        async with client_of(server) as client, asyncio.TaskGroup() as group:
            for number in range(HEAVY):
                group.create_task(ask_heavy(client, server, seen, until, number))
        return seen

    os.nice(10)
    return asyncio.run(ask())


def client_of(server: Server) -> httpx.AsyncClient:
    # The server closes what has been idle for long: a client that would use it at that moment is cut off.
    limits = httpx.Limits(max_connections=None, keepalive_expiry=2.0)
    return httpx.AsyncClient(base_url=server.url, timeout=120, limits=limits)


def quietly() -> None:
    """A line for each request would take as long as the request."""
    logging.getLogger("httpx2").setLevel(logging.WARNING)


async def watch(server: Server, seen: Seen, until: float) -> None:
    begun = time.monotonic()
    while time.monotonic() < until:
        seen.memory.append((time.monotonic() - begun, *server.memory()))
        await asyncio.sleep(1)


def edition(folder: Path, number: int) -> Path:
    """A small workbook of one more contract, an edition of its own."""
    place = folder / f"edition-{number}"
    place.mkdir()
    source = f"field,value\nseries,load\nedition,{number}\ntitle,Load {number}\npublisher,A publisher\n"
    (place / "source.csv").write_text(source)
    with (place / "contracts.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "name"])
        rows.writerows([f"local:load/{n}", f"Contract {n}"] for n in range(number + 1))
    return place


async def load_now_and_then(folder: Path, own: dict[str, str], until: float) -> None:
    number = 0
    while time.monotonic() < until:
        number += 1
        await asyncio.to_thread(kedja, folder, "load", "workbook", str(edition(folder, number)), **own)
        await asyncio.sleep(EVERY)


def ready(server: Server) -> list[float]:
    """When each snapshot came into the cache."""
    return sorted(path.stat().st_mtime for path in server.cache.rglob("v-id-blob*"))


async def asked(
    server: Server, folder: Path, own: dict[str, str], clients: Executor, alone: float, together: float
) -> tuple[Seen, Seen]:
    first, second = Seen(), Seen()

    async def ask_others() -> None:
        second.add(await asyncio.wrap_future(clients.submit(all_heavy, server, together)))

    async with client_of(server) as client:
        await ask_light(client, server, Seen(), WARM, 1)
        await ask_light(client, server, first, alone, 2)
        until = time.monotonic() + together
        async with asyncio.TaskGroup() as group:
            group.create_task(ask_others())
            group.create_task(ask_light(client, server, second, together, 3))
            group.create_task(watch(server, second, until))
            group.create_task(load_now_and_then(folder, own, until))
    return first, second


@pytest.mark.soak
def test_light_questions_are_answered_beside_heavy_ones_and_loads(server: Server, tmp_path: Path) -> None:
    quietly()
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as clients:
        clients.submit(quietly).result()  # it is there before anything runs that must not be doubled
        first, second = asyncio.run(asked(server, tmp_path, server.own, clients, ALONE, TOGETHER))
    early = max(own for at, own, _ in second.memory if EVERY <= at < 2 * EVERY)  # with a load, as in the last minute
    late = max(own for at, own, _ in second.memory if at >= TOGETHER - EVERY)
    files = max(mapped for _, _, mapped in second.memory)
    waits = waited(server, second)
    LOG.info(
        "p99 of light questions: %.3f s of %d alone, %.3f s of %d beside heavy ones (%s); memory at most %d MB in the"
        " second minute, %d MB in the last, %d MB of mapped files at most;"
        " publications answered from at most %.1f s after they were ready (%d)",
        first.p99(), len(first.light), second.p99(), len(second.light), second.statuses, early // 10**6,
        late // 10**6, files // 10**6, max(waits, default=0.0), len(waits),
    )  # fmt: skip
    assert first.wrong + second.wrong == []
    assert second.p99() <= 3 * first.p99()
    assert late <= 1.1 * early
    assert waits
    assert max(waits) <= 5


def waited(server: Server, seen: Seen) -> list[float]:
    """How long each publication's snapshot had been there when it was first answered from, in seconds."""
    stood = ready(server)
    later = list(seen.publications.values())[1:]
    return [answered - max((at for at in stood if at <= answered), default=answered) for answered in later]
