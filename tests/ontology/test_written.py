"""Days, amounts, countries and placeholders as people write them: guessed only where one reading is left."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.amounts import allows, parse_amount
from ontology.countries import country_code
from ontology.errors import Reason, ValueProblem
from ontology.placeholders import is_placeholder
from ontology.values import YEARS, guess_keys, make_key, parse_day, parse_end, parse_number


def refused(parse: object, text: str) -> Reason:
    with pytest.raises(ValueProblem) as problem:
        parse(text)  # type: ignore[operator]
    return problem.value.reason


# -- days ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["250101", "261201", "201203", "000229"])
def test_six_digits_that_may_be_a_day_with_a_two_digit_year_are_refused(text: str) -> None:
    assert refused(parse_day, text) is Reason.TWO_DIGIT_YEAR


def test_six_digits_that_can_only_be_a_month_are_one() -> None:
    assert parse_day("202103") == (date(2021, 3, 1), date(2021, 4, 1))


@pytest.mark.parametrize("text", ["2501", "1899-12-31", "2201-01-01", "0001-01-01", "9999-12-31", "9999"])
def test_a_year_outside_the_range_is_refused(text: str) -> None:
    assert refused(parse_day, text) is Reason.YEAR_OUT_OF_RANGE


@pytest.mark.parametrize("text", ["9999-12-31", "99991231", "9999-12-31 00:00:00", "9999-12", "9999"])
def test_the_last_day_of_the_calendar_is_an_open_end(text: str) -> None:
    assert parse_end(text) is None


def test_an_end_is_the_day_after_the_last() -> None:
    assert parse_end("2200-12-31") == date(2201, 1, 1)
    assert refused(parse_end, "2999-12-31") is Reason.YEAR_OUT_OF_RANGE


@given(st.text(max_size=20) | st.from_regex(r"[0-9]{1,4}-?[0-9]{0,2}-?[0-9]{0,2}", fullmatch=True))
def test_no_text_makes_a_day_but_a_problem_or_a_range_within_the_years(text: str) -> None:
    try:
        first, after = parse_day(text)
    except ValueProblem:
        return
    assert first < after
    assert first.year in YEARS


# -- amounts ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("1 234 567,50", "1234567.5", None),
        ("1\u00a0234\u00a0567,50", "1234567.5", None),
        ("1.234.567", "1234567", None),
        ("1.234.567,50", "1234567.5", None),
        ("1,234,567.50", "1234567.5", None),
        ("2 750 000 kr", "2750000", None),
        ("2750000:-", "2750000", None),
        ("2,5 MSEK", "2500000", "SEK"),
        ("25 tkr", "25000", None),
        ("1 500 TSEK", "1500000", "SEK"),
        ("1,5 miljoner kronor", "1500000", None),
        ("2 mdr", "2000000000", None),
        ("3 M€", "3000000", "EUR"),
        ("3 MEUR", "3000000", "EUR"),
        ("500 euro", "500", "EUR"),
        ("500,-", "500", None),
        ("SEK 18 500 000:-", "18500000", "SEK"),
        ("5 milj. kr", "5000000", None),
        ("5 milj", "5000000", None),
        ("0,5 miljarder SEK", "500000000", "SEK"),
        ("SEK 5 milj.", "5000000", "SEK"),
        ("EUR 3 M", "3000000", "EUR"),
        ("kr 500:-", "500", None),
        ("€ 500,-", "500", "EUR"),
        ("– 500 kr", "-500", None),
        ("NOK 1 000", "1000", "NOK"),
        ("\u20ac 1,000.50", "1000.5", "EUR"),
        ("\u2212500", "-500", None),
        ("1e6", "1000000", None),
        ("0.125", "0.125", None),
        ("1000,125", "1000.125", None),
    ],
)
def test_amounts_are_read_with_their_words(text: str, amount: str, currency: str | None) -> None:
    assert parse_amount(text) == (Decimal(amount), currency)


@pytest.mark.parametrize(
    "text",
    [
        "12 %",
        "ca 500000",
        "(500)",
        "500-",
        "5\u00bd",
        "1_000",
        "Infinity",
        "kr",
        "12 345 67",
        "5k",
        "5 m",
        "3 ME",
        "ca 5 milj.",
        "SEK 5 kr",
        "SEK 5 EUR",
        "max 500:-",
        "kr 5 m%",
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    assert refused(parse_amount, text) is Reason.NOT_AN_AMOUNT


@pytest.mark.parametrize("text", ["18,500", "18.500", "1.234 kr"])
def test_an_amount_that_can_be_read_in_two_ways_is_refused(text: str) -> None:
    assert refused(parse_amount, text) is Reason.AMBIGUOUS_AMOUNT


@pytest.mark.parametrize(
    ("text", "fits", "not_"), [("500 kr", "NOK", "USD"), ("5 mkr", "SEK", "EUR"), ("5 MSEK", "SEK", "NOK")]
)
def test_an_amount_fits_the_currency_that_its_words_leave(text: str, fits: str, not_: str) -> None:
    assert allows(text, fits)
    assert not allows(text, not_)
    assert allows("500", "USD")


def test_more_digits_than_a_float_tells_apart_are_refused() -> None:
    assert refused(parse_amount, "1234567890123456") is Reason.OUT_OF_RANGE


@given(st.integers(-(10**13), 10**13), st.sampled_from(["", " ", "\u00a0"]), st.sampled_from(["", " kr", " SEK", ":-"]))
def test_a_whole_amount_is_read_however_it_is_grouped(number: int, group: str, unit: str) -> None:
    assert parse_amount(f"{number:,}".replace(",", group) + unit)[0] == number


@given(st.text(max_size=25))
def test_no_text_makes_an_amount_raise_anything_else(text: str) -> None:
    with suppress(ValueProblem):
        parse_amount(text)


def test_an_underscore_is_no_part_of_a_number() -> None:
    assert refused(parse_number, "1_000") is Reason.NOT_A_NUMBER


# -- countries ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("MY", "MY"), ("mys", "MY"), ("Malaysia", "MY"), ("UK", "GB"), ("EL", "GR"), ("XK", "XK"), ("XKX", "XK"),
        ("Sydkorea", "KR"), ("South Korea", "KR"), ("Tyskland", "DE"), ("Viet Nam", "VN"), ("Vietnam", "VN"),
        ("Elfenbenskusten", "CI"), ("Cote d'Ivoire", "CI"), ("NA", "NA"), ("Turkey", "TR"), ("Turkiet", "TR"),
        ("Förenta staterna", "US"), ("UAE", "AE"), ("P.R. China", "CN"), ("China (PRC)", "CN"), ("Wales", "GB"),
        ("The Netherlands", "NL"), ("Ireland (Northern)", "GB"),
        ("Republic of Korea", "KR"), ("Korea, Rep.", "KR"), ("Korea (South)", "KR"), ("Congo, Dem. Rep.", "CD"),
        ("Congo, Rep.", "CG"), ("DR Congo", "CD"), ("Demokratiska republiken Kongo", "CD"), ("Gambia, The", "GM"),
        ("Hong Kong SAR", "HK"), ("Bosnien", "BA"), ("Skottland", "GB"), ("Turkey (Türkiye)", "TR"), ("XI", "GB"),
    ],
)  # fmt: skip
def test_a_country_is_known_by_code_and_by_name_in_two_languages(text: str, code: str) -> None:
    assert country_code(text) == code
    assert make_key("iso3166-1", text) == f"iso3166-1:{code}"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Deutschland", "DE"), ("Konungariket Sverige", "SE"), ("Kingdom of Sweden", "SE"), ("España", "ES"),
        ("Republic of India", "IN"), ("Republiken Indien", "IN"), ("Folkrepubliken Kina", "CN"), ("中国", "CN"),
        ("Bundesrepublik Deutschland", "DE"), ("République française", "FR"), ("Suomi", "FI"), ("Polska", "PL"),
        ("Kongeriket Norge", "NO"), ("België", "BE"), ("Belgique", "BE"), ("Россия", "RU"), ("भारत", "IN"),
        ("Socialistiska republiken Vietnam", "VN"), ("Republiken Kongo", "CG"), ("République du Congo", "CG"),
    ],
)  # fmt: skip
def test_a_country_is_known_by_its_official_name_and_by_what_it_calls_itself(text: str, code: str) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(
    "text", ["Korea", "Kongo", "Congo", "The Congo", "China (Malaysia)", "EU", "XX", "okänt", "", "12"]
)
def test_a_name_of_two_states_or_of_none_is_refused(text: str) -> None:
    assert country_code(text) is None
    assert refused(lambda t: make_key("iso3166-1", t), text) is Reason.UNKNOWN_COUNTRY


def test_every_country_is_known_by_the_names_that_the_libraries_give() -> None:
    import pycountry
    from babel import Locale

    for country in pycountry.countries:
        code = country.alpha_2
        assert country_code(code) == country_code(country.alpha_3) == code
        for language in ("sv", "en"):
            assert country_code(Locale(language).territories[code]) == code


# -- placeholders -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text", ["#N/A", "#SAKNAS!", "#REF!", "#NAMN?", "okänt", "Okänt", "-", "n/a", "Uppgift saknas", "—", "(tom)",
     "Okänd leverantör", "unknown manufacturer", "Ej tillgänglig"]
)  # fmt: skip
def test_what_stands_for_a_missing_value_is_no_identifier(text: str) -> None:
    assert is_placeholder(text)
    assert refused(lambda t: make_key("local", t), text) is Reason.PLACEHOLDER


@pytest.mark.parametrize(
    "text", ["0", "x", "K-17", "#12 lev", "Namibia", "ingen vidare AB", "okänd 2", "unknown-1", "Tomas AB"]
)
def test_what_may_be_an_identifier_is_one(text: str) -> None:
    assert not is_placeholder(text)


def test_a_placeholder_is_guessed_to_be_nothing_but_a_country() -> None:
    assert guess_keys("okänt") == ()
    assert guess_keys("NA") == ("iso3166-1:NA",)
