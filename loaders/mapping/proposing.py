"""Proposes a mapping of a table or a graph. Each line says why it stands there; what is not known is commented out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from loaders.glimpse import glimpse
from loaders.mapping.files import fitting, path_of
from loaders.mapping.guessing import (
    ACTORS,
    SAMPLED,
    Group,
    Guess,
    columns_of,
    days_in,
    grouped,
    guess,
    meaning,
    placeholders,
)
from loaders.mapping.tables import table_of
from ontology.model import LINKS, NODES
from ontology.values import SCHEMES

if TYPE_CHECKING:
    from graph.neo4j.server import Server

_SOURCE = """\
# Proposed by `kedja map`, to be read and changed: docs/how-to/map.md tells what may stand where.
# After each line: why it stands there. What is not known stands commented out.

[source]
publisher = ""   # who says this: fill in
series = ""      # a short name, the same for every edition
title = ""
# edition = ""   # without it: the day of the file, or the server's
# licence = ""
# secrecy = "restricted"
"""


def quoted(text: str) -> str:
    """A text as TOML."""
    inner = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("\n", "\\n")
    return f'"{inner}"'


def _own(key: str) -> str:
    """A key without its scheme, as part of an id of the source's own."""
    scheme, colon, rest = key.partition(":")
    return rest if colon and scheme in SCHEMES else key


def _place(name: str) -> str:
    return "{" + name.replace("{", "{{").replace("}", "}}") + "}"


@dataclass(slots=True)
class Lines:
    """A proposal's lines."""

    lines: list[str] = field(default_factory=list)

    def add(self, text: str = "", why: str = "", *, known: bool = True) -> None:
        mark = "" if known or not text else "# "
        self.lines.append(f"{mark}{text}   # {why}" if why else f"{mark}{text}")

    def node(self, name: str, group: Group) -> None:
        """A thing with all that is known of it."""
        self.add()
        self.add(f"[rows.node.{name}]")
        self.add(f'type = "{group.type}"', f"headings or values tell of a {group.thing}")
        keys = [quoted(key) for key in group.identifiers()]
        why = "; ".join(dict.fromkeys(g.why for g in group.of.values() if g.scheme)) or "an id of the source's own"
        self.add(f"key = {keys[0]}" if len(keys) == 1 else f"key = [{', '.join(keys)}]", why)
        called = group.of.get("name") or group.of.get("id") or next(iter(group.of.values()))
        self.add(
            f"name = {quoted(_place(called.column))}", called.why if called.use == "name" else "for want of a name"
        )
        for use, one in group.of.items():
            if use in NODES[group.type].properties and use != "name":
                self.add(f"{use} = {quoted(_place(one.column))}", one.why)

    def link(
        self, type_: str, source: str, target: str, why: str, *, known: bool = True, more: Sequence[str] = ()
    ) -> None:
        self.add()
        self.add("[[rows.link]]", why, known=known)
        for text in (f'type = "{type_}"', f'from = "{source}"', f'to = "{target}"', *more):
            self.add(text, known=known)

    def step(self, name: str, actor: str, of: Group, goods: str, called: tuple[str, str], before: str = "") -> None:
        """A step: one output of one actor, so its key holds its goods. ``called``: how the actor's columns and the
        goods are written."""
        mine, theirs = called
        self.add()
        self.add(f"[rows.node.{name}]")
        self.add('type = "Step"', "goods are named with who handles them: one output of one actor")
        self.add(f"key = {quoted(f'{_own(of.identifiers(before)[-1])}: {theirs}')}", "tells the goods apart")
        self.add(f"name = {quoted(f'{theirs}, {mine}')}")
        self.add('stage = "final-manufacture"', "if it is made there", known=False)
        self.link("OUTPUTS", name, goods, "what the step gives")
        self.link("PERFORMS" if of.type == "Site" else "RUNS", actor, name, "who does it")

    def text(self) -> str:
        return "\n".join(self.lines).strip() + "\n"


