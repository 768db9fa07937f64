"""The formats whose loaders are modules of this package, declared."""

from __future__ import annotations

import re

from loaders.glimpse import Glimpse
from loaders.registry import EDITION, LICENCE, SHARED, STATEMENTS, Format
from ontology.label import Label

_SOURCE_SHEET = re.compile(r'<(?:\w+:)?(?:sheet|table) [^>]*name="\s*(?:källa|source)\s*"', re.IGNORECASE)
_TENDERS = ("Upphandlings-ID", "Anbudsområdes-ID", "Namn för leverantör")


def _workbook(seen: Glimpse) -> bool:
    """A sheet, or a CSV file of a folder, that says who says this."""
    if seen.path.is_dir():
        return any(file.name in ("källa.csv", "source.csv") and file.path.parent == seen.path for file in seen.files)
    return _SOURCE_SHEET.search(seen.text) is not None


WORKBOOK = Format(
    kind="workbook",
    title=Label("Kedjas arbetsbok", "A Kedja workbook"),
    help=Label(
        "En Kedja-arbetsbok: en XLSX, eller en mapp med CSV-filer. Gör en med kedja template.",
        "A Kedja workbook: one XLSX, or a folder of CSV files. Make one with kedja template.",
    ),
    takes=Label("XLSX, ODS eller mapp med CSV", "XLSX, ODS, or a folder of CSV"),
    looks_for=Label(
        "ett blad, eller i en mapp en CSV-fil, som heter källa", "a sheet, or in a folder a CSV file, called source"
    ),
    example="kedja load workbook mina-kedjor.xlsx",
    loader="loaders.workbook:WorkbookLoader",
    recognises=_workbook,
    notes={
        "note_rows": Label(
            "Anteckningar, inte lästa: mallens exempelrad och rader med bara en cell, som börjar med #",
            "Notes, not read: the template's example row, and rows of one cell that begins with #",
        ),
        **SHARED,
        "cells_left_out": Label(
            "Celler som utelämnats ur godtagna rader",
            "Cells left out of accepted rows",
        ),
        **STATEMENTS,
    },
)


def _swedish_procurement(seen: Glimpse) -> bool:
    return any(all(column in file.text for column in _TENDERS) for file in seen.each())


