"""Files made of answers: no cell runs, unknown is written, the stamp and the banner are there, the same bytes again."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import docx
import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from graph.answer import Answer
from graph.snapshot.topology import GraphLink, GraphNode
from graph.snapshot.view import Snapshot
from graph.store import Reject
from ontology.errors import InputError, Reason
from tests.visualisation import made
from visualisation.export_csv import answer_csv, table_csv
from visualisation.export_docx import answer_docx
from visualisation.export_xlsx import affected_xlsx, answer_xlsx
from visualisation.exporters import of_answers
from visualisation.graphml import answer_graphml, graph_graphml
from visualisation.pyvis_snapshot import defused, snapshot_html
from visualisation.rejects import loaded_text, rejects_csv
from visualisation.sheets import sheets
from visualisation.terminal import answer_text
from visualisation.text import cell, shown
from visualisation.views import views
from visualisation.words import Words

SV, EN = Words("sv"), Words("en")
ANSWERS: dict[str, Answer[Any]] = {
    "trace": made.gloves(),
    "exposure": made.exposed(),
    "affected": made.affected(),
    "paths": made.paths(),
}
every_answer = pytest.mark.parametrize("name", ANSWERS)
BANNER = "Demonstrationsdata: avtal, företag och exponering är påhittade"
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@given(st.text(max_size=30))
def test_no_cell_of_a_csv_begins_like_a_formula(text: str) -> None:
    assert not cell(text).startswith(FORMULAS)
    read = rows(table_csv(["name"], [[text, 1.5]]))
    assert not read[1][0].startswith(FORMULAS)
    assert read[1][1] == "1.5"


@given(st.text(max_size=30))
def test_what_is_shown_has_no_character_that_turns_or_hides_text(text: str) -> None:
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x7f]", shown(text))
    if text.isalnum():
        assert shown(text) == text


@every_answer
def test_every_row_of_a_csv_is_filled_and_stamped(name: str) -> None:
    header, *body = rows(answer_csv(ANSWERS[name], SV))
    assert body
    for row in body:
        assert len(row) == len(header)
        assert all(value.strip() for value in row), "unknown is written, never blank"
        assert BANNER in row
        assert "2026-11-01" in row


def test_the_affected_list_has_contract_region_supplier_resolution_clause_and_question() -> None:
    header, first, second = rows(answer_csv(ANSWERS["affected"], EN))
    got = dict(zip(header, first, strict=True))
    assert (got["Contract"], got["Buyer"], got["Supplier"]) == (
        "Avtal handskar 2025",
        "Region Exempel",
        "Nordsken Grossist AB",
    )
    assert (got["Resolution"], got["Clause level"], got["Tier"]) == ("Traced to this article", "Advanced level", "1")
    assert got["Question to ask"].startswith("Confirm which articles under the contract come from Klang plant 4")
    assert second[1] == "'=cmd|' /C calc'!A0"
    assert "voluntary" in dict(zip(header, second, strict=True))["Question to ask"]


@every_answer
def test_a_workbook_says_on_every_sheet_what_it_is(name: str) -> None:
    content = answer_xlsx(ANSWERS[name], SV)
    assert content == answer_xlsx(ANSWERS[name], SV), "the same bytes"
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert len(book.sheet_names) > 1
    for sheet in book.sheet_names:
        top = book.get_sheet_by_name(sheet).to_python()
        assert top[0][0] == BANNER
        assert "2026-11-01" in str(top[1][0])
        assert "ab12cd34ef56" in str(top[1][0])
        assert all(value != "" for row in top[5:] for value in row), sheet


def read_docx(content: bytes) -> tuple[str, list[list[str]]]:
    """The text outside tables, and the rows of all tables."""
    document = docx.Document(io.BytesIO(content))
    lines = "\n".join(paragraph.text for paragraph in document.paragraphs)
    return lines, [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]


@pytest.mark.parametrize("name", ["exposure", "affected"])
def test_a_report_says_what_it_comes_to_what_is_unknown_and_has_the_rows_of_the_workbook(name: str) -> None:
    content = answer_docx(ANSWERS[name], SV)
    assert content == answer_docx(ANSWERS[name], SV), "the same bytes"
    lines, table_rows = read_docx(content)
    assert BANNER in lines
    assert "2026-11-01" in lines
    assert "ab12cd34ef56" in lines
    assert "Vad vi inte vet" in lines
    assert ("≥" if name == "exposure" else "1 berört avtal") in lines
    first = sheets(ANSWERS[name], SV)[0]
    assert table_rows[0] == [shown(name) for name in first.header]
    assert [row[0] for row in table_rows[1 : 1 + len(first.rows)]] == [shown(str(row[0])) for row in first.rows]
    assert all(cell for row in table_rows for cell in row)


def test_only_what_is_a_report_is_offered_as_one() -> None:
    offered = {name for name, view in views().known.items() if "docx" in of_answers(view)}
    assert offered == {"exposure", "affected", "coverage"}


def test_the_last_day_of_a_link_is_a_day_of_the_workbook_as_its_first_is() -> None:
    answer = made.paths()
    assert answer.data is not None
    ends = (link.model_copy(update={"valid_to": date(2028, 1, 1)}) for link in answer.data.links)
    data = answer.data.model_copy(update={"links": tuple(ends)})
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer_xlsx(answer.model_copy(update={"data": data}), EN)))
    header, first, *_ = book.get_sheet_by_name("Links").to_python()[4:]
    told = dict(zip(header, first, strict=True))
    assert (told["Valid from"], told["Valid to and including"]) == (date(2024, 1, 1), date(2027, 12, 31))


def test_a_workbook_of_several_starts_is_one_list_and_holds_no_formula() -> None:
    content = affected_xlsx([made.affected(), made.affected()], EN)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    names = [row[1] for row in sheet[5:]]
    assert names == ["Avtal handskar 2025", "=cmd|' /C calc'!A0"] * 2
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert not any(b"<f>" in parts.read(part) for part in parts.namelist())


@every_answer
def test_graphml_is_read_back_with_what_is_unknown_written(name: str) -> None:
    graph = nx.read_graphml(io.BytesIO(answer_graphml(ANSWERS[name], SV)), force_multigraph=True)
    assert BANNER in graph.graph.values()
    assert graph.number_of_nodes() > 2
    assert all(
        data["label"] and data["country"] and data["stage"] for _, data in graph.nodes(data=True) if "label" in data
    )


def test_a_link_that_names_no_goods_has_no_resolution_in_a_file() -> None:
    (links,) = [sheet for sheet in sheets(ANSWERS["trace"], EN) if sheet.name == EN("export.links")]
    told = {row[1]: row[3] for row in links.rows}
    assert told[EN.link_type("HOLDS")] == EN("table.not_applicable")
    assert told[EN.link_type("DELIVERED_UNDER")] == EN.resolution("item")
    graph = nx.read_graphml(io.BytesIO(answer_graphml(ANSWERS["trace"], EN)), force_multigraph=True)
    assert {data["resolution"] for *_, data in graph.edges(data=True) if data["type"] == "HOLDS"} == {"none"}


def test_graphml_never_gives_a_figure_to_what_is_unknown() -> None:
    graph = nx.read_graphml(io.BytesIO(answer_graphml(made.gloves(), EN)), force_multigraph=True)
    assert graph.nodes["spare"]["level"] == "unknown"
    assert "low" not in graph.nodes["spare"]
    assert graph.nodes["dipping"]["low"] == 0.63


def test_the_whole_graph_is_exported_with_names_that_hold_control_characters() -> None:
    nodes = [GraphNode("a", "Step", "bad\x00\u202ename"), GraphNode("b", "Contract", "<c>")]
    snapshot = Snapshot.made(nodes, [GraphLink("DELIVERED_UNDER", "a", "b")], valid_at=date(2026, 11, 1))
    graph = nx.read_graphml(io.BytesIO(graph_graphml(snapshot)), force_multigraph=True)
    assert {data["label"] for _, data in graph.nodes(data=True)} == {"bad⟨U+0000⟩⟨U+202E⟩name", "<c>"}
    assert ["confidence" in data for _, _, data in graph.edges(data=True)] == [False]


@every_answer
@pytest.mark.parametrize("lang", ["sv", "en"])
def test_the_terminal_says_it_all_in_plain_text(name: str, lang: str) -> None:
    words = Words(lang)
    text = answer_text(ANSWERS[name], words)
    assert words("app.demonstration") in text
    assert words("unknown.heading") in text
    assert "2026-11-01" in text
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202a-\u202e]", text)
    assert max(map(len, text.splitlines())) <= 112


def test_the_first_answer_names_path_weakest_link_the_unknown_and_whom_to_ask() -> None:
    text = " ".join(answer_text(made.exposed(), EN).split())
    assert "Named actor · traced to the article: Very severe 1 of 2" in text
    assert "Weakest link: Doppning av nitrilhandskar → Avtal handskar 2025 (Declared, confidence 0.95)." in text
    assert "Nobody has assessed 1 of 3 steps for the risk: the figures are at least this high." in text
    assert "Ask Nordsken Grossist AB: Avtal handskar 2025 gives a right to an answer (Advanced level)." in text
    assert "Invented Watch, Glove report 2025, published 2025-03-01" in text


def test_a_name_cannot_write_on_the_terminal() -> None:
    answer = made.affected()
    assert answer.data is not None
    site = made.SITE.model_copy(update={"name": "\x1b[2Jgone\u202e"})
    changed = answer.model_copy(update={"data": answer.data.model_copy(update={"start": site, "nodes": (site,)})})
    text = answer_text(changed, EN)
    assert "\x1b" not in text
    assert "⟨U+001B⟩[2Jgone⟨U+202E⟩" in text


def test_the_snapshot_has_a_policy_with_hashes_and_loads_nothing() -> None:
    html = snapshot_html(made.gloves(), SV).decode()
    assert "default-src 'none'; script-src 'sha256-" in html
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", html)
    assert BANNER in html
    assert html.count("<tr>") == 1 + 5, "a heading and a row for each mark"
    assert snapshot_html(made.gloves(), SV).decode() == html


def test_a_title_cannot_become_markup() -> None:
    assert "href" not in defused("<a href=x onclick=alert(1)>")
    with pytest.raises(InputError):
        snapshot_html(made.gloves().model_copy(update={"data": None}), SV)


REFUSED = Reject("wb.xlsx", "Steps", 7, "stage", "=1+1", Reason.NOT_IN_VOCABULARY, {"vocabulary": "chain-stages"})


@dataclass
class Loaded:
    """The shape of ``loaders.base.Loaded``, filled by hand."""

    unchanged: bool = False
    rows_in: int = 10
    accepted: int = 9
    rejected: int = 1
    rejects: list[Any] = field(default_factory=lambda: [REFUSED])
    notes: Counter[str] = field(default_factory=lambda: Counter(masked_person=2, never_heard_of=1, none=0))
    records: int = 5
    links: int = 4
    retracted: int = 0
    kept: int = 0
    kept_in: tuple[str, ...] = ()
    older_edition: bool = False
    number: int = 3

    @property
    def report(self) -> Any:
        return self

    @property
    def publication(self) -> Any:
        return self

    @property
    def settled(self) -> Any:
        return self


def test_a_rejected_value_says_where_why_and_what_to_do() -> None:
    header, row = rows(rejects_csv([REFUSED], SV))
    assert header == ["Fil", "Blad", "Rad", "Kolumn", "Värde", "Skäl", "Åtgärd"]
    assert row[:5] == ["wb.xlsx", "Steps", "7", "stage", "'=1+1"]
    assert row[5] == "Finns inte i ordlistan"
    assert row[6].startswith("Välj något av: Råvara")


def test_a_load_says_counts_that_add_up_and_why_rows_were_refused() -> None:
    text = loaded_text(Loaded(), "wb.xlsx", EN, {"masked_person": "Persons that the source hid"})
    assert "wb.xlsx: 10 rows, 9 accepted, 1 rejected." in text
    assert "Not in the vocabulary: 1." in text
    assert "never_heard_of: 1" in text
    assert "Persons that the source hid: 2" in text
    assert "none" not in text, "what did not occur is not told"
    assert loaded_text(Loaded(unchanged=True), "wb.xlsx", EN, {}) == "wb.xlsx is already loaded: nothing changed."
    assert "newer edition" in loaded_text(Loaded(older_edition=True), "wb.xlsx", EN, {})
    kept = loaded_text(Loaded(kept=2, kept_in=("Organisation", "OWNS", "tenders", "")), "wb.xlsx", SV, {})
    assert "kunde läsas: 2 i organisationer, äger, kontrakterade anbud, filen." in kept.casefold()


def test_each_unknown_sheet_has_its_own_nearest_name_in_what_is_printed() -> None:
    def sheet(title: str, meant: str = "") -> Reject:
        return replace(
            REFUSED, sheet=title, value=title, reason=Reason.UNKNOWN_SHEET, parameters={"rows": "1", "sheets": meant}
        )

    refused = [sheet("Leverantörer", "Organisation"), sheet("Stegg", "Step"), sheet("Kunder"), REFUSED]
    lines = loaded_text(Loaded(rejects=refused), "wb.xlsx", EN, {}).splitlines()
    at = next(n for n, line in enumerate(lines) if "Unknown sheet" in line)
    assert lines[at].endswith(": 3")
    assert [line.split("?")[0].strip() for line in lines[at + 1 : at + 3]] == [
        "Leverantörer: Is Organisations meant", "Stegg: Is Steps meant"
    ]  # fmt: skip
    assert lines[at + 3].strip().startswith("Kunder: Give the sheet a name")
    many = loaded_text(Loaded(rejects=[sheet(str(n), "Step" if n % 2 else "Site") for n in range(20)]), "a", EN, {})
    assert "1, 3, 5, 7, 9 …: Is Steps meant?" in many


def test_a_reason_with_many_remedies_says_how_many_more_there_are() -> None:
    refused = [
        replace(REFUSED, value=str(n), reason=Reason.UNKNOWN_KEY, parameters={"nearest": str(n), "sheets": "Step"})
        for n in range(9)
    ]
    assert loaded_text(Loaded(rejects=refused), "a", EN, {}).endswith("and 4 more: see the report")
