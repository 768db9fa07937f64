"""What speaks for and against that two things are one: each feature with what both sides say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein, Indel, JaroWinkler

from graph.matching.names import Name, known, plain, sound_of
from graph.matching.profiles import ONE_EACH, Address, Profile
from graph.matching.words import Rarity
from ontology.countries import country_code

NAME, FORM, COUNTRY, ADDRESS, NUMBER = "name", "legal_form", "country", "address", "identifier"
ASPECTS = (NAME, FORM, COUNTRY, ADDRESS, NUMBER)

MEASURES = {
    NAME: (
        "alike", "held", "whole", "whole_near", "same", "other_order", "slips", "swapped", "beside", "telling",
        "numbers_clash", "number_beside", "sound", "initials", "short", "owner_word", "unit_word", "place_swapped",
        "place_beside",
    ),
    FORM: ("form_same", "form_clash", "form_untold"),
    COUNTRY: ("country_same", "country_clash"),
    ADDRESS: ("address_same", "address_near", "town_same", "address_clash"),
    NUMBER: ("number_slip", "number_clash"),
}  # fmt: skip
"""Measures by aspect. Each is 0 to 1, and 0 where nothing is known."""
ALL = tuple(measure for aspect in ASPECTS for measure in MEASURES[aspect])
INTERCEPT = "intercept"


_OWNERS = frozenset(map(plain, known("owners")))
_UNITS = frozenset(map(plain, known("units")))
_PLACES = frozenset(map(plain, known("places")))


@dataclass(frozen=True, slots=True)
class Aspect:
    """What both sides say of one aspect, and what was seen: words for it are ``match.seen.*``."""

    name: str
    left: str
    right: str
    seen: str


@dataclass(frozen=True, slots=True)
class Compared:
    """Measures by name (those of value 0 left out), and of each aspect what both sides say."""

    measures: dict[str, float]
    aspects: tuple[Aspect, ...]


def compare(a: Profile, b: Profile, rarity: Rarity) -> Compared:
    """Compare two things of one type."""
    measures: dict[str, float] = {}
    x, y, name = _names(a, b, rarity)
    measures |= name
    aspects = [Aspect(NAME, x.text, y.text, _seen_name(name))]
    for found, told in (_forms(x, y), _countries(a, b), _addresses(a.addresses, b.addresses), _numbers(a, b)):
        measures |= found
        if told:
            aspects.append(told)
    return Compared({k: v for k, v in measures.items() if v}, tuple(aspects))


# -- names ------------------------------------------------------------------------------------------------------
def _names(a: Profile, b: Profile, rarity: Rarity) -> tuple[Name, Name, dict[str, float]]:
    """The two names that are most alike, and how they are."""
    best: tuple[float, Name, Name, dict[str, float]] | None = None
    for x in a.names:
        for y in b.names:
            found = of_names(x, y, rarity)
            rank = found["alike"] + found["whole"] + found["same"] - found["swapped"]
            if best is None or rank > best[0]:
                best = (rank, x, y, found)
    assert best is not None
    return best[1], best[2], best[3]


@lru_cache(maxsize=200_000)
def _likeness(x: str, y: str) -> float:
    """How sure two words are one word in two spellings, 0 to 1."""
    shorter, longer = sorted((x, y), key=len)
    if shorter.isdecimal() or longer.isdecimal():
        return 0.0
    if len(shorter) >= 3 and longer.startswith(shorter) and len(longer) - len(shorter) <= 2:
        return 0.9
    if len(shorter) >= 4 and sound_of(x) == sound_of(y) and len(sound_of(x)) >= 2 and x[0] == y[0]:
        return 0.9
    if len(shorter) < 4:
        return 0.75 if len(longer) > 3 and len(shorter) == 3 and longer.startswith(shorter) else 0.0
    if longer.startswith(shorter):
        return 0.8
    slips = DamerauLevenshtein.distance(x, y)
    if slips <= (1 if len(longer) < 8 else 2):
        return 0.92 - 0.05 * slips + 0.03 * (len(longer) > 7)
    alike = JaroWinkler.similarity(x, y)
    return alike * 0.8 if alike > 0.9 else 0.0


def of_names(x: Name, y: Name, rarity: Rarity) -> dict[str, float]:
    """The measures of two names."""
    found = dict.fromkeys(MEASURES[NAME], 0.0)
    whole = Indel.normalized_similarity(x.joined, y.joined)
    found["whole"] = max(whole, Indel.normalized_similarity(x.ordered, y.ordered))
    found["whole_near"] = max(0.0, found["whole"] - 0.8) * 5
    found["short"] = float(min(len(x.joined), len(y.joined)) < 5)
    if x.joined == y.joined or x.written == y.written:
        found["whole"], found["whole_near"] = 1.0, 1.0
        matched = max((rarity.of(word) for word in x.words), default=0.0)
        found |= {
            "alike": 1.0,
            "held": 1.0,
            "same": 1.0,
            "telling": _telling([(rarity.of(w), 1.0) for w in x.words]),
            "sound": 0.0,
        }
        found["telling"] = max(found["telling"], matched)
        return found
    pairs, left, right = _aligned(x.words, y.words)
    if (pairs and left and right) and (pair := _shortened(left, right)):
        pairs.append(pair)
        found["whole"] = max(found["whole"], _ACRONYM + 0.3 * (not left and not right))
    of = rarity.of
    rare = [(of(v), of(w), alike) for v, w, alike in pairs]
    mass = sum([min(v, w) * alike for v, w, alike in rare])
    of_left, of_right = list(map(of, left)), list(map(of, right))
    total = sum([max(v, w) for v, w, _ in rare]) + sum(of_left) + sum(of_right)
    least = min(sum(map(of, x.words)), sum(map(of, y.words))) or 1.0
    found["alike"] = mass / total if total else 0.0
    found["held"] = min(mass / least, 1.0)
    found["other_order"] = float(not left and not right and sorted(x.words) == sorted(y.words))
    found["slips"] = min(sum([(1 - alike) * 5 for _, _, alike in pairs if alike < 1]), 1.0)
    found["swapped"] = min(max(of_left, default=0.0), max(of_right, default=0.0))
    found["beside"] = max([*of_left, *of_right], default=0.0) if not (left and right) else 0.0
    found["telling"] = _telling([(min(v, w), alike) for v, w, alike in rare])
    found["sound"] = float(x.sound == y.sound)
    found["initials"] = _initials(x, y)
    found |= _leftovers(left, right)
    return found


def _telling(shared: Iterable[tuple[float, float]]) -> float:
    """How much shared words tell, by (how seldom, how alike): of one seldom word much, of several usual ones some."""
    missed = 1.0
    for rare, alike in shared:
        missed *= 1 - min(rare * alike, 0.99) ** 2
    return 1 - missed


def _aligned(x: Sequence[str], y: Sequence[str]) -> tuple[list[tuple[str, str, float]], list[str], list[str]]:
    """Words that are the same or nearly so, and what is left of each side. Words written together match those apart."""
    left, right = list(x), list(y)
    pairs = []
    for word in x:
        if word in right:
            left.remove(word)
            right.remove(word)
            pairs.append((word, word, 1.0))
    for one, other in ((left, right), (right, left)):
        for at in range(len(one) - 1, 0, -1):
            whole = one[at - 1] + one[at] if at < len(one) else ""
            if whole and whole in other:
                other.remove(whole)
                del one[at - 1 : at + 1]
                pairs.append((whole, whole, 1.0))
    if not left or not right:
        return pairs, left, right
    found = [
        (-alike, i, j) for i, v in enumerate(left) for j, w in enumerate(right) if (alike := _likeness(v, w)) > 0.7
    ]
    found.sort()
    used_left: set[int] = set()
    used_right: set[int] = set()
    for unlike, i, j in found:
        if i not in used_left and j not in used_right:
            used_left.add(i)
            used_right.add(j)
            pairs.append((left[i], right[j], -unlike))
    return (
        pairs,
        [word for i, word in enumerate(left) if i not in used_left],
        [word for j, word in enumerate(right) if j not in used_right],
    )


_ACRONYM = 0.7
"""How sure a word is the initials of words that the other name has in its place."""


def _acronym(short: Sequence[str], long: Sequence[str]) -> tuple[str, int] | None:
    """A word of one name that is the initials of words of the other, and where these begin: *GE Healthcare*, *General
    Electric Healthcare*."""
    for word in short:
        if 2 <= len(word) <= 6 and word not in long:
            for at in range(len(long) - len(word) + 1):
                if all(one[0] == letter for one, letter in zip(long[at:], word, strict=False)):
                    return word, at
    return None


def _shortened(left: list[str], right: list[str]) -> tuple[str, str, float] | None:
    """Take the initials out of what is left of one side, and what they stand for out of that of the other."""
    for short, long in ((left, right), (right, left)):
        if seen := _acronym(short, long):
            word, at = seen
            short.remove(word)
            del long[at : at + len(word)]
            return word, word, _ACRONYM
    return None


def _initials(x: Name, y: Name) -> float:
    """Whether one name begins with the initials of the other: SKF, Svenska Kullagerfabriken."""
    for short, long in ((x, y), (y, x)):
        first = short.words[0] if short.words else ""
        if 2 <= len(first) <= 6 and len(long.initials) >= 2 and long.initials.startswith(first):
            return min(len(first), 4) / 4
    return 0.0


def _leftovers(left: Sequence[str], right: Sequence[str]) -> dict[str, float]:
    """What kinds of words only one side has."""
    mine, theirs = frozenset[str]().union(*map(_kinds, left)), frozenset[str]().union(*map(_kinds, right))
    both, any_ = mine & theirs, mine | theirs
    return {
        "numbers_clash": float("number" in both),
        "number_beside": float("number" in any_ and "number" not in both),
        "owner_word": float("owner" in any_),
        "unit_word": float("unit" in any_),
        "place_swapped": float("place" in both),
        "place_beside": float("place" in any_ and "place" not in both),
    }


@lru_cache(maxsize=400_000)
def _kinds(word: str) -> frozenset[str]:
    """What kinds a word is of that tell a company's part or sister from it."""
    of = {
        "number": word.isdecimal() or _roman(word),
        "owner": word in _OWNERS,
        "unit": word in _UNITS,
        "place": word in _PLACES or (len(word) > 3 and country_code(word) is not None),
    }
    return frozenset(kind for kind, is_so in of.items() if is_so)


