"""Rows of the reference data's own files -> records and links. The files are told in ``loaders/reference/README.md``.

Each maker gets a row and what the folder says elsewhere (its sources, kinds of goods, places and generic steps), so
that a row which names something that does not exist is rejected by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from loaders.reference_vocabulary import Item
from ontology.errors import Reason
from ontology.label import Label
from ontology.records import Common, Link, PropertyProblem, Record, Ref, Status
from ontology.roles import KINDS
from ontology.values import make_key, parse_day, parse_key, parse_number
from ontology.vocabulary import Term, vocabulary

SEPARATOR = ";"


@dataclass(frozen=True, slots=True)
class Cells:
    """A row's cells, and its number in the file."""

    cells: Mapping[str, str]
    number: int = 0

    def text(self, column: str) -> str:
        return self.cells.get(column, "")

    def needed(self, column: str) -> str:
        """The cell's text.

        Raises:
            PropertyProblem: it is empty.
        """
        if text := self.text(column):
            return text
        raise PropertyProblem(column, Reason.MISSING, "", column=column)

    def several(self, column: str) -> list[str]:
        return [part.strip() for part in self.text(column).split(SEPARATOR) if part.strip()]

    def raw(self, *columns: str) -> dict[str, str]:
        return {column: self.cells[column] for column in columns if self.cells.get(column)}


@dataclass(slots=True)
class Known:
    """What the folder and the vocabularies have named, to which rows may refer."""

    cites: dict[str, str] = field(default_factory=dict)
    cited: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, tuple[str, Label]] = field(default_factory=dict)
    """Key of a kind of goods -> (node type, name)."""
    places: dict[str, Label] = field(default_factory=dict)
    steps: set[str] = field(default_factory=set)

    def learn(self, item: Item) -> None:
        """Remember what an accepted row describes."""
        if isinstance(item, Link):
            return
        name = str(item.properties["name"])
        label = Label(str(item.properties.get("name_sv", name)), name)
        if item.type in KINDS:
            self.kinds[item.key] = (item.type, label)
        elif item.type == "Place":
            self.places[item.key] = label
        elif item.type == "Step":
            self.steps.add(item.key)

    def source(self, row: Cells, status: Status = Status.DECLARED) -> Common:
        """Attribution of a row to the source that it names; what we infer from it is said to be so."""
        name = row.needed("source")
        if name not in self.cites:
            raise PropertyProblem("source", Reason.UNKNOWN_KEY, name, key=name)
        ours = " (inference)" if row.text("note").startswith("inference") else ""
        return Common(status=status, cites=self.cites[name] + ours)

    def kind(self, column: str, text: str) -> Ref:
        """A kind of goods by its key; a CPV code needs no other mention."""
        key = parse_key(text)
        if key.startswith("cpv:"):
            return Ref("Category", key)
        if key not in self.kinds:
            raise PropertyProblem(column, Reason.UNKNOWN_KEY, text, key=text)
        return Ref(self.kinds[key][0], key)

    def place(self, column: str, text: str) -> Ref:
        key = parse_key(text)
        if key not in self.places:
            raise PropertyProblem(column, Reason.UNKNOWN_KEY, text, key=text)
        return Ref("Place", key)

    def step(self, column: str, text: str) -> Ref:
        key = make_key("ref", text)
        if key not in self.steps:
            raise PropertyProblem(column, Reason.UNKNOWN_KEY, text, key=text)
        return Ref("Step", key)

    def label(self, key: str) -> Label:
        return self.kinds[key][1] if key in self.kinds else Label(key, key)


Maker = Callable[[Cells, Known], list[Item]]


