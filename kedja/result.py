"""An answer in Python's hands: its data as they are, as tables, as a graph, as a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from html import escape
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel

from graph.answer import Answer
from graph.questions.found import SearchAnswer
from ontology.errors import InputError
from visualisation.absent import absent
from visualisation.hits import hit_cells
from visualisation.sentences import Teller
from visualisation.sheets import sheets, stamp
from visualisation.views import Sheet
from visualisation.words import Words

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd
    from arro3.core import Table
    from pyvis.network import Network

A = TypeVar("A", bound=BaseModel)
SHOWN = 20
"""Rows that a notebook shows."""


class Result(Generic[A]):
    """What a question answered. ``answer`` is all of it, of the question's own type; ``lang`` is that of words."""

    def __init__(self, answer: A, lang: str = "en", following: Callable[[str], Result[A]] | None = None) -> None:
        self.answer = answer
        self.lang = lang
        self._following = following

    def __repr__(self) -> str:
        found = self._framed()
        return f"<{found.question if found else type(self.answer).__name__}>"

    @property
    def words(self) -> Words:
        return Words(self.lang)

    @property
    def known(self) -> bool:
        """Whether what was asked about is in the graph. Where it is not, that says nothing of its risks."""
        found = self._framed()
        return found is None or found.data is not None

    @property
    def unknown(self) -> list[str]:
        """What the answer does not know, a sentence each."""
        found = self._framed()
        if found is None:
            return []
        return Teller(found, self.words).unknown() if found.data is not None else [absent(found, self.words)]

    @property
    def sources(self) -> list[str]:
        """Who says what it rests on: publisher and title."""
        found = self._framed()
        return [f"{one.publisher}: {one.title}" for one in found.evidence.cited] if found else []

    def next(self) -> Result[A] | None:
        """The rows that follow, of an answer that comes in pages of 1,000; None where there are none."""
        found = self._framed()
        cursor = found.page.next if found and found.page else None
        return self._following(cursor) if cursor and self._following else None

    # -- tables ----------------------------------------------------------------------------------------------
    def rows(self, name: str | None = None) -> list[dict[str, Any]]:
        """The rows that the page and the CSV show, unknown said in words; or a list of the answer by its name
        (``members``, ``nodes``, ``links`` ...) as it is, with what stands within others named ``a.b``.

        Raises:
            InputError: the answer has no list of that name.
        """
        if name is None:
            sheet = self._sheet()
            return [dict(zip(sheet.header, row, strict=True)) for row in sheet.rows]
        data = getattr(self.answer, "data", self.answer)
        found = getattr(data, name, None) if data is not None else ()
        if not isinstance(found, Sequence) or isinstance(found, str):
            lists = [field for field in type(data).model_fields if isinstance(getattr(data, field), tuple | list)]
            raise InputError(f"The answer has no list {name}.", remedy=f"It has {', '.join(lists)}.")
        return [_flat(one.model_dump()) if isinstance(one, BaseModel) else {name: one} for one in found]

    def arrow(self, name: str | None = None) -> Table:
        """``rows`` as an Arrow table (arro3), which pyarrow, polars, DuckDB and pandas take as it is. What is absent is
        null; a column of several kinds of values is text."""
        from arro3.core import Array, DataType, Table

        rows = self.rows(name)
        kinds = {
            bool: DataType.bool(), int: DataType.int64(), float: DataType.float64(), date: DataType.date32(),
            datetime: DataType.timestamp("us", tz="UTC"),
        }  # fmt: skip
        columns: dict[str, Any] = {}
        for column in dict.fromkeys(key for row in rows for key in row):
            values = [row.get(column) for row in rows]
            found = {type(value) for value in values if value is not None}
            kind = float if found == {int, float} else found.pop() if len(found) == 1 else str
            read: Callable[[Any], Any] = (lambda value: value) if kind in kinds else str
            made = [None if value is None else float(value) if kind is float else read(value) for value in values]
            columns[column] = Array(made, type=kinds.get(kind, DataType.string()))
        return Table.from_pydict(columns)

    def frame(self, name: str | None = None) -> pd.DataFrame:
        """``rows`` as a pandas DataFrame.

        Raises:
            InputError: pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError:
            raise InputError(
                "pandas is not installed.", remedy="Install it: pip install pandas; or use arrow()."
            ) from None
        rows = self.rows(name)
        return pd.DataFrame(rows, columns=None if rows else list(self._sheet().header) if name is None else None)

    def _sheet(self) -> Sheet:
        if isinstance(self.answer, SearchAnswer):
            header = ("type", "name", "identifier", "what it is")
            return Sheet("search", header, tuple(hit_cells(hit, self.words) for hit in self.answer.hits))
        return sheets(self._answer("rows"), self.words)[0]

    # -- graph and picture -----------------------------------------------------------------------------------
    def network(self) -> nx.MultiDiGraph[str]:
        """What the answer names as a networkx graph: what ``kedja export --format graphml`` writes."""
        from visualisation.graphml import answer_to_networkx

        return answer_to_networkx(self._answer("graph"), self.words)

    def pyvis(self) -> Network:
        """The picture as a pyvis network.

        Raises:
            InputError: there is nothing to draw, or pyvis is not installed.
        """
        from visualisation.pyvis_snapshot import answer_to_pyvis

        return answer_to_pyvis(self._answer("picture"), self.words)

    def _framed(self) -> Answer[Any] | None:
        return self.answer if isinstance(self.answer, Answer) else None

    def _answer(self, what: str) -> Answer[Any]:
        found = self._framed()
        if found is None:
            raise InputError(f"What a search finds has no {what}.", remedy="Ask about one of its hits.")
        return found

    def _repr_html_(self) -> str:
        """The first rows, what is not known, and as of when; for notebooks."""
        sheet, found = self._sheet(), self._framed()
        head = "".join(f"<th>{escape(name)}</th>" for name in sheet.header)
        rows = [f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>" for row in sheet.rows[:SHOWN]]
        more = self.words("shown_of", shown=len(rows), total=len(sheet.rows))
        unknown = "".join(f"<li>{escape(one)}</li>" for one in self.unknown)
        said = [f"{name}: {value}" for name, value in stamp(found, self.words)] if found else []
        parts = (
            f"<table><caption>{escape(more)}</caption><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>",
            f"<p><strong>{escape(self.words('unknown.heading'))}</strong></p><ul>{unknown}</ul>" if unknown else "",
            f"<p><small>{escape(' · '.join(said))}</small></p>",
        )
        return "".join(parts)


def _flat(row: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """A row in which objects within are spread as ``a.b``; lists of texts are joined, other lists stay counted."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{before}{name}.")
        elif isinstance(value, tuple | list):
            plain = all(isinstance(one, str) for one in value)
            found[before + name] = ", ".join(value) if plain else len(value)
        else:
            found[before + name] = value
    return found
