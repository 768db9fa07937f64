"""The command line, as a newcomer types it."""

from __future__ import annotations

import asyncio
import json
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from shutil import copy
from typing import Any

import networkx as nx
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from rdflib import Graph
from typer.testing import CliRunner

import graph.sqlite
from api.cli import app
from api.commands.serve import bind
from api.names import read_names
from api.settings import Settings
from ontology.errors import KedjaError
from tests.conftest import ROOT
from tests.contract.saying import company, load, owns, source
from tests.serving import in_a_loop
from visualisation.words import Words

Kedja = Callable[..., Any]
AT = ("--valid-at", "2026-11-01")


@pytest.fixture
def kedja(demo_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kedja:
    """Run a command on the demonstration, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEDJA_STORE", demo_settings.store)
    return lambda *arguments: CliRunner().invoke(app, arguments)


def refused(result: Any) -> KedjaError:
    assert isinstance(result.exception, KedjaError), result.output
    return result.exception


def test_search_prints_lines_that_a_program_can_cut(kedja: Kedja) -> None:
    result = kedja("search", "Selat Biru Plant", "--type", "Site")
    *cells, what = result.stdout.splitlines()[0].split("\t")
    assert cells == ["Site", "Selat Biru Plant 4", "demo:site-klang-4"]
    assert what.startswith("Malaysia · kind: ")
    assert what.endswith("belongs to: Selat Biru Glove Sdn. Bhd.")


def test_search_finds_gloves_made_in_a_country(kedja: Kedja) -> None:
    found = json.loads(kedja("search", "handskar malaysia", "--json").stdout)
    sites = [hit for hit in found if hit["type"] == "Site"]
    assert {hit["name"] for hit in sites} == {"Selat Biru Plant 4", "Bukit Embun Factory 2"}
    assert {hit["country"] for hit in sites} == {"MY"}


def test_a_search_that_finds_nothing_says_that_this_says_nothing(kedja: Kedja) -> None:
    result = kedja("search", "zzyzx")
    assert result.exit_code == 1
    assert "says nothing of its risks" in result.output


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("exposure", "Region Kalmar län", "--risk", "forced-labor"), "forced-labour"),
        (("trace", "Nobody At All"), "kedja search"),
        (("trace", "Region Kalmar län", "--valid-at", "today"), "YYYY-MM-DD"),
        (("trace", "Region Kalmar län", "--during", "2026-02-01/2026-01-01"), "FROM/TO"),
        (("trace", "Region Kalmar län", "--valid-at", "20261129"), "YYYY-MM-DD"),
        (("trace", "Region Kalmar län", "--valid-at", "2026-W48-7"), "YYYY-MM-DD"),
        (("trace", "Region Kalmar län", "--during", "20260101/20260201"), "YYYY-MM-DD"),
        (("trace", "Region Kalmar län", "--known-at", "20261129"), "2026-11-01T12:00"),
        (("trace", "Region Kalmar län", "--clearance", "secret"), "restricted"),
        (("search", "x", "--type", "Factory"), "Site"),
        (("affected",), "--names"),
        (("export", "weather", "x"), "trace"),
        (("export", "trace", "Region Kalmar län", "--format", "doc"), "graphml"),
        (("ontology", "--format", "xml"), "shacl"),
        (("exposure", "Region Kalmar län", "--lang", "fi"), "sv"),
        (("runs", "--store", "postgres://x"), "sqlite:///"),
        (("runs", "--store", "sqlite:///missing.sqlite"), "kedja load"),
    ],
)
def test_an_error_names_the_remedy(kedja: Kedja, arguments: tuple[str, ...], hint: str) -> None:
    error = refused(kedja(*arguments))
    assert hint in f"{error.message} {error.remedy}"


def test_the_command_prints_an_error_in_two_lines_and_exits_with_2(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "api.cli", "runs", "--store", f"sqlite:///{tmp_path}/none.sqlite"],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("kedja: There is no store")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_an_exposure_in_words_says_figures_path_weakest_link_the_unknown_and_whom_to_ask(
    kedja: Kedja, lang: str
) -> None:
    text = kedja("exposure", "se-orgnr:2321000073", "--risk", "forced-labour", "--lang", lang, *AT).stdout
    words = {
        "en": ("Demonstration data", "Very severe", "weakest link", "not assessed", "Björkvik Vårdgrossist AB"),
        "sv": ("Demonstrationsdata", "Mycket allvarlig", "svagaste länk", "ej bedömd", "Björkvik Vårdgrossist AB"),
    }[lang]
    for word in words:
        assert word in text
    assert "2026-11-01" in text


def test_a_template_is_filled_in_loaded_and_asked_about(kedja: Kedja, tmp_path: Path) -> None:
    assert kedja("template", "--csv", "mine", "--lang", "en").exit_code == 0
    folder = tmp_path / "mine"
    source = "field,value\nseries,mine\nedition,1\ntitle,My data\npublisher,Me\n"
    (folder / "source.csv").write_text(source, "utf-8")
    (folder / "sites.csv").write_text("id,name,located in\nF1,My factory,iso3166-1:MY\nF2,,\n", "utf-8")
    (folder / "steps.csv").write_text(
        "id,name,stage,performs\nS1,My step,final manufacture,F1\nS2,Bad,nowhere,\n", "utf-8"
    )
    store = f"sqlite:///{tmp_path}/mine.sqlite"
    result = kedja("load", "workbook", "mine", "--store", store, "--rejects", "bad.csv", "--lang", "en")
    assert result.exit_code == 0, result.output
    rows = [line.split(",") for line in (tmp_path / "bad.csv").read_text("utf-8-sig").splitlines()]
    assert {row[1] for row in rows[1:]} == {"sites", "steps"}
    assert "nowhere" in (tmp_path / "bad.csv").read_text("utf-8-sig")
    found = json.loads(kedja("search", "My factory", "--store", store, "--json").stdout)
    assert found[0]["type"] == "Site"
    again = kedja("load", "workbook", "mine", "--store", store, "--lang", "en")
    assert "nothing changed" in again.output


def test_a_file_of_a_folder_that_cannot_be_read_is_named_and_the_others_are_loaded(
    kedja: Kedja, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    for name, text in {
        "source": "field,value\nseries,mine\nedition,1\ntitle,My data\npublisher,Me\n",
        "sites": "id,name\nF1,My factory\n",
        "steps": "id,name\nS1,My step\n",
    }.items():
        (tmp_path / "mine" / f"{name}.csv").write_text(text, "utf-8")
    own = ("--store", f"sqlite:///{tmp_path}/mine.sqlite", "--lang", "sv")
    assert kedja("load", "workbook", "mine", *own).exit_code == 0
    (tmp_path / "mine" / "sites.csv").write_text("nothing\n1\n", "utf-8")
    (tmp_path / "mine" / "steps.csv").write_text("id,name\nS1,My other step\n", "utf-8")
    result = kedja("load", "workbook", "mine", *own)
    assert result.exit_code == 2, result.output
    assert "sites.csv" in result.output
    assert "Kvar från den förra utgåvan" in result.output
    assert "1 i Anläggningar" in result.output
    assert kedja("search", "My factory", *own[:2]).exit_code == 0
    assert "kept=1" in kedja("runs", *own[:2]).stdout


def test_a_folder_of_several_formats_is_loaded_file_by_file_and_what_is_of_none_is_named(
    kedja: Kedja, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    data = ROOT / "tests" / "data"
    for file in ("ftm/entities.ftm.json", "osh/facilities.csv", "dol/goods.xml", "sie/2025.se"):
        copy(data / file, tmp_path / "in")
    (tmp_path / "in" / "README.md").write_text("What these are.")
    store = f"sqlite:///{tmp_path / 'own.kedja'}"
    first = kedja("load", "in", "--store", store, "--edition", "2026-01")
    assert [line.partition(":")[0] for line in first.stderr.splitlines() if "accepted" in line] == [
        "goods.xml", "entities.ftm.json", "facilities.csv", "2025.se",
    ]  # fmt: skip
    assert "of no format that Kedja recognises: README.md" in first.stderr
    assert first.exit_code == 2
    assert (tmp_path / "goods.xml.rejects.csv").is_file()
    again = kedja("load", "in", "--store", store, "--edition", "2026-01")
    assert again.stderr.count("already loaded") == 4


def test_a_file_whose_kind_is_found_takes_the_options_of_its_format_and_no_others(kedja: Kedja, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("country,name,address,sector\nMY,Plant,1 Jalan,Gloves\n")
    store = ("--store", f"sqlite:///{tmp_path / 'own.kedja'}")
    bare = refused(kedja("load", "list.csv", *store))
    assert "give --publisher, --series, --title" in str(bare)
    assert "table takes no --mode" in str(refused(kedja("load", "list.csv", *store, "--mode", "full")))
    told = kedja("load", "list.csv", *store, "--publisher", "A buyer", "--series", "sites", "--title", "Sites")
    assert (told.exit_code, "1 rows, 1 accepted" in told.stderr) == (0, True)


def test_a_file_that_is_no_workbook_is_refused_and_nothing_is_stored(kedja: Kedja, tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"not a workbook")
    store = f"sqlite:///{tmp_path}/mine.sqlite"
    error = refused(kedja("load", "workbook", "x.xlsx", "--store", store))
    assert "x.xlsx" in error.message
    assert error.remedy
    assert json.loads(kedja("runs", "--store", store, "--json").stdout) == []


def test_runs_and_doctor(kedja: Kedja) -> None:
    runs = json.loads(kedja("runs", "--json").stdout)
    assert [run["publication"]["number"] for run in runs] == [3, 2, 1]
    result = kedja("doctor")
    assert result.exit_code == 0
    assert "All is well." in result.stdout


def test_names_shows_proposals_and_writes_what_the_certain_ones_touch(kedja: Kedja, tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("Selat Biru Plant 4\nBjorkvik Vardgrossist\n\n#1 Zzyzx\n", "utf-8")
    result = kedja("affected", "--names", "names.txt", "--out", "out.xlsx", "--lang", "en", *AT)
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert rows[0][:2] == ["Selat Biru Plant 4", "certain"]
    assert rows[1][:4] == ["Bjorkvik Vardgrossist", "proposed", "demo:org-bjorkvik", "Björkvik Vårdgrossist AB"]
    assert rows[2][:2] == ["#1 Zzyzx", "nothing similar"]
    assert "Blank lines passed over: 1." in result.stderr
    sheet = CalamineWorkbook.from_path(str(tmp_path / "out.xlsx")).get_sheet_by_index(0).to_python()
    assert sheet[0][0] == "Demonstration data: contracts, companies and exposure are invented"
    table = {row[1]: row for row in sheet}
    glove = table["Handskar, Region Skåne"]
    assert glove[3:6] == ["Region Skåne", "Sydsund Medical AB", "Traced to this article"]
    assert glove[7] == "Advanced level"
    assert "Confirm which articles" in str(glove[9])
    assert table["Sänglinne, Region Kalmar län"][5] == "Supplier link only, goods unknown: not counted"


def listed(kedja: Kedja, folder: Path, text: str, code: int = 0, lang: str = "en") -> list[list[Any]]:
    """The rows of the sheet that says what became of each line of a list."""
    (folder / "list.csv").write_text(text, "utf-8")
    result = kedja("affected", "--names", "list.csv", "--out", "out.xlsx", "--lang", lang, *AT)
    assert result.exit_code == code, result.output
    words = Words(lang)
    sheet = CalamineWorkbook.from_path(str(folder / "out.xlsx")).get_sheet_by_name(words("names.sheet")).to_python()
    return sheet[next(n for n, row in enumerate(sheet) if row[0] == words("names.line")) + 1 :]


def test_every_line_of_a_list_is_in_the_file_even_where_none_is_certain(kedja: Kedja, tmp_path: Path) -> None:
    rows = listed(kedja, tmp_path, "Bjorkvik Vardgrossist\nZzyzx\n", code=1)
    assert [row[:3] for row in rows] == [[1, "Bjorkvik Vardgrossist", "proposed"], [2, "Zzyzx", "nothing similar"]]


def test_a_line_that_cannot_be_asked_about_does_not_end_the_list(kedja: Kedja, tmp_path: Path) -> None:
    rows = listed(kedja, tmp_path, f"demo:contract-gloves-skane\n{'x' * 400}\nSelat Biru Plant 4\n")
    assert [row[2] for row in rows] == ["cannot be asked about", "cannot be asked about", "certain"]
    assert "Contract" in str(rows[0][6])
    rows = listed(kedja, tmp_path, f"demo:contract-gloves-skane\n{'x' * 400}\nSelat Biru Plant 4\n", lang="sv")
    assert [row[2] for row in rows] == ["kan inte frågas om", "kan inte frågas om", "säker"]
    assert str(rows[0][6]).startswith("Inga varor kommer från något av slaget avtal")
    assert str(rows[1][6]).startswith("Namnet är längre än 300 tecken")


def test_parts_of_names_and_another_order_of_words_are_proposed(kedja: Kedja, tmp_path: Path) -> None:
    rows = listed(kedja, tmp_path, "Biru Selat\nPlant 4 Selat\n", code=1)
    for line in ("Biru Selat", "Plant 4 Selat"):
        assert "Selat Biru Plant 4" in [row[4] for row in rows if row[1] == line and row[2] == "proposed"]


def test_a_list_with_other_columns_is_read_by_its_columns(kedja: Kedja, tmp_path: Path) -> None:
    rows = listed(kedja, tmp_path, "Land;Namn;Organisationsnummer\nMY;Selat Biru Plant 4;\nSE;Skåne;232100-0255\n")
    assert [row[1:3] for row in rows] == [["Selat Biru Plant 4", "certain"], ["Skåne", "certain"]]


def test_a_name_in_another_country_than_the_list_says_is_not_certain_and_an_identifier_is(
    kedja: Kedja, tmp_path: Path
) -> None:
    lines = "Namn;Land;Id\nSelat Biru Plant 4;Sverige;\nSelat Biru Plant 4;MYS;\nSelat Biru Plant 4;?;\n"
    rows = listed(kedja, tmp_path, lines + "Selat Biru Plant 4;SE;demo:site-klang-4\ndemo:site-klang-4;SE;\n")
    assert [row[2] for row in rows] == ["cannot be asked about", *["certain"] * 4]
    assert rows[0][3] == "demo:site-klang-4"
    assert "The list says SE, and what bears the name is in MY" in str(rows[0][6])


def test_rows_of_a_list_in_which_nothing_stands_are_counted(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text('Land;Namn\nMY;Selat Biru Plant 4\n;\n"";""\n\nSE;Skåne\n', "utf-8")
    lines, blank = read_names(tmp_path / "list.csv")
    assert [line.text for line in lines] == ["Selat Biru Plant 4", "Skåne"]
    assert blank == 3


def test_a_spreadsheet_is_a_list_too_and_a_heading_need_not_be_one_of_ours(kedja: Kedja, tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "list.xlsx")) as book:
        sheet = book.add_worksheet("Blad1")
        for number, row in enumerate(
            (["Våra bolag"], [], ["Land", "Leverantörens namn"], ["MY", "Selat Biru Plant 4"])
        ):
            sheet.write_row(number, 0, row)
    result = kedja("affected", "--names", "list.xlsx", "--out", "out.xlsx", "--lang", "en", *AT)
    assert result.stdout.splitlines() == ["Selat Biru Plant 4\tcertain\tdemo:site-klang-4\tSelat Biru Plant 4\t100\t"]
    assert [row[1:3] for row in listed(kedja, tmp_path, "Namn\nSelat Biru Plant 4\n")] == [
        ["Selat Biru Plant 4", "certain"]
    ]


def test_a_name_with_its_country_after_it_and_a_slip_of_the_pen_are_proposed(kedja: Kedja, tmp_path: Path) -> None:
    rows = listed(kedja, tmp_path, "Bjorkvik Vardgrossist AB;Sverige\nBjörkvik Wårdgrossist AB;Sverige\n", code=1)
    assert [row[2:5] for row in rows] == [["proposed", "demo:org-bjorkvik", "Björkvik Vårdgrossist AB"]] * 2


def test_an_identifier_in_a_list_is_read_as_its_heading_says(kedja: Kedja, tmp_path: Path) -> None:
    lines = ("SE232100025501;;Skåne;SE", ";232100-0255;;SE", "FI01450767;;Zzyzx;FI", ";640823-3234;;SE")
    rows = listed(kedja, tmp_path, "\n".join(("VAT-nr;Org. nr;Leverantörsnamn;Land", *lines)))
    assert [row[1:4] for row in rows][:2] == [["Skåne", "certain", rows[0][3]], ["232100-0255", "certain", rows[0][3]]]
    assert [row[2] for row in rows][2:] == ["nothing similar", "nothing similar"]


def test_legal_forms_diacritics_and_order_do_not_count_against_a_proposal(kedja: Kedja, tmp_path: Path) -> None:
    rows = listed(kedja, tmp_path, "Vardgrossist Bjorkvik Aktiebolag\nSelat Biru Glove Ltd\n", code=1)
    first = {line: next(row for row in rows if row[0] == line) for line in (1, 2)}
    assert first[1][4] == "Björkvik Vårdgrossist AB"
    assert first[2][4:6] == ["Selat Biru Glove Sdn. Bhd.", 100]
    assert {row[2] for row in rows} == {"proposed"}  # only an exact name or an identifier is certain


def test_a_part_of_a_word_is_proposed_and_never_taken(kedja: Kedja) -> None:
    for part in ("örkvik vårdgross", "Björkvik Vård", "Vårdgrossist Björk"):
        error = refused(kedja("affected", part, *AT))
        assert error.code == "not_in_graph"
        assert "Björkvik Vårdgrossist AB (demo:org-bjorkvik)" in error.remedy


def test_a_name_that_is_also_a_code_fits_both(kedja: Kedja, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path}/code.sqlite"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "source.csv").write_text("field,value\nseries,c\nedition,1\ntitle,C\npublisher,Me\n", "utf-8")
    (tmp_path / "mine" / "organisations.csv").write_text("id,name,located in\nA,IDN,iso3166-1:ID\n", "utf-8")
    assert kedja("load", "workbook", "mine", "--store", store).exit_code == 0
    error = refused(kedja("affected", "IDN", "--store", store))
    assert "IDN" in error.message
    assert "iso3166-1:ID" in error.message


def test_what_is_said_of_an_entity_is_cited(kedja: Kedja) -> None:
    answer = json.loads(kedja("entity", "demo:site-klang-4", "--json", *AT).stdout)
    assert {said["source"] for said in answer["data"]["said"]} <= {s["id"] for s in answer["evidence"]["cited"]}
    assert all(source["title"] and source["publisher"] for source in answer["evidence"]["cited"])


@pytest.mark.parametrize(
    "question",
    [
        ("trace", "demo:contract-gloves-kalmar"),
        ("exposure", "se-orgnr:2321000073"),
        ("affected", "demo:site-klang-4"),
        ("paths", "demo:site-klang-4", "demo:contract-gloves-skane"),
    ],
)
@pytest.mark.parametrize("format", ["html", "csv", "xlsx", "graphml", "ttl", "json"])
def test_every_answer_is_exported_in_every_format_and_says_that_it_is_a_demonstration(
    kedja: Kedja, tmp_path: Path, question: tuple[str, ...], format: str
) -> None:
    result = kedja("export", *question, "--format", format, "--out", "answer", "--lang", "en", *AT)
    assert result.exit_code == 0, result.output
    content = (tmp_path / "answer").read_bytes()
    if format == "xlsx":
        workbook = CalamineWorkbook.from_path(str(tmp_path / "answer"))
        for name in workbook.sheet_names:
            assert "Demonstration data" in str(workbook.get_sheet_by_name(name).to_python()[0][0])
    elif format == "json":
        assert json.loads(content)["demonstration"] is True
    else:
        assert b"Demonstration data: contracts, companies and exposure are invented" in content


def test_the_whole_graph_is_exported_as_graphml_and_rdf(kedja: Kedja, tmp_path: Path) -> None:
    assert kedja("export", "graph", "--format", "graphml", "--out", "g.graphml", *AT).exit_code == 0
    assert kedja("export", "graph", "--format", "ttl", "--out", "g.ttl", *AT).exit_code == 0
    assert len(nx.read_graphml(tmp_path / "g.graphml")) > 400
    assert len(Graph().parse(tmp_path / "g.ttl")) > 10_000


def test_an_export_goes_to_standard_output_to_be_piped(kedja: Kedja) -> None:
    result = kedja("export", "trace", "demo:contract-gloves-kalmar", "--format", "json", *AT)
    assert json.loads(result.stdout)["question"].startswith("trace")


def test_a_taken_port_is_a_clear_message(kedja: Kedja) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        error = refused(kedja("serve", "--port", str(taken.getsockname()[1])))
    assert "port" in error.message
    assert "--port 0" in error.remedy


def test_serve_says_where_to_look_answers_and_warns_when_others_can_reach_it(demo_settings: Settings) -> None:
    serve = ["serve", "--port", "0", "--host", "0.0.0.0", "--store", demo_settings.store]
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "api.cli", *serve],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        port = int(line.split("http://0.0.0.0:")[1].split("/")[0])
        health = None
        for _ in range(100):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as response:
                    health = json.load(response)
                break
            except OSError:
                time.sleep(0.1)
        assert health is not None
        assert health["status"] == "ok"
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=20)
    assert "no login" in errors


def test_the_demonstration_uses_a_store_of_its_own_and_a_second_run_changes_nothing(
    kedja: Kedja, own_user_folders: Path, demo_settings: Settings
) -> None:
    first = kedja("demo", "--no-serve", "--lang", "en")
    assert first.exit_code == 0, first.output
    assert "Very severe" in first.stdout
    second = kedja("demo", "--no-serve", "--lang", "en")
    assert second.output.count("already loaded") == 3
    stores = list(own_user_folders.rglob("demo.sqlite"))
    assert len(stores) == 1
    assert str(stores[0]) not in demo_settings.store


def test_a_demonstration_of_another_schema_is_made_anew(kedja: Kedja, own_user_folders: Path) -> None:
    assert kedja("demo", "--no-serve").exit_code == 0
    store = next(own_user_folders.rglob("demo.sqlite"))
    with sqlite3.connect(store) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    result = kedja("demo", "--no-serve", "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "made anew" in result.output
    assert "Very severe" in result.stdout


def test_a_load_of_an_older_edition_exits_3_and_the_same_bytes_again_exit_0(kedja: Kedja, tmp_path: Path) -> None:
    def book(edition: str, name: str) -> str:
        folder = tmp_path / edition
        folder.mkdir()
        said = f"field,value\nseries,mine\nedition,{edition}\ntitle,T\npublisher,P\n"
        (folder / "source.csv").write_text(said, encoding="utf-8")
        (folder / "organisations.csv").write_text(f"id,name\no1,{name}\n", encoding="utf-8")
        return str(folder)

    newer, older = book("v10", "New"), book("v9", "Old")
    store = f"sqlite:///{tmp_path / 'own.sqlite'}"
    codes = [kedja("load", "workbook", path, "--store", store).exit_code for path in (newer, older, newer)]
    assert codes == [0, 3, 0]
    late, first = kedja("runs", "--store", store).stdout.splitlines()
    assert "superseded" in late
    assert "publication 1" in first
    lines = json.loads(kedja("loads", "--store", store, "--json").stdout)["data"]["loads"]
    assert [line["state"] for line in lines] == ["superseded", "published"]
    assert "superseded by a newer edition" in kedja("loads", "--store", store).stdout


@pytest.mark.parametrize("rows", ["n/a,New\n-,Other\n", ""])
def test_a_load_of_which_no_row_can_be_used_exits_3_and_says_so(kedja: Kedja, tmp_path: Path, rows: str) -> None:
    said = "field,value\nseries,mine\nedition,1\ntitle,T\npublisher,P\n"
    (tmp_path / "source.csv").write_text(said, encoding="utf-8")
    (tmp_path / "organisations.csv").write_text(f"id,name\n{rows}", encoding="utf-8")
    told = kedja("load", "workbook", str(tmp_path), "--store", f"sqlite:///{tmp_path / 'own.sqlite'}")
    assert told.exit_code == 3
    assert "is visible: none of its rows could be used" in told.output


def test_what_was_backed_up_answers_the_same_after_it_is_restored(kedja: Kedja, tmp_path: Path) -> None:
    assert kedja("backup", "whole.gz").exit_code == 0
    assert "there already" in refused(kedja("backup", "whole.gz")).message
    again = f"sqlite:///{tmp_path / 'again.sqlite'}"
    assert kedja("restore", "whole.gz", "--store", again).exit_code == 0
    asked = ("exposure", "Region Kalmar län", *AT, "--json")
    assert kedja(*asked, "--store", again).stdout == kedja(*asked).stdout
    assert "not empty" in refused(kedja("restore", "whole.gz", "--store", again)).message


def test_a_neo4j_server_is_no_store_and_the_way_to_have_the_graph_there_is_told(
    kedja: Kedja, monkeypatch: pytest.MonkeyPatch
) -> None:
    for scheme in ("neo4j", "neo4j+s", "bolt"):
        monkeypatch.setenv("KEDJA_STORE", f"{scheme}://me:secret@localhost:7687")
        for arguments in (("search", "x"), ("runs",), ("demo", "--no-serve", "--store", "bolt://localhost")):
            error = refused(kedja(*arguments))
            assert "kedja publish neo4j://" in error.remedy
            assert "secret" not in str(error)


def test_a_source_that_was_withdrawn_says_nothing_until_it_is_loaded_again(kedja: Kedja, tmp_path: Path) -> None:
    own = ("--store", f"sqlite:///{tmp_path / 'own.sqlite'}")
    assert kedja("load", "reference", *own).exit_code == 0
    assert kedja("search", "forced labour", *own).exit_code == 0
    said = kedja("withdraw", "kedja-reference", "--reason", "to be checked", *own)
    assert said.stdout.startswith("Withdrew ")
    assert "publication 2" in said.stdout
    assert kedja("search", "forced labour", *own).exit_code == 1
    assert "withdrawal: " in kedja("runs", *own).stdout
    assert kedja("load", "reference", *own).exit_code == 0
    assert kedja("search", "forced labour", *own).exit_code == 0
    assert "Series that show: kedja-reference" in refused(kedja("withdraw", "nothing", *own)).remedy


def test_what_was_erased_is_in_no_answer_and_no_snapshot(kedja: Kedja, tmp_path: Path, own_user_folders: Path) -> None:
    path = tmp_path / "own.sqlite"
    own = ("--store", f"sqlite:///{path}")
    with graph.sqlite.open(path) as store:
        load(store, source(), [company("local:17", "Xylofonsson"), owns("local:17", "local:18")])

    def holding() -> list[str]:
        files = [*tmp_path.glob("own.sqlite*"), *own_user_folders.rglob("*")]
        return [file.name for file in files if file.is_file() and b"Xylofonsson" in file.read_bytes()]

    said = json.loads(kedja("entity", "local:17", "--json", *own).stdout)["data"]["said"]
    assert len(holding()) > 1  # the store and a snapshot
    done = kedja("erase", said[0]["record"], "--reason", "loaded by mistake", *own)
    assert done.exit_code == 0, done.output
    assert f"Erased {said[0]['record']}, publication 2" in done.stdout
    assert "Backups" in done.stdout
    assert holding() == []
    assert json.loads(kedja("entity", "local:17", "--json", *own).stdout)["data"]["said"] == []
    assert (
        refused(kedja("erase", "nonsense", "--reason", "x", *own)).remedy == "Give ids of records (r…) or links (l…)."
    )
    assert kedja("doctor", *own).exit_code == 0


def test_who_has_read_where_a_server_is_can_connect_before_it_is_ready() -> None:
    with bind("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname(), timeout=10):
        pass


def test_a_small_answer_is_sent_at_once() -> None:
    """Not held until the client has acknowledged its head, 40 ms later on Linux."""

    async def delayed() -> bool:
        found: list[int] = []

        def come(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            found.append(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listening = bind("127.0.0.1", 0)
        async with await asyncio.start_server(come, sock=listening):
            reader, writer = await asyncio.open_connection(*listening.getsockname())
            await reader.read()
            writer.close()
        return not all(found)

    assert not in_a_loop(delayed())
