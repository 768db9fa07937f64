"""The files that an answer, or the whole graph, is written as. A module here declares one format; a package of its own
does by the entry point group ``kedja.exporters`` (docs/how-to/extend.md). Nothing heavy is imported: a declaration is
read for ``--help``, and what writes a file is imported when one is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from ontology.errors import InputError
from ontology.extensions import Extensions, extensions
from ontology.label import Label
from visualisation.views import View

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.snapshot.view import Snapshot
    from graph.sqlite import Store
    from graph.store import At, Entity, StoredLink, StoredRecord
    from visualisation.words import Words

GROUP = "kedja.exporters"


@dataclass(frozen=True, eq=False)
class Given:
    """What is written: an answer, or where there is none the whole graph, as a reader ``at`` a publication with a
    clearance sees it. Neither the snapshot nor what the store gives ``at`` that place holds what he may not read.

    ``entities``, ``records`` and ``links`` are the facts, of every validity: all of them, or those that the answer
    names or rests on. What it derived is not among them.
    """

    snapshot: Snapshot
    store: Store
    at: At
    words: Words
    answer: Answer[Any] | None = None
    left_out: Counter[str] = field(default_factory=Counter)
    """What the format that was written has no place for, counted: see ``visualisation.facts``."""

    def stamp(self) -> dict[str, str]:
        """What a file for programs says of itself; that it is a demonstration in the reader's language."""
        known, moment = self.snapshot.known, self.snapshot.moment
        start, end = moment.during or (moment.valid_at, None)
        found = {
            "snapshot": self.snapshot.hash,
            "valid_at": f"{start}/{end}" if end else str(start),
            "known_at": known.at.isoformat(),
            "clearance": known.clearance,
        }
        return found | ({"demonstration": self.words("app.demonstration")} if self.snapshot.demonstration else {})

    def entities(self) -> Iterator[Entity]:
        return self.store.entities(self.at, ids=self._entities)

    def records(self) -> Iterator[StoredRecord]:
        return self.store.records(self.at, entities=self._entities)

    def links(self) -> Iterator[StoredLink]:
        return self.store.links(self.at, ids=self._named)

    @cached_property
    def _named(self) -> frozenset[str] | None:
        return None if self.answer is None else named_in(self.answer)

    @cached_property
    def _entities(self) -> frozenset[str] | None:
        """Ids of what the answer names, and of the ends of its links."""
        if self._named is None:
            return None
        return self._named.union(end for link in self.links() for end in (link.source, link.target))


def named_in(answer: Answer[Any]) -> frozenset[str]:
    """Ids of the entities and stored links that an answer names or rests on."""
    from graph.data import LinkData, Node, StatementData

    found = set(answer.evidence.links)
    for name in type(answer.data).model_fields if answer.data is not None else ():
        held = getattr(answer.data, name)
        named = [getattr(one, "node", one) for one in (held if isinstance(held, tuple) else (held,))]
        found.update(one.id for one in named if isinstance(one, Node | LinkData | StatementData))
    return frozenset(found)


def any_view(_: View) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Exporter:
    """A format that answers are written in, and the whole ``graph`` where that is said.

    ``name`` is its word in commands and addresses, and the file's ending unless ``ending`` says another. ``shows``
    tells of a view whether the answers that it shows can be written so. ``holds`` says of each node type, link type and
    ``TYPE.property`` that the format has a place for where that is; None: it is a format of Kedja's own. What it has no
    place for is counted as it is written (``Given.left_out``).
    """

    name: str
    title: Label
    help: Label
    media_type: str
    write: Callable[[Given], bytes]
    graph: bool = False
    shows: Callable[[View], bool] = any_view
    ending: str = ""
    holds: Mapping[str, str] | None = None

    @property
    def file_ending(self) -> str:
        return self.ending or self.name


@cache
def exporters() -> Extensions[Exporter]:
    """Every format by its name, and what other packages declare and is none."""
    import visualisation.exporters as ours

    found: Extensions[Exporter] = extensions(ours, GROUP, "Exporter", lambda one: isinstance(one, Exporter))
    return Extensions(dict(sorted(found.known.items())), found.broken)


def of_graph() -> Mapping[str, Exporter]:
    """The formats of the whole graph."""
    return {name: one for name, one in exporters().known.items() if one.graph}


def of_answers(view: View) -> Mapping[str, Exporter]:
    """The formats of the answers that a view shows."""
    return {name: one for name, one in exporters().known.items() if one.shows(view)}


def chosen(name: str, offered: Mapping[str, Exporter]) -> Exporter:
    """The format of that name.

    Raises:
        InputError: it is not offered; the remedy names those that are.
    """
    if name not in offered:
        raise InputError(f"{name} is not a format of this export.", remedy=f"Use one of {', '.join(offered)}.")
    return offered[name]
