"""A question is declared once, here or in another package, and found everywhere; all its skins show the same rows."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.export import exported
from api.settings import DEMO_VALID_AT, Settings
from graph.questions.question import Question, declared, questions
from tests.installed import Run, installed
from visualisation.sheets import sheets, stamp
from visualisation.tabled import ROWS
from visualisation.views import Sheet, views
from visualisation.words import LANGUAGES, Words

SVG = "http://www.w3.org/2000/svg"
ASKED = {name: question for name, question in questions().items() if name in exported()}


# -- a question of another package -------------------------------------------------------------------------------
@pytest.fixture
def other_package(tmp_path: Path, demo_settings: Settings) -> Run:
    """The question that docs/how-to/extend.md shows, one that takes a name of ours, and one that is not there."""
    run = installed(
        tmp_path,
        "our_questions",
        demo_settings.store,
        {"kedja.questions": "absent = our_questions.absent:X\ntaken = our_questions.taken:Trace"},
    )
    (tmp_path / "site" / "our_questions" / "taken.py").write_text(
        "from our_questions.suppliers import Suppliers\nclass Trace(Suppliers):\n    name = 'trace'\n"
    )
    return run


def test_a_question_of_another_package_is_a_command(other_package: Run) -> None:
    kedja = ("-m", "api.cli")
    listed = other_package(*kedja, "--help")
    assert re.search(r"^  suppliers +Who holds the contracts of a buyer\.$", listed.stdout, re.MULTILINE)
    assert "our_questions.absent:X of our-questions declares no question: ModuleNotFoundError" in listed.stderr
    assert "our_questions.taken:Trace of our-questions declares no question: there is another trace" in listed.stderr
    told = other_package(*kedja, "suppliers", "--help").stdout
    assert "--least" in told
    example = re.search(r"Example: kedja (.+)$", told, re.MULTILINE)
    assert example
    answer = other_package(*kedja, *example[1].split(), "--lang", "en")
    assert "Suppliers: Region Kalmar län" in answer.stdout, answer.stderr
    assert "Björkvik" in answer.stdout
    found = other_package(*kedja, *example[1].split(), "--least", "1000", "--json")
    assert json.loads(found.stdout)["data"]["suppliers"] == []
    refused = other_package(*kedja, *example[1].split(), "--least", "0")
    assert "--least" in refused.stderr


EVERYWHERE = """
import json, sys
from pathlib import Path
from fastapi.testclient import TestClient
from api.app import create_app
from api.settings import DEMO_VALID_AT, Settings
from tools.reference import PAGES
said = {}
with TestClient(create_app(Settings(sys.argv[1], Path(sys.argv[2])), valid_at=DEMO_VALID_AT, seconds=600),
                base_url="http://127.0.0.1") as client:
    said["openapi"] = client.get("/v1/openapi.json").json()["paths"]["/v1/suppliers"]["get"]
    for path in sys.argv[3:]:
        response = client.get(path, headers={"Accept": "text/html, */*;q=0.8"})
        said[path] = [response.status_code, response.text]
said["reference"] = PAGES["api.md"]() + PAGES["cli.md"]()
print(json.dumps(said))
"""


def test_a_question_of_another_package_is_in_the_api_the_pages_the_exports_and_the_reference(
    other_package: Run, demo_settings: Settings
) -> None:
    asked = "buyer=2321000073"
    paths = (
        f"/v1/suppliers?{asked}", f"/v1/suppliers?{asked}&leest=2", f"/v1/suppliers?{asked}&least=0",
        "/suppliers?lang=sv", f"/suppliers?{asked}&lang=en", f"/export/suppliers.csv?{asked}&lang=en",
        f"/export/suppliers.xlsx?{asked}", f"/export/suppliers.graphml?{asked}", f"/export/suppliers.ttl?{asked}",
        f"/export/suppliers.json?{asked}", f"/export/suppliers.html?{asked}",
    )  # fmt: skip
    done = other_package("-c", EVERYWHERE, demo_settings.store, str(demo_settings.cache), *paths)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    buyer = said["openapi"]["parameters"][0]
    assert (buyer["name"], buyer["required"], buyer["schema"]["examples"]) == ("buyer", True, ["se-orgnr:2321000073"])
    answer, near, low, form, page, table, *files = (said[path] for path in paths)
    suppliers = [row["node"]["name"] for row in json.loads(answer[1])["data"]["suppliers"]]
    assert suppliers
    assert (near[0], low[0]) == (422, 422)
    assert "Did you mean least?" in near[1]
    assert '<input name="buyer"' in form[1]
    assert "Vilka som håller en köpares avtal" in form[1]
    assert all(name in html.unescape(page[1]) for name in suppliers)
    assert "/export/suppliers.csv?buyer=2321000073" in page[1]
    assert [row["Supplier"] for row in csv.DictReader(io.StringIO(table[1].removeprefix("\ufeff")))] == suppliers
    assert [status for status, _ in files] == [200, 200, 200, 200, 422]
    assert "html is not a format of this export" in files[-1][1]
    assert "## GET /v1/suppliers" in said["reference"]
    assert "## kedja suppliers" in said["reference"]
    assert "| `/suppliers` | `buyer`, `least` | Who holds the contracts of a buyer. |" in said["reference"]
    (formats,) = re.findall(r"^\| `suppliers` \| (`.*`) \|$", said["reference"], re.MULTILINE)
    assert {"`csv`", "`graphml`", "`json`", "`ttl`", "`xlsx`"} <= set(formats.split(", "))


# -- every question ----------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def client(demo_settings: Settings) -> Iterator[TestClient]:
    with TestClient(
        create_app(demo_settings, valid_at=DEMO_VALID_AT, seconds=600), base_url="http://127.0.0.1"
    ) as client:
        yield client


def example_of(question: type[Question]) -> dict[str, str]:
    """The question's own examples of what it needs."""
    return {name: param.example for name, param in question.params().items() if param.required}


