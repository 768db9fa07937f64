"""How the answers to each question are shown: in words, as tables, drawn, on a page. A module here declares one view; a
package of its own does by the entry point group ``kedja.views`` (docs/how-to/extend.md). Nothing heavy is imported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Self

from ontology.errors import DeclarationError
from ontology.extensions import Extensions, extensions
from ontology.label import Label

if TYPE_CHECKING:
    from graph.answer import Answer
    from graph.questions.question import Question
    from visualisation.drawing import Drawing
    from visualisation.sentences import Teller
    from visualisation.signs import Still
    from visualisation.words import Words

GROUP = "kedja.views"
CONTRACTS, CHAINS, KNOWLEDGE = GROUPS = ("contracts", "chains", "knowledge")
"""The groups of the menu, in order."""
Cell = str | int | float | date


class Rich(str):
    """A cell's text that a page shows as more: a link to ``path`` (of ours, or a web address), a level's chip.

    ``query`` changes the address of the page that it stands on where there is no ``path``. ``anchor`` is the place
    there, or without a path the name of its own row. ``share`` (0 to 1) is drawn as a bar. Elsewhere it is its text.
    """

    path: str
    query: Mapping[str, str]
    level: str
    anchor: str
    lang: str
    share: float | None

    def __new__(
        cls, text: str, path: str = "", query: Mapping[str, str] | None = None, *, level: str = "", anchor: str = "",
        lang: str = "", share: float | None = None,
    ) -> Self:  # fmt: skip
        found = super().__new__(cls, text)
        found.path, found.query, found.level, found.anchor, found.lang = path, query or {}, level, anchor, lang
        found.share = share
        return found


def rich(cell: Cell) -> Rich:
    """Any cell as one that a page shows as more."""
    return cell if isinstance(cell, Rich) else Rich(str(cell))


@dataclass(frozen=True, slots=True)
class Headline:
    """What an answer comes to, for its first screen: (figure, what it counts), the first one large; what that means;
    whom to ask for what is not known."""

    figures: tuple[tuple[str, str], ...]
    note: str = ""
    ask: str = ""
    level: str = ""
    """The level of the first figure, where it has one."""


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


def _none(_: Any) -> Mapping[str, Question]:
    return {}


@dataclass(frozen=True, slots=True)
class View:
    """How the answers to the question ``name`` are shown. Each function takes the answer's data, which is there, or the
    answer, and a ``Teller`` of it.

    ``headline`` is what stands first on its page and on the terminal, ``report`` what does in a document for those who
    read no pages (none: it is no report), ``unknown`` sentences of what the answer itself
    does not know. ``beside`` are questions whose answers its ``page`` is given under the same names, None where they do
    not apply.

    ``heading`` and ``about`` (what was asked about, in a few words) are its title; ``sheet`` its rows, of which the
    page, the terminal, the CSV and the workbook make their table, ``more`` tables beside it. ``text`` and ``page``
    (answer, page, whatever the page gives) show it another way than by its rows. ``drawing`` draws it as marks and
    wires, ``still`` (None: not this answer) another way; without either its picture is its tables. ``cypher`` gives
    (name, values) of the questions in Cypher that ask the like.
    """

    name: str
    heading: Label
    about: Callable[[Any, Teller], str]
    sheet: Callable[[Any, Teller], Sheet]
    more: Callable[[Any, Teller], Iterable[Sheet]] = _nothing
    text: Callable[[Answer[Any], Teller], list[str]] | None = None
    page: Callable[..., str] | None = None
    drawing: Callable[[Any], Drawing] | None = None
    still: Callable[[Answer[Any], Teller], Still | None] | None = None
    cypher: Callable[[Any], Iterable[tuple[str, dict[str, str]]]] = _nothing
    headline: Callable[[Any, Teller], Headline] | None = None
    report: Callable[[Any, Teller], Headline] | None = None
    unknown: Callable[[Any, Teller], Iterable[str]] = _nothing
    beside: Callable[[Any], Mapping[str, Question]] = _none
    group: str = CONTRACTS
    """The group of the menu that it stands in."""
    place: int = 50
    """Where it stands in its group, the least first."""
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
