"""The list of goods produced by child or forced labour: a good and a country with a yes or no for each form.

The department's XML comes arranged by good or by country, with the same marks. A yes says that there is reason to
believe it, not how severe or how likely; a pair that is absent says nothing. Forced child labour always comes with both
of the others, and adds no statement of its own. A *derived* pair is made with inputs produced so, in a country that the
list names: the harm lies there, and the list does not say which of the two it is.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element

from anyascii import anyascii
from babel import Locale

from graph.store import Stays
from loaders.base import Progress, Report, checked
from loaders.xml_file import parsed
from ontology.errors import FileFormatError, Reason, ValueProblem
from ontology.records import Common, Link, Record, Ref, Source
from ontology.values import make_key, parse_number
from ontology.vocabulary import vocabulary

Item = Record | Link
DIRECT = {"Child_Labor": "child-labour", "Forced_Labor": "forced-labour"}
"""The mark of each form of labour with its risk type."""
DERIVED = "workers-rights"
"""The risk type of a derived pair: the narrowest that covers both forms."""
MARKS = (*DIRECT, "Forced_Child_Labor", "Derived_Labor_Exploitation")
CROSSWALK = Path(__file__).parent / "crosswalk.csv"
EVERY = 100


@dataclass(frozen=True, slots=True)
class Pair:
    """A good and a country, as the file has them; ``number`` counts the pairs of the file from 1."""

    number: int
    good: str
    country: str
    marks: Mapping[str, str]

    @property
    def good_key(self) -> str:
        return make_key("dol", re.sub(r"[^a-z0-9]+", "-", anyascii(self.good).lower()).strip("-"))

    def statement(self, code: str, risk: str) -> Ref:
        return Ref("RiskAssessment", make_key("ref", f"dol/{self.good_key.partition(':')[2]}/{code}/{risk}"))


def pairs_in(path: Path) -> list[Pair]:
    """The pairs of a file, arranged either way.

    Raises:
        FileFormatError: no XML, or without a good and a country.
    """
    root = parsed(path)
    found: list[tuple[str | None, str | None, Element]] = [
        (good.findtext("Good_Name"), country.findtext("Country_Name"), country)
        for good in root.findall("Good")
        for country in good.iterfind("Countries/Country")
    ]
    found += [
        (good.findtext("Good_Name"), country.findtext("Name"), good)
        for country in root.findall("Country")
        for good in country.iterfind("Goods/Good")
    ]
    if not found:
        raise FileFormatError(f"{path.name} lists no goods by country.", remedy="Give the department's XML of goods.")
    return [_pair(number, *one) for number, one in enumerate(found, start=1)]


def _pair(number: int, good: str | None, country: str | None, said: Element) -> Pair:
    marks = {mark: _text(said.findtext(mark)) for mark in (*MARKS, "Derived_Country")}
    return Pair(number, _text(good), _text(country), marks)


def _text(text: str | None) -> str:
    return " ".join((text or "").split())


class DolLoader:
    """Each yes as a risk assessment of a kind of goods made in a country, and reviewed matches with CPV and HS."""

    name = "dol"
    version = "1"

    def source(self, path: Path, options: Mapping[str, str]) -> Source:
        """Describe the source; the file does not say its edition.

        Raises:
            FileFormatError: it lists no goods.
        """
        pairs_in(path)
        return Source(
            series="dol-goods",
            edition=options.get("edition", ""),
            title="List of Goods Produced by Child Labor or Forced Labor",
            publisher="US Department of Labor, ILAB",
            url="https://www.dol.gov/agencies/ilab/reports/child-labor/list-of-goods",
            licence="public domain",
            language="en",
        )

    def read(
        self,
        path: Path,
        source: Source,
        options: Mapping[str, str],  # noqa: ARG002
        secret: bytes,  # noqa: ARG002
        report: Report,
        progress: Progress,
    ) -> Iterator[Item]:
        """Yield what each pair says. A row is a pair."""
        pairs = pairs_in(path)
        if not source.edition:
            report.notes["edition_not_stated"] += 1
        told: set[str] = set()
        seen: dict[tuple[str, str], int] = {}
        for pair in pairs:
            report.rows_in += 1
            try:
                items = _items(pair, seen, report)
            except ValueProblem as problem:
                report.reject("Goods", pair.number, f"{pair.good}, {pair.country}", problem)
                report.keep("Goods", pair.number, "", _said_before(pair))
                continue
            report.accepted += 1
            for item in [*items, *_kind(pair, told, report)]:
                if not isinstance(item, Record) or item.key not in told:
                    told |= {item.key} if isinstance(item, Record) else set()
                    yield checked(item)
            if pair.number % EVERY == 0:
                progress(pair.number, len(pairs))
        progress(len(pairs), len(pairs))


def _kind(pair: Pair, told: set[str], report: Report) -> Iterator[Item]:
    """The good as a kind, the first time that it is named, with what it is matched to."""
    key = pair.good_key
    if key in told:
        return
    yield Record("Category", key, {"name": pair.good, "scheme": "dol"}, locator=pair.good)
    matches = crosswalk().get(key, ())
    if not matches:
        report.notes["uncrossed_goods"] += 1
    yield from matches


def _items(pair: Pair, seen: dict[tuple[str, str], int], report: Report) -> list[Item]:
    """The statements of a pair.

    Raises:
        ValueProblem: a name is missing or no country's, a mark is neither yes nor no, or the pair stood before.
    """
    if not pair.good:
        raise ValueProblem(Reason.MISSING, "", column="Good_Name")
    place = Ref("Place", make_key("iso3166-1", pair.country))
    code = place.key.partition(":")[2]
    if (first := seen.setdefault((pair.good_key, code), pair.number)) != pair.number:
        raise ValueProblem(Reason.DUPLICATE_KEY, f"{pair.good}, {pair.country}", first_row=str(first))
    yes = {mark for mark in MARKS if _yes(pair, mark)}
    items: list[Item] = [Record("Place", place.key, {"name": pair.country}, locator=pair.country)]
    forms = {DIRECT[mark] for mark in DIRECT if mark in yes}
    if "Forced_Child_Labor" in yes:
        forms |= set(DIRECT.values())
    for risk in sorted(forms):
        items += _statement(pair, place, risk, {})
    if "Derived_Labor_Exploitation" in yes:
        report.notes["derived"] += 1
        harm = make_key("iso3166-1", pair.marks["Derived_Country"]).partition(":")[2]
        items += _statement(pair, place, DERIVED, {"harm_country": harm})
    return items


def _yes(pair: Pair, mark: str) -> bool:
    said = pair.marks[mark]
    if said not in ("Yes", "No"):  # an empty mark is not a no
        raise ValueProblem(Reason.NOT_IN_VOCABULARY, said, column=mark, one_of="Yes, No")
    return said == "Yes"


def _statement(pair: Pair, place: Ref, risk: str, more: Mapping[str, object]) -> list[Item]:
    code = place.key.partition(":")[2]
    here = pair.statement(code, risk)
    term = vocabulary("risk-types")[risk].label
    en, sv = f"{pair.good}, {pair.country}: ", f"{pair.good}, {_swedish(code, pair.country)}: "
    if harm := str(more.get("harm_country", "")):
        en += f"made with inputs produced by child or forced labour in {pair.marks['Derived_Country']}"
        sv += f"görs av insatser framställda med barn- eller tvångsarbete i {_swedish(harm, harm)}"
    else:
        en, sv = en + term.en, sv + term.sv
    at = f"{pair.good}/{pair.country}"
    scope = (Ref("Category", pair.good_key), place)
    return [
        Record("RiskAssessment", here.key, {"name": en, "name_sv": sv, **more}, raw=dict(pair.marks), locator=at),
        Link("OF_TYPE", here, Ref("RiskType", make_key("risk", risk)), locator=at),
        *(Link("ABOUT", here, part, locator=at) for part in scope),
    ]


def _swedish(code: str, otherwise: str) -> str:
    return str(Locale("sv").territories.get(code, otherwise))


def _said_before(pair: Pair) -> Iterable[Stays]:
    """What a pair that cannot be read said in the edition before; nothing where it does not say which pair it is."""
    try:
        code = make_key("iso3166-1", pair.country).partition(":")[2]
        refs = [pair.statement(code, risk) for risk in (*DIRECT.values(), DERIVED)]
    except ValueProblem:
        return ()
    kind = pair.good_key
    return [
        Stays("", kind),
        Stays("", kind, ""),
        *(stay for ref in refs for stay in (Stays("", ref.key), Stays("", ref.key, ""))),
    ]


@cache
def crosswalk() -> Mapping[str, tuple[Link, ...]]:
    """The reviewed matches of goods with kinds of other schemes, by the good's key (``crosswalk.csv``)."""
    found: dict[str, list[Link]] = {}
    with CROSSWALK.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            pair = Pair(0, row["good"], "", {})
            properties = {"relation": row["relation"], "reviewer": row["reviewer"]}
            common = Common(confidence=float(parse_number(row["confidence"])), cites=f"Kedja, {row['reviewed']}")
            scheme, _, code = row["to"].partition(":")
            ends = Ref("Category", pair.good_key), Ref("Category", make_key(scheme, code))
            found.setdefault(pair.good_key, []).append(Link("MATCHES", *ends, properties, common=common))
    return {key: tuple(links) for key, links in found.items()}
