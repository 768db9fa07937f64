"""The releases of an OCDS file, one after another, and those of a process together, in the memory of a few."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from loaders.base import files_of
from loaders.json_records import Damaged, records
from loaders.streams import opened, start_of
from ontology.errors import FileFormatError

Json = dict[str, Any]

ENDINGS = (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz", ".zip")
LISTS = ("releases", "records")
# Levels within an object; orjson writes no more than 254.
DEEPEST = 200
IDS = frozenset({"id", "ocid", "awardID", "relatedLot", "relatedLots", "relatedItem"})
"""Fields that are ids: numbers in them are made text, so that 1 and "1" are one (ocdsmerge 0.8 tells them apart)."""


@dataclass(frozen=True, slots=True)
class Found:
    """A release, and where it stands; ``why`` in place of it where it is none."""

    file: str
    number: int
    release: Json
    compiled: bool = False
    why: str = ""
    text: str = ""


def ocds_files(path: Path) -> list[Path]:
    """The file, or those of a folder that may be OCDS by their names."""
    return [file for file in files_of(path) if not path.is_dir() or file.name.lower().endswith(ENDINGS)]


def lists_in(path: Path) -> tuple[str, ...]:
    """The names under which the file's one object holds its releases; none where releases stand by themselves."""
    name = path.name.lower().removesuffix(".gz")
    start = start_of(path)
    if name.endswith((".jsonl", ".ndjson")) or not start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        return ()
    for word in LISTS:
        at = start.find(b'"' + word.encode() + b'"')
        if at < 0:
            continue
        try:
            head = orjson.loads(start[:at].decode("utf-8", "replace").rstrip().rstrip(",") + "}")
        except orjson.JSONDecodeError:
            continue
        if "ocid" not in head:
            return (word,)
    return ()


def found_in(path: Path, around: Json, progress: Callable[[int], None]) -> Iterator[Found]:
    """Every release of a file. ``around`` is filled with what the package says of itself.

    Raises:
        FileFormatError: not JSON, or damaged beyond a release.
    """
    with opened(path) as file:
        number = 0
        for _, value in records(file, lists_in(path), around):
            progress(file.done)
            if isinstance(value, Damaged):
                number += 1
                yield Found(path.name, number, {}, why=value.why, text=value.text)
                continue
            for one in _flat(value, around):
                number += 1
                yield _found(path.name, number, one)


def dates_in(path: Path, around: Json) -> Iterator[str]:
    """The date of every release of a file, as it is written; ``around`` as in ``found_in``.

    Raises:
        FileFormatError: see ``found_in``.
    """
    with opened(path) as file:
        for _, value in records(file, lists_in(path), around):
            if not isinstance(value, Damaged):
                yield from (str(one.get("date") or "") for one in _flat(value, around))


def _flat(value: Json, around: Json) -> Iterator[Json]:
    """The releases that an object holds: itself, a record's compiled release or its releases, those of a package."""
    if isinstance(value.get("compiledRelease"), dict):
        yield {"tag": ["compiled"], **value["compiledRelease"]}
    elif isinstance(value.get("releases"), list):
        if "ocid" not in value:
            around.update({key: said for key, said in value.items() if key not in LISTS})
        yield from (one if isinstance(one, dict) else {} for one in value["releases"])
    elif isinstance(value.get("records"), list):
        for one in value["records"]:
            yield from _flat(one if isinstance(one, dict) else {}, around)
    else:
        yield value


def _found(file: str, number: int, value: Json) -> Found:
    release = value
    try:
        text_ids(release)
    except RecursionError:
        return Found(file, number, {}, why="nested too deeply")
    ocid = release.get("ocid")
    if "versionedRelease" in value or any(map(_versions, release.values())):
        return Found(file, number, release, why="a versioned release alone; give the releases, or the compiled one")
    if "url" in value and not ocid:
        return Found(file, number, release, why="a link to a release; give the release itself", text=str(value["url"]))
    if not isinstance(ocid, str) or not ocid.strip():
        return Found(file, number, release, why="without an ocid")
    tags = release.get("tag")
    return Found(file, number, release, compiled=isinstance(tags, list) and "compiled" in tags)


