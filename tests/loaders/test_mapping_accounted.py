"""Nothing is passed over in silence: every filled cell of a mapped table is said, rejected, left out or named."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.loaders.mapped import read

ROWS = """
[[rows]]
optional = ["*"]
[rows.node.company]
type = "Organisation"
key = ["se-orgnr:{number}", "{id}"]
name = "{name}"
size = "{size}"
[rows.node.site]
type = "Site"
key = "{site}"
name = "{site}"
workers = "{workers}"
[rows.node.country]
type = "Place"
key = "iso3166-1:{country}"
[[rows.link]]
type = "LOCATED_IN"
from = "site"
to = "country"
[[rows.link]]
type = "OWNS"
from = "company"
to = "company"
share = "{share}"
when = { owns = "self" }
"""
HEADER = ("number", "id", "name", "size", "site", "workers", "country", "memo")
CELL = st.sampled_from(
    (
        "",
        "5560360793",
        "556036-0793",
        "800101-1231",
        "A",
        "B",
        "okänt",
        "#REF!",
        "MY",
        "Malaysia",
        "Atlantis",
        "12",
        "many",
    )
)
TABLES = st.lists(st.lists(CELL, min_size=len(HEADER), max_size=len(HEADER) + 1), min_size=1, max_size=4)


def told(rows: list[list[str]]) -> tuple[str, set[int | str]]:
    """Everything that is said of a table, and the rows that are named whole."""
    text = StringIO(newline="")
    csv.writer(text).writerows([HEADER, *rows])
    with TemporaryDirectory() as folder:
        found = read(Path(folder), ROWS, text.getvalue())
    seen = found.items, [dict(i.raw) for i in found.items], found.report.rejects, sorted(found.report.notes.items())
    return repr(seen), {row for _, row in found.report.rejected_rows}


@settings(max_examples=30, deadline=None)
@given(TABLES)
def test_every_filled_cell_is_said_rejected_left_out_or_named(rows: list[list[str]]) -> None:
    said, rejected = told(rows)
    assert "not_mapped" in said, "memo, once for the whole column"
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            # the id is what a row is known by only where its number cannot be read
            if not text or number + 2 in rejected or HEADER[column : column + 1] in (("memo",), ("id",)):
                continue
            if sum(text in other[column : column + 1] for other in rows) > 1:  # what is said again is said once
                continue
            # what tells of a person is hidden, and the person counted
            if column <= HEADER.index("size") and "hidden_person" in told([row])[0]:
                continue
            blank = [[*r] for r in rows]
            blank[number][column] = ""
            assert told(blank)[0] != said, (number + 2, HEADER[column : column + 1], text)