def propose_table(path: Path) -> str:
    """A mapping of a file: one that comes with Kedja where it fits, else what headings and values tell.

    Raises:
        FileFormatError: no table.
    """
    for name in fitting(glimpse(path).text):
        text = path_of(name).read_text("utf-8")
        return f"# The mapping {name} comes with Kedja and fits: kedja load table {path.name} --map {name}\n{text}"
    table = table_of(path)
    rows = [cells for _, cells in islice(table.rows, SAMPLED)]
    lines = Lines()
    lines.add(_SOURCE)
    lines.add("[[rows]]", f"by the first {len(rows)} rows")
    _rows(lines, table.header, rows)
    return lines.text()


def _rows(lines: Lines, header: Sequence[str], rows: Sequence[Mapping[str, str]], main: str = "") -> dict[str, Group]:
    """What the rows of a table, or the nodes of a label, tell of."""
    columns = columns_of(header, rows)
    guesses = [guess(column) for column in columns]
    groups = grouped(guesses, main)
    if missing := placeholders(header, rows):
        lines.add(f"missing = [{', '.join(map(quoted, missing))}]", "texts that stand for what is not known")
    read = {g.column for group in groups.values() for g in (*group.of.values(), group.country) if g}
    read |= {g.column for g in guesses if g.use in ("amount", "currency") and {"supplier", "buyer"} <= groups.keys()}
    if left := [column for column in columns if column.name not in read]:
        lines.add("Not understood; map each, or leave it out on purpose:", known=False)
        lines.add(f"ignore = [{', '.join(quoted(column.name) for column in left)}]", known=False)
        told = {one.column: one.why for one in guesses if one.why}
        for column in left:
            if days_in(column):
                lines.add(f"valid_from = {quoted(_place(column.name))}", "days", known=False)
            elif column.name in told:
                lines.add(f"{quoted(column.name)}: {told[column.name]}; what to do with it is not told", known=False)
    if not groups:
        lines.add("No heading and no value tells what a row is. For instance:", known=False)
        for text in ("[rows.node.company]", 'type = "Organisation"', f"key = {quoted(_place(header[0]))}"):
            lines.add(text, known=False)
    for name, group in groups.items():
        lines.node(name, group)
    _countries(lines, groups)
    _links(lines, groups, guesses)
    return groups


def _countries(lines: Lines, groups: Mapping[str, Group]) -> None:
    for name, group in groups.items():
        if group.country and group.type in LINKS["LOCATED_IN"].source:
            lines.add()
            lines.add(f"[rows.node.country_of_{name}]")
            lines.add('type = "Place"')
            lines.add(f"key = {quoted('iso3166-1:' + _place(group.country.column))}", group.country.why)
            lines.link("LOCATED_IN", name, f"country_of_{name}", "where it is")


def _links(lines: Lines, groups: Mapping[str, Group], guesses: Iterable[Guess]) -> None:
    """The links that the words for the things tell by themselves; those that may be are commented out."""
    sums = {g.use: g for g in guesses if g.use in ("amount", "currency")}
    told = {"supplier", "buyer"} <= groups.keys()
    if told:
        more = [f"{use} = {quoted(_place(g.column))}" for use, g in sums.items()]
        lines.link(
            "SELLS_TO", "supplier", "buyer", "a supplier and a buyer; goods unknown, so no risk passes", more=more
        )
        if more:
            lines.add('row = "{...}"', "what numbers the lines, so that two alike are two", known=False)
    if "contract" in groups:
        for type_, source, target, thing in (
            ("HOLDS", "supplier", "contract", "supplier"),
            ("SERVES", "contract", "buyer", "buyer"),
        ):
            if thing in groups:
                lines.link(type_, source, target, f"the contract's {thing}")
    if {"goods", "category"} <= groups.keys():
        lines.link("IN_CATEGORY", "goods", "category", "the goods' category")
    goods = next((name for name in ("goods", "material") if name in groups), "")
    for actor in (name for name in ("site", "supplier", "company") if name in groups and goods):
        lines.step(f"step_of_{actor}", actor, groups[actor], goods, (_name(groups[actor]), _name(groups[goods])))
    linked = {("supplier", "buyer")} if told else set()
    actors = [name for name, group in groups.items() if group.type in ACTORS]
    for one in actors:
        for other in actors:
            if one != other and (one, other) not in linked:
                fit = [k.name for k in LINKS.values() if k.allows(groups[one].type, groups[other].type)]
                if fit:
                    lines.link(fit[0], one, other, f"how they are related is not told: {', '.join(fit)}", known=False)