def _roman(word: str) -> bool:
    return word in ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")


def _seen_name(name: dict[str, float]) -> str:
    if name["same"]:
        return "same"
    if name["other_order"]:
        return "other_order"
    if name["numbers_clash"]:
        return "other_number"
    if name["swapped"] > 0.1:
        return "words_differ" if name["alike"] < 0.5 else "a_word_differs"
    if name["beside"]:
        return "part"
    return "slips" if name["alike"] > 0.5 else "unlike"


# -- the rest ---------------------------------------------------------------------------------------------------
def _forms(x: Name, y: Name) -> tuple[dict[str, float], Aspect | None]:
    if not x.forms or not y.forms:
        untold = float(bool(x.forms) != bool(y.forms))
        return {"form_untold": untold}, None
    same = any(_one_form(v, w) for v in x.forms for w in y.forms)
    said = Aspect(FORM, x.form_text, y.form_text, "same" if same else "clash")
    return {"form_same": float(same), "form_clash": float(not same)}, said


def _one_form(x: frozenset[str], y: frozenset[str]) -> bool:
    """Whether two spellings may be of one legal form: of one code, or of one country where no code is known."""
    return bool(x & y) or any(a.endswith("?") or b.endswith("?") for a in x for b in y)


def _countries(a: Profile, b: Profile) -> tuple[dict[str, float], Aspect | None]:
    if not a.countries or not b.countries:
        return {}, None
    same = bool(a.countries & b.countries)
    said = Aspect(COUNTRY, ", ".join(sorted(a.countries)), ", ".join(sorted(b.countries)), "same" if same else "clash")
    return {"country_same": float(same), "country_clash": float(not same)}, said


