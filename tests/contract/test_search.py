"""Search: spelling, diacritics, unfinished words, identifiers; no part of the text is syntax."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.sqlite import Store
from graph.store import At
from ontology.records import Record, Secrecy
from tests.contract.saying import company, load, now, owns, run_of, secret, source

LEI = "lei:213800KUD8LAJWSQ9D15"


def found(store: Store, text: str, **options: object) -> list[str]:
    return [hit.name for hit in store.search(now(store), text, **options)]  # type: ignore[arg-type]


def test_a_word_without_diacritics_finds_the_word_with_them(store: Store) -> None:
    load(store, source(), [company("local:1", "Göteborgs stad"), company("local:2", "Malmö stad")])
    assert found(store, "goteborgs") == ["Göteborgs stad"]
    assert found(store, "GÖTEBORGS STAD") == ["Göteborgs stad"]
    assert found(store, "Go\u0308teborgs") == ["Göteborgs stad"]  # decomposed


def test_an_exact_spelling_ranks_first_either_way(store: Store) -> None:
    load(store, source(), [company("local:1", "Göteborg"), company("local:2", "Goteborg")])
    assert found(store, "goteborg") == ["Goteborg", "Göteborg"]
    assert found(store, "Göteborg") == ["Göteborg", "Goteborg"]
    hits = store.search(now(store), "göteborg")
    assert [hit.exact for hit in hits] == [True, False]
    assert hits[0].score > hits[1].score


def test_within_longer_names_too(store: Store) -> None:
    load(store, source(), [company("local:1", "Region Göteborg AB"), company("local:2", "Region Goteborg AB")])
    assert found(store, "goteborg region") == ["Region Goteborg AB", "Region Göteborg AB"]
    assert found(store, "region göteborg") == ["Region Göteborg AB", "Region Goteborg AB"]


def test_words_may_be_unfinished_and_whole_ones_go_first(store: Store) -> None:
    load(store, source(), [company("local:1", "Nordic Gloves AB"), company("local:2", "Nordic Steel AB")])
    assert found(store, "nordic gl") == ["Nordic Gloves AB"]
    assert found(store, "nord") == ["Nordic Steel AB", "Nordic Gloves AB"]
    assert found(store, "nor glov") == ["Nordic Gloves AB"]
    load(store, source("b"), [company("local:3", "Nor Glov Maskin AB")])
    assert found(store, "nor glov") == ["Nor Glov Maskin AB", "Nordic Gloves AB"]


def test_a_part_of_a_compound_finds_it_after_the_word_itself(store: Store) -> None:
    names = ["Operationshandskar", "Nitrilhandskar, opudrade", "Handskar", "Handskfabriken"]
    load(store, source(), [Record("Product", f"local:{n}", {"name": name}) for n, name in enumerate(names)])
    assert found(store, "handskar") == ["Handskar", "Operationshandskar", "Nitrilhandskar, opudrade"]
    assert found(store, "opudrade handskar") == ["Nitrilhandskar, opudrade"]
    assert found(store, "ar") == []


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Ørsted Wind A/S", "orsted"),
        ("Ørsted Wind A/S", "Oersted wind"),
        ("Oersted Wind", "ørsted"),
        ("Ægir Havfruen", "aegir"),
        ("Łódź Rękawice Sp. z o.o.", "Lodz rekawice"),
        ("Straßen GmbH", "strassen"),
        ("Đại Việt Găng", "dai viet gang"),
        ("Þórshöfn Ýsa", "thorshofn ysa"),
        ("Århus Medico", "aarhus"),
        ("Кота Джая", "kota dzhaya"),
        ("上海手套有限公司", "手套"),
        ("上海手套有限公司", "shanghaishoutao"),
        ("トヨタ自動車", "toyota"),
        ("Ελληνικά Γάντια", "ellinika gantia"),
    ],
)
def test_letters_are_found_as_people_type_them(store: Store, name: str, typed: str) -> None:
    load(store, source(), [company("local:1", name), company("local:2", "Something else")])
    assert found(store, typed) == [name]
    assert found(store, typed.upper()) == [name]
    assert not store.search(now(store), typed)[0].exact


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Nordlunda Vårdhandel AB", "Nordlunda Vårdhandel Aktiebolag"),
        ("Nordlunda Vårdhandel AB", "Aktiebolaget Nordlunda vårdhandel"),
        ("AB Nordlunda", "Nordlunda AB (publ)"),
        ("Kota Jaya Glove Sdn. Bhd.", "Kota Jaya Glove Sendirian Berhad"),
        ("Kota Jaya Glove Sdn. Bhd.", "KOTA JAYA GLOVE SDN BHD"),
        ("Kota Jaya Glove", "Kota Jaya Glove Ltd."),
        ("Weber Medizintechnik GmbH & Co. KG", "Weber Medizintechnik G.m.b.H."),
        ("Łódź Rękawice Sp. z o.o.", "Lodz Rekawice spółka z ograniczoną odpowiedzialnością"),
        ("A/S Dansk Handske", "Dansk Handske ApS"),
        ("PT Indo Sarung Tbk", "Indo Sarung"),
        ("上海手套有限公司", "上海手套"),
        ("ООО Ромашка", "Romashka"),
    ],
)
def test_a_legal_form_may_be_left_out_or_written_otherwise(store: Store, name: str, typed: str) -> None:
    load(store, source(), [company("local:1", name), company("local:2", "Another AB Glove Sdn Bhd GmbH")])
    assert found(store, typed) == [name]


def test_the_legal_form_that_is_asked_for_goes_first(store: Store) -> None:
    names = ["Modo Gloves", "Modo Gloves GmbH", "Modo Gloves AB"]
    load(store, source(), [company(f"local:{n}", name) for n, name in enumerate(names)])
    assert found(store, "modo gloves ab") == ["Modo Gloves AB", "Modo Gloves", "Modo Gloves GmbH"]
    assert [hit.exact for hit in store.search(now(store), "modo gloves ab")] == [True, False, False]


def test_a_name_that_is_only_legal_forms_is_found_by_them(store: Store) -> None:
    load(store, source(), [company("local:1", "Company Limited"), company("local:2", "Gloves Ltd")])
    assert found(store, "company limited") == ["Company Limited"]


def test_words_in_another_order_find_the_name(store: Store) -> None:
    load(store, source(), [company("local:1", "Kota Jaya Glove Sdn Bhd"), company("local:2", "Kota Glove")])
    assert found(store, "glove jaya kota") == ["Kota Jaya Glove Sdn Bhd"]
    assert found(store, "Jaya, Kota") == ["Kota Jaya Glove Sdn Bhd"]


def test_whole_names_rank_above_beginnings_and_beginnings_above_the_rest(store: Store) -> None:
    names = ["Nordic Steel Holding AB", "Steelworks AB", "Steel", "Old Steel"]
    load(store, source(), [company(f"local:{n}", name) for n, name in enumerate(names)])
    assert found(store, "steel") == ["Steel", "Steelworks AB", "Old Steel", "Nordic Steel Holding AB"]


def test_things_rank_above_what_is_said_of_them(store: Store) -> None:
    said = [Record(t, "local:1", {"name": "Gloves"}) for t in ("RiskAssessment", "Finding", "Contract", "Organisation")]
    load(store, source(), said)
    types = [hit.type for hit in store.search(now(store), "gloves")]
    assert types == ["Organisation", "Contract", "Finding", "RiskAssessment"]


def test_swedish_names_are_searched_too(store: Store) -> None:
    load(store, source(), [Record("Place", "iso3166-1:CN", {"name": "China", "name_sv": "Kina"})])
    assert found(store, "kina") == ["China"]
    assert store.search(now(store), "kina")[0].exact


def test_identifiers_are_found_whole_bare_and_as_people_write_them(store: Store) -> None:
    load(store, source(), [
        company("se-orgnr:2321000131", "Västra Götalandsregionen", LEI), owns("local:1", "se-orgnr:2120001355"),
    ])  # fmt: skip
    for text in (
        "se-orgnr:2321000131",
        "2321000131",
        "232100-0131",
        LEI,
        "213800KUD8LAJWSQ9D15",
        "213800kud8lajwsq9d15",
    ):
        hits = store.search(now(store), text)
        assert [(hit.name, hit.exact) for hit in hits] == [("Västra Götalandsregionen", True)], text
    assert [hit.name for hit in store.search(now(store), "212000-1355")] == ["se-orgnr:2120001355"]
    by_id = store.search(now(store), store.search(now(store), LEI)[0].entity)
    assert [hit.name for hit in by_id] == ["Västra Götalandsregionen"]


def test_a_thing_is_found_once_by_any_of_its_names(store: Store) -> None:
    load(store, source("a"), [company("local:1", "Onemed AB", LEI)])
    load(store, source("b"), [company("local:2", "Evercare Sverige", LEI)])
    assert found(store, "evercare") == ["Onemed AB"]
    assert found(store, "ab") == ["Onemed AB"]


def test_the_best_are_found_among_very_many(store: Store) -> None:
    many = [company(f"local:{n}", f"Region Göteborg nummer {n}") for n in range(1500)]
    best = [company("local:a", "Göteborg"), company("local:b", "Goteborg"), company("local:c", "AB Göteborg")]
    load(store, source(), [*many, *best, company("local:goteborg", "Another")])
    assert found(store, "goteborg", limit=4) == ["Another", "Goteborg", "Göteborg", "AB Göteborg"]
    assert found(store, "gote", limit=2) == ["Goteborg", "Göteborg"]
    assert found(store, "region gotebo", limit=1) == ["Region Göteborg nummer 0"]
    assert len(found(store, "nummer", limit=100)) == 100


def test_types_and_limits_narrow(store: Store) -> None:
    load(store, source(), [company("local:1", "Gloves AB"), Record("Product", "local:1", {"name": "Gloves"})])
    assert found(store, "gloves", types=["Product"]) == ["Gloves"]
    assert found(store, "gloves", types=["Site", "Nonsense"]) == []
    assert found(store, "gloves", types=[]) == []
    assert found(store, "gloves", limit=1) == ["Gloves"]
    assert found(store, "gloves", limit=0) == []


def test_search_stands_at_a_publication(store: Store) -> None:
    load(store, source(), [company("local:1", "Old name")])
    load(store, source(edition="2"), [company("local:1", "New name")])
    assert [h.name for h in store.search(At(1), "old")] == ["Old name"]
    assert store.search(At(1), "new") == []
    assert found(store, "old") == []
    assert found(store, "new") == ["New name"]


def test_search_respects_clearance_in_hits_and_names(store: Store) -> None:
    load(store, source(), [company("local:1", "Open AB", LEI), company("local:2x", "Hidden AB", LEI, common=secret())])
    assert found(store, "hidden") == found(store, "local:2x") == found(store, "2x") == []
    inside = store.search(At(1, Secrecy.RESTRICTED), "hidden")
    assert [hit.name for hit in inside] == ["Open AB"]


def test_words_of_a_run_that_was_abandoned_are_gone(store: Store) -> None:
    run, _ = run_of(store, source(), [company("local:1", "Mistake AB")])
    store.abandon(run, "x")
    load(store, source(), [company("local:2", "Right AB")])
    assert found(store, "mistake") == []
    assert store.check() == []


def test_the_name_of_a_scheme_finds_nothing(store: Store) -> None:
    load(store, source(), [company("local:1", "One AB", LEI)])
    assert found(store, "local") == found(store, "lei") == []


TRAPS = [
    "", " ", "*", '"', "'", '""', "^gloves", "gloves*", "name:gloves", "{name}: gloves", "gloves OR steel",
    "NOT gloves", "gloves AND", "NEAR(gloves steel)", "gloves -steel", "(gloves", "gloves)", "a" * 5000, "x " * 500,
    "\0", "gl\0oves", "';DROP TABLE record;--", "%", "_", "\\", "🧤", "\u202egloves", "gloves \u0301", "1'='1",
    "+gloves", "<script>",
]  # fmt: skip


@pytest.mark.parametrize("text", TRAPS)
def test_no_text_is_syntax(store: Store, text: str) -> None:
    load(store, source(), [company("local:1", "Gloves AB")])
    assert set(found(store, text)) <= {"Gloves AB"}
    assert found(store, "gloves") == ["Gloves AB"]


def test_words_that_are_operators_elsewhere_are_words_here(store: Store) -> None:
    load(store, source(), [company("local:1", "OR AND NOT NEAR"), company("local:2", "Gloves AB")])
    assert found(store, "gloves OR") == []
    assert found(store, "or and") == ["OR AND NOT NEAR"]
    assert found(store, '"gloves" (ab)') == ["Gloves AB"]


@given(text=st.text(max_size=40))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_may_be_searched_for(store: Store, text: str) -> None:
    if store.latest() is None:
        load(store, source(), [company("local:1", "Gloves AB"), company("local:2", "Åäö Ünïcode")])
    at = now(store)
    hits = store.search(at, text)
    assert hits == store.search(at, text)
    assert len({hit.entity for hit in hits}) == len(hits)


letters = st.characters(max_codepoint=0x4FF, categories=["Lu", "Ll", "Lo", "Nd"])


@given(names=st.lists(st.text(letters, min_size=1, max_size=12), min_size=1, max_size=12, unique=True))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_thing_is_found_by_its_own_name(store: Store, names: list[str]) -> None:
    load(store, source(), [company(f"local:{n}", name) for n, name in enumerate(names)])
    for name in names:
        assert store.search(now(store), name)[0].exact
