"""Everything said of one entity, by whom, and where the sources disagree; on a real store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import api.ask
import graph.sqlite
from api.service import Service, When
from graph.answer import Resolution
from graph.data import EntityData
from graph.questions.declared.entity import Entity
from graph.questions.entity import entity
from graph.questions.trace import trace
from graph.snapshot.cache import Cache
from graph.snapshot.view import Known, Moment, Snapshot
from graph.sqlite import Store
from ontology.method import method
from ontology.records import Common, Link, Polarity, Record, Ref, Secrecy, Status
from tests.contract.saying import load, now, source
from visualisation.terminal import answer_text
from visualisation.words import Words

FACTORY, MAKER = "local:factory", "local:maker"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = graph.sqlite.open(tmp_path / "store.kedja")
    yield opened
    opened.close()


def site(workers: int, *also: str, common: Common | None = None) -> Record:
    return Record("Site", FACTORY, {"name": "Plant 4", "workers": workers}, also=also, common=common or Common())


def operates(common: Common | None = None) -> Link:
    return Link("OPERATES", Ref("Organisation", MAKER), Ref("Site", FACTORY), common=common or Common())


def snapshot(store: Store, cache: Path, clearance: Secrecy = Secrecy.PUBLIC) -> Snapshot:
    at, latest = now(store, clearance), store.latest()
    assert latest is not None
    known = Known(at.publication, latest.at, clearance.name.lower())
    return Snapshot(Cache(cache).topology(store, at), Moment(date(2026, 6, 1)), method(), known)


def ask(store: Store, cache: Path, id: str = FACTORY, clearance: Secrecy = Secrecy.PUBLIC) -> EntityData:
    data = entity(store, snapshot(store, cache, clearance), id).data
    assert data is not None
    return data


def test_every_source_is_told_apart(store: Store, tmp_path: Path) -> None:
    load(store, source("one"), [site(900), operates()], 1)
    load(store, source("two"), [site(900)], 2)
    found = ask(store, tmp_path)
    assert found.node.type == "Site"
    assert len({said.source for said in found.said}) == 2
    assert [link.type for link in found.links] == ["OPERATES"]
    assert [node.type for node in found.neighbours] == ["Organisation"]
    # The maker is a ghost: only a link names it, and its name is its key.
    assert found.neighbours[0].ghost
    assert found.conflicts == ()


def test_only_a_link_that_names_the_goods_has_a_resolution(store: Store, tmp_path: Path) -> None:
    typical = Common(status=Status.GENERIC)
    steps = [Record("Step", f"local:{id}", {"name": id}) for id in ("dip", "pack")]
    links = [
        Link("PERFORMS", Ref("Site", FACTORY), Ref("Step", "local:dip")),
        Link("SUPPLIES", Ref("Step", "local:dip"), Ref("Step", "local:pack"), common=typical),
        Link("RUNS", Ref("Organisation", MAKER), Ref("Step", "local:dip")),
        Link("SELLS_TO", Ref("Organisation", MAKER), Ref("Organisation", "local:buyer"), common=typical),
        operates(Common(status=Status.VERIFIED)),
    ]
    load(store, source("one"), [site(900), *steps, *links], 1)
    found = {
        link.type: link.resolution for id in (FACTORY, MAKER, "local:dip") for link in ask(store, tmp_path, id).links
    }
    assert found == {
        "PERFORMS": Resolution.ITEM, "SUPPLIES": Resolution.GENERIC, "RUNS": None, "SELLS_TO": None, "OPERATES": None,
    }  # fmt: skip
    traced = trace(snapshot(store, tmp_path), ["local:pack"]).data
    assert traced is not None
    assert {link.type: link.resolution for link in traced.links} == {
        "PERFORMS": Resolution.ITEM, "SUPPLIES": Resolution.GENERIC, "RUNS": None, "OPERATES": None,
    }  # fmt: skip


def test_different_values_of_a_single_valued_property_conflict(store: Store, tmp_path: Path) -> None:
    load(store, source("one"), [site(900)], 1)
    load(store, source("two"), [site(350)], 2)
    (conflict,) = ask(store, tmp_path).conflicts
    assert (conflict.property, conflict.values) == ("workers", ("350", "900"))
    assert len(conflict.records) == 2


def test_a_value_that_no_longer_holds_conflicts_with_none(store: Store, tmp_path: Path) -> None:
    load(store, source("one"), [site(900, common=Common(valid_to=date(2026, 1, 1)))], 1)
    load(store, source("two"), [site(350)], 2)
    assert ask(store, tmp_path).conflicts == ()


def test_what_an_edition_repeats_and_denies_is_of_one_source_and_no_conflict(store: Store, tmp_path: Path) -> None:
    denied = replace(operates(Common(polarity=Polarity.DENIED)), row_key="another row")
    load(store, source("one", "1"), [site(900), operates()], 1)
    load(store, source("one", "2"), [site(900), operates(), denied], 2)
    assert ask(store, tmp_path).conflicts == ()
    load(store, source("two"), [operates()], 3)
    (conflict,) = ask(store, tmp_path).conflicts
    assert conflict.property == "OPERATES"


def test_one_source_that_asserts_and_one_that_denies_conflict(store: Store, tmp_path: Path) -> None:
    load(store, source("one"), [site(900), operates()], 1)
    load(store, source("two"), [operates(Common(polarity=Polarity.DENIED))], 2)
    (conflict,) = ask(store, tmp_path).conflicts
    assert (conflict.property, conflict.values) == ("OPERATES", ("asserted", "denied"))


def test_an_id_that_was_merged_away_redirects(store: Store, tmp_path: Path) -> None:
    load(store, source("one"), [site(900), operates()], 1)
    ghost = ask(store, tmp_path).neighbours[0].id
    load(store, source("two"), [Record("Organisation", MAKER, {"name": "The maker"})], 2)
    found = ask(store, tmp_path, ghost)
    assert (found.node.name, found.node.ghost) == ("The maker", False)
    assert found.redirected_from == ghost
    assert ask(store, tmp_path, MAKER).redirected_from is None


def test_what_is_withheld_shows_nowhere(store: Store, tmp_path: Path) -> None:
    load(store, source("one"), [site(900), operates(Common(secrecy=Secrecy.RESTRICTED))], 1)
    assert ask(store, tmp_path).links == ()
    assert len(ask(store, tmp_path, clearance=Secrecy.RESTRICTED).links) == 1


def test_what_is_not_there_is_said_so(store: Store, tmp_path: Path) -> None:
    load(store, source("one"), [site(900)], 1)
    assert entity(store, snapshot(store, tmp_path), "local:nothing").data is None


@pytest.mark.parametrize(
    "name", ["demo:org-selat-biru-holdings", "demo:material-latex-concentrate", "demo:incident-klang"]
)
def test_everything_said_is_cited_by_publisher_and_title(demo: Service, name: str) -> None:
    answer = api.ask.ask(demo, When(), Entity(id=name))
    assert answer.data is not None
    cited = {source.id: source for source in answer.evidence.cited}
    for said in answer.data.said:
        text = answer_text(answer, Words("en"))
        assert f"{cited[said.source].publisher}, {cited[said.source].title}" in " ".join(text.split())
        assert said.source not in text
