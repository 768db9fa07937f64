"""Worlds larger than any real one, synthetic, and every question that is declared asked of them as HTTP asks it, of
whatever it may be asked: run as a process of its own.

Usage: python -m tests.graph.big chain 200000
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path
from threading import Timer
from typing import Any

from api.ask import ask
from api.service import Service, When
from api.settings import Settings
from api.stores import open_store
from graph.budget import Budget, Why, within
from graph.questions.question import Question, questions
from ontology.errors import InputError, NotInGraphError, TimeLimitError
from ontology.records import Common, Link, Record, Ref
from tests.contract.saying import load, source
from tests.memory import forget_peak, peak

LIMIT = 10.0
"""Seconds that a question may take before it is to refuse."""
FORCED, MALAYSIA = "forced-labour", "iso3166-1:MY"
TYPES = {"s": "Step", "o": "Organisation", "c": "Contract", "f": "Site", "x": "Finding", "y": "RiskAssessment"}
STARTS = ("local:c", "local:s0000000", "local:f", "local:o0000000", "local:o-buyer", MALAYSIA)
"""A contract, the step where the chain begins, its site, its company, the buyer and a place."""


def ref(key: str) -> Ref:
    return Ref({"iso3166-1": "Place", "risk": "RiskType"}.get(key.partition(":")[0]) or TYPES[key[6]], key)


def thing(name: str, **facts: Any) -> Record:
    return Record(TYPES[name[0]], f"local:{name}", {"name": name, **facts})


def link(type: str, source: str, target: str, confidence: float | None = None) -> Link:
    one, other = (ref(name if ":" in name else f"local:{name}") for name in (source, target))
    return Link(type, one, other, common=Common(confidence=confidence))


def world(shape: str, n: int) -> Iterator[Record | Link]:
    """A *chain* of n steps to one contract, each run by a company that sells to the next; or a *hub* of n suppliers."""
    yield from (thing("o-supplier"), thing("o-buyer"), thing("c"), thing("f"))
    yield from (Record("Place", MALAYSIA, {"name": "Malaysia"}), Record("RiskType", f"risk:{FORCED}", {"name": FORCED}))
    yield from (link("HOLDS", "o-supplier", "c"), link("SERVES", "c", "o-buyer"), link("LOCATED_IN", "f", MALAYSIA))
    for number in range(n):
        step, company = f"s{number:07}", f"o{number:07}"
        yield from (thing(step), thing(company), link("RUNS", company, step))
        if number % 3 == 0:
            yield link("LOCATED_IN", step, MALAYSIA)
        if shape == "hub":
            yield from (link("DELIVERED_UNDER", step, "c"), link("HOLDS", company, "c"))
        elif number:
            yield link("SUPPLIES", f"s{number - 1:07}", step, 0.99 if number < 100 else 1.0)
            yield link("SELLS_TO", f"o{number - 1:07}", company)
    if shape == "chain":
        yield link("DELIVERED_UNDER", f"s{n - 1:07}", "c")
    yield link("PERFORMS", "f", "s0000000")
    said = (("x", "f", {"severity": 4}), ("y", MALAYSIA, {"severity": 3, "likelihood": 0.5}))
    for name, about, facts in said:
        yield from (thing(name, **facts), link("ABOUT", name, about), link("OF_TYPE", name, f"risk:{FORCED}"))


def asked(question: type[Question]) -> Iterator[Question]:
    """The question of each thing that it may be about; of a risk where it takes one."""
    given: dict[str, list[Any]] = {}
    for param in question.params().values():
        if param.names and (param.required or param.besides):
            given[param.name] = [(start,) if param.many else start for start in (*STARTS, *param.besides)]
        elif param.vocabulary:
            given[param.name] = [FORCED]
        elif param.required:
            given[param.name] = ["s00 malaysia"]
    for values in product(*given.values()):
        found = dict(zip(given, values, strict=True))
        named = [found[p.name] for p in question.params().values() if p.names and p.name in found]
        if len(named) < 2 or (named[0] != named[1] and {"local:c", ("local:c",)} & set(named)):
            yield question.of(found)


def main(shape: str, n: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        # In a process of its own: what it takes in memory is not what a question takes.
        subprocess.run([sys.executable, "-m", "tests.graph.big", shape, str(n), folder], check=True)
        with opened(folder) as service:
            when = service.standing(When())
            for question in questions().values():
                for one in asked(question):
                    tell(service, when, one)


def opened(folder: str) -> Service:
    return Service(Settings(f"sqlite:///{folder}/big.sqlite", Path(folder) / "cache"), valid_at=date(2026, 11, 1))


def make(shape: str, n: int, folder: str) -> None:
    """Load the world and freeze it."""
    with open_store(f"sqlite:///{folder}/big.sqlite", create=True) as store:
        load(store, source(), world(shape, n))
    with opened(folder) as service:
        service.snapshot(service.standing(When()))


def tell(service: Service, when: When, question: Question) -> None:
    forget_peak()  # what a question takes, beside what is kept of those before
    begun = time.monotonic()
    budget = Budget(LIMIT)
    timer = Timer(LIMIT, budget.stop, (Why.TIME,))  # compiled loops have no clock: a server tells them likewise
    timer.start()
    try:
        with within(budget):
            told = f"{len(ask(service, when, question).model_dump_json())} bytes"
    except TimeLimitError:
        told = "refused"
    except NotInGraphError:
        raise
    except InputError:  # it is not about such a thing
        return
    finally:
        timer.cancel()
        budget.end()
    most = peak() // 2**20
    given = " ".join(map(str, question.model_dump(exclude_defaults=True).values()))
    sys.stdout.write(f"{question.name} {given}\t{told}\t{time.monotonic() - begun:.1f} s\t{most} MB\n")
    sys.stdout.flush()


if __name__ == "__main__":
    shape, n, *folder = sys.argv[1:]
    if folder:
        make(shape, int(n), *folder)
    else:
        main(shape, int(n))
