"""What each format's loader says of a sample passes the shapes that the ontology declares."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pyshacl import validate

from api.export import given
from api.service import Service, When
from api.settings import Settings
from graph.sqlite import open as open_store
from loaders.base import load
from loaders.each import load_each
from loaders.gleif.files import Kind
from loaders.registry import formats
from ontology.formats.shacl import shapes_graph
from tests.conftest import ROOT
from tests.contract.saying import START
from tests.loaders import bods_made, gleif_made
from tests.loaders.test_ftm import entity, owns
from visualisation.rdf import graph_as_rdf
from visualisation.words import Words

DATA = ROOT / "tests" / "data"
Sample = Callable[[Path], Path]


def at(*parts: str) -> Sample:
    """A sample of our own."""
    return lambda _: DATA.joinpath(*parts)


def gleif(folder: Path) -> Path:
    path = folder / "rr.xml"
    path.write_text(gleif_made.xml(Kind.RELATION, [gleif_made.relation()]))
    return path


def bods(folder: Path) -> Path:
    said = [bods_made.company("a"), bods_made.company("b"), bods_made.person("p")]
    said += [bods_made.holds("a", "b", bods_made.shares(60)), bods_made.holds("p", "a", bods_made.shares(100))]
    path = folder / "bods.json"
    path.write_text(json.dumps(said))
    return path


def packaged(_: Path) -> Path:
    path = formats().known["crosswalk"].default_path()
    assert path is not None
    return path


def ftm(folder: Path) -> Path:
    path = folder / "lines.ftm.json"
    said = [entity("a", topics="sanction"), entity("b"), owns("a", "b", percentage="51")]
    path.write_text("\n".join(map(json.dumps, said)))
    return path


SAMPLES: Mapping[str, Sample] = {
    "bods": bods,
    "cpv": at("cpv"),
    "crosswalk": packaged,
    "dol": at("dol", "goods.xml"),
    "eforms": at("eforms", "award.xml"),
    "epcis": at("epcis", "events.jsonld"),
    "ftm": ftm,
    "gleif": gleif,
    "ocds": at("ocds", "releases.json"),
    "osh": at("osh", "facilities.csv"),
    "sc-dex": at("scdex", "document.json"),
    "sie": at("sie", "2025.se"),
    "swedish-procurement": at("se-procurement"),
    "table": at("lists", "us-wro.csv"),
    "untp": at("untp"),
    "workbook": at("workbook"),
}
OPTIONS: Mapping[str, Mapping[str, str]] = {"table": {"map": "us-wro"}}
WITHOUT = {"reference"}
"""It is part of the demonstration, whose graph ``tests/visualisation/test_rdf.py`` holds to the shapes."""


def test_every_format_of_files_has_a_sample() -> None:
    files = {kind for kind, format in formats().known.items() if not format.addresses}
    assert files == {*SAMPLES, *WITHOUT}


@pytest.mark.parametrize("kind", SAMPLES)
def test_what_a_loader_says_passes_the_shapes(kind: str, tmp_path: Path) -> None:
    format, path = formats().known[kind], SAMPLES[kind](tmp_path)
    loader, given_to = format.make(), OPTIONS.get(kind, {})
    options = {one.name: str(one.path(given_to[one.name], path)) for one in format.options if one.name in given_to}
    store = open_store(tmp_path / "k.kedja")

    def one(file: Path) -> object:
        return load(store, loader, file, now=START, options=options)

    if format.each_file and path.is_dir():
        load_each(loader, path, options, one)  # type: ignore[arg-type]
    else:
        one(path)
    store.close()
    with Service(Settings(f"sqlite:///{tmp_path / 'k.kedja'}", tmp_path / "snapshots")) as service:
        graph = graph_as_rdf(given(service, When(), Words("en")))
    assert len(graph) > 20
    conforms, _, text = validate(graph, shacl_graph=shapes_graph())
    assert conforms, text
