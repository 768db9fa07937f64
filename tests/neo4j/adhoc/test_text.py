"""What the text of a statement shows, and what it cannot hide."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.neo4j import adhoc_text
from ontology.errors import InputError

NAMED = sorted(Path(adhoc_text.__file__).parent.with_name("cypher").glob("*.cypher"))
FILLER = st.sampled_from(
    [" ", "\n", "\t", "\u00a0", "\u2003", "/* LOAD */", "/**/", "// CSV\n", " /* ' */ ", ' // "\n']
)
HIDDEN = st.sampled_from(
    [
        "LOAD CSV FROM 'x' AS l RETURN l",
        "CALL dbms.components ( )",
        "USE system RETURN 1",
        "RETURN apoc.load.json ( 'x' )",
    ]
)


@given(st.data())
def test_neither_case_nor_comments_nor_space_hide_a_clause(data: st.DataObject) -> None:
    parts_of = data.draw(HIDDEN).replace(".", " . ").split(" ")
    text = ""
    for part in parts_of:
        word = "".join(c.swapcase() if data.draw(st.booleans()) else c for c in part) if part.isalpha() else part
        text += word + data.draw(FILLER)
    before = data.draw(
        st.sampled_from(["", "MATCH (n) ", "RETURN [x IN [1] | COLLECT { ", "WITH '\\'' AS q ", "WITH `a``b` AS q "])
    )
    with pytest.raises(InputError, match=r"(?i)load csv|dbms|system|apoc"):
        adhoc_text.check(before + text, {})


@given(st.text(st.characters(exclude_characters="'\"`\\", exclude_categories=["Cs"]), max_size=60))
def test_words_in_texts_comments_and_quoted_names_are_only_words(words: str) -> None:
    said = f"{words} LOAD CSV CALL dbms.x() USE system; $x elementId(n)"
    line = said.replace("\r", " ").replace("\n", " ")
    closed = said.replace("*/", "")
    adhoc_text.check(f"RETURN '{said}' AS a, \"{said}\" AS `{said}` // {line}\n/* {closed} */", {})


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InputError):
        adhoc_text.check(text, {})


@pytest.mark.parametrize(
    "text",
    [
        "MATCH (n:Call)-[:USE]->(m:Load) WHERE n.call = m.use RETURN n.load AS load, m.id",
        "MATCH (n) WITH n.x AS call ORDER BY call RETURN call",
        "MATCH (n) RETURN n.csv AS load, n.load AS csv",
        "MATCH (id:Step) WHERE id.name = 'x' RETURN id",
        "RETURN date.truncate('month', date('2026-11-01')) AS d, duration.between(date(), date()) AS e",
        "RETURN vector.similarity.cosine([1.0], [1.0]) AS v, point.distance(a.at, b.at) AS p",
        "UNWIND range(1, 100000000000) AS i RETURN i",
        "RETURN [i IN range(0, size([1, 2]) - 1) | i] AS x",
        "MATCH (n:$any(['A', 'B'])) RETURN n",
        "MATCH (a)-[r*1..3]->(b) RETURN r[0..2], 1.5e3, 0x1F",
    ],
)
def test_names_and_functions_that_only_look_like_it_are_let_through(text: str) -> None:
    adhoc_text.check(text, {})


@pytest.mark.parametrize("file", NAMED, ids=lambda file: file.stem)
def test_a_named_question_passes_as_it_stands(file: Path) -> None:
    adhoc_text.check(file.read_text(encoding="utf-8"), {})