SWEDISH_PROCUREMENT = Format(
    kind="swedish-procurement",
    title=Label("Svensk upphandlingsstatistik", "Swedish procurement statistics"),
    help=Label(
        "Den svenska upphandlingsstatistiken: filen med kontrakterade anbud och leverantörer, eller dess mapp.",
        "The Swedish procurement statistics: the XLSX of awarded tenders with suppliers, or its folder.",
    ),
    takes=Label("XLSX, CSV eller mapp", "XLSX, CSV, or a folder"),
    looks_for=Label("kolumnerna " + ", ".join(_TENDERS), "the columns " + ", ".join(_TENDERS)),
    example="kedja load swedish-procurement number_of_contracted_tenders_with_suppliers.xlsx",
    loader="loaders.se_procurement:SwedishProcurementLoader",
    recognises=_swedish_procurement,
    options=(EDITION, LICENCE),
    notes={
        "masked_person": Label(
            "Rader där källan har dolt en fysisk person",
            "Rows in which the source hid a natural person",
        ),
        "hidden_person": Label(
            "Rader där källan visar en fysisk person, dold här",
            "Rows in which the source shows a natural person, hidden here",
        ),
        "hidden_buyer": Label(
            "Rader där köparen är dold, eftersom numret är ett personnummer",
            "Rows whose buyer is hidden, since the number is a personal number",
        ),
        "buyer_number_invalid": Label(
            "Rader där köparens organisationsnummer inte stämmer; raden är behållen",
            "Rows whose buyer's organisation number is not valid; the row is kept",
        ),
        "buyer_number_finnish": Label(
            "Rader där köparen har ett finskt företagsnummer",
            "Rows whose buyer has a Finnish business id",
        ),
        "legal_form_unknown": Label(
            "Rader där leverantörens juridiska form är okänd",
            "Rows whose supplier's legal form is unknown",
        ),
        "supplier_not_named": Label(
            "Rader där ingen leverantör är namngiven",
            "Rows in which no supplier is named",
        ),
        "supplier_number_absent": Label(
            "Rader utan leverantörens organisationsnummer: namn och juridisk form i dess ställe",
            "Rows without the supplier's organisation number: name and legal form in its place",
        ),
        "supplier_number_invalid": Label(
            "Rader där leverantörens organisationsnummer inte stämmer: namn och juridisk form i dess ställe",
            "Rows whose supplier's organisation number is not valid: name and legal form in its place",
        ),
        "not_contracted": Label(
            "Anbud som inte ledde till avtal: upphandlingen är läst, inget avtal",
            "Tenders that did not become contracts: the procurement is read, no contract",
        ),
        "several_tenders": Label(
            "Rader som gäller flera anbud av en leverantör: här ett avtal",
            "Rows that stand for several tenders of one supplier: one contract here",
        ),
        "category_unknown": Label(
            "Rader utan CPV-kod: kategorin är okänd",
            "Rows without a CPV code: the category is unknown",
        ),
        "empty_flag": Label(
            "Tomma ja/nej-fält lästa som okända",
            "Empty yes/no fields read as unknown",
        ),
        "title_absent": Label(
            "Rader utan titel: numret står i dess ställe",
            "Rows without a title: the number stands in its place",
        ),
        "value_absent": Label(
            "Rader utan kontrakterat värde: värdet är okänt",
            "Rows without a contracted value: the value is unknown",
        ),
        "value_left_out": Label(
            "Kontrakterade värden som utelämnats: noll, negativa eller inte tal",
            "Contracted values left out: zero, negative or not numbers",
        ),
    },
)


def _cpv(seen: Glimpse) -> bool:
    return any(file.name in ("code_sv.xml", "code_en.xml") and "code|name|" in file.text for file in seen.each())


CPV = Format(
    kind="cpv",
    title=Label("CPV-koder", "CPV codes"),
    help=Label(
        "CPV-koderna med svenska och engelska namn: code_sv.xml och code_en.xml (eller .gz), eller deras mapp.",
        "The CPV codes with Swedish and English names: code_sv.xml and code_en.xml (or .gz), or their folder.",
    ),
    takes=Label("XML, XML.GZ eller mapp", "XML, XML.GZ, or a folder"),
    looks_for=Label("code_sv.xml eller code_en.xml med koders namn", "code_sv.xml or code_en.xml with names of codes"),
    example="kedja load cpv codelists/",
    loader="loaders.cpv:CpvLoader",
    recognises=_cpv,
    options=(EDITION,),
    notes={
        "one_language_only": Label(
            "Koder med namn på bara ett av språken",
            "Codes named in only one of the languages",
        ),
    },
)


def _reference(seen: Glimpse) -> bool:
    names = {file.name for file in seen.files if file.path.parent == seen.path}
    return {"sources.csv", "kinds.csv"} <= names


REFERENCE = Format(
    kind="reference",
    title=Label("Referensdata", "Reference data"),
    help=Label(
        "Referensdata: risktyper, områden, regioner, egna kategorier, publicerade riskbedömningar, typiska kedjor.",
        "Reference data: risk types, areas, regions, own categories, published risk assessments and generic chains.",
    ),
    takes=Label(
        "mapp som den medföljande; utan den, den medföljande", "a folder like the packaged one; without it, that one"
    ),
    looks_for=Label("en mapp med sources.csv och kinds.csv", "a folder with sources.csv and kinds.csv"),
    example="kedja load reference",
    loader="loaders.reference_data:ReferenceLoader",
    recognises=_reference,
    options=(EDITION,),
    default="loaders.reference_data:packaged",
    notes={
        "file_absent": Label(
            "Filer som saknas i mappen",
            "Files that the folder lacks",
        ),
    },
)