def _versions(value: object) -> bool:
    """Whether a value is the list of what a field was in each release, as in a versioned release."""
    first = value[0] if isinstance(value, list) and value else None
    return isinstance(first, dict) and "releaseID" in first and "value" in first


def text_ids(value: Json, depth: int = 0) -> None:
    """Make every id in an object a text, in place.

    Raises:
        RecursionError: an object nested deeper than it could be set aside.
    """
    if depth > DEEPEST:
        raise RecursionError
    for name, inner in value.items():
        kind = type(inner)
        if kind is dict:
            text_ids(inner, depth + 1)
        elif kind is list:
            _text_ids_of_list(inner, name in IDS, depth + 1)
        elif (kind is int or kind is float) and name in IDS:
            value[name] = _text_id(inner)


def _text_ids_of_list(value: list[Any], ids: bool, depth: int) -> None:
    if depth > DEEPEST:
        raise RecursionError
    for place, inner in enumerate(value):
        kind = type(inner)
        if kind is dict:
            text_ids(inner, depth + 1)
        elif kind is list:
            _text_ids_of_list(inner, ids, depth + 1)
        elif ids and (kind is int or kind is float):
            value[place] = _text_id(inner)


def _text_id(value: float) -> str:
    return f"{value:g}" if isinstance(value, float) and not value.is_integer() else str(int(value))


def instant(text: object) -> str:
    """A date-time as UTC text that sorts as time does; empty where it is none. Without an offset it is UTC.

    Compared as text, as the public merge libraries do, 00:30+02:00 comes after 23:00Z of the day before.
    """
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return ""
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds")


class Processes:
    """Releases set aside on the disk until all have come, then given process by process."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        connection.execute("PRAGMA cache_size=-32768")
        connection.execute(
            "CREATE TABLE release (ocid TEXT, at TEXT, place INTEGER PRIMARY KEY, file TEXT, number INTEGER,"
            " compiled INTEGER, body BLOB)"
        )

    def add(self, found: Found) -> None:
        self.connection.execute(
            "INSERT INTO release(ocid, at, file, number, compiled, body) VALUES (?,?,?,?,?,?)",
            (
                found.release["ocid"], instant(found.release.get("date")), found.file, found.number, found.compiled,
                orjson.dumps(found.release),
            ),
        )  # fmt: skip

    def each(self) -> Iterator[list[Found]]:
        """The releases of each process in true order; of equal dates, the place in the file decides."""
        self.connection.execute("CREATE INDEX release_order ON release(ocid, at, place)")
        own: list[Found] = []
        rows = self.connection.execute("SELECT file, number, compiled, body FROM release ORDER BY ocid, at, place")
        for file, number, compiled, body in rows:
            found = Found(file, number, orjson.loads(body), bool(compiled))
            if own and own[0].release["ocid"] != found.release["ocid"]:
                yield own
                own = []
            own.append(found)
        if own:
            yield own


@contextmanager
def processes() -> Iterator[Processes]:
    """A place for releases, in a file of the system's own that nobody else sees."""
    with closing(sqlite3.connect("", isolation_level=None)) as connection:
        connection.execute("BEGIN")
        yield Processes(connection)


def package_of(path: Path) -> tuple[Mapping[str, Any], Json]:
    """What a file's package says of itself before its list, and its first release.

    Raises:
        FileFormatError: no release in it.
    """
    around: Json = {}
    why = ""
    for found in found_in(path, around, lambda _: None):
        if not found.why:
            return around, found.release
        why = why or f" that can be read: the first is {found.why}"
    raise FileFormatError(
        f"{path.name} holds no OCDS release{why}.",
        remedy="Give a release package, a record package, a release, or JSON Lines of them, in UTF-8.",
    )
