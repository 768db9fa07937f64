"""Labelled records of our own making: who is who is known, since we wrote them so.

Companies of the kinds that buyers meet: Swedish ones, and foreign suppliers in the spellings that reach Sweden. Every
company is written one or more times, each time as another source would: form of company elsewhere or left out, words
short, swapped or missing, other letters, slips, another name, an address in another order, one identifier or none.
Beside it stand those that it must not be taken for: companies of its group, the same name in another country or of
another form, a neighbour in its house, the next plant. Nothing is anybody's: words are coined from syllables.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import TypeVar

from stdnum import luhn

from benchmarks.matching.spelling import cyrillic, romanised, slip, stripped

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Labelled:
    """One record: who it is (``truth``), and what its source says."""

    id: str
    truth: str
    name: str
    country: str = ""
    address: str = ""
    keys: tuple[str, ...] = ()
    also: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Country:
    """How companies of a country are called and where they are."""

    code: str
    forms: Sequence[Sequence[str]]
    """Spellings of each form; the first is the usual one."""
    first: Sequence[str]
    """Syllables that names are coined of."""
    trades: Sequence[str]
    streets: Sequence[str]
    towns: Sequence[Sequence[str]]
    """Each with its postal code, in which {} stands for three digits."""
    last: Sequence[str] = ()
    street_end: str = ""
    place: str = "International"
    form_first: float = 0.0
    weight: int = 1


_SAID = tomllib.loads(Path(__file__).with_name("countries.toml").read_text("utf-8"))
COUNTRIES = tuple(Country(**one) for one in _SAID["country"])


@dataclass(slots=True)
class Company:
    """Who is meant: what its own register would say."""

    truth: str
    country: Country
    core: list[str]
    form: int
    street: str
    town: Sequence[str]
    number: str
    lei: str
    told: bool = False
    """Whether its records say country and form: without them it could not be told from another of its name."""

    @property
    def name(self) -> str:
        return joined(self.core, self.country.forms[self.form][0], first=self.country.form_first >= 1)


def joined(core: Sequence[str], form: str, *, first: bool = False) -> str:
    return " ".join([form, *core] if first else [*core, form])


class Maker:
    """Makes labelled records from a seed. ``half`` picks one half of the syllables and trades: what is learned on one
    half is measured on the other, whose words it has not seen."""

    def __init__(self, seed: int, half: int) -> None:
        self.random = Random(seed)
        self.half = half
        self.made = 0

    def records(self, companies: int) -> list[Labelled]:
        """The records of about so many companies, shuffled."""
        found: list[Labelled] = []
        while self.made < companies:
            found += self._family()
        self.random.shuffle(found)
        return [replace(one, id=f"{self.half}-{place}") for place, one in enumerate(found)]

    # -- who there is --------------------------------------------------------------------------------------------
    def _half(self, of: Sequence[T]) -> Sequence[T]:
        return of[self.half :: 2] if len(of) > 3 else of

    def _coined(self, country: Country) -> str:
        pick, first = self.random.choice, self._half(country.first)
        if country.code == "CN":
            return (pick(first) + pick(first) + (pick(first) if self.random.random() < 0.4 else "")).capitalize()
        if country.code == "MY":
            return f"{pick(first)} {pick(country.first)} {self._syllables().capitalize()}"
        return pick(first) + self._syllables() + pick(country.last)

    def _syllables(self) -> str:
        """One or two syllables in the middle: so that names are as many as they are in life."""
        half = self._half(_SAID["middle"])
        return "".join(
            self.random.choice(half) + self.random.choice("aeiou") for _ in range(self.random.choice((1, 1, 2)))
        )

    def _street(self, country: Country) -> str:
        """A street of the country's own or one with a coined name."""
        street = self.random.choice(country.streets)
        if self.random.random() < 0.3:
            return street
        coined = self._syllables() + self.random.choice(("r", "n", "l", "s"))
        return (
            coined.capitalize() + country.street_end
            if country.street_end
            else f"{coined.capitalize()} {street.split()[-1]}"
        )

    def _company(self, country: Country, core: Sequence[str], form: int | None = None) -> Company:
        pick = self.random.choice
        self.made += 1
        town, postal = pick(country.towns)
        postal = postal.format(str(self.random.randrange(100, 999)))
        digits = f"{self.random.randrange(5560000, 5599999)}{self.random.randrange(10, 99)}"
        number = digits + luhn.calc_check_digit(digits)
        lei = _lei(self.random)
        chosen = self.random.randrange(len(country.forms)) if form is None else form
        if self.random.random() < 0.7:
            chosen = 0
        return Company(
            f"c{self.half}-{self.made}",
            country,
            list(core),
            chosen,
            f"{self._street(country)}|{self.random.randrange(1, 120)}",
            (town, postal),
            number,
            lei,
        )

    def _family(self) -> Iterator[Labelled]:
        """A company, those it must not be taken for, and every record of each."""
        country = self.random.choices(COUNTRIES, [c.weight for c in COUNTRIES])[0]
        core = [self._coined(country)]
        if country.code == "CN":
            core = [self.random.choice(country.towns)[0], *core]
        trades = self._half(country.trades)
        if self.random.random() < 0.85:
            core.append(self.random.choice(trades))
        if self.random.random() < 0.25:
            core.append(self.random.choice(self._half(_SAID["fillers"])))
        first = self._company(country, core)
        others = [self._confusable(first) for _ in range(self.random.choice((0, 0, 0, 1, 1, 2)))]
        yield from self._written(first)
        for other in others:
            yield from self._written(other, at_most=2)

    def _confusable(self, one: Company) -> Company:
        """A company that is not ``one`` and looks like it."""
        pick, country, core = self.random.choice, one.country, list(one.core)
        trades = self._half(country.trades)
        kind = pick(
            ("group", "group", "holding", "abroad", "abroad", "form", "number", "house", "near", "place", "trade")
        )
        if kind == "group" or (kind == "trade" and len(core) > 1):
            other = [core[0], pick([t for t in trades if t not in core] or ["Trade"]), *core[2:]]
            return self._sibling(one, other)
        if kind == "holding":
            return self._sibling(
                one, [*core, pick(("Holding", "Fastigheter", "Invest", "Finans", "Property", "Leasing"))]
            )
        if kind == "abroad":
            one.told = True
            return replace(self._company(pick([c for c in COUNTRIES if c.code != country.code]), core), told=True)
        if kind == "form" and len(country.forms) > 1:
            one.told = True
            return replace(self._company(country, core), form=(one.form + 1) % len(country.forms), told=True)
        if kind == "number":
            number = self.random.randrange(2, 9)
            one.core[:] = [*core, pick(("Plant", "Unit", "Fabrik", "Nr")), str(number)]
            return self._sibling(one, [*one.core[:-1], str(number + 1)])
        if kind == "house":
            near = self._company(country, [self._coined(country), pick(country.trades)])
            near.street, near.town = one.street, one.town
            return near
        if kind == "place":
            return self._sibling(one, [*core, country.place])
        changed = self._coined(country)
        keep = one.core[0][: max(3, len(one.core[0]) - 3)] + changed[-3:].lower()
        return self._company(country, [keep, *core[1:]])

    def _sibling(self, one: Company, core: Sequence[str]) -> Company:
        other = self._company(one.country, core)
        if self.random.random() < 0.4:
            other.street, other.town = one.street, one.town
        return other

    # -- how it is written ---------------------------------------------------------------------------------------
    def _written(self, one: Company, at_most: int = 4) -> Iterator[Labelled]:
        times = self.random.choices((1, 2, 3, 4), (30, 40, 20, 10))[0]
        for time in range(min(times, at_most)):
            yield self._record(one, first=time == 0)

    def _record(self, one: Company, *, first: bool) -> Labelled:
        chance = self.random.random
        kinds: list[str] = []
        name, also = one.name, ""
        if not first:
            name = self._variant(one, kinds)
        if chance() < 0.04:
            also, kinds = name, [*kinds, "also"]
            name = joined([self._coined(one.country), *one.core[1:]], one.country.forms[one.form][0])
        country = "" if chance() < 0.2 and not one.told else one.country.code
        address = "" if chance() < (0.35 if one.country.code == "SE" else 0.25) else self._address(one)
        keys: list[str] = [f"local:{one.truth}/{self.random.randrange(10**9)}"]
        if one.country.code == "SE" and chance() < 0.3:
            keys.append(f"se-orgnr:{one.number}")
        if chance() < 0.12:
            keys.append(f"lei:{one.lei}")
        if one.country.code == "GB" and chance() < 0.4:
            number = one.number[2:]
            keys.append(f"gb-coh:{slip(number, self.random, digits=True) if not first and chance() < 0.3 else number}")
        return Labelled("", one.truth, name, country, address, tuple(keys), also, "+".join(kinds))

    def _variant(self, one: Company, kinds: list[str]) -> str:
        chance, pick, country = self.random.random, self.random.choice, one.country
        core, forms = list(one.core), country.forms[one.form]
        form, in_front = pick(forms), country.form_first >= 1 or chance() < country.form_first
        if chance() < 0.3 and not one.told:
            form = ""
            kinds.append("no form")
        elif chance() < 0.1:
            in_front = not in_front
            kinds.append("form moved")
        if chance() < 0.3:
            core = [_SAID["short"].get(word, word) for word in core]
            kinds.append("short")
        if chance() < 0.08:
            core = [_SAID["english"].get(word, word) for word in core]
            kinds.append("english")
        if len(core) > 1 and chance() < 0.1:
            core = [*core[1:], core[0]] if chance() < 0.5 else [core[0], *reversed(core[1:])]
            kinds.append("order")
        if len(core) > 2 and chance() < 0.2:
            del core[-1]
            kinds.append("less")
        elif chance() < 0.05:
            core.append(pick(("Group", one.town[0].split(",")[0], f"({country.code})")))
            kinds.append("more")
        name = joined(core, form, first=in_front).strip()
        for kind, odds, change in self._changes(country):
            if chance() < odds:
                name = change(name)
                kinds.append(kind)
        return name

    def _changes(self, country: Country) -> Iterator[tuple[str, float, Callable[[str], str]]]:
        random = self.random
        if country.code == "RU":
            yield "cyrillic", 0.35, cyrillic
            yield "romanised", 0.3, lambda name: romanised(name, random)
        yield "letters", 0.3, lambda name: stripped(name, random)
        yield "slip", 0.22, lambda name: slip(name, random)
        yield "slip again", 0.05, lambda name: slip(name, random)
        yield "upper", 0.25, str.upper
        yield "joined", 0.05, lambda name: name.replace(" ", "", 1) if name.count(" ") > 1 else name
        yield "hyphen", 0.05, lambda name: name.replace(" ", "-", 1) if name.count(" ") > 1 else name

    def _address(self, one: Company) -> str:
        street, number = one.street.split("|")
        town, postal = one.town
        if self.random.random() < 0.3:
            street, town = stripped(street, self.random), stripped(town, self.random)
        if one.country.code == "SE" and self.random.random() < 0.5:
            postal = f"{postal[:3]} {postal[3:]}"
        house = (
            f"{street} {number}"
            if one.country.code in ("SE", "NO", "DK", "FI", "DE", "RU", "PL")
            else f"{number} {street}"
        )
        return self.random.choice(
            (
                f"{house}, {postal} {town}",
                f"{house}, {postal} {town}",
                f"{house}, {town}",
                f"{house}, {town} {postal}",
                f"{house.upper()}, {postal}, {town.upper()}",
                f"{postal} {town}",
            )
        )


def _lei(random: Random) -> str:
    from stdnum.iso7064 import mod_97_10

    body = "9845" + "00" + "".join(random.choice("0123456789ABCDEF") for _ in range(12))
    return body + str(mod_97_10.calc_check_digits(body))
