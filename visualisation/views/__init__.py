"""How the answers to each question are shown: in words, as tables, drawn, on a page. A module here declares one view; a
package of its own does by the entry point group ``kedja.views`` (docs/how-to/extend.md). Nothing heavy is imported."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from ontology.errors import DeclarationError
from ontology.extensions import Extensions, extensions
from ontology.label import Label

if TYPE_CHECKING:
    from graph.answer import Answer
    from visualisation.drawing import Drawing
    from visualisation.sentences import Teller
    from visualisation.words import Words

GROUP = "kedja.views"
Cell = str | int | float | date


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. ``name`` is at most 31 characters, as a workbook wants."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def filled(sheet: Sheet, sentence: str, words: Words) -> Sheet:
    """The table; one without rows says in its first row why."""
    rest = (words("table.not_applicable"),) * (len(sheet.header) - 1)
    return sheet if sheet.rows else replace(sheet, rows=((sentence, *rest),))


def _nothing(*_: Any) -> tuple[()]:
    return ()


@dataclass(frozen=True, slots=True)
class View:
    """How the answers to the question ``name`` are shown. Each function takes the answer's data, which is there, or the
    answer, and a ``Teller`` of it.

    ``heading`` and ``about`` (what was asked about, in a few words) are its title; ``sheet`` its rows, of which the
    page, the terminal, the CSV and the workbook make their table, ``more`` tables beside it. ``text`` and ``page``
    (answer, page, whatever the page gives) show it another way than by its rows. ``drawing`` draws it; without one
    there is no picture. ``cypher`` gives (name, values) of the questions in Cypher that ask the like.
    """

    name: str
    heading: Label
    about: Callable[[Any, Teller], str]
    sheet: Callable[[Any, Teller], Sheet]
    more: Callable[[Any, Teller], Iterable[Sheet]] = _nothing
    text: Callable[[Answer[Any], Teller], list[str]] | None = None
    page: Callable[..., str] | None = None
    drawing: Callable[[Any], Drawing] | None = None
    cypher: Callable[[Any], Iterable[tuple[str, dict[str, str]]]] = _nothing
    path: str = ""
    """Where its page is, if not at ``/NAME``."""

    def title(self, data: Any, teller: Teller) -> str:
        return f"{self.heading.get(teller.words.lang)}: {self.about(data, teller)}"


@cache
def views() -> Extensions[View]:
    """Every view by the name of its question."""
    import visualisation.views as ours

    return extensions(ours, GROUP, "View", lambda one: isinstance(one, View))


def view_of(answer: Answer[Any]) -> View:
    """The view of the question that an answer is to.

    Raises:
        DeclarationError: none is declared; says which were found broken.
    """
    name = answer.question.partition(" ")[0]
    if name not in views().known:
        told = "".join(f" {where}: {why}." for where, why in views().broken.items())
        raise DeclarationError(f"No view shows answers to {name}.{told}")
    return views().known[name]
