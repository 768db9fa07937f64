"""What it means here that FollowTheMoney tags somebody with a topic: a risk type, and how far it is established."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ontology.label import Label


@dataclass(frozen=True, slots=True)
class Topic:
    """What being called so means here."""

    risk_type: str
    standing: str
    name: Label


@cache
def topics() -> dict[str, Topic]:
    given = (files("ontology") / "ftm_topics.csv").read_text("utf-8")
    rows = csv.DictReader(given.splitlines())
    return {row["topic"]: Topic(row["risk_type"], row["standing"], Label(row["sv"], row["en"])) for row in rows}


def topic_of(name: str) -> Topic | None:
    """The topic, or the one that it is a kind of: ``crime.fraud`` is ``crime``. ``sanction.linked`` is none."""
    found = topics().get(name)
    return found or (topics().get("crime") if name.startswith("crime.") else None)


def topic_for(risk_type: str, standing: str | None, said: str) -> str | None:
    """The topic for what is found of somebody: of its risk type and standing, told apart by how the finding is worded.

    None where FollowTheMoney has no topic that says as much, and no more.
    """
    fitting = {name: one for name, one in topics().items() if (one.risk_type, one.standing) == (risk_type, standing)}
    worded = [name for name, one in fitting.items() if f": {one.name.en}" in said or f": {one.name.sv}" in said]
    if worded:
        return worded[0]
    return next(iter(fitting)) if len(fitting) == 1 else None
