"""A server answers from the last publication while the newest is being frozen, and says so; a command waits.

Freezing is held up by what holds it up in earnest: another builder that has the lock of the snapshot cache.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import graph.sqlite
from api.app import create_app
from api.service import Service, When
from api.settings import Settings
from graph.sqlite.store import Store
from ontology.records import Secrecy
from tests.contract.saying import company, day, load, now, owns, source

ADA, BO, CAI = "local:ada", "local:bo", "local:cai"
PAGES = ("/", "/search?q=Ada", f"/entity/{ADA}", f"/exposure?subject={ADA}", f"/tier?start={ADA}")


class Place:
    """A store file that other processes load into, and the cache that they share with the server."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(f"sqlite:///{folder}/a.sqlite", folder / "cache")
        self.store: Store = graph.sqlite.open(folder / "a.sqlite")

    def publish(self, number: int, *names: str) -> None:
        """Publication ``number``: an edition of the register with these companies."""
        items = [company(f"local:{name.lower()}", f"{name} AB") for name in names]
        published, _ = load(self.store, source("register", str(number)), items, number)
        assert published.number == number

    @contextmanager
    def builder_at_work(self) -> Iterator[None]:
        self.settings.cache.mkdir(exist_ok=True)
        with (self.settings.cache / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextmanager
    def server(self, clearance: Secrecy = Secrecy.PUBLIC) -> Iterator[Server]:
        # Kernels may have to be compiled, on a busy machine: no limit on how long a question takes.
        app = create_app(self.settings, clearance=clearance, seconds=1_000)
        with TestClient(app, base_url="http://127.0.0.1") as client:
            yield Server(client, app.state.service)


class Server:
    def __init__(self, client: TestClient, service: Service) -> None:
        self.client = client
        self.service = service
        self.newer: str | None = None
        """The publication that the last answer said is being prepared."""

    def get(self, path: str, **query: str) -> Any:
        response = self.client.get(path, params=query or None)
        self.newer = response.headers.get("kedja-newer-publication")
        assert response.status_code == 200, response.text
        return response.json() if path.startswith("/v1") else response.text

    def entity(self, id: str = ADA, **query: str) -> tuple[int, str | None, str | None]:
        """(publication answered from, the newer one that is said to come, the entity's name)."""
        answer = self.get(f"/v1/entities/{id}", **query)
        data = answer["data"]
        return answer["as_of"]["publication"], self.newer, data and data["node"]["name"]

    def freezing(self) -> Future[None]:
        assert self.service.snapshots.preparing is not None
        return self.service.snapshots.preparing[1]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    found = Place(tmp_path)
    found.publish(1, "Ada")
    yield found
    found.store.close()


SECOND = '2; at="2026-01-03T00:00:00Z"'


def test_until_the_newest_is_frozen_the_last_one_answers_and_says_so(place: Place) -> None:
    with place.server() as server:
        assert server.entity() == (1, None, "Ada AB")
        with place.builder_at_work():
            place.publish(2, "Ada", "Bo")
            assert server.entity() == (1, SECOND, "Ada AB")
            assert server.entity(BO) == (1, SECOND, None)
        server.freezing().result()
        assert server.entity() == (2, None, "Ada AB")
        assert server.entity(BO) == (2, None, "Bo AB")


def test_what_is_read_from_the_store_is_of_the_same_publication(place: Place) -> None:
    place.publish(2, "Ada", "Bo")
    with place.server() as server:
        server.entity()
        with place.builder_at_work():
            load(place.store, source("register", "3"), [company(ADA, "Ada Ny AB"), owns(ADA, CAI)], 3)
            found = server.get("/v1/search", q="Ada")
            assert [hit["name"] for hit in found["hits"]] == ["Ada AB"]
            assert (found["publication"], str(server.newer).partition(";")[0]) == (2, "3")
            assert [hit["name"] for hit in server.get("/v1/search", q="Bo AB")["hits"]] == ["Bo AB"]
            assert "Ada Ny AB" not in server.get("/search", q="Ada")
            said = server.get(f"/v1/entities/{ADA}")["data"]
            assert [record["properties"]["name"] for record in said["said"]] == ["Ada AB"]
            assert said["links"] == []
            assert "Ada Ny AB" not in server.get(f"/entity/{ADA}")
            assert "Ada Ny" not in server.get("/export/trace.ttl", start=ADA)
        server.freezing().result()
        assert [hit["name"] for hit in server.get("/v1/search", q="Ada")["hits"]] == ["Ada Ny AB"]
        assert len(server.get(f"/v1/entities/{ADA}")["data"]["links"]) == 1


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("sv", "Publicering 2 (2026-01-03 00:00 UTC) förbereds. Till dess gäller svaren publicering 1."),
        (
            "en",
            "Publication 2 (2026-01-03 00:00 UTC) is being prepared. Until it is ready, answers are from publication 1",
        ),
    ],
)
def test_every_page_says_that_a_newer_publication_is_being_prepared(place: Place, lang: str, said: str) -> None:
    with place.server() as server:
        server.entity()
        with place.builder_at_work():
            place.publish(2, "Ada", "Bo")
            for page in PAGES:
                assert said in server.get(f"{page}{'&' if '?' in page else '?'}lang={lang}"), page
        server.freezing().result()
        for page in PAGES:
            assert 'class="newer"' not in server.get(page), page


