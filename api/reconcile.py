"""OpenRefine's reconciliation, version 0.2, over search: names to the things that they may mean, and columns of those.

https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/. Only what is certain is a match: an
identifier, or a name that is that of one thing alone; the rest is proposed, with how alike the names are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from api.ask import ask
from api.names import Line, taken
from api.service import Service, When
from api.settings import MAX_TEXT
from graph.questions.declared.search import Search
from graph.questions.found import Found, Named
from graph.questions.many import Groups
from graph.searching import core_name
from ontology.countries import country_code
from ontology.errors import InputError, ValueProblem
from ontology.model import NODES, NodeType
from ontology.values import SCHEMES, make_key
from ontology.vocabulary import vocabulary
from visualisation.hits import found_name, what_it_is
from visualisation.words import Words

MOST_QUERIES, MOST_ENTITIES, MOST_PROPERTIES = 200, 1_000, 50
MOST_CANDIDATES, USUAL_CANDIDATES = 50, 8
SUGGESTED, MOST_SUGGESTED = 20, 100
NEARLY = 99.0
"""The highest score of what is not certain."""
ELSEWHERE = 0.7
"""What the score of a thing in another country than the one asked for is times."""

Value = str | float | bool | dict[str, Any]


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Told(Asked):
    """What a query tells of the thing beside its name."""

    pid: str
    v: Value | list[Value]

    @property
    def texts(self) -> list[str]:
        given = self.v if isinstance(self.v, list) else [self.v]
        return [str(one.get("id", "") if isinstance(one, dict) else one).strip() for one in given]


class Query(Asked):
    """One query of a batch."""

    query: str | None = None
    type: str | list[str] | None = None
    limit: float | None = Field(None, gt=0)
    properties: list[Told] = []
    type_strict: Literal["any", "should", "all"] | None = None

    @property
    def types(self) -> list[str]:
        return [self.type] if isinstance(self.type, str) else self.type or []


class Wanted(Asked):
    """A column that is asked for."""

    id: str
    settings: dict[str, Any] | None = None


class Extend(Asked):
    """Things and the columns that are wanted of them."""

    ids: list[str] = Field(max_length=MOST_ENTITIES)
    properties: list[Wanted] = Field(max_length=MOST_PROPERTIES)


class Type(BaseModel):
    id: str
    name: str


class Feature(BaseModel):
    id: str
    value: bool | float


class Candidate(BaseModel):
    """What a query may mean; ``match`` only where it is certain."""

    id: str
    name: str
    description: str
    type: list[Type]
    score: float = Field(description="100: an identifier, or the whole name; else how alike the names are")
    match: bool
    features: list[Feature]


class Result(BaseModel):
    result: list[Candidate]


class Suggestion(BaseModel):
    id: str
    name: str
    description: str = ""
    notable: list[Type] = Field([], description="of an entity, its type")


class Suggested(BaseModel):
    result: list[Suggestion]


class Column(BaseModel):
    id: str
    name: str


class Extension(BaseModel):
    """The columns, and of each thing by id its cells by column."""

    meta: list[Column]
    rows: dict[str, dict[str, list[dict[str, Any]]]]


class Proposed(BaseModel):
    """Columns that there are for things of a type."""

    type: str
    limit: int | None = None
    properties: list[Column]


def read(what: type[Any] | Any, text: str, name: str) -> Any:
    """A parameter that holds JSON.

    Raises:
        InputError: it does not, or not what it should.
    """
    try:
        return TypeAdapter(what).validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise InputError(f"{name} is not as it should be.", remedy=f"{where}: {first['msg']}.") from error


# -- queries ---------------------------------------------------------------------------------------------------
def reconciled(service: Service, when: When, queries: Mapping[str, Query]) -> dict[str, Result]:
    """
    Raises:
        InputError: more queries than ``MOST_QUERIES``, or of a type that there is not.
    """
    if len(queries) > MOST_QUERIES:
        raise InputError(f"{len(queries):,} queries at once.", remedy=f"Send at most {MOST_QUERIES} in a batch.")
    return {name: Result(result=_candidates(service, when, query)) for name, query in queries.items()}


def _candidates(service: Service, when: When, query: Query) -> list[Candidate]:
    most = int(min(max(query.limit or USUAL_CANDIDATES, 1), MOST_CANDIDATES))
    text, keys = (query.query or "").strip(), _keys(query.properties)
    wanted: list[str | None] = [_type(name).name for name in query.types] or [None]
    surely = taken(service, when, Line(0, text, keys[0] if keys else "")).entity
    found: dict[str, Found] = {}
    for sought in filter(None, (*keys, text[:MAX_TEXT])):
        for type in wanted:
            hits = ask(service, when, Search(q=sought, type=type, limit=most)).hits
            found.update({hit.id: hit for hit in hits if hit.id not in found})
    told = [text for one in query.properties if one.pid == "country" for text in one.texts]
    countries = {code for code in map(country_code, told) if code}
    made = [_candidate(hit, text, hit.id == surely, countries) for hit in found.values()]
    return sorted(made, key=lambda one: -one.score)[:most]


def _candidate(hit: Found, text: str, certain: bool, countries: set[str]) -> Candidate:
    from rapidfuzz import fuzz

    words = Words("en")
    alike = fuzz.WRatio(core_name(text), core_name(hit.name))
    score = 100.0 if certain or hit.exact else min(alike, NEARLY)
    features = [Feature(id="name_similarity", value=round(alike, 1)), Feature(id="exact", value=hit.exact)]
    there = not countries or not hit.countries or bool(countries.intersection(hit.countries))
    if countries and hit.countries:
        features.append(Feature(id="country", value=there))
    return Candidate(
        id=hit.id,
        name=found_name(hit, words),
        description=what_it_is(hit, words),
        type=[Type(id=hit.type, name=NODES[hit.type].label.en)],
        score=round(score if there else score * ELSEWHERE, 1),
        match=certain and there,
        features=features,
    )


def _keys(told: Iterable[Told]) -> list[str]:
    """The identifiers that a query tells, in normal form; one that is none is not looked for."""
    found = []
    for one in told:
        for text in one.texts if one.pid in SCHEMES else ():
            with suppress(ValueProblem):
                found.append(make_key(one.pid, text.removeprefix(f"{one.pid}:")))
    return found


def _type(name: str) -> NodeType:
    if name not in NODES:
        raise InputError(f"{name[:60]} is not a type.", remedy=f"Use one of {', '.join(NODES)}.")
    return NODES[name]


# -- suggestions -----------------------------------------------------------------------------------------------
def suggested(service: Service, when: When, kind: str, prefix: str, skip: int) -> Suggested:
    """What begins so, or is called so: entities, types or properties; ``skip`` of them passed over."""
    if kind == "entity":
        words, wanted = Words("en"), min(skip + SUGGESTED, MOST_SUGGESTED)
        hits = ask(service, when, Search(q=prefix, limit=wanted)).hits if prefix.strip() else []
        made = [
            Suggestion(id=hit.id, name=found_name(hit, words), description=what_it_is(hit, words), notable=[_of(hit)])
            for hit in hits
        ]
    elif kind == "type":
        types = (node for node in NODES.values() if _begins(prefix, node.name, *node.label))
        made = [Suggestion(id=node.name, name=node.label.en, description=node.definition) for node in types]
    else:
        made = [Suggestion(id=id, name=name) for id, name in _properties().items() if _begins(prefix, id, name)]
    return Suggested(result=made[skip : skip + SUGGESTED])


def _of(hit: Found) -> Type:
    return Type(id=hit.type, name=NODES[hit.type].label.en)


def _begins(prefix: str, *names: str) -> bool:
    wanted = prefix.strip().casefold()
    return any(word.startswith(wanted) for name in names for word in (name.casefold(), *name.casefold().split()))


# -- columns ---------------------------------------------------------------------------------------------------
TOLD: Mapping[str, tuple[str, Callable[[Found], Iterable[Named | str]]]] = {
    "country": ("Country (ISO 3166-1)", lambda hit: hit.countries),
    "place": ("Place", lambda hit: hit.places),
    "kind": ("Kind of goods", lambda hit: hit.kinds),
    "part_of": ("Belongs to", lambda hit: hit.part_of),
    "identifier": ("Identifiers", lambda hit: hit.keys),
}
STATUS, SEVERITY = "status:", "severity:"


@cache
def _properties() -> dict[str, str]:
    """Every column by id, with its name: what search tells, identifiers by scheme, what the ontology declares, and of
    each risk how a thing's contracts stand to it."""
    found = {id: name for id, (name, _) in TOLD.items()}
    found |= {scheme.name: scheme.label.en for scheme in SCHEMES.values()}
    for node in NODES.values():
        found |= {name: prop.label.en for name, prop in node.properties.items() if name not in found}
    for risk in vocabulary("risk-types").terms.values():
        found[STATUS + risk.id] = f"{risk.label.en}: status"
        found[SEVERITY + risk.id] = f"{risk.label.en}: highest severity reached"
    return found


