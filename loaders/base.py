"""What every loader is, and the one way a file gets into a store: read, check, add, settle, publish."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Protocol, runtime_checkable

from graph.garbage import few_collections
from graph.sqlite import Store
from graph.store import Publication, Read, Reject, Settled, Stays
from ontology.errors import FileFormatError, KedjaError, Reason, ValueProblem
from ontology.records import Link, Mode, Record, Source, canonical, check_link, check_record, digest

BATCH = 10_000
NATURAL_PERSON = "natural person"
"""The code name that every hidden natural person has; pages put words to it."""

Progress = Callable[[int, int | None], None]
"""Called with (rows read, rows in all or None)."""


RowId = int | str
"""The number of a row in its sheet; of a row of a graph, the id of its node or relationship."""


def no_progress(done: int, total: int | None) -> None:
    """Say nothing."""


@dataclass(slots=True)
class Report:
    """Counts that add up (``rows_in = accepted + rejected``) and every reject. A loader notes each row once.

    ``rejects`` holds the values of rejected rows and the values left out of accepted ones.
    """

    file: str
    rows_in: int = 0
    accepted: int = 0
    rejects: list[Reject] = field(default_factory=list)
    rejected_rows: set[tuple[str, RowId]] = field(default_factory=set)
    notes: Counter[str] = field(default_factory=Counter)
    """Counted remarks that reject nothing, by code: ``masked_person``, ``empty_flag``."""
    tables: set[str] = field(default_factory=lambda: {""})
    """The source's tables that were found (``Record.table``); a new edition takes nothing back in others."""
    unread: set[str] = field(default_factory=set)
    """Those of them in which nothing is taken back, since a row does not even say what it is about."""
    stays: set[Stays] = field(default_factory=set)
    named: set[Stays] = field(default_factory=set)
    """What a delta speaks about, beside the ids that it repeats (``Read.named``)."""
    explained: set[tuple[str, RowId]] = field(default_factory=set)
    refused: list[FileFormatError] = field(default_factory=list)
    """Files of a folder that could not be read; each stands for itself."""

    @property
    def rejected(self) -> int:
        return len(self.rejected_rows)

    def reject(self, sheet: str, row: RowId, column: str, problem: ValueProblem) -> None:
        """Note a rejected value; the row counts once however many of its values are bad."""
        text = "" if problem.value is None else str(problem.value)[:200]
        self.rejects.append(Reject(self.file, sheet, row, column, text, problem.reason, problem.parameters))
        self.rejected_rows.add((sheet, row))

    def leave_out(self, sheet: str, row: RowId, column: str, problem: ValueProblem) -> None:
        """Note a value that was left out; the rest of its row is accepted."""
        text = "" if problem.value is None else str(problem.value)[:200]
        self.rejects.append(Reject(self.file, sheet, row, column, text, problem.reason, problem.parameters))

    def keep(self, sheet: str, row: RowId, table: str, stays: Iterable[Stays]) -> None:
        """Say what a rejected row said in the edition before: nothing of that is taken back. If nothing is given (the
        row does not say what it is about), nothing is taken back in its table.

        A loader that does not say it of a rejected row takes nothing back at all.
        """
        self.explained.add((sheet, row))
        found = set(stays)
        self.stays |= found
        if not found:
            self.unread.add(table)

    def pass_over(self, file: str) -> None:
        """Note a file of a folder that is none of the loader's."""
        self.rejects.append(Reject(file, "", 0, "", file, Reason.PASSED_OVER))
        self.notes[str(Reason.PASSED_OVER)] += 1

    def refuse(self, file: str, error: FileFormatError) -> None:
        """Note a file of a folder that cannot be read; the others are."""
        self.refused.append(error)
        self.rejects.append(Reject(file, "", 0, "", error.message, Reason.FILE_NOT_READ))
        self.notes[str(Reason.FILE_NOT_READ)] += 1

    def read(self) -> Read:
        """What was read, for the store."""
        if self.rejected_rows <= self.explained:
            return Read(frozenset(self.tables - self.unread), frozenset(self.stays), frozenset(self.named))
        return Read(frozenset())


class Loader(Protocol):
    """A source format. ``name`` and ``version`` go into the run: a new version loads the same bytes again."""

    name: str
    version: str

    def source(self, path: Path, options: Mapping[str, str]) -> Source:
        """Describe the source. ``load`` fills in ``sha256``, but where the loader gives it (of what is no file).

        Raises:
            FileFormatError: not a file of this kind; names it and the remedy.
        """
        ...

    def read(
        self, path: Path, source: Source, options: Mapping[str, str], secret: bytes, report: Report, progress: Progress
    ) -> Iterator[Record | Link]:
        """Yield what the file says, noting in ``report`` each row read and each row rejected."""
        ...


