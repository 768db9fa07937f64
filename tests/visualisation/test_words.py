"""Words: both languages say everything, and unknown is never said to be low."""

from __future__ import annotations

import ast
import re
from datetime import date
from pathlib import Path
from string import Formatter

import pytest

from graph.answer import Basis, Links
from graph.data import Question
from ontology.errors import DeclarationError, InputError, Reason
from ontology.values import SCHEMES
from visualisation import words as module
from visualisation.marks import Level, digit, level_name
from visualisation.words import LANGUAGES, Words, catalogue

FOLDER = Path(module.__file__).parent
SV, EN = Words("sv"), Words("en")


def blanks(text: object) -> set[str]:
    texts = [text] if isinstance(text, str) else list(text.values()) if isinstance(text, dict) else []
    return {name for one in texts for _, name, _, _ in Formatter().parse(one) if name}


def test_both_languages_have_the_same_texts_with_the_same_blanks() -> None:
    sv, en = catalogue("sv"), catalogue("en")
    assert sorted(sv) == sorted(en)
    assert {key: blanks(sv[key]) for key in sv} == {key: blanks(en[key]) for key in en}
    assert [key for key in sv if isinstance(sv[key], str) != isinstance(en[key], str)] == []


def test_no_text_is_empty_or_a_dash() -> None:
    for lang in LANGUAGES:
        for key, text in catalogue(lang).items():
            for one in [text] if isinstance(text, str) else text.values():
                assert one.strip(" -–—"), f"{lang} {key}"


def used_keys() -> set[str]:
    """The texts that the templates and modules name literally."""
    found: set[str] = set()
    for path in FOLDER.rglob("*.html"):
        found |= set(re.findall(r"\bw\('([a-z_A-Z0-9.]+)'[,)]", path.read_text("utf-8")))
    for path in FOLDER.glob("*.py"):
        for call in (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)):
            name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
            if name in {"words", "w", "self"} and call.args and isinstance(call.args[0], ast.Constant):
                found.add(str(call.args[0].value))
    return found


def test_every_text_that_a_page_names_is_there() -> None:
    keys = used_keys()
    assert len(keys) > 150, "the search for keys finds them"
    assert sorted(keys - set(catalogue("en"))) == []


def test_every_code_has_its_words() -> None:
    families: dict[str, list[str]] = {
        "reason": list(Reason),
        "remedy": list(Reason),
        "question": list(Question),
        "basis": list(Basis),
        "links": [str(code).replace("+", "_") for code in Links],
        "knowledge": ["reached", "supplier_link_only", "unknown", "none_found"],
        "listed": ["sells_to", "runs", "operates", "holds", "harm_of_company"],
        "truncated": ["max_tier", "max_nodes", "members", "ends", "paths", "time"],
        "run.kind": ["judgement", "withdrawal", "erasure"],
        "run.state": ["adding", "settling", "published", "abandoned"],
    }
    missing = [f"{name}.{code}" for name, codes in families.items() for code in codes if not SV.has(f"{name}.{code}")]
    assert missing == []


def test_numbers_days_and_countries_are_written_as_the_language_writes_them() -> None:
    assert SV.number(1234.5).replace("\u00a0", " ") == "1 234,5"
    assert EN.number(1234.5) == "1,234.5"
    assert SV.day(date(2026, 11, 1)) == EN.day(date(2026, 11, 1)) == "2026-11-01"
    assert (SV.country("DE"), EN.country("DE")) == ("Tyskland", "Germany")
    assert SV.country("CN-XJ") == "Kina"
    assert SV.country(None) == "Land okänt"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1, "1"), (0.6498, "0.65"), (0.008, "0.0080"), (0.9999, ">0.99"), (0.00001, "<0.0001"), (0.05, "0.050")],
)
def test_a_probability_never_rounds_to_none_or_to_certain(value: float, text: str) -> None:
    assert EN.probability(value) == text


def test_a_period_is_told_with_its_last_day() -> None:
    assert EN.period(date(2024, 1, 1), date(2025, 1, 1)) == "2024-01-01–2024-12-31"
    assert EN.period(None, None) == "validity not stated"
    assert EN.period(date(2024, 1, 1), None).endswith("end unknown")


def test_one_and_several_are_told_apart() -> None:
    assert (SV("n_unassessed", n=1), SV("n_unassessed", n=3)) == ("1 ej bedömt", "3 ej bedömda")


def test_unknown_is_never_low_a_dash_or_blank() -> None:
    low = {words.severity(1).casefold() for words in (SV, EN)} | {words.severity(0).casefold() for words in (SV, EN)}
    for words in (SV, EN):
        said = [
            words("unknown"),
            words("level.unknown"),
            words("level.unknown_short"),
            words.term("levels", None),
            words.term("clause-levels", ""),
            words.severity(None),
            words.value(None),
            words.country(None),
            words.day(None),
            level_name(Level.UNKNOWN, words),
            level_name(Level.UNSTATED, words),
        ]
        assert all(text.strip(" -–—0") for text in said)
        assert not low & {text.casefold() for text in said}
    assert digit(Level.UNKNOWN) == "?"
    assert digit(Level.UNSTATED) == "!"


def test_a_reason_says_what_to_do() -> None:
    given = {"vocabulary": "contract-kinds", "nearest": "framework"}
    assert SV.reason(Reason.NOT_IN_VOCABULARY, given) == "Finns inte i ordlistan"
    assert SV.remedy(Reason.NOT_IN_VOCABULARY, given).startswith("Menas något av dessa: Ramavtal?")
    assert SV.reason(Reason.OUT_OF_RANGE, {"le": "0.5"}) == "Utanför tillåtna värden (högst 0,5)"
    assert SV.remedy(Reason.PERSONAL_NUMBER, {}).startswith("Byt numret mot ett eget id")


def test_swedish_letters_sort_last_in_swedish() -> None:
    names = ["Örebro", "Åmål", "Zug", "Arvika", "Ängelholm"]
    assert sorted(names, key=SV.collation) == ["Arvika", "Zug", "Åmål", "Ängelholm", "Örebro"]
    assert min(names, key=EN.collation) == "Åmål"


def test_a_language_that_is_not_spoken_here_is_refused() -> None:
    with pytest.raises(InputError):
        Words("fi")
    with pytest.raises(DeclarationError):
        SV("no.such.text")


def test_identifiers_are_named_in_words() -> None:
    assert SV.key("se-orgnr:2321000131") == "organisationsnummer 2321000131"
    assert all(SCHEMES[name].label.sv for name in SCHEMES)
