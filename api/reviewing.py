"""Proposals of identity as command and page share them: which there are, what a merge would change, decisions."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock

from api.rehearsal import Compared, compared
from api.service import Service
from api.settings import Settings
from graph.identity import entity_id
from graph.matching.proposing import Proposal, proposals
from graph.store import At, Judgement, Publication, Verdict
from loaders.base import Progress, no_progress
from ontology.errors import FileFormatError, NotInGraphError
from ontology.roles import ALIKE

MOST_AT_ONCE = 50_000
"""Things that a load, or a page, compares while somebody waits for it; with more, the command is asked."""

RULE = "review"
"""What a decision on a proposal rests on, in the judgement."""


def how_many(service: Service, at: At) -> int:
    """Things that matching would read."""
    return service.store.count(at, ALIKE)


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a load begins: what comes after it is new."""

    run: int

    @staticmethod
    def of(service: Service) -> Mark:
        return Mark(max((run.run for run in service.store.runs()), default=0))


def brought(service: Service, mark: Mark, at: At, progress: Progress = no_progress) -> list[Proposal] | None:
    """The proposals of which one side was said after a mark; None: there are too many things to compare here."""
    if how_many(service, at) > MOST_AT_ONCE:
        return None
    return proposals(service.store, at, new=lambda runs: max(runs) > mark.run, progress=progress)


def would_change(settings: Settings, proposal: Proposal, at: datetime, progress: Callable[[str], Progress]) -> Compared:
    """What calling the two sides the same would change of every contract, tried in a copy of the record."""

    def work(service: Service) -> None:
        a, b = proposal.sides
        service.store.judge(Judgement(entity_id(a), entity_id(b), Verdict.SAME, "kedja", "tried"), at)

    return compared(settings, work, progress)[1]


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody says of a proposal."""

    proposal: Proposal
    verdict: Verdict
    why: str = ""


def decide(service: Service, decisions: Sequence[Decision], who: str, at: datetime) -> Publication:
    """Publish decisions as judgements, all at once. They are of the keys that the sides go by: a later edition that
    says the same keys is judged already."""
    judged = []
    for one in decisions:
        a, b = map(entity_id, one.proposal.sides)
        why = one.why or f"{one.proposal.a.names[0].text} / {one.proposal.b.names[0].text}"
        judged.append(Judgement(a, b, one.verdict, who, why, RULE))
    return service.store.judge(judged, at)


def chosen(found: Iterable[Proposal], ids: Sequence[str]) -> list[Proposal]:
    """The proposals with these ids, in their order.

    Raises:
        NotInGraphError: one of them is none, or has been decided.
    """
    by_id = {one.id: one for one in found}
    for id_ in ids:
        if id_ not in by_id:
            raise NotInGraphError(
                f"{id_} is not an open proposal.", remedy="kedja review lists them; --least 0 also the least likely."
            )
    return [by_id[id_] for id_ in dict.fromkeys(ids)]


def withdraw(service: Service, ids: Sequence[str], who: str, why: str, at: datetime) -> Publication:
    """Take decisions back, in any order."""
    for id_ in ids[:-1]:
        service.store.withdraw(id_, who, why, at)
    return service.store.withdraw(ids[-1], who, why, at)


def decisions_made(service: Service, at: At) -> list[Judgement]:
    """What people have decided and that stands."""
    return [one for one in service.store.judgements(at) if one.who != "kedja"]


# -- in bulk --------------------------------------------------------------------------------------------------------
DECISION_WORDS = {
    **{str(verdict): verdict for verdict in Verdict},
    "samma": Verdict.SAME,
    "olika": Verdict.DIFFERENT,
    "osäker": Verdict.UNSURE,
    "osäkert": Verdict.UNSURE,
}
"""What may stand in the column of decisions, letter case aside."""
PROPOSAL_COLUMNS = ("proposal", "förslag")
DECISION_COLUMNS = ("decision", "beslut")
WHY_COLUMNS = ("why", "skäl", "varför")
MOST_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a file of decisions."""

    line: int
    proposal: str
    verdict: Verdict
    why: str


def read_decisions(path: Path) -> list[Row]:
    """The lines of a CSV whose column of decisions is filled.

    Raises:
        FileFormatError: no such columns, or a word that is no decision; names the line.
    """
    if path.stat().st_size > MOST_BYTES:
        raise FileFormatError(f"{path.name} is larger than 200 MB.", remedy="Split it.")
    text = _decoded(path)
    dialect = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=dialect)
    header = [cell.strip().casefold() for cell in next(reader, [])]
    places = {}
    for name, columns in (("proposal", PROPOSAL_COLUMNS), ("decision", DECISION_COLUMNS), ("why", WHY_COLUMNS)):
        places[name] = next((header.index(column) for column in columns if column in header), -1)
    if places["proposal"] < 0 or places["decision"] < 0:
        raise FileFormatError(
            f"{path.name} has no columns proposal and decision.", remedy="Fill in a file that kedja review --out wrote."
        )
    found = []
    for cells in reader:
        row = _row(path, reader.line_num, cells, places)
        if row is not None:
            found.append(row)
    return found


def _decoded(path: Path) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="strict")  # as Excel saves it in western Europe


def _row(path: Path, line: int, cells: Sequence[str], places: dict[str, int]) -> Row | None:
    def cell(name: str) -> str:
        place = places[name]
        return cells[place].strip().lstrip("'") if 0 <= place < len(cells) else ""

    said = cell("decision").casefold()
    if not said:
        return None
    if said not in DECISION_WORDS:
        raise FileFormatError(
            f"{path.name}, line {line}: “{said[:40]}” is no decision. Nothing was decided.",
            remedy="Write same, different or unsure (samma, olika, osäker).",
        )
    return Row(line, cell("proposal"), DECISION_WORDS[said], cell("why"))


# -- for a server ---------------------------------------------------------------------------------------------------
class Reviews:
    """The proposals that a server shows, made once for each state of the data: a decision only takes one away."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._key: tuple[int, int] | None = None
        self._found: list[Proposal] = []

    def open(self, service: Service, at: At) -> list[Proposal] | None:
        """What is undecided, most likely first; None: there are too many things to compare here."""
        with self._lock:
            last = max((r.run for r in service.store.runs() if r.publication and r.kind != "judgement"
                        and r.publication.number <= at.publication), default=0)  # fmt: skip
            if self._key != (last, int(at.clearance)):
                if how_many(service, at) > MOST_AT_ONCE:
                    return None
                self._found, self._key = proposals(service.store, at), (last, int(at.clearance))
            found = self._found
        return _open(found, decisions_made(service, at))


def _open(found: Iterable[Proposal], made: Sequence[Judgement]) -> list[Proposal]:
    """The proposals that these decisions leave: their sides are neither one by them, nor decided on."""
    one_of: dict[str, str] = {}

    def head(side: str) -> str:
        while (above := one_of.get(side, side)) != side:
            side = above
        return side

    for said in made:
        if said.verdict is Verdict.SAME and head(said.a) != head(said.b):
            one_of[head(said.a)] = head(said.b)
    decided = {frozenset((head(said.a), head(said.b))) for said in made}
    left = []
    for one in found:
        sides = frozenset(head(entity_id(side)) for side in one.sides)
        if len(sides) == 2 and sides not in decided:
            left.append(one)
    return left