def _name(group: Group) -> str:
    called = group.of.get("name") or next(iter(group.of.values()))
    return _place(called.column)


# -- graphs --------------------------------------------------------------------------------------------------------
def propose_graph(server: Server) -> str:
    """A mapping of a graph in Neo4j: its labels, and the relationships between them."""
    from loaders.mapping.graph import LABELS, SHAPES, Pattern, names_of, rows_of

    lines = Lines()
    lines.add(_SOURCE)
    known: dict[str, tuple[str, Group]] = {}
    for label, many in server.read(LABELS):
        names = names_of(server, Pattern(label=label))
        rows = [cells for _, cells in islice(rows_of(server, Pattern(label=label), names), SAMPLED)]
        thing = meaning("thing", label)
        lines.add()
        if not thing:
            lines.add("[[rows]]", f"what the {many} nodes are is not known", known=False)
            lines.add(f"label = {quoted(label)}", ", ".join(names), known=False)
            continue
        lines.add("[[rows]]", f"{many} nodes")
        lines.add(f"label = {quoted(label)}")
        group = _rows(lines, names, rows, thing).get(thing)
        if group is not None:
            known[label] = (thing, group)
    for start, type_, end, many in server.read(SHAPES):
        names = names_of(server, Pattern(start=start, type=type_, end=end))
        own = [name for name in names if not name.startswith(("from.", "to."))]
        _relationship(lines, f"(:{start})-[:{type_}]->(:{end})", type_, known.get(start), known.get(end), own, many)
    return lines.text()


def _relationship(
    lines: Lines, pattern: str, type_: str, start: tuple[str, Group] | None, end: tuple[str, Group] | None,
    own: Sequence[str], many: int,
) -> None:  # fmt: skip
    """A relationship: between companies it becomes SELLS_TO, and steps where it names the goods."""
    verb = meaning("relationship", type_)
    lines.add()
    ends = {"from.": start, "to.": end}
    link = _link_of(verb, start[1].type, end[1].type) if start and end else None
    lines.add(
        "[[rows]]",
        f"{many} relationships" + ("" if link else ", of which it is not known what they say"),
        known=bool(link),
    )
    lines.add(f"relationship = {quoted(pattern)}", ", ".join(own), known=bool(link))
    if link is None or start is None or end is None:
        return
    goods = next((name for name in own if meaning("thing", name) in ("goods", "material")), "")
    if left := [name for name in own if name != goods]:
        lines.add(f"ignore = [{', '.join(map(quoted, left))}]", known=False)
    for (before, found), name in zip(ends.items(), ("start", "end"), strict=True):
        assert found is not None
        keys = [quoted(key) for key in found[1].identifiers(before)]
        lines.add()
        lines.add(f"[rows.node.{name}]")
        lines.add(f'type = "{found[1].type}"')
        lines.add(f"key = [{', '.join(keys)}]", "as in the rows of its label")
    source, target = ("end", "start") if verb == "buys" else ("start", "end")
    lines.link(link, source, target, f"{type_} between {start[1].type} and {end[1].type}")
    if goods and link == "SELLS_TO":
        _goods(lines, goods, source, target, {"start": ("from.", start[1]), "end": ("to.", end[1])})


def _link_of(verb: str, start: str, end: str) -> str | None:
    """The link that a verb means between two types, if Kedja has it."""
    meant = {"sells": "SELLS_TO", "buys": "SELLS_TO", "owns": "OWNS", "located": "LOCATED_IN"}.get(verb)
    ends = (end, start) if verb == "buys" else (start, end)
    return meant if meant and LINKS[meant].allows(*ends) else None


def _goods(lines: Lines, goods: str, source: str, target: str, ends: Mapping[str, tuple[str, Group]]) -> None:
    lines.add()
    lines.add("[rows.node.goods]")
    lines.add('type = "Product"', f"{goods} names the goods")
    for field_ in ("key", "name"):
        lines.add(f"{field_} = {quoted(_place(goods))}")
    for side, step in ((source, "sold"), (target, "bought")):
        before, group = ends[side]
        lines.step(step, side, group, "goods", (_own(group.identifiers(before)[-1]), _place(goods)), before)
    lines.link("SUPPLIES", "sold", "bought", "one sells to the other, and the goods are named")
