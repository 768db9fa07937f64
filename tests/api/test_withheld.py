"""Nothing withheld shows: two stores that differ in what a clearance may not read answer it with the same bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

import graph.sqlite
from api.app import create_app
from api.cli import app as commands
from api.service import Service, When
from api.settings import DEMO_VALID_AT, Settings
from api.tools import answered
from graph.questions.declared.exposure import Exposure
from graph.questions.question import questions
from graph.sqlite import Store
from graph.store import Judgement, Verdict
from ontology.records import Common, Link, Record, Ref, Secrecy
from tests.contract.saying import company, day, load, owns, secret, source

ADA, BO, HIDDEN, OTHER = "local:ada", "local:bo", "local:hidden", "local:other"
QUESTIONS = (
    "/", "/healthz", "/v1/runs", "/v1/runs?limit=1", "/v1/search?q=AB", "/v1/search?q=Hidden", "/search?q=AB",
    *(f"/v1/entities/{id}" for id in (ADA, BO, HIDDEN, OTHER, "local:nobody")),
    *(f"/entity/{id}" for id in (ADA, HIDDEN)),
    f"/v1/entities/{ADA}?known_at=2026-01-02T12:00:00Z", f"/v1/entities/{ADA}?known_at=2026-01-03T12:00:00Z",
    "/v1/affected?start=" + ADA, "/v1/trace?start=local:c", "/v1/exposure?subject=all&risk=forced-labour",
    "/v1/exposure?subject=local:hidden-c&risk=forced-labour", "/v1/paths?source=" + HIDDEN + "&target=local:c",
    *(f"{v1}/{name}" for v1 in ("/v1", "") for name in ("sources", "loads", "coverage", "conflicts", "heat", "terms")),
    *(f"/v1/timeline?subject={id}" for id in (ADA, BO, HIDDEN, "local:c")), "/timeline?subject=" + ADA,
    "/v1/compare", "/compare", "/v1/compare?before_known=2026-01-02T12:00:00Z", "/v1/sites", "/map", "/tiers",
    "/v1/tiers?by=supplier&opened=0:", "/v1/timeline?subject=" + ADA + "&known_at=2026-01-02T12:00:00Z",
    "/loads?run=1", "/v1/loads?run=2&known_at=2026-01-02T12:00:00Z", "/export/sources.csv",
    "/exposure?subject=all", "/export/trace.json?start=local:c", "/export/trace.ttl?start=local:c",
    "/export/trace.graphml?start=local:c", "/export/trace.csv?start=local:c",
)  # fmt: skip
TOOLS: tuple[tuple[str, dict[str, Any]], ...] = (
    *(("search", {"q": text}) for text in ("AB", "Hidden", "Other AB")),
    *(("exposure", {"subject": id, "risk": "forced-labour"}) for id in ("all", ADA, HIDDEN)),
    ("figures", {"subject": "all", "risk": "forced-labour"}),
    *((name, {"subject": id}) for name in ("risks", "timeline") for id in (ADA, HIDDEN, "local:hidden-c")),
    *((name, {}) for name in questions() if not any(p.required for p in questions()[name].params().values())),
    *(("affected", {"start": id}) for id in (ADA, HIDDEN, "Hidden AB", OTHER)), ("trace", {"start": ["local:c"]}),
    ("trace", {"start": ["local:hidden-c"]}), ("paths", {"source": HIDDEN, "target": "local:c"}),
    ("entity", {"id": HIDDEN}), ("entity", {"id": BO}),
)  # fmt: skip
"""What an assistant asks."""
OF_ITS_OWN = ("id", "result", "began")
"""What each job has of its own."""
NO_TAG = "0" * 32
RECONCILED = tuple(
    f"/v1/reconcile{asked}"
    for asked in (
        '?queries={"a": {"query": "Hidden AB"}, "b": {"query": "AB"}, "c": {"query": "local:hidden-c"}}',
        '?extend={"ids": ["local:hidden", "local:ada"], "properties": [{"id": "status:forced-labour"}]}',
        "/suggest/entity?prefix=AB", "/suggest/entity?prefix=Hid", "/preview?id=local:hidden", "/preview?id=local:ada",
    )
)  # fmt: skip
BULK = ("/v1/entities", "/v1/exposure?risk=forced-labour", "/v1/affected", "/v1/risks")
"""Asked of a list of names, some of which only others may know."""
NAMES = [ADA, HIDDEN, OTHER, "local:hidden-c", "local:nobody", "Hidden AB", "Bo Ny AB", "all"]


def contract(key: str, holder: str, common: Common | None = None) -> list[Record | Link]:
    common = common or Common()
    held = Link("HOLDS", Ref("Organisation", holder), Ref("Contract", key), {}, common=common)
    return [Record("Contract", key, {"name": key}, common=common), held]


def filled(file: Path, *, withheld: bool) -> Store:
    """A register of the public, and where ``withheld`` also what only others may read: rows, sources, judgements."""
    store = graph.sqlite.open(file)
    public: list[Record | Link] = [company(ADA, "Ada AB"), company(BO, "Bo AB"), *contract("local:c", ADA)]
    more: list[Record | Link] = [company(BO, "Bo Ny AB"), owns(ADA, BO)]
    if withheld:
        public += [company(HIDDEN, "Hidden AB", common=secret()), *contract("local:hidden-c", HIDDEN, secret())]
    load(store, source("register"), public, 1)
    if withheld:
        restricted = source("files", secrecy=Secrecy.RESTRICTED)
        load(store, restricted, [company(OTHER, "Other AB", common=secret()), owns(OTHER, ADA, common=secret())], 1)
        store.judge(Judgement(HIDDEN, OTHER, Verdict.SAME, "me", "one company"), day(1))
    load(store, source("register", "2"), public + more[:1], 2)
    load(store, source("more"), more, 2)
    if withheld:
        load(store, source("files", "2", secrecy=Secrecy.RESTRICTED), [company(OTHER, "Another", common=secret())], 3)
        abandoned = store.begin(source("third", secrecy=Secrecy.RESTRICTED), "test", "1", {}, day(4))
        store.abandon(abandoned.run, "not wanted")
    return store


@pytest.fixture
def stores(tmp_path: Path) -> tuple[Settings, Settings]:
    made = []
    for withheld in (False, True):
        name = "with" if withheld else "without"
        filled(tmp_path / f"{name}.sqlite", withheld=withheld).close()
        made.append(Settings(f"sqlite:///{tmp_path}/{name}.sqlite", tmp_path / name))
    return made[0], made[1]


def answers(settings: Settings, clearance: Secrecy) -> dict[str, Any]:
    app = create_app(settings, clearance=clearance, valid_at=DEMO_VALID_AT, seconds=1_000)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        asked = {path: client.get(path) for path in (*QUESTIONS, *RECONCILED)}
        asked |= {path: client.post(path, json=NAMES) for path in BULK}
        return {path: (a.status_code, sorted(a.headers.items()), a.content) for path, a in asked.items()}


@pytest.mark.parametrize("clearance", [Secrecy.PUBLIC, Secrecy.INTERNAL])
def test_a_server_answers_as_if_what_is_withheld_were_not_there(
    stores: tuple[Settings, Settings], clearance: Secrecy
) -> None:
    without, with_it = (answers(settings, clearance) for settings in stores)
    for path in without:
        assert with_it[path] == without[path], path


def test_who_may_read_it_sees_it(stores: tuple[Settings, Settings]) -> None:
    with_it = answers(stores[1], Secrecy.RESTRICTED)
    assert HIDDEN.encode() in with_it["/v1/search?q=AB"][2]
    assert b"files" in with_it["/v1/runs"][2]


def test_the_list_of_loads_on_the_command_line_is_the_same_too(stores: tuple[Settings, Settings]) -> None:
    told = [
        CliRunner().invoke(commands, ["runs", *options, "--store", settings.store]).stdout
        for options in ((), ("--json",))
        for settings in stores
    ]
    assert told[0] == told[1]
    assert told[2] == told[3]
    assert (
        "files"
        in CliRunner().invoke(commands, ["runs", "--clearance", "restricted", "--store", stores[1].store]).stdout
    )


def test_until_a_hidden_load_is_frozen_nothing_says_that_something_is_being_prepared(
    stores: tuple[Settings, Settings],
) -> None:
    settings = stores[1]
    app = create_app(settings, valid_at=DEMO_VALID_AT, seconds=1_000)
    with TestClient(app, base_url="http://127.0.0.1") as client, graph.sqlite.open(_path(settings)) as store:
        before = client.get(f"/v1/entities/{ADA}").content
        load(store, source("files", "3", secrecy=Secrecy.RESTRICTED), [company(OTHER, "Third", common=secret())], 5)
        assert client.get(f"/v1/entities/{ADA}").content == before
        app.state.service.snapshots.preparing[1].result()
        assert client.get(f"/v1/entities/{ADA}").content == before


@pytest.mark.parametrize("clearance", [Secrecy.PUBLIC, Secrecy.INTERNAL])
def test_an_assistant_is_told_as_if_what_is_withheld_were_not_there(
    stores: tuple[Settings, Settings], clearance: Secrecy
) -> None:
    told = []
    for settings in stores:
        with Service(settings, valid_at=DEMO_VALID_AT) as service:
            told.append([answered(service, When(clearance=clearance), name, given) for name, given in TOOLS])
    for given, without, with_it in zip(TOOLS, *told, strict=True):
        assert with_it == without, given


def test_what_is_answered_later_and_given_again_is_as_if_what_is_withheld_were_not_there(
    stores: tuple[Settings, Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Exposure, "cost", lambda *_: 10_000)
    told = []
    for settings, clearance in (*((one, Secrecy.PUBLIC) for one in stores), (stores[1], Secrecy.RESTRICTED)):
        app = create_app(settings, clearance=clearance, valid_at=DEMO_VALID_AT, seconds=1_000)
        with TestClient(app, base_url="http://127.0.0.1") as client:
            for subject in ("all", ADA, "local:hidden-c"):
                asked = f"/v1/exposure?subject={subject}&risk=forced-labour"
                later = client.get(asked, headers={"Prefer": "respond-async"})
                job = later.json() if later.status_code == 202 else {}
                while job.get("state") in ("waiting", "running"):
                    job = client.get(later.headers["location"]).json()
                result = client.get(job["result"]) if job else later
                now = client.get(asked)
                tag = now.headers.get("etag", "").removeprefix('W/"').removesuffix('"')
                again = client.get(f"/v1/answers/{tag or NO_TAG}")
                rest = {name: value for name, value in job.items() if name not in OF_ITS_OWN}
                told.append(
                    (rest, result.status_code, result.content, now.content, tag, again.status_code, again.content)
                )
    assert told[:3] == told[3:6]
    assert told[6] != told[0], "who may read it is answered otherwise"


def _path(settings: Settings) -> Path:
    return Path(settings.store.removeprefix("sqlite://"))
