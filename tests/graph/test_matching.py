"""Proposals of identity: what is found, with which reasons, and what is never proposed."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.matching.made import Maker
from benchmarks.matching.sets import Labels, Score
from graph.matching.blocking import candidates
from graph.matching.features import ALL, INTERCEPT
from graph.matching.model import calibrated, match, weights
from graph.matching.names import read_name
from graph.matching.profiles import Profile, is_nobody, profile, read_address
from graph.matching.proposing import LEAST, matches
from graph.matching.words import Rarity


def thing(id: str, name: str, country: str = "", address: str = "", *keys: str) -> Profile:
    made = profile(id, "Organisation", [name], [country] if country else [], [address] if address else [], keys)
    assert made is not None
    return made


def probability(a: Profile, b: Profile) -> float:
    return match(a, b, Rarity([*a.names, *b.names])).probability


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Björkvik Vårdgrossist AB", "BJORKVIK VARDGROSSIST"),
        ("AB Lindströms Förbandsmaterial (publ)", "Lindstroms Forbandsmaterial Aktiebolag"),
        ("Selat Biru Glove Sdn. Bhd.", "Selat Biru Glove Sendirian Berhad"),
        ("Göteborgs Dentalfabrik AB", "Goeteborgs Dentalfabrik AB"),
        ('ООО "Медтехника Север"', "OOO Medtekhnika Sever"),
        ("Krautstein Medizintechnik GmbH", "Krautstein Medizintechnik Gesellschaft mit beschränkter Haftung"),
        ("Ningbo Xinrui Medical Instruments Co., Ltd.", "Ningbo Xinrui Med. Instr. Co Ltd"),
        ("Mörtfors Health Care AB", "Mörtfors Healthcare AB"),
        ("Kvistberg Hjälpmedel AB", "Kvistberg Hjälmedel Aktibolag"),
        ("A.B.K. Surgical Ltd", "ABK Surgical Limited"),
        ("Savar Textiles Unit II", "Savar Textiles Unit 2"),
        ("Björkmed Sverige AB", "Björk Med Sverige AB"),
        ("van der Kvistberg Corp", "Vanderkvistberg Corp"),
        ("Krautstein GmbH & Co. KG", "Krautstein GmbH und Co KG"),
        ("KrautsteinGmbH", "Krautstein GmbH"),
        ("Kvistberg Health Care Private Limietd", "Kvistberg Healthcare Pvt Ltd"),
        ("Kvistberg Vårdpartner AB (556036-0793)", "Kvistberg Vårdpartner AB"),
        ("Kvistberg & Björk AB", "Kvistberg och Björk Aktiebolag"),
        ("Björkvik Intl. AB", "Björkvik International AB"),
    ],
)
def test_one_company_in_two_spellings_is_likely_one(one: str, other: str) -> None:
    assert probability(thing("a", one), thing("b", other)) > 0.5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("PH Medvik", "Przedsiębiorstwo Handlowe Medvik"),
        ("KBV Selatbiru AB", "Krautstein Björkviks Vårdförening Selatbiru AB"),
        ("Koninklijke Kvistberg NV", "Royal Kvistberg N.V."),
    ],
)
def test_initials_and_words_of_another_language_are_proposed(one: str, other: str) -> None:
    assert [(a.id, b.id) for a, b, _ in matches([thing("a", one), thing("b", other)])] == [("a", "b")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Volvo Cars AB", "SE"), ("Volvo Trucks AB", "SE")),
        (("Björkvik Vårdgrossist AB", "SE"), ("Björkvik Vårdgrossist AS", "NO")),
        (("Getholm Medical Plant 2", "SE"), ("Getholm Medical Plant 3", "SE")),
        (("Savar Textiles Unit II", "BD"), ("Savar Textiles Unit III", "BD")),
        (("Savar Textiles Unit I", "BD"), ("Savar Textiles Unit II", "BD")),
        (("Savar Knit Composite Ltd.", "BD"), ("Gazipur Knit Composite Ltd.", "BD")),
        (("Nordfors Medical Holding AB", "SE"), ("Nordfors Medical AB", "SE")),
        (("Medical Products AB", "SE"), ("Medical Service AB", "SE")),
        (("Region Björkvik, Inköpsavdelningen", "SE"), ("Region Björkvik, Ekonomiavdelningen", "SE")),
        (("Björkvik Sverige AB", "SE"), ("Björkvik Finland Oy", "FI")),
    ],
)
def test_group_companies_other_plants_and_namesakes_abroad_are_not(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    assert probability(thing("a", *one), thing("b", *other)) < 0.5


def test_each_aspect_says_what_both_sides_say_and_how_much_that_speaks() -> None:
    a = thing("a", "Selat Biru Glove Sdn. Bhd.", "MY", "12 Jalan Industri, 41000 Klang", "gb-coh:01234567")
    b = thing("b", "SELAT BIRU GLOVES", "MY", "Jalan Industri 12, Klang", "gb-coh:01234576")
    told = {reason.aspect.name: reason for reason in match(a, b, Rarity(a.names)).reasons}
    assert told["name"].bits > 5
    assert (told["country"].aspect.left, told["country"].aspect.right, told["country"].aspect.seen) == (
        "MY",
        "MY",
        "same",
    )
    assert told["address"].aspect.seen == "same"
    assert told["address"].bits > 1
    assert told["identifier"].aspect.seen == "slip"
    assert told["beforehand"].bits < 0
    clash = match(a, thing("c", "Selat Biru Glove Sdn. Bhd.", "TH", "", "gb-coh:99999999"), Rarity(a.names))
    against = {reason.aspect.name: reason for reason in clash.reasons}
    assert against["country"].bits < 0
    assert against["identifier"].aspect.seen == "clash"
    assert against["identifier"].bits < 0


def test_another_legal_form_speaks_against_and_another_spelling_of_it_does_not() -> None:
    def bits(one: str, other: str) -> float:
        told = {r.aspect.name: r for r in match(thing("a", one), thing("b", other), Rarity()).reasons}
        return told["legal_form"].bits

    assert bits("Skogen AB", "Skogen HB") < -1
    for one, other in (
        ("AB", "Aktiebolag"),
        ("Inc.", "Incorporated"),
        ("AB (publ)", "AB"),
        ("ООО", "LLC"),
        ("Ltd", "Limited"),
    ):
        assert bits(f"Skogen {one}", f"Skogen {other}") >= 0


def test_what_is_not_known_speaks_neither_way() -> None:
    a, b = thing("a", "Selat Biru Glove Sdn. Bhd.", "MY"), thing("b", "Selat Biru Glove Sdn. Bhd.")
    assert {reason.aspect.name for reason in match(a, b, Rarity(a.names)).reasons} == {
        "beforehand",
        "name",
        "legal_form",
    }


words = st.sampled_from(
    ["Selat", "Biru", "Glove", "Medical", "AB", "GmbH", "Göteborg", "2", "Åkers", "Holding", "Север", "and"]
)
names = st.lists(words, min_size=1, max_size=5).map(" ".join)
addresses = st.sampled_from(["", "Storgatan 1, 411 01 Göteborg", "1 Jalan Besar, Klang", "Box 12, Umeå", "?"])
things = st.builds(
    thing,
    st.uuids().map(str),
    names.filter(lambda name: not is_nobody(name)),
    st.sampled_from(["", "SE", "MY"]),
    addresses,
)


@given(things, things)
def test_a_match_is_the_same_either_way_round(a: Profile, b: Profile) -> None:
    rarity = Rarity([*a.names, *b.names])
    one, other = match(a, b, rarity), match(b, a, rarity)
    assert one.probability == pytest.approx(other.probability)
    assert 0 < one.probability < 1
    assert [r.aspect.seen for r in one.reasons] == [r.aspect.seen for r in other.reasons]


NOBODY = (
    "Personuppgift", "personuppgift (3)", "okänd leverantör", "n/a", "-", "UNKNOWN", "natural person", "…", "  ",
    "Diverse leverantörer", "Enskild firma", "uppgift saknas", "Anonymiserad leverantör", "Skyddad identitet",
    "Privata personer", "Leverantör 3", "Supplier A", "Undisclosed supplier", "Engångsleverantörer", "Inga anbud",
)  # fmt: skip


@given(st.sampled_from(NOBODY))
def test_masked_persons_and_placeholders_are_nobody(name: str) -> None:
    assert is_nobody(name)
    assert profile("a", "Organisation", [name]) is None


@pytest.mark.parametrize("name", ["Anonym AB", "Privat Vård", "Övriga Byggen", "3M", "No Name Kläder HB"])
def test_a_name_with_a_word_or_a_legal_form_of_its_own_is_somebodys(name: str) -> None:
    assert not is_nobody(name)


@settings(max_examples=30)
@given(st.lists(things, max_size=12, unique_by=lambda one: one.id))
def test_every_pair_of_one_name_is_a_candidate_and_no_pair_comes_twice(several: list[Profile]) -> None:
    rarity = Rarity(name for one in several for name in one.names)
    found = [tuple(pair) for batch in candidates(several, rarity) for pair in batch.tolist()]
    assert len(found) == len(set(found))
    assert all(a < b for a, b in found)
    for i, j in combinations(range(len(several)), 2):
        if several[i].names[0].joined == several[j].names[0].joined:
            assert (i, j) in found


def test_of_new_things_only_pairs_with_one_of_them_are_candidates() -> None:
    several = [thing(str(n), "Selat Biru Glove") for n in range(4)]
    pairs = np.concatenate(list(candidates(several, Rarity(), np.array([False, False, True, False]))))
    assert sorted(map(tuple, pairs.tolist())) == [(0, 2), (1, 2), (2, 3)]


def test_a_crowd_of_one_name_is_not_compared_all_with_all() -> None:
    several = [thing(str(n), "Apoteket AB") for n in range(400)]
    pairs = np.concatenate(list(candidates(several, Rarity())))
    assert len(pairs) < 1_000
    assert {place for pair in pairs.tolist() for place in pair} == set(range(400))


def test_what_owns_it_is_never_proposed_to_be_one_with_it() -> None:
    a, b = thing("a", "Selat Biru Glove Sdn Bhd"), thing("b", "Selat Biru Glove Bhd")
    assert [(x.id, y.id) for x, y, _ in matches([a, b])] == [("a", "b")]
    owned = profile("a", "Organisation", ["Selat Biru Glove Sdn Bhd"], relatives=["b"])
    assert owned is not None
    assert list(matches([owned, b])) == []


def test_the_coefficients_are_of_the_measures_and_say_where_from() -> None:
    assert set(weights().coefficients) == {INTERCEPT, *ALL}
    assert "benchmarks.matching.fitting" in weights().origin
    points = weights().calibration
    assert list(points) == sorted(points)
    assert all(p <= q for (_, p), (_, q) in pairwise(points))


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 20)), min_size=1, max_size=12))
def test_a_calibration_never_falls_and_never_says_0_or_1(bins: list[tuple[int, int]]) -> None:
    found = calibrated([float(n) for n in range(len(bins))], [(min(ones, all_), all_) for ones, all_ in bins])
    assert all(0 < p < 1 for _, p in found)
    assert [x for x, _ in found] == sorted(x for x, _ in found)


def test_an_address_is_compared_by_its_house_its_street_and_its_town() -> None:
    assert read_address("Storgatan 12, 411 01 Göteborg").postal == {"41101"}
    assert "12" in read_address("Storgatan 12, 411 01 Göteborg").numbers
    assert read_name("AB Volvo (publ)").words == read_name("Volvo Aktiebolag").words


def test_on_labelled_records_with_words_not_seen_before_nearly_all_are_proposed() -> None:
    """Records of 400 made companies in the half of the vocabulary that the coefficients were not made from."""
    labels = Labels.of("others", Maker(7, 1).records(400))
    place = {one.id: n for n, one in enumerate(labels.things)}
    joined = labels.joined()
    truth = labels.truth() - joined
    told = {
        (min(place[a.id], place[b.id]), max(place[a.id], place[b.id])): m.probability
        for a, b, m in matches(labels.things)
    }
    told = {pair: p for pair, p in told.items() if pair not in joined}
    assert min(told.values()) >= LEAST
    assert Score.of(set(told), truth).recall >= 0.95
    likely = Score.of({pair for pair, p in told.items() if p >= 0.5}, truth)
    assert likely.f1 >= 0.88
    assert Score.of({pair for pair, p in told.items() if p >= 0.9}, truth).precision >= 0.9
