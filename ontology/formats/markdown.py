"""The ontology as a page: ``docs/ontology.md``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ontology.model import LINKS, NODES, VERSION, LinkType, Property, Settle, Walk
from ontology.values import SCHEMES
from ontology.vocabulary import vocabulary, vocabulary_names

HEAD = f"""# Ontology, version {VERSION}

Made from the declaration by `kedja ontology --format md`; do not edit. An absent property is unknown: never zero, never
a default. Every record and link also has status, confidence, polarity, secrecy, valid_from, valid_to (exclusive) and
what it cites.

Links that flow lead in the direction risk flows, from raw material towards the contract. *Passes* names the families of
risk that cross a link: H harm at production, O own conduct, S sanctions, D disruption. *Walk* says how a question uses
it: *goods* is followed, *actor* is attached to a step or contract already reached, *list* only feeds the company list.
"""


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _property_table(properties: Mapping[str, Property]) -> str:
    rows = []
    for name, p in properties.items():
        said = (("required", p.required), ("several", p.many), ("single-valued", p.single))
        marks = [mark for mark, on in said if on]
        marks += [] if p.settle is Settle.MOST else [f"{p.settle.value} counts"]
        values = f"[{p.vocabulary}](#{p.vocabulary})" if p.vocabulary else ""
        rows.append((f"`{name}`", p.label.sv, p.label.en, p.note.en, values, ", ".join(marks)))
    return _table(("property", "sv", "en", "meaning", "values", ""), rows)


def _passes(link: LinkType) -> str:
    letters = " ".join(sorted(family.value for family in link.passes))
    notes = [note for note, on in (("labour risks only", link.only_labour), ("by control", link.by_control)) if on]
    return ", ".join(filter(None, (letters, *notes))) or "nothing"


def _nodes() -> Iterable[str]:
    yield "## Node types\n"
    for node in NODES.values():
        yield f"### {node.name}\n\n{node.label.sv} / {node.label.en}. {node.definition}\n"
        yield _property_table(node.properties)


def _links() -> Iterable[str]:
    for title, flows in (("Links that flow", True), ("Links that do not flow", False)):
        yield f"## {title}\n"
        rows = []
        for link in LINKS.values():
            if link.flows is flows:
                ends = f"{', '.join(link.source)} → {', '.join(link.target)}"
                walk = link.walk.value if link.walk is not Walk.NONE else ""
                tier = "yes" if link.tier else ""
                rows.append((f"`{link.name}`", ends, _passes(link) if flows else "", walk, tier, link.definition))
        yield _table(("link", "ends", "passes", "walk", "tier", "meaning"), rows)
    yield "## Properties of links\n"
    for link in LINKS.values():
        if link.properties:
            yield f"### {link.name}\n\n{link.label.sv} / {link.label.en}\n"
            yield _property_table(link.properties)


def _vocabularies() -> Iterable[str]:
    yield "## Vocabularies\n"
    for name in vocabulary_names():
        yield f"### {name}\n"
        terms = vocabulary(name).terms.values()
        rows = ((f"`{t.id}`", t.broader or "", t.label.sv, t.label.en, t.definition.en) for t in terms)
        yield _table(("id", "broader", "sv", "en", "definition"), rows)


def markdown() -> str:
    schemes = _table(
        ("scheme", "sv", "en", "example"),
        ((f"`{s.name}`", s.label.sv, s.label.en, f"`{s.name}:{s.example}`") for s in SCHEMES.values()),
    )
    parts = [HEAD, *_nodes(), *_links(), "## Identifier schemes\n", schemes, *_vocabularies()]
    return "\n".join(parts)
