"""A snapshot that answers no more goes at once, without a search for cycles, which would hold up who asks."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from weakref import ref

import pytest

from graph.answer import Links
from graph.questions.lens import Lens
from graph.snapshot.arrays import I64
from graph.snapshot.view import Snapshot
from tests.graph.worlds import FORCED, World


@pytest.fixture
def no_search() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def asked() -> Snapshot:
    w = World()
    w.place("CN", country="CN")
    w.kind("cotton")
    w.org("company")
    w.site("site", at="CN", operator="company")
    w.step("pick", stage="cultivation", of="cotton", site="site", runs="company")
    s = w.snapshot()
    every: I64 = s.of_type("Step")
    Lens(s, FORCED, every).severity(None, Links.ITEM_GENERIC)
    _ = s.hash, s.scopes, s.places, s.kinds, s.pairs("RUNS")
    return s


@pytest.mark.usefixtures("no_search")
def test_what_was_worked_out_goes_with_the_snapshot() -> None:
    snapshot = asked()
    gone = ref(snapshot)
    snapshot.forget()
    del snapshot
    assert gone() is None


def test_who_still_reads_works_it_out_again() -> None:
    snapshot = asked()
    before = snapshot.hash, snapshot.pairs("RUNS").targets(*range(snapshot.n))
    snapshot.forget()
    assert (snapshot.hash, snapshot.pairs("RUNS").targets(*range(snapshot.n))) == before
