"""One thing: what is said of it, by whom."""

from __future__ import annotations

from graph.answer import Answer
from graph.data import EntityData
from ontology.label import Label
from visualisation.lines import few, heading
from visualisation.page import Page
from visualisation.pages import frame_of, rendered
from visualisation.sentences import Teller
from visualisation.views import Cell, Sheet, View, filled
from visualisation.words import Words


def render_entity(answer: Answer[EntityData], page: Page) -> str:
    """Everything said about one thing, by whom, valid when; conflicts are shown, never settled silently."""
    words = Words(page.lang)
    assert answer.data is not None
    teller = Teller(answer, words)
    name = teller.name(answer.data.node.id)
    return rendered("entity.html", page, name, frame_of(answer), data=answer.data, teller=teller)


def _entity(answer: Answer[EntityData], teller: Teller) -> list[str]:
    assert answer.data is not None
    data, words = answer.data, teller.words
    lines = [f"{teller.name(data.node.id)} ({words.node_type(data.node.type)})", *map(words.key, data.node.keys)]
    for said in data.said:
        lines += heading(words("entity.by", who=teller.said_by(said)))
        lines += [
            f"  {words.property(said.type, k)}: {words.said(said.type, k, v)}" for k, v in said.properties.items()
        ]
    if not data.said:
        lines.append(words("entity.nothing_said"))
    if data.conflicts:
        lines += heading(words("entity.conflicts"))
        type = data.node.type
        lines += few(
            [f"{words.property(type, c.property)}: {teller.differing(type, c)}" for c in data.conflicts], words
        )
    lines += heading(words("entity.links"))
    return lines + few(
        [
            f"{teller.name(k.source)} {words.link_type(k.type)} {teller.name(k.target)} · {teller.evidence(k)}"
            for k in data.links
        ],
        words,
        40,
    )


def _said(data: EntityData, teller: Teller) -> Sheet:
    """Each property that a record says, by whom."""
    words = teller.words
    header = (
        words("conflict.property"),
        words("conflict.values"),
        words("source.name"),
        words("export.status"),
        words("export.valid_from"),
        words("export.valid_to"),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            words.property(said.type, name),
            words.said(said.type, name, value),
            teller.said_by(said),
            words.term("statuses", said.status),
            said.valid_from or words("period.no_start"),
            words.last_day(said.valid_to),
        )
        for said in data.said
        for name, value in said.properties.items()
    ]
    return filled(Sheet(words("entity.said")[:31], header, tuple(rows)), words("entity.nothing_said"), words)


VIEW = View(
    "entity",
    Label("Aktör", "Entity"),
    about=lambda data, teller: teller.name(data.node.id),
    sheet=_said,
    text=_entity,
    page=render_entity,
    path="/entity/{id:path}",
)
