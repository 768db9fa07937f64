"""Vocabularies and reference data: ids are stable, labels in both languages, references resolve, sources are named."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pycountry
import pytest

from ontology.method import method
from ontology.model import LINKS, NODES
from ontology.values import SCHEMES, make_key, parse_key
from ontology.vocabulary import table, vocabulary, vocabulary_names

REFERENCE = Path(str(files("loaders"))) / "reference"


def rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def kinds_and_places() -> Iterator[str]:
    yield from (row["key"] for row in rows("kinds"))
    yield from (row["key"] for row in rows("places"))
    yield from (f"own:{category}" for category in vocabulary("categories").terms)


@pytest.mark.parametrize("name", vocabulary_names())
def test_every_term_has_labels_definitions_a_source_and_a_broader_term_that_exists(name: str) -> None:
    terms = vocabulary(name)
    assert terms.terms
    for term in terms.terms.values():
        assert all((*term.label, *term.definition, term.source)), term.id
        assert term.broader is None or term.broader in terms
    orders = [term.order for term in terms.terms.values()]
    assert orders == sorted(set(orders))


def test_every_vocabulary_that_a_property_names_exists() -> None:
    properties = [p for node in NODES.values() for p in node.properties.values()]
    properties += [p for link in LINKS.values() for p in link.properties.values()]
    named = {p.vocabulary for p in properties if p.vocabulary}
    assert named <= set(vocabulary_names())


def test_there_are_ten_core_conventions_eleven_indicators_six_severe_deviations_and_seven_requirements() -> None:
    counts = {
        name: len(vocabulary(name).terms)
        for name in (
            "ilo-core-conventions",
            "ilo-forced-labour-indicators",
            "severe-deviations",
            "process-requirements",
            "regions",
            "areas",
        )
    }
    assert list(counts.values()) == [10, 11, 6, 7, 21, 8]


def test_conventions_and_deviations_cite_risk_types() -> None:
    for name in ("ilo-core-conventions", "severe-deviations"):
        for term in vocabulary(name).terms.values():
            assert term.extra["risk_type"] in vocabulary("risk-types")


def test_every_region_is_real_has_a_valid_number_and_belongs_to_one_area() -> None:
    regions = vocabulary("regions")
    for term in regions.terms.values():
        assert pycountry.subdivisions.get(code=term.id) is not None  # type: ignore[no-untyped-call]
        assert make_key("se-orgnr", term.extra["orgnr"])
    members = [row["region"] for row in table("areas-regions")]
    assert sorted(members) == sorted(regions.terms)
    assert {row["area"] for row in table("areas-regions")} == set(vocabulary("areas").terms)
    assert {row["category"] for row in table("areas-categories")} <= set(vocabulary("categories").terms)


def test_the_method_gives_every_level_a_meaning_and_insufficient_information_none() -> None:
    levels = method().levels
    for level, term in vocabulary("levels").terms.items():
        row = levels[level]
        assert row.unknown == (term.extra["known"] == "no")
        assert (row.severity is None) == row.unknown
        assert (row.likelihood is None) == row.unknown


def test_every_key_of_the_reference_data_is_in_normal_form_and_described() -> None:
    known = set(kinds_and_places())
    for key in known:
        assert parse_key(key) == key
    for name, columns in (
        ("uhm-matrices", ["kind"]),
        ("dfo", ["kind"]),
        ("dol-goods", ["kind", "place"]),
        ("assessments", ["kind", "place"]),
        ("findings", ["kind", "place"]),
        ("generic-steps", ["kind", "place"]),
        ("recipes", ["whole", "part"]),
        ("places", ["part_of"]),
    ):
        for row in rows(name):
            for column in columns:
                assert {key for key in row[column].split(";") if key} <= known, row


def test_every_row_of_the_reference_data_names_a_source_that_is_listed() -> None:
    sources = {row["id"] for row in rows("sources")}
    assert all(row["title"] and row["publisher"] and row["url"] for row in rows("sources"))
    for path in REFERENCE.glob("*.csv"):
        named = rows(path.stem)
        if "source" in named[0]:
            assert {row["source"] for row in named} <= sources, path.name


def test_reference_rows_use_the_vocabularies() -> None:
    for name in ("uhm-matrices", "dfo", "dol-goods", "assessments", "findings"):
        for row in rows(name):
            assert row["risk"] in vocabulary("risk-types"), row
            assert not row["stage"] or row["stage"] in vocabulary("chain-stages")
            assert not row.get("level") or row["level"] in vocabulary("levels")
            assert not row.get("standing") or row["standing"] in vocabulary("standings")
    for row in rows("generic-steps"):
        assert row["stage"] in vocabulary("chain-stages")


def test_the_uhm_matrices_are_twelve_categories_by_three_stages_by_four_areas() -> None:
    cells = {(row["source"], row["stage"], row["risk"]) for row in rows("uhm-matrices")}
    assert len(cells) == len(rows("uhm-matrices")) == 12 * 3 * 4


def test_generic_links_join_generic_steps() -> None:
    steps = {row["id"] for row in rows("generic-steps")}
    assert all({row["from"], row["to"]} <= steps for row in rows("generic-links"))


def test_matches_are_reviewed_and_their_cpv_codes_exist(kedja_data: Path) -> None:
    import gzip
    import re

    text = gzip.decompress((kedja_data / "eforms-codelists-sv" / "code_en.xml.gz").read_bytes()).decode()
    codes = {f"cpv:{code}" for code in re.findall(r'cpv\.(\d{8})"', text)}
    known = codes | set(kinds_and_places())
    for row in rows("matches"):
        assert {row["from"], row["to"]} <= known, row
        assert row["relation"] in ("exact", "broader", "narrower")
        assert row["reviewer"]
        assert row["reviewed"]
        assert 0 < float(row["confidence"]) <= 1


def test_every_scheme_reads_its_own_example() -> None:
    for scheme in SCHEMES.values():
        assert make_key(scheme.name, scheme.example) == f"{scheme.name}:{scheme.example}"
