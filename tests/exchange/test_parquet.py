"""Parquet that is written is read back, cell by cell."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from arro3.io import read_parquet

from api.export import given
from api.service import Service, When
from graph.answer import Answer
from ontology.records import Polarity
from visualisation.exporters import exporters
from visualisation.words import Words


def tables(content: bytes) -> dict[str, list[dict[str, Any]]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        read = {
            name.removesuffix(".parquet"): read_parquet(io.BytesIO(archive.read(name))) for name in archive.namelist()
        }
    found = {}
    for name, reader in read.items():
        table = reader.read_all()
        columns = {column: table.column(column).to_pylist() for column in table.column_names}
        found[name] = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return found


def written(demo: Service, answer: Answer[Any] | None = None) -> bytes:
    return exporters().known["parquet"].write(given(demo, When(), Words("en"), answer))


def test_every_fact_of_the_demonstration_comes_back(demo: Service) -> None:
    content = written(demo)
    read, at = tables(content), demo.at(When())
    assert [(one["id"], one["type"], one["name"], tuple(one["keys"]), one["ghost"]) for one in read["entities"]] == [
        (one.id, one.type, one.name, one.keys, one.ghost) for one in demo.store.entities(at)
    ]
    facts: dict[str, list[Any]] = {"records": list(demo.store.records(at)), "links": list(demo.store.links(at))}
    for name, stored in facts.items():
        assert [one["id"] for one in read[name]] == [one.id for one in stored]
        for row, one in zip(read[name], stored, strict=True):
            assert json.loads(row["properties"]) == one.properties
            common = one.common
            assert (row["confidence"], row["valid_from"], row["valid_to"]) == (
                common.confidence, common.valid_from, common.valid_to,
            )  # fmt: skip
            assert (row["status"], row["denied"]) == (common.status.value, common.polarity is Polarity.DENIED)
    assert {one["id"] for one in read["sources"]} == set(demo.store.sources(at))
    about = {one["name"]: one["value"] for one in read["about"]}
    assert about["snapshot"] == demo.snapshot(When()).hash
    assert "Demonstration data" in about["demonstration"]
    assert content == written(demo), "the same bytes"
