"""What others say of the same records: Splink, nomenklatura, rapidfuzz alone, each as it comes.

They are no dependencies of Kedja: ``pip install splink nomenklatura`` into its environment to measure them, which needs
the headers of ICU. One that is not there is not measured, and the page says so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from rapidfuzz import fuzz

from benchmarks.matching.made import Labelled
from benchmarks.matching.sets import Labels, Pair
from graph.matching.blocking import candidates
from graph.matching.model import match
from graph.searching import core_name

Scores = dict[Pair, float]


@dataclass(frozen=True, slots=True)
class Peer:
    """``threshold`` is its own: what it calls a match unless told otherwise. ``packages`` are what it needs."""

    name: str
    threshold: float
    packages: tuple[str, ...]
    records: Callable[[Labels], Scores]
    pairs: Callable[[Sequence[tuple[Labelled, Labelled]]], list[float]] | None = None

    def version(self) -> str | None:
        """Of its packages; None: they are not there."""
        try:
            return ", ".join(f"{package} {version(package)}" for package in self.packages)
        except PackageNotFoundError:
            return None


def candidate_pairs(labels: Labels) -> list[Pair]:
    return [(int(a), int(b)) for batch in candidates(labels.things, labels.rarity) for a, b in batch]


# -- ours -------------------------------------------------------------------------------------------------------
def ours(labels: Labels) -> Scores:
    of = labels.things
    return {(a, b): match(of[a], of[b], labels.rarity).probability for a, b in candidate_pairs(labels)}


def our_pairs(pairs: Sequence[tuple[Labelled, Labelled]]) -> list[float]:
    found = []
    for pair in pairs:
        labels = Labels.of("pair", pair)
        known = len(labels.things) == 2
        found.append(match(labels.things[0], labels.things[1], labels.rarity).probability if known else 0.0)
    return found


# -- rapidfuzz --------------------------------------------------------------------------------------------------
def _alike(a: str, b: str) -> float:
    return fuzz.token_sort_ratio(core_name(a), core_name(b)) / 100


def rapidfuzz_records(labels: Labels) -> Scores:
    names = [one.name for one in labels.records]
    return {(a, b): _alike(names[a], names[b]) for a, b in candidate_pairs(labels)}


def rapidfuzz_pairs(pairs: Sequence[tuple[Labelled, Labelled]]) -> list[float]:
    return [_alike(a.name, b.name) for a, b in pairs]


# -- nomenklatura -----------------------------------------------------------------------------------------------
def _entity(one: Labelled, id_: str) -> Any:
    from followthemoney import model  # type: ignore[import-not-found,unused-ignore]

    schemes = {"lei": "leiCode", "se-orgnr": "registrationNumber", "gb-coh": "registrationNumber"}
    numbers: dict[str, list[str]] = {}
    for key in one.keys:
        scheme, _, value = key.partition(":")
        if scheme in schemes:
            numbers.setdefault(schemes[scheme], []).append(value)
    properties = {
        "name": [one.name, *filter(None, [one.also])],
        "country": [one.country.lower()] if one.country else [],
        "address": [one.address] if one.address else [],
        **numbers,
    }
    return model.get_proxy({"id": id_, "schema": "Company", "properties": properties})


def nomenklatura_pairs(pairs: Sequence[tuple[Labelled, Labelled]]) -> list[float]:
    """The better of both directions: it asks a question of a record, and what the record lacks costs more than what
    the question lacks. Every entity has an id of its own, since names are remembered by id."""
    from nomenklatura.matching import LogicV2  # type: ignore[import-not-found,unused-ignore]

    config = LogicV2.default_config()
    found = []
    for place, (a, b) in enumerate(pairs):
        x, y = _entity(a, f"a{place}"), _entity(b, f"b{place}")
        found.append(max(float(LogicV2.compare(x, y, config).score), float(LogicV2.compare(y, x, config).score)))
    return found


def nomenklatura_records(labels: Labels) -> Scores:
    from nomenklatura.matching import LogicV2

    config = LogicV2.default_config()
    of = [_entity(one, f"{labels.title} {place}") for place, one in enumerate(labels.records)]
    return {
        (a, b): max(float(LogicV2.compare(x, y, config).score) for x, y in ((of[a], of[b]), (of[b], of[a])))
        for a, b in candidate_pairs(labels)
    }


# -- Splink -----------------------------------------------------------------------------------------------------
def splink_records(labels: Labels) -> Scores:
    """Its comparisons with their own thresholds on name, country and address and exact ones on identifiers, its own
    training by expectation maximisation, blocked as its documentation does: on parts of the name, on the address."""
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]
    import splink.comparison_library as cl  # type: ignore[import-not-found,unused-ignore]
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on  # type: ignore[import-not-found,unused-ignore]

    logging.getLogger("splink").setLevel(logging.ERROR)
    frame = pd.DataFrame([_row(place, one) for place, one in enumerate(labels.records)])
    filled = [column for column in frame if frame[column].notna().any()]
    frame = frame[filled].astype({column: "string" for column in filled if column != "unique_id"})
    comparisons = {
        "name": cl.NameComparison("name"),
        "country": cl.ExactMatch("country"),
        "address": cl.LevenshteinAtThresholds("address"),
        "number": cl.ExactMatch("number"),
        "lei": cl.ExactMatch("lei"),
    }
    rules = ["substr(name, 1, 5)", "substr(name, -8)", *(c for c in ("address", "number", "lei") if c in filled)]
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[comparison for column, comparison in comparisons.items() if column in filled],
        blocking_rules_to_generate_predictions=[block_on(rule) for rule in rules],
    )
    database = DuckDBAPI()
    linker = Linker(database.register(frame, dataset_display_name="records"), settings)
    sure = [block_on(column) for column in ("name", "lei", "number") if column in filled]
    linker.training.estimate_probability_two_random_records_match(sure, recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for column in ("name", "address", "substr(name, 1, 5)"):
        if column in filled or "(" in column:
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(column))
    rows = linker.inference.predict().as_pandas_dataframe()
    return {
        (min(int(a), int(b)), max(int(a), int(b))): float(p)
        for a, b, p in zip(rows["unique_id_l"], rows["unique_id_r"], rows["match_probability"], strict=True)
    }


def _row(place: int, one: Labelled) -> dict[str, Any]:
    numbers = {key.partition(":")[0]: key.partition(":")[2] for key in one.keys}
    return {
        "unique_id": place,
        "name": core_name(one.name),
        "country": one.country or None,
        "address": one.address.casefold() or None,
        "lei": numbers.get("lei"),
        "number": numbers.get("se-orgnr") or numbers.get("gb-coh"),
    }


PEERS = (
    Peer("Kedja", 0.5, ("rapidfuzz",), ours, our_pairs),
    Peer("rapidfuzz alone (sorted words of the name)", 0.9, ("rapidfuzz",), rapidfuzz_records, rapidfuzz_pairs),
    Peer("nomenklatura LogicV2", 0.7, ("nomenklatura",), nomenklatura_records, nomenklatura_pairs),
    Peer("Splink", 0.5, ("splink",), splink_records),
)


def best(scores: Scores, truth: set[Pair]) -> tuple[float, float]:
    """(threshold, F1) where F1 is highest: what a peer could do if somebody knew the labels."""
    found = (0.0, 0.0)
    right, total = 0, len(truth)
    for told, (pair, score) in enumerate(sorted(scores.items(), key=lambda item: -item[1]), start=1):
        right += pair in truth
        found = max(found, (2 * right / (told + total), score))
    return found[1], found[0]


def chosen(words: Iterable[str]) -> list[Peer]:
    wanted = [word.lower() for word in words]
    return [peer for peer in PEERS if not wanted or any(word in peer.name.lower() for word in wanted)]
