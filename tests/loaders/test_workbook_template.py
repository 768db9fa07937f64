"""The template in both languages: empty it says nothing, filled in it is read back as it was meant."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from loaders.base import Report, no_progress
from loaders.workbook import WorkbookLoader
from loaders.workbook_cells import tables
from loaders.workbook_columns import COMMENT, Column, Role, Sheet, definition, find_sheet, sheets, source_field, swedish
from loaders.workbook_template import choices, header, title, write_csv, write_csv_template, write_template
from ontology.model import LINKS, NODES
from ontology.placeholders import is_placeholder
from ontology.records import Common, Link, Polarity, Record, Ref, Secrecy, Source, Status, check_link, check_record
from ontology.vocabulary import vocabulary

LANGUAGES = ("sv", "en")
SOURCE = {"series": "s", "edition": "1", "title": "T", "publisher": "P"}


def test_everything_that_the_declaration_says_of_itself_has_swedish_and_nothing_else_has() -> None:
    declared = [sheet.declared for sheet in sheets()]
    said = {p.note.en for type in declared for p in type.properties.values()} | {type.definition for type in declared}
    assert set(swedish()) == said
    assert all(swedish().values())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_xlsx_template_has_a_sheet_for_every_type_and_its_example_is_not_read(tmp_path: Path, lang: str) -> None:
    write_template(tmp_path / "t.xlsx", lang)
    found = {table.title: table for table in tables(tmp_path / "t.xlsx")}
    assert set(found) >= {title(sheet, lang) for sheet in sheets()}
    book = CalamineWorkbook.from_path(tmp_path / "t.xlsx")
    for sheet in sheets():
        table = found[title(sheet, lang)]
        assert [sheet.column(heading) for heading in table.header] == list(sheet.columns)
        assert not table.rows
        second = book.get_sheet_by_name(title(sheet, lang)).to_python(skip_empty_area=False)[1]
        assert str(second[0]).startswith(COMMENT)
    notes = book.get_sheet_by_name(book.sheet_names[0]).to_python()
    text = " ".join(str(cell) for row in notes for cell in row)
    assert all(definition(sheet.declared).get(lang) in text for sheet in sheets())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_csv_template_says_the_same_as_the_xlsx_template(tmp_path: Path, lang: str) -> None:
    write_template(tmp_path / "t.xlsx", lang)
    write_csv_template(tmp_path / "t", lang)
    headers = [
        {sheet.name: table.header for table in tables(path) if (sheet := find_sheet(table.title)) is not None}
        for path in (tmp_path / "t.xlsx", tmp_path / "t")
    ]
    assert headers[0] == headers[1]
    assert len(headers[0]) == len(NODES) + len(LINKS)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_choice_of_a_list_means_one_term(lang: str) -> None:
    for sheet in sheets():
        for column in sheet.columns:
            if column.vocabulary:
                terms = vocabulary(column.vocabulary)
                assert [terms.find(word) for word in choices(column, lang)] == list(terms.terms)


# Words that people type: letters of many scripts, signs that CSV and spreadsheets treat specially, no control
# characters, no blanks at the ends (they are trimmed) and no runs of them.
SIGNS = string.ascii_letters + string.digits + "åäöÅÄÖéß中ж'\"=+-@;,.:/()&<>#%\u200f"
WORD = st.text(st.sampled_from(SIGNS), min_size=1, max_size=12)
WORDS = st.lists(WORD, min_size=1, max_size=3).map(" ".join)
LETTERS = st.sampled_from(string.ascii_letters + string.digits + "-_åäö")
IDS = st.text(LETTERS, min_size=1, max_size=8).filter(lambda text: not is_placeholder(text))
DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
NUMBERS = st.decimals(0, 10**9, places=2).map(lambda number: Decimal(format(number.normalize(), "f")))


@st.composite
def value_of(draw: st.DrawFn, column: Column) -> Any:
    """A value of a property, as the loader should give it."""
    declared = column.declared
    assert declared is not None
    if declared.vocabulary:
        terms = list(vocabulary(declared.vocabulary).terms)
        if declared.many:
            return tuple(draw(st.lists(st.sampled_from(terms), min_size=1, max_size=3, unique=True)))
        return draw(st.sampled_from(terms))
    kinds = get_args(declared.annotation) or (declared.annotation,)
    if bool in kinds:
        return draw(st.booleans())
    if int in kinds:
        return draw(st.integers(1, 4))
    if float in kinds:
        return draw(st.integers(0, 100)) / 100
    if Decimal in kinds:
        return format(draw(NUMBERS), "f")
    if date in kinds:
        return draw(DAYS).isoformat()
    patterned = {
        "currency": ["SEK", "EUR"],
        "harm_country": ["CD", "MY"],
        "share_unit": ["value", "mass"],
        "relation": ["exact", "broader"],
    }
    return draw(st.sampled_from(patterned[column.name]) if column.name in patterned else WORDS)


@st.composite
def commons(draw: st.DrawFn) -> Common:
    start = draw(st.none() | DAYS)
    end = None if start is None else draw(st.none() | st.integers(1, 4000).map(lambda d: start + timedelta(days=d)))
    return Common(
        status=draw(st.sampled_from(Status)),
        confidence=draw(st.none() | st.integers(0, 20).map(lambda n: n / 20)),
        polarity=draw(st.sampled_from(Polarity)),
        secrecy=draw(st.sampled_from(Secrecy)),
        valid_from=start,
        valid_to=end,
        cites=draw(st.just("") | WORDS),
    )


@st.composite
def properties_of(draw: st.DrawFn, sheet: Sheet) -> dict[str, Any]:
    found = {}
    for column in sheet.columns:
        if column.role is Role.PROPERTY and column.name != "natural_person":
            value = draw(value_of(column)) if column.required else draw(st.none() | value_of(column))
            if value is not None:
                found[column.name] = value
    return found


@st.composite
def workbooks(draw: st.DrawFn) -> list[Record | Link]:
    """A few records of every kind of sheet drawn, and links between them."""
    nodes = [sheet for sheet in sheets() if sheet.name in NODES]
    drawn = draw(st.lists(st.sampled_from(nodes), min_size=2, max_size=4))
    ids = draw(st.lists(IDS, min_size=len(drawn), max_size=len(drawn), unique=True))
    records = [
        check_record(Record(sheet.name, f"local:s/{id}", draw(properties_of(sheet)), common=draw(commons())))
        for sheet, id in zip(drawn, ids, strict=True)
    ]
    links: dict[str, Link] = {}
    for sheet in sheets():
        for source in records if sheet.name in LINKS else ():
            for target in records:
                if LINKS[sheet.name].allows(source.type, target.type) and draw(st.booleans()):
                    ends = Ref(source.type, source.key), Ref(target.type, target.key)
                    link = Link(sheet.name, *ends, draw(properties_of(sheet)), draw(commons()), row_key=draw(IDS))
                    links[link.id("s")] = check_link(link)
    return [*records, *links.values()]


def cell(column: Column, item: Record | Link, lang: str) -> str:
    """What somebody who works in ``lang`` writes in a column."""
    ends = (item.key, item.key) if isinstance(item, Record) else (item.source.key, item.target.key)
    own = {Role.ID: ends[0], Role.FROM: ends[0], Role.TO: ends[1], Role.ROW: item.row_key}
    if column.role in own:
        return own[column.role].removeprefix("local:s/")
    if column.role is Role.COMMON:
        return common_cell(column, item.common, lang)
    value = item.properties.get(column.name) if column.role is Role.PROPERTY else None
    return "" if value is None else written(column, value, lang)


def written(column: Column, value: Any, lang: str) -> str:
    if isinstance(value, (list, tuple)):
        return "; ".join(written(column, part, lang) for part in value)
    if column.vocabulary:
        return dict(zip(vocabulary(column.vocabulary).terms, choices(column, lang), strict=True))[str(value)]
    if isinstance(value, bool):
        return choices(column, lang)[0 if value else 1]
    decimal = isinstance(value, float) or (column.declared and Decimal in get_args(column.declared.annotation))
    return str(value).replace(".", ",") if decimal and lang == "sv" else str(value)


def common_cell(column: Column, common: Common, lang: str) -> str:
    value = getattr(common, column.name)
    if value is None:
        return ""
    if column.name == "valid_to" and common.valid_to is not None:
        return (common.valid_to - timedelta(days=1)).isoformat()
    if column.name == "polarity":
        return choices(column, lang)[list(Polarity).index(value)]
    if column.name == "secrecy":
        return written(column, common.secrecy.name.lower(), lang)
    return written(column, value, lang)


def filled(items: list[Record | Link], lang: str) -> dict[str, list[list[str]]]:
    """Sheets of a template with a row for each item."""
    found = {}
    for sheet in sheets():
        rows = [[cell(column, item, lang) for column in sheet.columns] for item in items if item.type == sheet.name]
        if rows:
            found[title(sheet, lang)] = [[header(column, lang) for column in sheet.columns], *rows]
    names = [field for name in SOURCE if (field := source_field(name)) is not None]
    found[{"sv": "Källa", "en": "Source"}[lang]] = [[header(f, lang), SOURCE[f.name]] for f in names]
    return found


def read(path: Path) -> tuple[Source, list[Record | Link]]:
    loader, report = WorkbookLoader(), Report(path.name)
    source = loader.source(path, {})
    items = list(loader.read(path, source, {}, b"secret", report, no_progress))
    assert not report.rejects
    assert report.rows_in == report.accepted
    # Where it stood and how it was written differ between files; what it says must not.
    return source, [replace(item, raw={}, locator="", table="") for item in items]


def order(items: list[Record | Link]) -> list[Record | Link]:
    return sorted(items, key=lambda item: (item.type, item.id("s")))


@given(workbooks(), st.sampled_from(LANGUAGES))
@settings(max_examples=60)
def test_a_template_filled_in_is_read_back_and_csv_files_say_the_same(items: list[Record | Link], lang: str) -> None:
    sheets_filled = filled(items, lang)
    with TemporaryDirectory() as folder:
        path = Path(folder)
        with Workbook(str(path / "w.xlsx")) as book:
            for name, rows in sheets_filled.items():
                page = book.add_worksheet(name)
                for number, row in enumerate(rows):
                    for place, text in enumerate(row):
                        page.write_string(number, place, text)
        (path / "w").mkdir()
        for name, rows in sheets_filled.items():
            write_csv(path / "w" / f"{name}.csv", rows, lang)
        from_excel, from_csv = read(path / "w.xlsx"), read(path / "w")
    assert order(from_excel[1]) == order(items)
    assert order(from_csv[1]) == order(items)
    assert from_excel[0] == from_csv[0] == Source(series="s", edition="1", title="T", publisher="P")


def test_numbers_and_dates_may_be_cells_of_their_own_kind(tmp_path: Path) -> None:
    with Workbook(str(tmp_path / "w.xlsx")) as book:
        page = book.add_worksheet("Source")
        for number, pair in enumerate(SOURCE.items()):
            page.write_row(number, 0, pair)
        page = book.add_worksheet("Avtal")
        page.write_row(0, 0, ["id", "Namn", "Rangordning", "Kontrakterat värde", "giltig från", "identifierare"])
        page.write_row(1, 0, ["A", "Avtal", 2.0, 1234.5])
        page.write_datetime(1, 4, date(2026, 3, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
        page = book.add_worksheet("Organisationer")
        page.write_row(0, 0, ["id", "Namn", "Fysisk person"])
        page.write_row(1, 0, [17, "Bolag"])
        page.write_boolean(1, 2, False)
    contract, company = read(tmp_path / "w.xlsx")[1]
    assert contract.properties == {"name": "Avtal", "rank": 2, "awarded_value": "1234.5"}
    assert contract.common.valid_from == date(2026, 3, 1)
    assert isinstance(company, Record)
    assert (company.key, company.properties["natural_person"]) == ("local:s/17", False)