def test_a_form_speaks_the_readers_language_and_begins_with_the_pages_own_values(client: TestClient) -> None:
    form = client.get("/tier", params={"lang": "sv"}).text
    assert f'<option value="upstream" selected>{Words("sv")("direction.upstream")}</option>' in form
    assert '<option value="forced-labour" selected>Tvångsarbete</option>' in form
    assert re.search(r'name="max_nodes" type="number"[^>]* value="2000"', form)


def test_one_text_is_a_list_of_one_where_several_things_may_be_named() -> None:
    asked = questions()["paths"].of({"source": "a", "target": ["b", "c"]})
    assert asked.model_dump(include={"source", "target"}) == {"source": ("a",), "target": ("b", "c")}


def test_every_question_says_all_that_is_shown_of_it_in_both_languages() -> None:
    assert not declared().broken
    assert not views().broken
    for question in questions().values():
        labels = [question.title(), *(label for p in question.params().values() for label in (p.label, p.note))]
        assert all(label.sv and label.en for label in labels), question.name
        assert all(param.example for param in question.params().values() if param.required), question.name


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ASKED)
def test_page_csv_json_and_picture_of_a_question_have_the_same_rows(client: TestClient, name: str, lang: str) -> None:
    question = ASKED[name]
    asked = example_of(question) | {"lang": lang}
    files = {format: client.get(f"/export/{name}.{format}", params=asked) for format in exported()[name]}
    assert {file.status_code for file in files.values()} == {200}
    table = list(csv.reader(io.StringIO(files["csv"].content.decode("utf-8-sig"))))
    # JSON: what is read back from it gives the rows again.
    answer: Any = question.answers().model_validate_json(files["json"].content)
    main = sheets(answer, Words(lang))[0]
    assert main.rows
    assert [row[: len(main.header)] for row in table] == [
        list(main.header),
        *([_cell(value) for value in row] for row in main.rows),
    ]
    path = {"trace": "/tier", "sites": "/map", "entity": f"/entity/{asked.get('id')}"}.get(name, f"/{name}")
    shown = _text(client.get(path, params={key: value for key, value in asked.items() if key != "id"}).text)
    for row in main.rows:
        assert _flat(str(row[0] if name != "paths" else row[2])) in shown
    _the_picture_has_the_rows(files["svg"].content, name, main, answer, lang)
    if "html" in files:
        drawn = re.findall(r"<tr><th scope=\"row\">(?:<bdi>)?(.*?)<", files["html"].text)
        known = {_flat(node.name_sv if lang == "sv" and node.name_sv else node.name) for node in _nodes(answer)}
        assert drawn
        if name == "trace":
            assert [_flat(html.unescape(one)) for one in drawn] == [_flat(str(row[0])) for row in main.rows]
        assert known


DRAWN_BY = {"sites": 0, "heat": 2, "tiers": 2, "timeline": 2}
"""How many cells of a row a picture that is no table, and has no mark a row, says of each; a map counts its sites."""


def _the_picture_has_the_rows(made: bytes, name: str, main: Sheet, answer: Any, lang: str) -> None:
    """Every row of the main table is drawn, or said to be left out; with both clocks, and nothing that is a link."""
    svg = ET.fromstring(made)
    assert not [one for one in svg.iter() if {"href", "onclick"} & set(one.keys()) or one.tag.endswith("}a")]
    texts = [_flat("".join(one.itertext())) for one in svg.iter(f"{{{SVG}}}text")]
    whole = _flat(" ".join([*texts, *("".join(one.itertext()) for one in svg.iter(f"{{{SVG}}}title"))]))
    for _, value in stamp(answer, Words(lang)):
        assert _flat(value).replace(" ", "") in whole.replace(" ", "")
    tables = svg.findall(f".//{{{SVG}}}g[@class='table']")
    if tables:
        rows = [_flat("".join(row.itertext())) for row in tables[0].findall(f"{{{SVG}}}g[@class='row']")][1:]
        assert len(rows) == min(len(main.rows), ROWS)
        assert len(rows) == len(main.rows) or f"{ROWS} " in " ".join(texts)
        for row, text in zip(main.rows, rows, strict=False):
            assert _flat(str(row[0])).replace(" ", "") in text.replace(" ", "")
    elif name == "sites":
        marks = [(one.findall(f"{{{SVG}}}circle")[1], one) for one in svg.findall(f".//{{{SVG}}}svg/{{{SVG}}}g[@class]")
                 if one.get("transform")]  # fmt: skip
        alone = "9.0"
        shown = sum(1 if ring.get("r") == alone else int(one.findtext(f"{{{SVG}}}text") or 0) for ring, one in marks)
        assert 0 < shown <= len(main.rows)
        assert Words(lang)("timeline.shown", shown=shown, total=len(main.rows)) in texts
    else:
        for row in main.rows if name in ("trace", *DRAWN_BY) else ():
            for cell in row[: DRAWN_BY.get(name, 1)]:
                assert _flat(str(cell)).replace(" ", "") in whole.replace(" ", ""), cell


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else value.isoformat() if hasattr(value, "isoformat") else repr(value)


def _flat(text: str) -> str:
    return " ".join(text.split())


def _text(page: str) -> str:
    return _flat(html.unescape(re.sub(r"<[^>]+>", " ", page)))


def _nodes(answer: Any) -> list[Any]:
    return [getattr(node, "node", node) for node in answer.data.nodes]