def proposed(type: str, limit: int | None) -> Proposed:
    """
    Raises:
        InputError: there is no such type.
    """
    node = _type(type)
    of_others = {name for other in NODES.values() for name in other.properties} - node.properties.keys()
    of_others |= {one.name for one in SCHEMES.values() if one.identifies and node.name not in one.identifies}
    fitting = [Column(id=id, name=name) for id, name in _properties().items() if id in TOLD or id not in of_others]
    return Proposed(type=type, limit=limit, properties=fitting[:limit])


def extended(service: Service, when: When, wanted: Extend) -> Extension:
    """
    Raises:
        InputError: a column that there is not.
    """
    names = _properties()
    for one in wanted.properties:
        if one.id not in names:
            raise InputError(f"{one.id[:60]} is not a property.", remedy="Ask the suggest service for properties.")
    columns = [Column(id=one.id, name=names[one.id]) for one in wanted.properties]
    risks = {one.id.partition(":")[2] for one in columns if one.id.startswith((STATUS, SEVERITY))}
    groups = {risk: Groups(service.snapshot(when), risk) for risk in sorted(risks)}
    cells = _Cells(service, when, groups)
    return Extension(meta=columns, rows={id: cells.of(id, columns) for id in wanted.ids})


class _Cells:
    def __init__(self, service: Service, when: When, groups: Mapping[str, Groups]) -> None:
        self.service, self.when, self.groups = service, when, groups
        self.s = service.snapshot(when)

    def of(self, id: str, columns: Iterable[Column]) -> dict[str, list[dict[str, Any]]]:
        """The cells of a thing; none where it is not in the graph."""
        entity = taken(self.service, self.when, Line(0, id)).entity
        vertex = self.s.vertex(entity) if entity else None
        if entity is None or vertex is None:
            return {column.id: [] for column in columns}
        hit = next(hit for hit in ask(self.service, self.when, Search(q=entity, limit=5)).hits if hit.id == entity)
        said = self.s.properties(vertex)
        return {column.id: self._cells(column.id, hit, said) for column in columns}

    def _cells(self, id: str, hit: Found, said: Mapping[str, Any]) -> list[dict[str, Any]]:
        if id in TOLD:
            return [_cell(one) for one in TOLD[id][1](hit)]
        if id in SCHEMES:
            return [_cell(key.partition(":")[2]) for key in hit.keys if key.startswith(f"{id}:")]
        if id.startswith((STATUS, SEVERITY)):
            return [_cell(self._standing(id, hit.id))]
        value = said.get(id)
        return [_cell(one) for one in (value if isinstance(value, list) else [value]) if one is not None]

    def _standing(self, id: str, entity: str) -> str | int:
        kind, _, risk = id.partition(":")
        try:
            line = self.groups[risk].line(entity)
        except InputError:
            return "not_a_group_of_contracts"
        if f"{kind}:" == STATUS or line.worst is None or not line.worst.severity:
            return str(line.status)
        return "severity_not_stated" if line.worst.severity_unknown else line.worst.severity


def _cell(value: Any) -> dict[str, Any]:
    if isinstance(value, Named):
        return {"id": value.id, "name": found_name(value, Words("en"))}
    if isinstance(value, bool):
        return {"str": "true" if value else "false"}
    if isinstance(value, int):
        return {"int": value}
    return {"float": value} if isinstance(value, float) else {"str": str(value)}
