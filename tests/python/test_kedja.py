"""The Python package: each question a typed method, the same from a store and a server; tables, graph, picture."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import pytest

import kedja
from api.settings import Settings
from graph.questions.question import questions
from ontology.errors import StoreError
from tests.conftest import ROOT
from tests.serving import serving_here
from tools import surface

KALMAR, PLANT, CONTRACT = "se-orgnr:2321000073", "demo:site-klang-4", "demo:contract-gloves-kalmar"
RISK = "forced-labour"
NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def server(demo_settings: Settings) -> Iterator[kedja.Kedja]:
    with serving_here(demo_settings) as address, kedja.open(address) as asking:
        yield asking


@pytest.fixture(scope="module")
def store(demo_settings: Settings) -> Iterator[kedja.Kedja]:
    with kedja.open(demo_settings.store, valid_at="2026-11-01") as asking:
        yield asking


def test_there_is_a_method_for_each_question_as_it_is_declared() -> None:
    assert surface.FILE.read_text("utf-8") == surface.laid_out(), "run: python -m tools.surface"
    assert {one.name for one in surface.ours()} == set(questions())


# -- a store and a server give the same ----------------------------------------------------------------------------
@pytest.mark.parametrize("name", questions())
def test_a_server_answers_as_the_store_that_it_serves(store: kedja.Kedja, server: kedja.Kedja, name: str) -> None:
    params = questions()[name].params().values()
    given = {p.name: [p.example] if p.many else p.example for p in params if p.required}
    told, found = (asking.ask(name, **given).answer for asking in (server, store))
    assert told.model_dump_json() == found.model_dump_json()


def test_day_period_and_time_are_asked_for_alike(store: kedja.Kedja, server: kedja.Kedja) -> None:
    for clocks in (
        {"valid_at": "2025-01-01"}, {"valid_at": date(2025, 1, 1)}, {"during": ("2025-01-01", date(2026, 1, 1))},
        {"valid_at": "2026-11-01", "known_at": datetime(2026, 11, 3, tzinfo=UTC)},
    ):  # fmt: skip
        found = [asking.at(**clocks).exposure(KALMAR, RISK).answer for asking in (store, server)]
        assert found[0] == found[1]
    assert found[0] == store.exposure(KALMAR, RISK).answer


def test_lists_are_answered_alike(store: kedja.Kedja, server: kedja.Kedja) -> None:
    names = [KALMAR, "se-orgnr:5566778899", "demo:incident-klang", "all"]
    lines = [list(asking.each("exposure", names, risk=RISK)) for asking in (store, server)]
    assert lines[0] == lines[1]
    assert [line.outcome for line in lines[0]] == ["answered", "not_in_graph", "refused", "answered"]


def test_what_is_wrong_is_the_same_error_with_its_remedy(store: kedja.Kedja, server: kedja.Kedja) -> None:
    for asking in (store, server):
        with pytest.raises(kedja.NotInGraphError, match="not in the graph"):
            asking.exposure("no such thing", RISK)
        with pytest.raises(kedja.InputError, match="is not a risk type"):
            asking.exposure(KALMAR, "forced")
        with pytest.raises(kedja.InputError, match="members"):
            asking.ask("exposure", subject=KALMAR, risk=RISK, members=-1)
        with pytest.raises(kedja.InputError, match="Ask one of"):
            asking.ask("nothing")
        with pytest.raises(kedja.InputError, match="time zone"):
            asking.at(known_at=datetime(2026, 11, 1)).entity(KALMAR)  # noqa: DTZ001
    assert not store.exposure("se-orgnr:5566778899", RISK).known
    with kedja.open("http://127.0.0.1:9") as nobody, pytest.raises(StoreError, match="kedja serve"):
        nobody.entity(KALMAR)


def test_what_comes_in_pages_is_read_on(
    store: kedja.Kedja, server: kedja.Kedja, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = store.exposure("all", RISK, members=200).answer.data
    assert whole is not None
    monkeypatch.setattr("api.parts.MOST_ROWS", 30)
    for asking in (store, server):
        page: kedja.Result[Any] | None = asking.exposure("all", RISK, members=200)
        ids: list[str] = []
        while page is not None:
            ids += [one.contract.id for one in page.answer.data.members]
            page = page.next()
        assert ids == [one.contract.id for one in whole.members]
        assert len(ids) > 60


# -- tables, graph, picture ----------------------------------------------------------------------------------------
def test_frames_hold_the_rows_of_the_page_and_the_lists_of_the_answer(store: kedja.Kedja) -> None:
    answer = store.exposure(KALMAR, RISK)
    data = answer.answer.data
    assert data is not None
    shown, members = answer.frame(), answer.frame("members")
    assert list(shown["Contract"]) == [store_name(one.contract) for one in data.members]
    assert not shown.isna().any().any()  # what is not known is said in words
    assert list(members["contract.id"]) == [one.contract.id for one in data.members]
    assert members["unassessed"].dtype == "int64"
    table = answer.arrow("members")
    assert table.num_rows == len(data.members)
    assert pd.api.types.is_integer_dtype(members["steps"])
    assert hasattr(table, "__arrow_c_stream__")
    assert table.column("contract.id").to_pylist() == list(members["contract.id"])
    with pytest.raises(kedja.InputError, match="members"):
        answer.frame("nothing")
    assert list(store.search("region kalmar").frame().columns) == ["type", "name", "identifier", "what it is"]


def store_name(node: Any) -> str:
    return str(node.name)


def test_graph_and_picture_hold_what_the_answer_names(store: kedja.Kedja) -> None:
    pytest.importorskip("pyvis")
    trace = store.trace([CONTRACT], risk=RISK)
    data = trace.answer.data
    assert data is not None
    network = trace.network()
    assert isinstance(network, nx.MultiDiGraph)
    assert {node.node.id for node in data.nodes} <= set(network)
    assert len(trace.pyvis().nodes) >= 5
    with pytest.raises(kedja.InputError, match="has no"):
        store.search("region").network()


def test_a_notebook_shows_rows_what_is_not_known_and_as_of_when_and_no_markup_of_others(store: kedja.Kedja) -> None:
    answer = store.exposure(KALMAR, RISK)
    shown = answer._repr_html_()
    assert shown.count("<tr>") == 1 + len(answer.rows())
    assert answer.unknown
    assert all(sentence.split("<")[0][:20] in shown for sentence in answer.unknown)
    assert "2026-11-01" in shown
    hit = store.search("region kalmar")
    hit.answer.hits[0] = hit.answer.hits[0].model_copy(update={"name": "<script>x</script>", "name_sv": None})
    assert "<script>" not in hit._repr_html_()
    assert "&lt;script&gt;" in hit._repr_html_()
    assert "Vad vi inte vet" in store.at(valid_at="2026-11-01", lang="sv").exposure(KALMAR, RISK)._repr_html_()


def test_importing_it_reads_no_library_that_is_asked_for_later() -> None:
    heavy = "{'pandas', 'pyvis', 'networkx', 'fastapi', 'httpx2', 'numba', 'mcp'}"
    done = subprocess.run(
        [sys.executable, "-c", f"import kedja, sys; print(sorted({heavy} & set(sys.modules)))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"


# -- notebooks -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom(
    notebook: Path, demo_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEDJA_STORE", demo_settings.store)
    whole = json.loads(notebook.read_text("utf-8"))
    assert (whole["nbformat"], len({cell["id"] for cell in whole["cells"]})) == (4, len(whole["cells"]))
    names: dict[str, Any] = {}
    shown = []
    for cell in whole["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            body = ast.parse("".join(cell["source"]), str(notebook)).body
            last = body.pop() if isinstance(body[-1], ast.Expr) else None
            exec(compile(ast.Module(body, []), str(notebook), "exec"), names)
            if isinstance(last, ast.Expr):
                value = eval(compile(ast.Expression(last.value), str(notebook), "eval"), names)
                shown.append(value._repr_html_() if hasattr(value, "_repr_html_") else value)
    names["asking"].close()
    assert len(shown) >= 3
    assert all(shown)


def test_there_are_three_notebooks() -> None:
    assert len(NOTEBOOKS) == 3
