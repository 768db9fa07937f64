"""A pasted list of names -> proposed matches -> the contracts that the certain ones touch. Similar only proposes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from api.ask import ask
from api.settings import MAX_TEXT
from graph.answer import Answer
from graph.data import AffectedData
from graph.questions.declared.affected import Affected
from graph.questions.describing import where
from graph.searching import core_name, fold, words_of
from ontology.countries import country_code
from ontology.errors import AmbiguousError, InputError, NotInGraphError, TimeLimitError, ValueProblem
from ontology.label import Label
from ontology.model import NODES
from ontology.roles import IN_THE_NEWS
from ontology.values import guess_keys, make_key
from visualisation.text import shown
from visualisation.views import Sheet

if TYPE_CHECKING:
    from api.service import Service, When
    from graph.snapshot.view import Snapshot
    from graph.store import Entity
    from loaders.tabular import Table
    from visualisation.words import Words

MAX_NAMES = 1_000
PROPOSALS = 3
LEAST_SIMILAR = 70.0


NAMES = frozenset((
    "namn", "name", "leverantor", "leverantorsnamn", "supplier", "suppliername", "foretag", "foretagsnamn", "bolag",
    "company", "companyname", "organisation", "organisationsnamn", "organization", "tillverkare", "manufacturer",
    "fabrik", "factory", "factoryname", "anlaggning", "site", "facility", "facilityname", "produkt", "product", "vara",
    "vendor", "producent", "producer",
))  # fmt: skip
_NAME_OF = tuple(sorted({*NAMES, "tillverkar"} - {"namn", "name"}))
"""What a heading that ends in *namn* or *name* begins with: *Leverantörens namn*, *Name of supplier* does not."""
IDENTIFIERS: Mapping[str, str] = {
    **dict.fromkeys(("id", "identifier", "identifierare", "identitet"), ""),
    **dict.fromkeys(("organisationsnummer", "orgnr", "orgnummer", "organisationsnr"), "se-orgnr"),
    **dict.fromkeys(("organisationnumber", "organizationnumber", "companynumber", "registrationnumber"), ""),
    **dict.fromkeys(("momsnummer", "momsnr", "momsregistreringsnummer", "momsregnr"), "vat"),
    **dict.fromkeys(("vat", "vatnumber", "vatno", "vatnr", "vatnummer"), "vat"),
    **dict.fromkeys(("lei", "leikod", "leicode"), "lei"),
    **dict.fromkeys(("gln", "glnkod", "gtin", "ean", "srn", "osid", "cpv", "cpvkod", "cpvcode"), ""),
}
"""Headings by which the columns of a list are known, in Swedish and English, folded and without what stands between
words; and the scheme of the identifiers below, where there is one."""
COUNTRIES = frozenset(("land", "landskod", "landnamn", "country", "countrycode", "countryname"))
"""Headings of a column of countries, written so too."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a list: its number in the file, the name and, where the list has such columns, an identifier and a
    country (ISO 3166-1 alpha-2)."""

    number: int
    text: str
    identifier: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """What a line was taken for. ``entity`` only where it is certain: an identifier or one exact name.

    ``named``: its key (or id) and name. ``ambiguous``: the proposals all bear the name or identifier. ``refused``: why
    it cannot be asked about.
    """

    line: Line
    entity: str | None
    proposals: tuple[tuple[str, str, float], ...]
    """(key or id, name, similarity in per cent), most similar first."""
    ambiguous: bool = False
    refused: Label | None = None
    named: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Choices:
    """Names that may be proposed, by a key that finds them: as they are, and folded without legal forms."""

    names: Mapping[str, str]
    cores: Mapping[str, str]


def read_names(path: Path, most: int = MAX_NAMES) -> tuple[list[Line], int]:
    """The names in a file, one a line or by the columns of a CSV or a spreadsheet, and how many lines are blank.

    Raises:
        InputError: the file cannot be read, holds no names, or too many.
    """
    from loaders.tabular import XLSX_ENDINGS, decode, table_of

    lines: list[str] = []
    found: list[Line] | None
    try:
        if path.suffix.lower() in XLSX_ENDINGS:
            table = table_of(path)
            found = _of_columns(table) or _of_first_column(table)
        else:
            lines = decode(path.read_bytes(), path.name).splitlines()
            found = _by_columns(path, lines)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", remedy="Check the path.") from error
    if found is None:
        found = [Line(number, line.strip()) for number, line in enumerate(lines, 1) if line.strip()]
        if len(found) > 1 and _is_name(found[0].text):
            del found[0]
    if not 0 < len(found) <= most:
        raise InputError(f"{path} holds {len(found):,} names.", remedy=f"Give between 1 and {most:,}, one a line.")
    return found, sum(not line.strip(_NO_NAME) for line in lines)


_NO_NAME = ' \t,;|"\ufeff'
"""What a line of a list holds where no cell of it is filled."""


def _heading(text: str) -> str:
    return "".join(words_of(fold(text)))


def _is_name(text: str) -> bool:
    """Whether a heading is that of a column of names."""
    heading = _heading(text)
    return heading in NAMES or (heading.endswith(("namn", "name")) and heading.startswith(_NAME_OF))


def _by_columns(path: Path, lines: list[str]) -> list[Line] | None:
    """The lines of a list with a heading for names or identifiers and other columns; None where there is none."""
    from loaders.tabular import csv_table

    first = next((line for line in lines if line.strip()), "")
    return _of_columns(csv_table(path)) if any(mark in first for mark in ",;\t|") else None


def _of_columns(table: Table) -> list[Line] | None:
    names = [place for place in table.header if _is_name(place)]
    exact = [place for place in names if _heading(place) in NAMES]
    known = [(place, IDENTIFIERS[word]) for place in table.header if (word := _heading(place)) in IDENTIFIERS]
    if not (names or known):
        return None
    name = next(iter([*exact, *names]), None)
    country = next((place for place in table.header if _heading(place) in COUNTRIES), "")
    lines = ((_line(number, row, name, known), row.get(country, "")) for number, row in table.rows)
    return [replace(line, country=country_code(told) or "") for line, told in lines]


def _of_first_column(table: Table) -> list[Line]:
    """The first cell of each row, that of the first row too: no heading says where the names are."""
    rows = [Line(number, text) for number, row in table.rows if (text := next(filter(None, row.values()), ""))]
    return [Line(1, table.header[0]), *rows] if table.header else rows


def _line(number: int, row: Mapping[str, str], name: str | None, identifiers: list[tuple[str, str]]) -> Line:
    """A row by its columns. Of its identifiers the first counts, read as its heading says where it can be."""
    given = [(row[place].strip(), scheme) for place, scheme in identifiers if row[place].strip()]
    value, scheme = given[0] if given else ("", "")
    key = value
    if scheme and ":" not in value:
        with suppress(ValueProblem):  # another country's number, or a slip: as it is written
            key = make_key(scheme, value)
    return Line(number, (row[name] if name else "") or value, key)


def matches(service: Service, when: When, lines: list[Line]) -> list[Match]:
    """Match each line: certain where it is an identifier or the exact name of one entity, else proposed."""
    choices = _choices(service.snapshot(when))
    return [_match(service, when, line, choices) for line in lines]


def _match(service: Service, when: When, line: Line, choices: Choices) -> Match:
    found = taken(service, when, line)
    if found.entity or found.ambiguous or found.refused:
        return found
    return replace(found, proposals=_similar(service, when, line.text, choices))


def taken(service: Service, when: When, line: Line) -> Match:
    """What a line is surely taken for, if anything; nothing is proposed."""
    for text in filter(None, (line.identifier, line.text)):
        try:
            found = service.resolve_exactly(text, when)
        except AmbiguousError as error:
            fitting = tuple((id, other, 100.0) for id, other in error.candidates)
            return Match(line, None, fitting, ambiguous=True)
        except NotInGraphError:
            continue
        except InputError as error:
            swedish = f"Namnet är längre än {MAX_TEXT} tecken. Ange en identifierare i stället."
            return Match(line, None, (), refused=Label(swedish, str(error)))
        named = next(iter(found.keys), found.id), found.name
        by_name = text not in (line.identifier, found.id) and not guess_keys(text)
        if by_name and (refused := _elsewhere(service.snapshot(when), found, line.country)):
            return Match(line, None, (), refused=refused, named=named)
        return Match(line, found.id, (), named=named)
    return Match(line, None, ())


def _elsewhere(s: Snapshot, found: Entity, country: str) -> Label | None:
    """Why a thing of a name is not surely the one that a list means: it is, and has its sites, in other countries."""
    vertex = s.vertex(found.id)
    if not country or vertex is None:
        return None
    there = {where(s, v)[1] for v in (vertex, *s.pairs("OPERATES").targets(vertex))} - {None}
    if not there or country in there:
        return None
    told = ", ".join(sorted(map(str, there)))
    key = next(iter(found.keys), found.id)
    return Label(
        f"Listan säger {country}, och det som heter så finns i {told}. Skriv {key} i stället för namnet om det menas.",
        f"The list says {country}, and what bears the name is in {told}. Write {key} for the name if it is meant.",
    )


def _choices(snapshot: Snapshot) -> Choices:
    """Names by a key that finds them, for entities that a question may start at, and what of them is compared."""
    vertices = (int(v) for name in IN_THE_NEWS for v in snapshot.of_type(name))
    names = {next(iter(snapshot.keys(v)), snapshot.id(v)): snapshot.name(v) for v in vertices}
    return Choices(names, {key: core_name(name) for key, name in names.items()})


def _similar(service: Service, when: When, name: str, choices: Choices) -> tuple[tuple[str, str, float], ...]:
    """What search finds by the words of the name, and names spelled nearly so; legal forms and diacritics aside. A
    name with more after it (*Kota Jaya;Malaysia*) is also looked for without."""
    from rapidfuzz import fuzz, process

    found: dict[str, tuple[str, float]] = {}
    for text in dict.fromkeys((name, _AFTER.split(name)[0].strip())):
        core = core_name(text)
        for hit in service.store.search(service.at(when), text, types=IN_THE_NEWS, limit=PROPOSALS):
            _note(found, hit.keys[0] if hit.keys else hit.entity, hit.name, fuzz.WRatio(core, core_name(hit.name)))
        for scorer in (fuzz.ratio, fuzz.token_sort_ratio):  # a slip in a first letter moves its word in the order
            best = process.extract(core, choices.cores, scorer=scorer, limit=PROPOSALS, score_cutoff=LEAST_SIMILAR)
            for _, score, key in best:
                _note(found, key, choices.names[key], score)
    ranked = sorted(found.items(), key=lambda item: (-item[1][1], item[1][0], item[0]))
    return tuple((key, other, round(score, 1)) for key, (other, score) in ranked[:PROPOSALS])


_AFTER = re.compile(r"[;\t|]|, ")
"""What may stand between a name and what is told of it on the same line."""


def _note(found: dict[str, tuple[str, float]], key: str, name: str, score: float) -> None:
    if key not in found or score > found[key][1]:
        found[key] = (name, score)


def affected_by(service: Service, when: When, found: list[Match]) -> tuple[list[Answer[AffectedData]], list[Match]]:
    """The affected contracts of every certain match, each entity once, and the matches with what was refused.

    A match that the question cannot start at, a contract for instance, never ends the list.
    """
    answers: dict[str, Answer[AffectedData]] = {}
    snapshot = service.snapshot(when)
    refused: dict[str, Label] = {}
    for entity in dict.fromkeys(match.entity for match in found if match.entity):
        try:
            answers[entity] = ask(service, when, Affected(start=entity))
        except TimeLimitError:
            raise
        except InputError as error:
            vertex = snapshot.vertex(entity)
            assert vertex is not None  # it was found there
            refused[entity] = Label(_NOT_A_START.format(NODES[snapshot.type(vertex)].label.sv.lower()), str(error))
    told = [replace(m, refused=refused[m.entity]) if m.entity in refused else m for m in found]
    return list(answers.values()), told


_NOT_A_START = (
    "Inga varor kommer från något av slaget {}. Börja från en anläggning, ett företag, en plats, ett steg, "
    "ett varuslag, en iakttagelse eller en händelse."
)


def matches_sheet(found: list[Match], words: Words) -> Sheet:
    """Every line of the list with what became of it; a row for each proposal."""
    header = tuple(words(f"names.{n}") for n in ("line", "text", "outcome", "identifier", "name", "percent", "why"))
    rows: list[tuple[str | int | float | date, ...]] = []
    for match in found:
        told = (match.line.number, match.line.text)
        named = (match.named[0], words.coded(match.named[1]) or match.named[1])
        if match.refused:
            rows.append((*told, words("names.refused"), *named, "", match.refused.get(words.lang)))
        elif match.entity:
            rows.append((*told, words("names.certain"), *named, 100, ""))
        kind = words("names.ambiguous" if match.ambiguous else "names.proposed")
        rows += [(*told, kind, key, words.coded(name) or name, similar, "") for key, name, similar in match.proposals]
        if not (match.entity or match.proposals or match.refused):
            rows.append((*told, words("names.nothing"), "", "", "", ""))
    return Sheet(words("names.sheet"), header, tuple(rows))


def matches_text(found: list[Match], words: Words) -> str:
    """What each line was taken for, tab separated: as written, how surely, identifier, name, per cent, why not."""
    lines = []
    for _, *cells in matches_sheet(found, words).rows:
        texts = (f"{cell:g}" if isinstance(cell, int | float) else str(cell) for cell in cells)
        lines.append(shown("\t".join(text.replace("\t", " ") for text in texts)))
    return "\n".join(lines)