def source(row: Cells, known: Known) -> list[Item]:
    """A source that other rows cite: publisher, title, date and address in one line."""
    when = row.text("published") or (f"retrieved {row.text('retrieved')}" if row.text("retrieved") else "")
    parts = (row.needed("publisher"), row.needed("title"), when, row.text("url"))
    name = row.needed("id")
    if name in known.cites:
        raise PropertyProblem("id", Reason.DUPLICATE_KEY, name, first_row=str(known.cited[name]))
    known.cites[name] = ", ".join(part for part in parts if part)
    known.cited[name] = row.number
    return []


def place(row: Cells, known: Known) -> list[Item]:  # noqa: ARG001
    """A place, within a broader one where it has one."""
    key = parse_key(row.needed("key"))
    name = row.needed("name_en")
    common = Common(cites="ISO 3166" if key.startswith("iso3166") else "")
    properties = {"name": name, "name_sv": row.text("name_sv") or None}
    items: list[Item] = [Record("Place", key, properties, common=common)]
    if row.text("part_of"):
        within = Ref("Place", parse_key(row.text("part_of")))
        items.append(Link("PART_OF", Ref("Place", key), within, common=common))
    return items


def kind(row: Cells, known: Known) -> list[Item]:
    """A kind of goods that is not one of the regions' own categories: a publisher's category, a material, a service."""
    key, type_, name = parse_key(row.needed("key")), row.needed("type"), row.needed("name_en")
    properties: dict[str, object] = {"name": name}
    if type_ != "Product":
        properties["name_sv"] = row.text("name_sv") or None
    if type_ == "Category":
        properties["scheme"] = row.text("scheme") or None
    return [Record(type_, key, properties, common=known.source(row), raw=row.raw("name_sv"))]


def match(row: Cells, known: Known) -> list[Item]:
    """A reviewed match: the target is exact, broader or narrower than the source."""
    ends = known.kind("from", row.needed("from")), known.kind("to", row.needed("to"))
    properties = {"relation": row.needed("relation"), "reviewer": row.needed("reviewer")}
    confidence = row.text("confidence")
    common = Common(confidence=float(parse_number(confidence)) if confidence else None)
    return [Link("MATCHES", *ends, properties, common=common, raw=row.raw("reviewed", "note"))]


def recipe(row: Cells, known: Known) -> list[Item]:
    """What goods are made of."""
    ends = known.kind("whole", row.needed("whole")), known.kind("part", row.needed("part"))
    return [Link("MADE_OF", *ends, common=known.source(row, Status.GENERIC), raw=row.raw("note"))]


def generic_step(row: Cells, known: Known) -> list[Item]:
    """A step that is typical for a kind of goods: no actor, perhaps a place."""
    key = make_key("ref", row.needed("id"))
    common = known.source(row, Status.GENERIC)
    step = Ref("Step", key)
    properties = {"name": row.needed("name_en"), "name_sv": row.text("name_sv") or None, "stage": row.needed("stage")}
    items: list[Item] = [
        Record("Step", key, properties, common=common, raw=row.raw("note")),
        Link("OUTPUTS", step, known.kind("kind", row.needed("kind")), common=common),
    ]
    items += [Link("LOCATED_IN", step, known.place("place", text), common=common) for text in row.several("place")]
    return items


def generic_link(row: Cells, known: Known) -> list[Item]:
    """One generic step supplies the next."""
    ends = known.step("from", row.needed("from")), known.step("to", row.needed("to"))
    return [Link("SUPPLIES", *ends, common=known.source(row, Status.GENERIC), raw=row.raw("note"))]


def _statement(type_: str, row: Cells, known: Known, properties: Mapping[str, object]) -> list[Item]:
    """An assessment or finding with its risk type and scope: kind, stage and place together."""
    risk = _term(row, "risk", "risk-types").id
    key, common = make_key("ref", row.needed("id")), known.source(row)
    own: dict[str, object] = {"stage": row.text("stage") or None, **_published(row), **properties}
    here = Ref(type_, key)
    scope = [known.kind("kind", text) for text in row.several("kind")]
    scope += [known.place("place", text) for text in row.several("place")]
    raw = row.raw("issued", "note")
    return [
        Record(type_, key, own, common=common, raw=raw),
        Link("OF_TYPE", here, Ref("RiskType", make_key("risk", risk)), common=common),
        *(Link("ABOUT", here, part, common=common) for part in scope),
    ]


