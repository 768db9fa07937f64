"""What only its key is known of is named by what the key stands for."""

from __future__ import annotations

import json

import pytest

from api.problems import of_error
from graph.data import Node
from graph.questions.found import Named
from ontology.errors import AmbiguousError
from visualisation.hits import found_name
from visualisation.page import Page
from visualisation.pages import render_problem
from visualisation.svg import node_name
from visualisation.words import Words


def _ghost(type: str, key: str) -> Node:
    return Node(id="e1", type=type, name=key, name_sv=None, keys=(key,), ghost=True)


@pytest.mark.parametrize(
    ("lang", "type", "key", "name"),
    [
        ("sv", "Place", "iso3166-1:SE", "Sverige (iso3166-1:SE)"),
        ("en", "Place", "iso3166-1:TH", "Thailand (iso3166-1:TH)"),
        ("en", "Risk", "risk:forced-labour", "Forced labour (risk:forced-labour)"),
        ("sv", "Place", "iso3166-2:CN-XJ", "Xinjiang Uygur Zizhiqu (iso3166-2:CN-XJ)"),
        ("sv", "Organisation", "area:F", "Upphandlingsregion F (area:F)"),
        ("en", "Category", "own:surgical-instruments", "Surgical instruments (own:surgical-instruments)"),
        ("en", "Organisation", "se-orgnr:2321000131", "se-orgnr:2321000131"),
    ],
)
def test_a_thing_with_only_a_key_is_named_by_what_the_key_stands_for(lang: str, type: str, key: str, name: str) -> None:
    assert node_name(_ghost(type, key), Words(lang)) == name


@pytest.mark.parametrize(("lang", "label"), [("en", "Very severe"), ("sv", "Mycket allvarlig")])
def test_a_severity_that_is_said_reads_as_its_level(lang: str, label: str) -> None:
    assert Words(lang).said("RiskAssessment", "severity", 4) == label


@pytest.mark.parametrize(
    ("lang", "name", "value", "label"),
    [
        ("sv", "scheme", "own", "egen kategori"), ("en", "scheme", "own", "own category"),
        ("en", "scheme", "UHM", "UHM"),
        ("sv", "currency", "SEK", "svensk krona (SEK)"), ("en", "currency", "NOK", "Norwegian Krone (NOK)"),
    ],
)  # fmt: skip
def test_a_scheme_and_a_currency_are_named(lang: str, name: str, value: str, label: str) -> None:
    assert Words(lang).said("Category" if name == "scheme" else "Contract", name, value) == label


def test_the_candidates_of_a_name_that_fits_several_are_named() -> None:
    body = json.loads(
        bytes(of_error(AmbiguousError("“THA” fits several.", [("e1", "iso3166-1:TH"), ("e2", "THA")])).body)
    )
    assert [item["name"] for item in body["candidates"]] == ["Thailand", "THA"]
    page = render_problem(409, "ambiguous", "", Page("sv", "/", ()), candidates=[("e1", "iso3166-1:SE")])
    assert "Sverige" in page
    risk = Named(id="e", type="RiskType", name="risk:forced-labour", keys=("risk:forced-labour",))
    assert found_name(risk, Words("sv")) == "Tvångsarbete"
