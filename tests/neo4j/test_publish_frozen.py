"""Lossless: a snapshot frozen from the published graph is the one that was published, or it is refused."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import graph.sqlite
from api.following import from_graph
from api.publishing import publish_to
from api.service import Service, When
from api.settings import Settings
from graph.neo4j import publishing
from graph.neo4j.address import Address
from graph.neo4j.freezing import freeze
from graph.neo4j.removing import unpublish
from graph.neo4j.server import Server, connected
from graph.sqlite import Store
from graph.store import Judgement, Verdict
from ontology.errors import InputError, NotInGraphError, StoreError
from ontology.records import Common, Link, Mode, Polarity, Record, Secrecy, Status
from tests.neo4j import answers
from tests.neo4j.servers import Running
from tests.neo4j.worlds import DAY, frozen, last, link, load, record, ref, source, told, world


def publish(server: Server, store: Store, clearance: Secrecy = Secrecy.PUBLIC, day: date = DAY, size: int = 99) -> None:
    snapshot = frozen(store, clearance, day)
    publishing.publish(server, store, last(store, clearance), snapshot, clock=lambda: told(99), size=size)


def judge(store: Store, a: str, b: str, verdict: Verdict) -> str:
    """Publish a judgement; gives its id."""
    store.judge(Judgement(a, b, verdict, "somebody", "a reason"), told(len(store.publications()) + 1))
    return next(one.id for one in store.judgements(last(store, Secrecy.RESTRICTED)) if one.who == "somebody")


@pytest.mark.parametrize("clearance", [Secrecy.PUBLIC, Secrecy.INTERNAL])
def test_all_that_is_hard_to_tell_comes_back(server: Server, tmp_path: Path, clearance: Secrecy) -> None:
    with world(tmp_path / "record.sqlite") as store:
        publish(server, store, clearance)
        assert freeze(server).hash == frozen(store, clearance).hash


def test_two_versions_of_one_link_and_of_one_record_come_back(server: Server, tmp_path: Path) -> None:
    with world(tmp_path / "record.sqlite") as store:
        for edition, name, share in (("1", "One", 0.75), ("2", "Other", 0.25)):
            load(store, source("notes", edition, Mode.APPEND), [
                record("Organisation", "owner", name),
                link("OWNS", ref("Organisation", "owner"), ref("Organisation", "maker"), share=share),
            ])  # fmt: skip
        assert len(list(store.links(last(store), types=["OWNS"]))) == 2
        publish(server, store)
        assert freeze(server).hash == frozen(store).hash


def test_a_merge_that_was_undone_comes_back(server: Server, tmp_path: Path) -> None:
    with world(tmp_path / "record.sqlite") as store:
        merged = judge(store, "local:buyer", "local:nobody-told-of", Verdict.SAME)
        publish(server, store)
        assert freeze(server).hash == frozen(store).hash
        store.withdraw(merged, "somebody", "it was not", told(50))
        publish(server, store)
        assert freeze(server).hash == frozen(store).hash


def test_the_demonstration_comes_back(server: Server, demo: Service) -> None:
    publish_to(server, demo, When())
    assert freeze(server).hash == demo.snapshot(When()).hash


def test_a_graph_that_somebody_has_changed_is_refused_until_it_is_published_again(
    server: Server, tmp_path: Path
) -> None:
    with world(tmp_path / "record.sqlite") as store:
        publish(server, store)
        server.run("MATCH (:Step)-[e:DELIVERED_UNDER]->() WITH e LIMIT 1 SET e.confidence = 0.01")
        with pytest.raises(StoreError, match="somebody has changed it"):
            freeze(server)
        server.run("MATCH (:Step)-[e:DELIVERED_UNDER]->() WITH e LIMIT 1 DELETE e")
        with pytest.raises(StoreError, match="somebody has changed it"):
            freeze(server)
        publish(server, store)
        assert freeze(server).hash == frozen(store).hash


def test_what_others_add_changes_nothing(server: Server, tmp_path: Path) -> None:
    with world(tmp_path / "record.sqlite") as store:
        publish(server, store)
        server.run(
            "MATCH (s:Step), (c:Contract) WITH s, c LIMIT 1 SET s.colour = 'red' CREATE (:Entity:Step {id: 'x'}),"
            " (s)-[:DELIVERED_UNDER {note: 'mine'}]->(c)-[:LIKES]->(:Person)"
        )
        assert freeze(server).hash == frozen(store).hash


def test_a_graph_that_is_not_whole_or_not_there_is_refused(server: Server, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no graph of Kedja's"):
        freeze(server)
    with world(tmp_path / "record.sqlite") as store:
        publish(server, store)
    server.run("MATCH (m:KedjaPublication) SET m.whole = false")
    with pytest.raises(StoreError, match="not whole"):
        freeze(server)


# -- worlds that nobody thought of ----------------------------------------------------------------------------------

days = st.sampled_from([None, date(2020, 1, 1), date(2026, 1, 1), date(2026, 11, 1), date(2027, 1, 1)])
keys = st.sampled_from(["local:1", "local:2", "local:3", "lei:5493001KJTIIGC8Y1R12"])


@st.composite
def commons(draw: st.DrawFn) -> Common:
    begin, end = draw(days), draw(days)
    if begin and end and begin >= end:
        end = None
    return Common(
        draw(st.sampled_from(Status)), draw(st.none() | st.floats(0, 1)), draw(st.sampled_from(Polarity)),
        draw(st.sampled_from([Secrecy.PUBLIC, Secrecy.PUBLIC, Secrecy.INTERNAL])), begin, end,
        draw(st.sampled_from(["", "A newspaper"])),
    )  # fmt: skip


@st.composite
def items(draw: st.DrawFn) -> Record | Link:
    common, row = draw(commons()), draw(st.sampled_from(["", "1"]))
    if draw(st.booleans()):
        kind = draw(st.sampled_from(["Organisation", "Step", "Contract", "Site"]))
        more: dict[str, object] = {"name": draw(st.sampled_from(["A", "Å\n b"]))}
        if kind == "Contract":
            more |= draw(st.sampled_from([{}, {"awarded_value": "1.50", "rank": 2}, {"spent_value": "12345678.9"}]))
        if kind == "Organisation":
            more |= draw(st.sampled_from([{}, {"roles": ["producer"]}, {"natural_person": False}]))
        also = draw(st.sets(keys, max_size=2))
        return Record(kind, draw(keys), more, also=tuple(sorted(also)), common=common, row_key=row)
    kind, *ends = draw(
        st.sampled_from([
            ("SUPPLIES", "Step", "Step"), ("DELIVERED_UNDER", "Step", "Contract"), ("PERFORMS", "Site", "Step"),
            ("OWNS", "Organisation", "Organisation"), ("HOLDS", "Organisation", "Contract"),
        ])
    )  # fmt: skip
    shared = {"share": draw(st.sampled_from([0.25, 0.75]))} if kind in ("SUPPLIES", "OWNS") else {}
    return Link(kind, ref(ends[0], draw(keys)), ref(ends[1], draw(keys)), shared, common=common, row_key=row)


@st.composite
def steps(draw: st.DrawFn) -> tuple[object, ...]:
    """A load, a judgement, or one withdrawn."""
    kind = draw(st.sampled_from(["load", "load", "load", "judge", "withdraw"]))
    if kind == "load":
        said = source(draw(st.sampled_from("ab")), draw(st.sampled_from("12")), draw(st.sampled_from(Mode)))
        return "load", said, draw(st.lists(items(), min_size=1, max_size=8))
    return kind, draw(keys), draw(keys), draw(st.sampled_from([Verdict.SAME, Verdict.DIFFERENT]))


@given(st.lists(steps(), min_size=1, max_size=4), st.sampled_from([Secrecy.PUBLIC, Secrecy.INTERNAL]), st.data())
@settings(
    max_examples=settings().max_examples // 25, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
def test_any_world_comes_back_after_each_of_its_publications(
    server: Server, told_steps: list[tuple[object, ...]], clearance: Secrecy, data: st.DataObject
) -> None:
    """And answers as the record does, of everything and of one thing."""
    server.run("MATCH (n) DETACH DELETE n")
    with tempfile.TemporaryDirectory() as folder, graph.sqlite.open(Path(folder) / "record.sqlite") as store:
        for kind, *rest in told_steps:
            _take(store, str(kind), rest)
            publish(server, store, clearance)
            assert freeze(server).hash == frozen(store, clearance).hash
        path, when = Path(folder) / "record.sqlite", When(clearance=clearance)
        asked = Settings("sqlite:///none", Path(folder) / "snapshots", server.address.url, from_graph=True)
        with Service(Settings(f"sqlite:///{path}", Path(folder) / "own")) as own, from_graph(asked) as published:
            names = answers.names(own, when)
            of = [data.draw(st.sampled_from(names))] if names else []
            assert answers.differences(own, published, when, of) == []
            assert published.store.check() == []


def test_whoever_reads_beside_a_publish_gets_one_publication_or_is_told_so(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "SMALL", 0)
    with world(tmp_path / "record.sqlite") as store:
        publish(server, store)
        hashes = {frozen(store).hash}
        load(store, source("more"), [record("Step", f"step-{n}", f"Step {n}") for n in range(40)])
        hashes.add(frozen(store).hash)
        seen = []
        with ThreadPoolExecutor(1) as beside:
            publishing_now = beside.submit(publish, server, store, size=5)
            while not publishing_now.done():
                with suppress(StoreError):  # not whole, or published to again and again
                    seen.append(freeze(server).hash)
            publishing_now.result()
        assert {*seen, freeze(server).hash} <= hashes


@pytest.mark.soak
def test_a_publish_whose_server_is_killed_at_any_batch_gives_the_same_when_run_again(
    neo4j_server: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.neo4j.server.RETRY_SECONDS", 0.1)
    address = Address.read(neo4j_server.uri, *(neo4j_server.auth or ()))
    with world(tmp_path / "record.sqlite") as store, connected(address) as server:
        for batch in count(1):
            left = iter(range(batch))

            def killed(_done: int, _total: int, left: Iterator[int] = left) -> None:
                if next(left, None) is None:
                    neo4j_server.kill()

            unpublish(server)
            try:
                publishing.publish(
                    server, store, last(store), frozen(store), clock=lambda: told(99), progress=killed, size=20
                )
                return  # there are fewer batches
            except StoreError:
                neo4j_server.start()
                publish(server, store)
                assert freeze(server).hash == frozen(store).hash


def _take(store: Store, kind: str, rest: list[object]) -> None:
    if kind == "load":
        load(store, *rest)  # type: ignore[arg-type]
        return
    try:
        made = judge(store, *rest)  # type: ignore[arg-type]
        if kind == "withdraw":
            store.withdraw(made, "somebody", "not so", told(len(store.publications()) + 1))
    except (NotInGraphError, InputError):  # a key that nobody has, or twice the same thing
        return