def _published(row: Cells) -> dict[str, object]:
    """What a publisher says of severity, and when; a month or year counts from its first day."""
    severity = row.text("severity")
    return {
        "severity": int(parse_number(severity)) if severity else None,
        "issued": _day(row.text("issued")),
    }


def _day(text: str) -> date | None:
    return parse_day(text)[0] if text else None


def matrix_cell(row: Cells, known: Known) -> list[Item]:
    """A cell of a published matrix: kind x stage x risk area, with the level in the publisher's own words."""
    kinds = [known.kind("kind", text).key for text in row.several("kind")]
    if not kinds:
        raise PropertyProblem("kind", Reason.MISSING, "", column="kind")
    parts = [known.label(kinds[0])]
    parts += [_term(row, column, name).label for column, name in _MATRIX.items()]
    properties = {
        "name": ": ".join(part.en for part in parts),
        "name_sv": ": ".join(part.sv for part in parts),
        "level": row.needed("level"),
    }
    return _statement("RiskAssessment", row, known, properties)


_MATRIX = {"stage": "chain-stages", "risk": "risk-types", "level": "levels"}


def _term(row: Cells, column: str, name: str) -> Term:
    text, terms = row.needed(column), vocabulary(name)
    if text not in terms:
        raise PropertyProblem(column, Reason.NOT_IN_VOCABULARY, text, vocabulary=name, nearest=terms.nearest(text))
    return terms[text]


def listed_good(row: Cells, known: Known) -> list[Item]:
    """A good and a country on a list. The list says that there is reason to believe it, not how severe or likely."""
    risk = _term(row, "risk", "risk-types").label
    where = known.places[known.place("place", row.needed("place")).key]
    good = row.needed("good")
    properties = {"name": f"{good}, {where.en}: {risk.en}", "name_sv": f"{good}, {where.sv}: {risk.sv}"}
    return _statement("RiskAssessment", row, known, properties)


def assessment(row: Cells, known: Known) -> list[Item]:
    """A published judgement in words. An absent severity or likelihood is unknown."""
    likelihood = row.text("likelihood")
    properties = {
        "name": row.needed("statement_en"),
        "name_sv": row.text("statement_sv") or None,
        "level": row.text("level") or None,
        "likelihood": float(parse_number(likelihood)) if likelihood else None,
    }
    return _statement("RiskAssessment", row, known, properties)


def finding(row: Cells, known: Known) -> list[Item]:
    """Something said to have happened. One that names an actor is about that actor, and says nothing of others."""
    properties = {
        "name": row.needed("statement_en"),
        "name_sv": row.text("statement_sv") or None,
        "standing": row.needed("standing"),
        "modified": _day(row.text("modified")),
        "revoked": _day(row.text("revoked")),
    }
    items = _statement("Finding", row, known, properties)
    if name := row.text("actor"):
        common = known.source(row)
        slug = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")
        actor = Ref("Organisation", make_key("ref", f"actor-{slug}"))
        here = Ref("Finding", make_key("ref", row.needed("id")))
        items.append(Record(actor.type, actor.key, {"name": name}, common=common))
        items.append(Link("ABOUT", here, actor, common=common))
    return items


MAKERS: Mapping[str, Maker] = {
    "sources": source,
    "places": place,
    "kinds": kind,
    "matches": match,
    "recipes": recipe,
    "generic-steps": generic_step,
    "generic-links": generic_link,
    "uhm-matrices": matrix_cell,
    "dfo": matrix_cell,
    "dol-goods": listed_good,
    "assessments": assessment,
    "findings": finding,
}
"""The files, in the order in which they are read: what others refer to comes first."""
