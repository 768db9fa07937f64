"""What only its key is known of is named by what the key stands for."""

from __future__ import annotations

import pytest

from graph.data import Node
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
        ("en", "Organisation", "se-orgnr:2321000131", "se-orgnr:2321000131"),
    ],
)
def test_a_thing_with_only_a_key_is_named_by_what_the_key_stands_for(lang: str, type: str, key: str, name: str) -> None:
    assert node_name(_ghost(type, key), Words(lang)) == name


@pytest.mark.parametrize(("lang", "label"), [("en", "Very severe"), ("sv", "Mycket allvarlig")])
def test_a_severity_that_is_said_reads_as_its_level(lang: str, label: str) -> None:
    assert Words(lang).said("RiskAssessment", "severity", 4) == label