_LEVELS = (
    ("address_clash", "clash"),
    ("", "unclear"),
    ("town_same", "town"),
    ("address_near", "near"),
    ("address_same", "same"),
)


def _addresses(a: Sequence[Address], b: Sequence[Address]) -> tuple[dict[str, float], Aspect | None]:
    """The two addresses that are most alike."""
    best: tuple[int, Address, Address] | None = None
    for x in a:
        for y in b:
            level = _address_level(x, y)
            if best is None or level > best[0]:
                best = (level, x, y)
    if best is None:
        return {}, None
    measure, seen = _LEVELS[best[0]]
    said = Aspect(ADDRESS, best[1].text, best[2].text, seen)
    return ({measure: 1.0} if measure else {}), said


def _address_level(x: Address, y: Address) -> int:
    """4 the same house; 3 the street, or postal code and number; 2 the town or postal code; 1 unclear; 0 another."""
    shared = _shared_words(x.words, y.words)
    numbers = x.numbers & y.numbers - x.postal - y.postal
    postal = x.postal & y.postal
    least = min(len(x.words), len(y.words)) or 1
    if shared >= max(1, 0.6 * least) and (numbers or (postal and not (x.numbers - x.postal and y.numbers - y.postal))):
        return 4
    if (postal and (numbers or shared >= 2)) or shared >= max(2, 0.75 * least):
        return 3
    if postal or shared >= 1:
        return 2
    return 0 if least >= 2 or (x.postal and y.postal) else 1


def _shared_words(x: frozenset[str], y: frozenset[str]) -> int:
    same = x & y
    more = 0
    for word in x - same:
        if any(_likeness(word, other) > 0.8 for other in y - same):
            more += 1
    return len(same) + more


def _numbers(a: Profile, b: Profile) -> tuple[dict[str, float], Aspect | None]:
    """Identifiers of one scheme that both have, and that are not the same: a slip of the pen, or two things."""
    mine, theirs = a.numbers, b.numbers
    if not mine or not theirs:
        return {}, None
    clash: Aspect | None = None
    for scheme in ONE_EACH:
        if not (scheme in mine and scheme in theirs) or mine[scheme] & theirs[scheme]:
            continue
        x, y = min(
            ((v, w) for v in mine[scheme] for w in theirs[scheme]), key=lambda p: (DamerauLevenshtein.distance(*p), p)
        )
        if DamerauLevenshtein.distance(x, y) == 1:
            return {"number_slip": 1.0}, Aspect(NUMBER, f"{scheme}:{x}", f"{scheme}:{y}", "slip")
        clash = clash or Aspect(NUMBER, f"{scheme}:{x}", f"{scheme}:{y}", "clash")
    return ({"number_clash": 1.0} if clash else {}), clash


def slipped(a: Profile, b: Profile) -> bool:
    """Whether two things have identifiers of one scheme that differ by one slip."""
    return bool(_numbers(a, b)[0].get("number_slip"))
