"""Work that ends: when its time is up, when nobody waits for it, and heavy questions that hold up no light ones."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

import graph.sqlite
from api.admission import LIGHT, Admission
from api.app import create_app
from api.ask import ask
from api.guard import Guard
from api.service import Service, When
from api.settings import Settings
from graph.budget import Budget, Why, check, current, within
from graph.kernels.condensed import Condensation
from graph.kernels.cycles import components, cycles
from graph.kernels.levels import spread
from graph.kernels.paths import k_paths
from graph.kernels.reach import longest, reach
from graph.kernels.worst import best_path, worst
from graph.network import Network
from graph.questions.question import questions
from ontology.errors import BusyError, TimeLimitError
from ontology.records import Record
from tests.contract.saying import company, load, now, source
from tests.graph import big

N = 200_000
PLAIN = np.ones(32)
EVERY = np.ones(32, np.bool_)


@pytest.fixture(scope="module")
def chain() -> Network:
    ends = np.arange(N - 1)
    return Network.build(N, ends, ends + 1, np.zeros(N - 1), np.full(N - 1, 0.99999))


def asked(network: Network) -> dict[str, Callable[[], Any]]:
    last, condensed = N - 1, Condensation.of(network, EVERY)
    found = reach(network, [0], upstream=False, kinds=EVERY, tier_kinds=EVERY)
    return {
        "tiers": lambda: reach(network, [0], upstream=False, kinds=EVERY, tier_kinds=EVERY),
        "hops": lambda: reach(network, [0], upstream=False, kinds=EVERY, tier_kinds=~EVERY),
        "longest": lambda: longest(network, found, [0], upstream=False, kinds=EVERY, tier_kinds=EVERY),
        "components": lambda: components(network),
        "cycles": lambda: cycles(network, np.arange(N)),
        "worst": lambda: worst(network, [0], [1.0], [last], PLAIN, use_confidence=True),
        "best path": lambda: best_path(network, [0], [1.0], last, PLAIN, use_confidence=True),
        "paths": lambda: k_paths(network, [0], [1.0], last, PLAIN, 5, use_confidence=True),
        "condensation": lambda: Condensation.of(network, EVERY),
        "counts": lambda: condensed.count([last], condensed.marked(np.ones((N, 1), np.bool_))),
        "levels": lambda: spread(network, [0], [1], EVERY),
    }


@pytest.mark.parametrize(
    "name",
    [
        "tiers",
        "hops",
        "longest",
        "components",
        "cycles",
        "worst",
        "best path",
        "paths",
        "condensation",
        "counts",
        "levels",
    ],
)
def test_every_kernel_stops_at_its_first_look(chain: Network, name: str) -> None:
    ask = asked(chain)[name]
    with within(Budget()) as whole:
        ask()
    assert whole.looks > 20, "a question that is not ended looks every few thousand steps"
    ended = Budget()
    ended.stop(Why.NOBODY_WAITS)
    with within(ended), pytest.raises(TimeLimitError):
        ask()
    assert ended.looks <= 3
    with within(Budget()) as again:
        ask()
    assert again.looks == whole.looks, "what was ended left nothing behind that a later question meets"


def test_a_kernel_that_runs_hears_that_it_is_to_end(chain: Network) -> None:
    budget, began = Budget(), threading.Event()

    def asking() -> int:
        turns = 0
        with within(budget):
            while True:
                worst(chain, [0], [1.0], [N - 1], PLAIN, use_confidence=True)
                turns += 1
                began.set()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(asking)
        began.wait()
        budget.stop(Why.NOBODY_WAITS)
        with pytest.raises(TimeLimitError):
            running.result()


def test_a_budget_of_time_ends_by_itself() -> None:
    with within(Budget(0.0)), pytest.raises(TimeLimitError, match="longer than 0 seconds"):
        check()


def test_what_the_store_reads_is_ended_too(tmp_path: Path) -> None:
    with graph.sqlite.open(tmp_path / "a.sqlite") as store:
        load(store, source(), [company(f"local:{n}") for n in range(3_000)])
        ended = Budget()
        ended.stop(Why.TIME)
        with within(ended), pytest.raises(TimeLimitError):
            list(store.records(now(store)))
        assert len(list(store.records(now(store)))) == 3_000


def test_a_question_whose_time_ran_out_while_it_waited_for_a_thread_begins_nothing(tmp_path: Path) -> None:
    with graph.sqlite.open(tmp_path / "a.sqlite") as store:
        load(store, source(), [company("local:1")])
    with Service(Settings(f"sqlite:///{tmp_path}/a.sqlite", tmp_path / "cache")) as service:
        late = Budget(0.0)
        with within(late), pytest.raises(TimeLimitError):
            service.standing(When())
        assert late.looks == 1
        assert service.standing(When()).publication is not None


# -- every question -----------------------------------------------------------------------------------------------
class Stops(Budget):
    """Is to end at its ``at``-th look from Python; ``done`` are the looks by then, those of compiled loops too."""

    def __init__(self, at: int = 0) -> None:
        super().__init__()
        self.at, self.seen, self.done = at, 0, 0

    def check(self) -> None:
        self.seen += 1
        if self.seen == self.at:
            self.stop(Why.NOBODY_WAITS)
            self.done = self.looks
        super().check()


@pytest.fixture(scope="module")
def long_chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, When]]:
    folder = tmp_path_factory.mktemp("chain")
    with graph.sqlite.open(folder / "a.sqlite") as store:
        load(store, source(), big.world("chain", 2_000))
    with Service(Settings(f"sqlite:///{folder}/a.sqlite", folder / "cache")) as service:
        when = service.standing(When())
        service.snapshot(when)
        yield service, when


@pytest.mark.parametrize("name", questions())
def test_every_question_looks_whether_it_is_to_end_and_ends_where_it_looks(
    long_chain: tuple[Service, When], name: str
) -> None:
    service, when = long_chain
    *_, question = big.asked(questions()[name])
    for whole in (Stops(), Stops()):  # what the first works out and keeps, the next need not
        with within(whole):
            ask(service, when, question)
        whole.end()
    assert whole.seen > 0 or question.cost(service.snapshot(when)) == 0
    for at in sorted({1, whole.seen // 2, whole.seen} - {0}):
        ended = Stops(at)
        with within(ended), pytest.raises(TimeLimitError):
            ask(service, when, question)
        ended.end()
        assert ended.looks <= ended.done + 3, f"it went on after look {at} of {whole.seen}"


# -- requests -----------------------------------------------------------------------------------------------------
class Slow:
    """An app that works in a thread, as long as it may."""

    def __init__(self) -> None:
        self.at_work = 0
        self.budget: Budget | None = None
        self.begun = threading.Event()

    def work(self) -> None:
        self.at_work += 1
        self.budget = current()
        self.begun.set()
        try:
            while True:
                check()
                time.sleep(0.001)
        finally:
            self.at_work -= 1

    async def __call__(self, _scope: Any, _receive: Any, send: Any) -> None:
        try:
            await asyncio.to_thread(self.work)
        except TimeLimitError:
            await send({"type": "http.response.start", "status": 503, "headers": []})
            await send({"type": "http.response.body", "body": b""})


SCOPE = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"localhost")]}


def sent_by(app: Any, seconds: float, *, gone: bool) -> list[Any]:
    sent: list[Any] = []

    async def receive() -> Any:
        if gone:
            await asyncio.to_thread(app.begun.wait)
            return {"type": "http.disconnect"}
        return await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(Guard(app, seconds=seconds)(dict(SCOPE), receive, send))
    return sent


def test_past_its_limit_a_request_has_no_thread_at_work() -> None:
    app = Slow()
    sent = sent_by(app, 0.05, gone=False)
    assert sent[0]["status"] == 503
    assert app.at_work == 0


def test_an_answer_that_has_begun_when_the_time_is_up_comes_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.guard.GRACE", 0.0)

    async def late(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.sleep(0.2)
        await send({"type": "http.response.body", "body": b"the answer"})

    assert [message.get("body") for message in sent_by(late, 0.05, gone=False)] == [None, b"the answer"]


def test_a_request_whose_client_has_gone_has_no_thread_at_work() -> None:
    app = Slow()
    sent_by(app, 1_000, gone=True)
    assert app.at_work == 0
    assert app.budget is not None
    assert app.budget.flag[0] == Why.NOBODY_WAITS


# -- admission ----------------------------------------------------------------------------------------------------
@pytest.fixture
def held() -> Iterator[tuple[Admission, Budget]]:
    """A heavy question has the only place; one more may wait."""
    admission, first = Admission(places=1, waiting=1), Budget()
    with within(first):
        admission.admit(LIGHT + 1)
        admission.admit(LIGHT + 1)  # the same request asks again
    yield admission, first
    first.end()


def test_light_questions_begin_whatever_heavy_ones_do(held: tuple[Admission, Budget]) -> None:
    with within(Budget()) as light:
        held[0].admit(LIGHT)
    light.end()


def test_a_heavy_question_waits_for_its_turn_and_the_next_is_told_to_come_back(held: tuple[Admission, Budget]) -> None:
    admission, first = held
    waits = threading.Event()

    class Watched(Budget):
        def check(self) -> None:
            waits.set()
            super().check()

    def second() -> None:
        with within(Watched()) as mine:
            admission.admit(LIGHT + 1)
            mine.end()

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(second)
        waits.wait()
        with within(Budget()), pytest.raises(BusyError):
            admission.admit(LIGHT + 1)
        first.end()
        waiting.result()
    with within(Budget()) as last:
        admission.admit(LIGHT + 1)
    last.end()


def test_who_waits_in_vain_gives_its_place_in_the_queue_back(held: tuple[Admission, Budget]) -> None:
    for _ in range(3):
        with within(Budget(0.0)), pytest.raises(TimeLimitError):
            held[0].admit(LIGHT + 1)


def test_a_server_that_is_full_says_when_to_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with graph.sqlite.open(tmp_path / "a.sqlite") as store:
        load(store, source(), [Record("Contract", "local:c", {"name": "C"})])
    monkeypatch.setattr("graph.questions.costs.SMALL", 0)
    monkeypatch.setattr("graph.questions.costs.LIGHT", -1)
    monkeypatch.setattr("api.admission.LIGHT", 0)
    app = create_app(Settings(f"sqlite:///{tmp_path}/a.sqlite", tmp_path / "cache"))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        app.state.service.admission = Admission(places=1, waiting=0)
        with within(Budget()) as other:
            app.state.service.admission.admit(1)
        asked = {"subject": "local:c", "risk": "forced-labour"}
        answer = client.get("/v1/exposure", params=asked)
        assert (answer.status_code, answer.json()["code"]) == (503, "busy")
        assert int(answer.headers["retry-after"]) > 0
        assert client.get("/v1/search", params={"q": "C"}).status_code == 200
        other.end()
        assert client.get("/v1/exposure", params=asked).status_code == 200
