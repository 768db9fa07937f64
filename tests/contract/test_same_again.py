"""Which load is the same again, which edition is newer, and whose a series is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph.sqlite import Store
from graph.store import Begun
from ontology.records import Mode, Source
from tests.contract.saying import company, day, load, names, source


def _said(store: Store, said: Source, *names: str, number: int = 0) -> Begun:
    """Load unless it is the same again; what ``begin`` said."""
    begun = store.begin(said, "test", "1", {}, day(number))
    if begun.published is None:
        store.add(begun.run, [company(f"local:{name}", name) for name in names])
        store.settle(begun.run, {})
        store.publish(begun.run, day(number))
    return begun


def test_the_same_bytes_are_loaded_again_where_another_load_of_the_series_shows_now(store: Store) -> None:
    first, second = source(sha="a" * 64), source(sha="b" * 64)
    _said(store, first, "A")
    assert _said(store, first, "A", number=1).published is not None
    _said(store, second, "B", number=2)
    assert names(store) == ["B"]
    assert _said(store, first, "A", number=3).published is None
    assert names(store) == ["A"]


def test_the_same_bytes_under_another_edition_are_another_load(store: Store) -> None:
    _said(store, source(sha="a" * 64), "A")
    assert _said(store, source(edition="2", sha="a" * 64), "A", number=1).published is None


def test_what_an_appendix_said_is_loaded_again_where_a_full_edition_has_taken_it_back(store: Store) -> None:
    appendix = replace(source(sha="a" * 64), mode=Mode.APPEND)
    _said(store, appendix, "A", "B")
    _said(store, source(sha="b" * 64), "A", number=1)
    assert names(store) == ["A"]
    assert _said(store, appendix, "A", "B", number=2).published is None
    assert names(store) == ["A", "B"]
    assert _said(store, appendix, "A", "B", number=3).published is not None


def test_an_older_edition_is_never_what_shows(store: Store) -> None:
    old = source(edition="1", sha="a" * 64)
    _said(store, source(edition="2", sha="b" * 64), "B")
    assert [_said(store, old, "A", number=n).published for n in (1, 2)] == [None, None]
    assert names(store) == ["B"]


def test_a_series_is_its_publishers_own(store: Store) -> None:
    one, other = source(sha="a" * 64), replace(source(sha="b" * 64), publisher="Another publisher")
    load(store, one, [company("local:1", "One")])
    load(store, other, [company("local:2", "Two")], 1)
    assert names(store) == ["One", "Two"]
    assert one.id != other.id


@pytest.mark.parametrize(("older", "newer"), [("v9", "v10"), ("2024-2", "2024-10"), ("2.9", "2.10"), ("1", "1.1")])
def test_editions_are_in_natural_order(store: Store, older: str, newer: str) -> None:
    load(store, source(edition=older), [company("local:1", "Old")])
    load(store, source(edition=newer), [company("local:2", "New")], 1)
    _, settled = load(store, source(edition=older), [company("local:3", "Late")], 2)
    assert settled.older_edition
    assert names(store) == ["New"]