@runtime_checkable
class Remote(Loader, Protocol):
    """A loader that reads from a server."""

    def sign_in(self, user: str, password: str) -> None:
        """Whom to sign in as; both empty where nobody is asked."""
        ...


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did. ``unchanged``: the same bytes were published before, nothing was done."""

    report: Report
    settled: Settled
    publication: Publication
    unchanged: bool


def files_of(path: Path) -> list[Path]:
    """The file, or the files of a folder in name order (hidden ones left out)."""
    if path.is_dir():
        return sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
    return [path]


_ENDINGS = frozenset(
    {".json", ".jsonld", ".jsonl", ".ndjson", ".geojson", ".ftm", ".ijson", ".xml", ".csv", ".tsv", ".xlsx", ".xls",
     ".ods", ".gz", ".zip"}
)  # fmt: skip


def called(path: Path) -> str:
    """A file's name without what says its format: ``plant 4.1`` of ``plant 4.1.ftm.json.gz``."""
    name = path.name
    while (at := name.rfind(".")) > 0 and name[at:].lower() in _ENDINGS:
        name = name[:at]
    return name


def fingerprint(path: Path) -> str:
    """SHA-256 of a file's bytes, or of a folder's file names and bytes."""
    whole = hashlib.sha256()
    for file in files_of(path):
        if path.is_dir():
            whole.update(str(file.relative_to(path)).encode() + b"\0")
        with file.open("rb") as content:
            whole.update(hashlib.file_digest(content, "sha256").digest())
    return whole.hexdigest()


def load(
    store: Store,
    loader: Loader,
    path: Path,
    *,
    now: datetime,
    options: Mapping[str, str] | None = None,
    files: frozenset[str] = frozenset(),
    progress: Progress = no_progress,
) -> Loaded:
    """Load a file into a store and publish it. Good rows are never stopped by bad ones.

    ``files`` are the options that are paths: the run keeps the hash of what stands there, the loader has the path.

    Raises:
        FileFormatError: the file is not of the loader's kind; nothing is stored.
        StoreError: the store refused; the run is abandoned and nothing of it is visible.
    """
    given = dict(options or {})
    source = loader.source(path, given)
    source = source if source.sha256 else replace(source, sha256=fingerprint(path))
    report = Report(file=given.get("address", path.name))
    kept = {name: fingerprint(Path(text)) if name in files else text for name, text in given.items()}
    begun = store.begin(source, loader.name, loader.version, kept, now)
    if begun.published:
        return Loaded(report, Settled(), begun.published, unchanged=True)
    try:
        with few_collections():
            items = loader.read(path, source, given, store.secret(), report, progress)
            while batch := list(islice(items, BATCH)):
                store.add(begun.run, batch)
        store.keep_rejects(begun.run, report.rejects)
        counts = {"rows_in": report.rows_in, "accepted": report.accepted, "rejected": report.rejected}
        counts["rejects"] = len(report.rejects)
        settled = store.settle(begun.run, counts, report.read())
        return Loaded(report, settled, store.publish(begun.run, now), unchanged=False)
    except BaseException as error:
        store.abandon(begun.run, error.code if isinstance(error, KedjaError) else type(error).__name__)
        raise


@dataclass(slots=True)
class Once:
    """Lets a statement through once. A second, different one about the same thing gets its own row key."""

    seen: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def new(self, record: Record) -> Record | None:
        said = digest(canonical(record.properties))
        before = self.seen.setdefault((record.type, record.key), set())
        if said in before:
            return None
        first = not before
        before.add(said)
        return record if first else replace(record, row_key=said)


def mode_given(options: Mapping[str, str]) -> Mode | None:
    """How the file takes back what stood before, by the option ``mode``; None where it is not given.

    Raises:
        FileFormatError: it is neither full nor delta.
    """
    given = options.get("mode")
    if given not in (None, Mode.FULL, Mode.DELTA):
        raise FileFormatError(f"mode={given} is not known.", remedy="Give mode=full or mode=delta.")
    return None if given is None else Mode(given)


def stays_of(items: Iterable[Record | Link]) -> set[Stays]:
    """What stays where all of these were said before and could not be read now."""
    return {
        Stays(item.table, item.key)
        if isinstance(item, Record)
        else Stays(item.table, item.source.key, item.target.key, item.type)
        for item in items
    }


def checked(item: Record | Link) -> Record | Link:
    """The item in normal form; see ``check_record`` and ``check_link``."""
    return check_record(item) if isinstance(item, Record) else check_link(item)
