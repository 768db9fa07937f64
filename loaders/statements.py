"""Remarks on what is said of risks, but counts in no figure: of no risk type, or about nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from loaders.base import Report
from ontology.records import Link, Polarity, Record
from ontology.roles import STATEMENTS


def remarked(items: Iterable[Record | Link], report: Report) -> Iterator[Record | Link]:
    """The items of a source; at its end, its statements of no risk type, or about nothing, are counted."""
    said: dict[str, bool] = {}
    typed: set[str] = set()
    scoped: set[str] = set()
    for item in items:
        if item.common.polarity is Polarity.ASSERTED:
            if isinstance(item, Record):
                if item.type in STATEMENTS:
                    said[item.key] = said.get(item.key, False) or "stage" in item.properties
            elif item.type == "OF_TYPE" and item.target.key.startswith("risk:"):
                typed.add(item.source.key)
            elif item.type == "ABOUT":
                scoped.add(item.source.key)
        yield item
    for name, missing in (
        ("of_no_risk", said.keys() - typed),
        ("about_nothing", {key for key, staged in said.items() if not staged} - scoped),
    ):
        if missing:
            report.notes[name] += len(missing)
