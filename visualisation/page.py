"""What a page is given besides an answer: its request, and what the start page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from graph.answer import Answer, AsOf, NewerPublication
from graph.data import BuyerCount, ExposureData, Node
from graph.store import RunInfo

CLOCKS = ("valid_at", "during_from", "during_to", "known_at")


@dataclass(frozen=True, slots=True)
class Download:
    """A file at an address; ``others``: in a format of others, which holds what that has a place for."""

    name: str
    title: str
    help: str
    address: str
    others: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """What a page knows of its request: the language, the path and the query as it came (repeated names kept).

    ``exports`` are files that the server can make of the same answer, ``cypher`` (name, text) of the questions to a
    published graph that ask the like.
    """

    lang: str = "sv"
    path: str = "/"
    query: tuple[tuple[str, str], ...] = ()
    exports: tuple[Download, ...] = ()
    cypher: tuple[tuple[str, str], ...] = ()

    def url(self, path: str | None = None, /, **changes: str | None) -> str:
        """The address of this page with some of its query changed (``None`` drops a name), or of another path."""
        kept = [(name, value) for name, value in self.query if path is None or name in ("lang", *CLOCKS)]
        pairs = [(name, value) for name, value in kept if name not in changes]
        pairs += [(name, value) for name, value in changes.items() if value is not None]
        if not any(name == "lang" for name, _ in pairs) and changes.get("lang", "") is not None:
            pairs.append(("lang", self.lang))
        return (path or self.path) + ("?" + urlencode(pairs) if pairs else "")

    def value(self, name: str) -> str:
        return next((value for key, value in self.query if key == name), "")

    def values(self, name: str) -> list[str]:
        """All that a name is given, a line each."""
        return [line.strip() for key, value in self.query if key == name for line in value.splitlines() if line.strip()]

    def clocks(self) -> list[tuple[str, str]]:
        """The part of the query that says when, which another question keeps."""
        return [(name, value) for name, value in self.query if name in CLOCKS]

    def hidden(self, *without: str) -> list[tuple[str, str]]:
        """The query as fields of a form that sets the names ``without`` itself."""
        pairs = [(name, value) for name, value in self.query if name not in without]
        return pairs if any(name == "lang" for name, _ in pairs) else [*pairs, ("lang", self.lang)]


@dataclass(frozen=True, slots=True)
class RegionLine:
    """One buyer on the start page, with how many contracts it has and what is known of them."""

    node: Node
    contracts: int
    count: BuyerCount | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """What the start page shows. ``counts`` by node type; ``incidents`` and ``regions`` in the order shown; ``runs``
    are None where history is not known."""

    as_of: AsOf
    counts: Mapping[str, int]
    links: int
    regions: Sequence[RegionLine] = ()
    incidents: Sequence[Node] = ()
    runs: Sequence[RunInfo] | None = ()
    snapshot: str = ""
    demonstration: bool = False
    overall: Answer[ExposureData] | None = None
    """The exposure of every contract to the risk that is shown."""
    newer: NewerPublication | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    id: str
    name: str