def test_a_server_that_starts_answers_from_what_an_earlier_one_froze(place: Place) -> None:
    with place.server() as server:
        server.entity()
    with ThreadPoolExecutor(1) as pool:
        with place.builder_at_work():
            place.publish(2, "Ada", "Bo")
            running = ExitStack()
            server = running.enter_context(place.server())
            assert server.entity() == (1, SECOND, "Ada AB")
            freezing = server.freezing()
            closed = pool.submit(running.close)
        closed.result()
    assert freezing.done(), "a server that closes ends the freeze that it has begun"
    assert freezing.exception() is None


def test_one_freeze_at_a_time_and_the_next_when_it_is_done(place: Place) -> None:
    with place.server() as server:
        server.entity()
        with place.builder_at_work():
            place.publish(2, "Ada", "Bo")
            server.entity()
            first = server.freezing()
            place.publish(3, "Ada", "Bo", "Cai")
            assert server.entity()[0] == 1
            assert server.freezing() is first
        first.result()
        publication, newer, _ = server.entity()
        assert (publication, newer and newer.partition(";")[0]) in {(2, "3"), (3, None)}
        server.freezing().result()
        assert server.entity(CAI) == (3, None, "Cai AB")


def test_another_clearance_has_nothing_to_answer_from_and_waits(place: Place) -> None:
    with place.server() as server:
        server.entity()
    place.publish(2, "Ada", "Bo")
    with place.server(Secrecy.INTERNAL) as server:
        assert server.entity(BO) == (2, None, "Bo AB")
        assert server.service.snapshots.preparing is None


def test_a_question_that_names_when_it_was_known_is_answered_from_then(place: Place) -> None:
    place.publish(2, "Ada", "Bo")
    with place.server() as server:
        server.entity()
        assert server.entity(BO, known_at="2026-01-02T12:00:00Z") == (1, None, None)


def test_a_command_waits_for_the_newest(place: Place) -> None:
    with Service(place.settings) as service:
        assert service.snapshot(When()).known.publication == 1
        place.publish(2, "Ada", "Bo")
        assert service.snapshot(When()).known.publication == 2
        assert service.snapshots.preparing is None


def erase(place: Place, name: str) -> None:
    (record,) = (r for r in place.store.records(now(place.store)) if name in r.name)
    place.store.erase([record.id], "asked to be forgotten", day(3))


def test_after_an_erasure_nothing_is_answered_from_before_it(place: Place) -> None:
    place.publish(2, "Ada", "Bo")
    then = {"known_at": "2026-01-03T12:00:00Z"}
    with place.server() as server, ThreadPoolExecutor(1) as pool:
        assert server.entity(BO)[2] == "Bo AB"
        frozen = server.get(f"/v1/entities/{ADA}", **then)["snapshot"]
        with place.builder_at_work():
            erase(place, "Bo AB")
            asked = pool.submit(server.client.get, f"/v1/entities/{BO}")
        answer = asked.result()
        assert answer.json()["as_of"]["publication"] == 3
        assert "Bo AB" not in answer.text
        again = server.get(f"/v1/entities/{ADA}", **then)
        assert again["as_of"]["publication"] == 2
        assert again["snapshot"] != frozen, "what was frozen before the erasure holds what was erased"


def test_a_server_that_starts_after_an_erasure_answers_from_nothing_before_it(place: Place) -> None:
    place.publish(2, "Ada", "Bo")
    with place.server() as server:
        server.entity()
    erase(place, "Bo AB")
    with place.server() as server, ThreadPoolExecutor(1) as pool:
        with place.builder_at_work():
            asked = pool.submit(server.entity)
        assert asked.result() == (3, None, "Ada AB")


def test_after_an_erasure_is_frozen_the_server_answers_from_it_meanwhile(place: Place) -> None:
    place.publish(2, "Ada", "Bo")
    erase(place, "Bo AB")
    with place.server() as server:
        assert server.entity() == (3, None, "Ada AB")
        with place.builder_at_work():
            place.publish(4, "Ada", "Cai")
            assert server.entity(CAI) == (3, '4; at="2026-01-05T00:00:00Z"', None)


def test_the_newest_is_taken_up_though_its_snapshot_cannot_be_kept(place: Place) -> None:
    with place.server() as server:
        server.entity()
        lock = place.settings.cache / "lock"
        lock.unlink()
        lock.mkdir()
        place.publish(2, "Ada", "Bo")
        assert server.entity() == (1, SECOND, "Ada AB")
        server.freezing().result()
        assert server.entity(BO) == (2, None, "Bo AB")


def test_what_was_asked_last_is_worked_out_of_the_newest_before_it_answers(place: Place) -> None:
    with place.server() as server:
        asked = {"subject": ADA, "risk": "forced-labour"}
        server.get("/v1/exposure", **asked)
        with place.builder_at_work():
            place.publish(2, "Ada", "Bo")
            server.get("/v1/exposure", **asked)
        server.freezing().result()
        standing = server.service.standing(When())
        assert server.service.publication(standing).number == 2
        memo = server.service.snapshot(standing).memo
        memo.get(("risk", "forced-labour"), lambda: pytest.fail("This was worked out for who asks first."))
