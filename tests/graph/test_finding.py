"""Search as people mean it: by words of a name, a kind, a country and a whole; and what each hit is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import graph.sqlite
from graph.questions.finding import find
from graph.questions.found import Found
from graph.snapshot.cache import Cache
from graph.snapshot.view import Known, Moment, Snapshot
from graph.sqlite import Store
from graph.texts import Texts
from ontology.method import method
from ontology.records import Common, Link, Polarity, Record, Ref, Secrecy
from tests.contract.saying import company, load, now, secret, source
from visualisation.hits import hit_cells
from visualisation.words import Words

MALAYSIA, SELANGOR, THAILAND = "iso3166-1:MY", "place:selangor", "iso3166-1:TH"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = graph.sqlite.open(tmp_path / "store.kedja")
    yield opened
    opened.close()


def snapshot(store: Store, clearance: Secrecy = Secrecy.PUBLIC) -> Snapshot:
    at, latest = now(store, clearance), store.latest()
    assert latest is not None
    known = Known(at.publication, latest.at, clearance.name.lower())
    return Snapshot(Cache(store.core.path.parent / "c").topology(store, at), Moment(date(2026, 6, 1)), method(), known)


def hits(store: Store, text: str, **options: object) -> list[Found]:
    return find(store, snapshot(store), text, **options)  # type: ignore[arg-type]


def found(store: Store, text: str, **options: object) -> list[str]:
    return [hit.name for hit in hits(store, text, **options)]


def link(type: str, source: tuple[str, str], target: tuple[str, str], common: Common | None = None) -> Link:
    return Link(type, Ref(*source), Ref(*target), common=common or Common())


def site(key: str, name: str) -> Record:
    return Record("Site", key, {"name": name})


GLOVES = Record("Category", "own:gloves", {"name": "Gloves", "name_sv": "Handskar"})
PLANT, STEP, PRODUCT = ("Site", "local:plant"), ("Step", "local:step"), ("Product", "local:product")
CHAIN: list[Record | Link] = [
    GLOVES,
    Record("Place", SELANGOR, {"name": "Selangor"}),
    link("PART_OF", ("Place", SELANGOR), ("Place", MALAYSIA)),
    company("local:maker", "Kota Jaya Sdn Bhd"),
    site(PLANT[1], "Plant 2"),
    Record("Step", STEP[1], {"name": "Dipping"}),
    Record("Product", PRODUCT[1], {"name": "Soft nitrile"}),
    link("OPERATES", ("Organisation", "local:maker"), PLANT),
    link("LOCATED_IN", PLANT, ("Place", SELANGOR)),
    link("PERFORMS", PLANT, STEP),
    link("OUTPUTS", STEP, PRODUCT),
    link("IN_CATEGORY", PRODUCT, ("Category", "own:gloves")),
    site("local:other", "Works of another kind"),
    link("LOCATED_IN", ("Site", "local:other"), ("Place", MALAYSIA)),
    site("local:thai", "Thai plant"),
    link("LOCATED_IN", ("Site", "local:thai"), ("Place", THAILAND)),
]


@pytest.mark.parametrize(
    "text",
    [
        "handskar malaysia",
        "Malaysia handskar",
        "gloves in Malaysia",
        "gloves MY",
        "handskar från Malaysia",
        "handsk selan",
    ],
)
def test_words_of_a_kind_and_a_country_find_what_is_made_there(store: Store, text: str) -> None:
    load(store, source(), CHAIN)
    assert found(store, text) == ["Plant 2", "Soft nitrile", "Dipping"]


def test_words_of_a_name_and_of_what_is_told_go_together(store: Store) -> None:
    load(store, source(), CHAIN)
    assert found(store, "plant malaysia") == ["Plant 2", "Dipping"]  # which Plant 2 performs
    assert found(store, "thailand plant") == ["Thai plant"]
    assert found(store, "kota jaya gloves") == ["Plant 2"]  # whose owner is Kota Jaya, and which makes gloves
    assert found(store, "sites malaysia") == ["Plant 2", "Works of another kind"]
    assert found(store, "anläggningar malaysia gloves") == ["Plant 2"]
    assert found(store, "plant norge") == []
    assert found(store, "gloves malaysia", types=["Step"]) == ["Dipping"]
    assert found(store, "gloves malaysia", limit=1) == ["Plant 2"]


def test_many_findings_hide_no_factory(store: Store) -> None:
    said = [Record("Finding", f"local:f{n}", {"name": f"Gloves, Malaysia, {n}"}) for n in range(9)]
    load(store, source(), [*CHAIN, *said])
    assert found(store, "gloves malaysia", limit=5)[:3] == ["Plant 2", "Soft nitrile", "Dipping"]
    assert found(store, "gloves malaysia 3", limit=5)[0] == "Gloves, Malaysia, 3"
    assert hits(store, "Gloves, Malaysia, 3")[0].exact


def test_a_country_of_several_words_that_no_record_describes(store: Store) -> None:
    load(store, source(), [
        site("local:a", "Garment works"), link("LOCATED_IN", ("Site", "local:a"), ("Place", "iso3166-1:AE")),
        site("local:b", "Garment plant"), link("LOCATED_IN", ("Site", "local:b"), ("Place", "iso3166-1:IN")),
    ])  # fmt: skip
    assert found(store, "garment Förenade Arabemiraten") == ["Garment works"]
    assert found(store, "garment United Arab Emirates") == ["Garment works"]
    assert found(store, "garment indien") == ["Garment plant"]
    assert found(store, "garment in") == ["Garment plant", "Garment works"]  # a word like any other, and no country
    assert found(store, "garment IN") == ["Garment plant"]


def test_a_hit_says_what_it_is_where_and_what_it_belongs_to(store: Store) -> None:
    load(store, source(), CHAIN)
    plant, product, step = hits(store, "handskar malaysia")
    assert (plant.type, plant.country, plant.countries) == ("Site", "MY", ("MY",))
    assert [place.name for place in plant.places] == ["Selangor"]
    assert [kind.name for kind in plant.kinds] == ["Soft nitrile"]
    assert [whole.name for whole in plant.part_of] == ["Kota Jaya Sdn Bhd"]
    assert (step.country, [whole.name for whole in step.part_of]) == ("MY", ["Plant 2"])
    assert (product.country, [kind.name_sv for kind in product.kinds]) == ("MY", ["Handskar"])
    assert hit_cells(product, Words("sv")) == ("Product", "Soft nitrile", "local:product", "Malaysia · slag: Handskar")
    assert hit_cells(plant, Words("en"))[3] == "Malaysia · kind: Soft nitrile · belongs to: Kota Jaya Sdn Bhd"


def test_what_several_say_is_listed_by_name(store: Store) -> None:
    load(store, source(), [*CHAIN, *(
        link("LOCATED_IN", ("Organisation", "local:maker"), ("Place", place)) for place in (THAILAND, MALAYSIA)
    ), *(company(f"local:{n}", n) for n in "BCA"), *(
        link("OWNS", ("Organisation", f"local:{n}"), ("Organisation", "local:maker")) for n in "CAB"
    )])  # fmt: skip
    maker = hits(store, "kota jaya")[0]
    assert (maker.country, maker.countries) == (None, ("MY", "TH"))
    assert [owner.name for owner in maker.part_of] == ["A", "B", "C"]


def test_nothing_withheld_denied_or_past_tells(store: Store) -> None:
    past, denied = Common(valid_to=date(2026, 1, 1)), Common(polarity=Polarity.DENIED)
    load(store, source(), [
        GLOVES,
        *(site(f"local:{n}", f"Works {n}") for n in range(4)),
        *(
            link("LOCATED_IN", ("Site", f"local:{n}"), ("Place", MALAYSIA), common)
            for n, common in enumerate((None, secret(), denied, past))
        ),
    ])  # fmt: skip
    assert found(store, "works malaysia") == ["Works 0"]
    inside = find(store, snapshot(store, Secrecy.RESTRICTED), "works malaysia")
    assert [hit.name for hit in inside] == ["Works 0", "Works 1"]
    assert hits(store, "works 1")[0].country is None


def test_a_hidden_name_tells_nothing(store: Store) -> None:
    load(store, source(), [
        company("local:owner", "Gömda Ägare AB", common=secret()), site("local:a", "Works"),
        link("OPERATES", ("Organisation", "local:owner"), ("Site", "local:a")),
    ])  # fmt: skip
    assert found(store, "works gömda") == []
    assert [hit.name for hit in find(store, snapshot(store, Secrecy.RESTRICTED), "works gömda")] == ["Works"]


def test_a_country_that_only_its_code_says_has_its_name_on_a_page(store: Store) -> None:
    load(store, source(), CHAIN)
    [hit] = hits(store, "Thailand")
    assert (hit.type, hit.keys, hit.country) == ("Place", (THAILAND,), "TH")
    assert hit_cells(hit, Words("sv")) == ("Place", "Thailand", THAILAND, "")


@example(held={"\0"}, asked=["", "\0"], even=False)
@given(st.sets(st.text(max_size=4)), st.lists(st.text(max_size=4)), st.booleans())
def test_many_texts_are_found_in_a_column_as_one_is(held: set[str], asked: list[str], even: bool) -> None:
    held = {text.encode().hex().ljust(40, "0") for text in held} if even else held
    asked = [text.encode().hex().ljust(40, "0") for text in asked] if even else asked
    column = Texts.of(sorted(held, key=str.encode))
    places = [place for text in asked if (place := column.find(text)) is not None]
    assert column.find_all(asked).tolist() == places


# -- words spelled nearly so ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["handksar", "Handskr", "hanskar", "gloevs", "Glovess"])
def test_a_slip_of_the_pen_finds_what_was_meant_and_is_never_certain(store: Store, text: str) -> None:
    load(store, source(), CHAIN)
    assert [(hit.name, hit.similar, hit.exact) for hit in hits(store, text)][:1] == [("Gloves", True, False)]


def test_each_word_that_names_nothing_is_read_as_one_that_does(store: Store) -> None:
    load(store, source(), CHAIN)
    assert "Plant 2" in found(store, "handksar malaysia")
    assert found(store, "Kota Jxya")[0] == "Kota Jaya Sdn Bhd"
    assert found(store, "Kota Zzzzzz") == []


@pytest.mark.parametrize("text", ["gloves malaysa", "handskar Malasia", "garment Tysklnd", "garment Germny"])
def test_a_misspelt_country_is_read_as_the_one_that_was_meant(store: Store, text: str) -> None:
    load(store, source(), [
        *CHAIN,
        site("local:g", "Garment plant"), link("LOCATED_IN", ("Site", "local:g"), ("Place", "iso3166-1:DE")),
    ])  # fmt: skip
    first = hits(store, text)[0]
    assert (first.name, first.similar) == ("Garment plant" if "garment" in text else "Plant 2", True)


def test_a_misspelt_country_of_which_nothing_may_be_seen_finds_nothing(store: Store) -> None:
    load(store, source(), CHAIN)
    assert found(store, "gloves Tysklnd") == []


def test_what_is_found_as_spelled_and_numbers_are_taken_as_they_are(store: Store) -> None:
    load(store, source(), [company("local:1", "Nord AB", "se-orgnr:4020011112"), company("local:2", "Nors AB")])
    assert [(hit.name, hit.similar) for hit in hits(store, "nord")] == [("Nord AB", False)]
    assert found(store, "4020011113") == []
    assert found(store, "nxrx") == []


def test_a_word_that_only_withheld_names_hold_is_not_proposed(store: Store) -> None:
    load(store, source(), [company("local:1", "Handskar AB")])
    hidden = Record("Organisation", "local:2", {"name": "Handlare AB"}, common=Common(secrecy=Secrecy.RESTRICTED))
    load(store, source(series="s"), [hidden], 1)
    assert found(store, "handlaer") == []
    assert [hit.name for hit in find(store, snapshot(store, Secrecy.RESTRICTED), "handlaer")] == ["Handlare AB"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_thing_that_sources_name_differently_is_shown_as_it_counts_whichever_came_first(
    store: Store, order: tuple[int, int]
) -> None:
    said = [
        (replace(source("ett"), published=date(2026, 1, 1)), site("gln:7350053850019", "Spinning mill")),
        (replace(source("två"), published=date(2026, 5, 1)), site("gln:7350053850019", "Dyeing mill")),
    ]
    for place in order:
        load(store, said[place][0], [said[place][1]])
    for text in ("Spinning", "Dyeing", "gln:7350053850019"):
        assert found(store, text) == ["Dyeing mill"]
