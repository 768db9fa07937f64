"""Contracts, buyers and suppliers from OCDS. See ``docs/how-to/load.md``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

from loaders.base import Once, Progress, Report, checked
from loaders.glimpse import glimpse
from loaders.ocds.awards import Item, Process
from loaders.ocds.format import flattened
from loaders.ocds.merging import Merged, merged, text, without_null
from loaders.ocds.parties import publisher_of, tell_apart
from loaders.ocds.reading import (
    Found,
    Json,
    Processes,
    dates_in,
    found_in,
    instant,
    ocds_files,
    package_of,
    processes,
)
from ontology.errors import FileFormatError, Reason, ValueProblem
from ontology.records import Mode, Record, Source

EVERY = 200


def _editions(files: Sequence[Path]) -> Iterator[str]:
    """When each file was published, by its package, else by its newest release; of one that is damaged, as far as it
    is read."""
    for file in files:
        around: Json = {}
        latest = ""
        with suppress(FileFormatError):
            for said in dates_in(file, around):
                if "publishedDate" in around:
                    break
                latest = max(latest, said, key=instant)
        yield text(around, "publishedDate") or latest


def _first(path: Path, files: Sequence[Path]) -> tuple[Mapping[str, object], Json]:
    """What the first file that can be read says of itself, and its first release.

    Raises:
        FileFormatError: there is none.
    """
    error = FileFormatError(f"{path.name} holds no JSON.", remedy="Give release packages, or JSON Lines.")
    for file in files:
        try:
            return package_of(file)
        except FileFormatError as found:
            error = found
    raise error


def _day(edition: str) -> date | None:
    try:
        return date.fromisoformat(edition[:10])
    except ValueError:
        return None


class OcdsLoader:
    """Procurements, lots, contracts, their buyers, holders and categories, from releases and records of OCDS 1.1."""

    name = "ocds"
    version = "1"

    def source(self, path: Path, options: Mapping[str, str]) -> Source:
        """Describe the source: a series for each publisher, whose newer files say more, and replace what they name.

        Raises:
            FileFormatError: no OCDS release in it, or damaged.
        """
        if not path.is_dir() and flattened(glimpse(path)):
            raise FileFormatError(
                f"{path.name} is OCDS flattened to a table, which is not read.",
                remedy="Give the JSON that it was made from, or make it again (flatten-tool unflatten).",
            )
        files = ocds_files(path)
        around, first = _first(path, files)
        prefix = publisher_of(str(first["ocid"]))
        publisher = options.get("publisher") or text(around, "publisher", "name") or f"Publisher of {prefix}"
        edition = options.get("edition") or max(_editions(files), key=instant, default="")
        url = text(around, "uri")
        return Source(
            series=f"ocds-{prefix.removeprefix('ocds-')}",
            edition=edition,
            title=f"Contracting data of {publisher} (OCDS)",
            publisher=publisher,
            url=url if url.startswith(("http://", "https://")) else "",
            licence=options.get("licence") or text(around, "license"),
            language=text(first, "language"),
            published=_day(edition),
            mode=Mode.DELTA,
        )

    def read(
        self,
        path: Path,
        source: Source,  # noqa: ARG002
        options: Mapping[str, str],  # noqa: ARG002
        secret: bytes,  # noqa: ARG002
        report: Report,
        progress: Progress,
    ) -> Iterator[Item]:
        """Yield what each process says once all its releases have been read. A row is a release.

        Raises:
            FileFormatError: the file cannot be read to its end.
        """
        files = ocds_files(path)
        once, done = Once(), 0
        size = sum(file.stat().st_size for file in files) or None
        with processes() as apart:
            for file in files:
                try:
                    _set_aside(file, apart, report)
                except FileFormatError as error:
                    if not path.is_dir():
                        raise
                    report.refuse(file.name, error)
                done += file.stat().st_size
                progress(done, size)
            for releases in apart.each():
                yield from _process(releases, report, once)


def _set_aside(file: Path, apart: Processes, report: Report) -> None:
    for found in found_in(file, {}, lambda _: None):
        report.rows_in += 1
        if found.why:
            _reject(report, found, ValueProblem(Reason.NOT_UNDERSTOOD, found.text, detail=found.why))
            continue
        if not instant(found.release.get("date")):
            report.notes["release_undated"] += 1
        apart.add(found)


def _process(releases: Sequence[Found], report: Report, once: Once) -> Iterator[Item]:
    """What the releases of one process say, all of it or nothing."""
    last = releases[-1]
    place = (last.file, last.number)
    ocid = str(last.release["ocid"])
    try:
        process = Process(ocid, _whole(releases), report, place)
        items = [checked(item) for item in process.items()]
    except (ValueProblem, RecursionError) as error:
        problem = error if isinstance(error, ValueProblem) else ValueProblem(Reason.NOT_UNDERSTOOD, ocid)
        for found in releases:
            _reject(report, found, problem)
        return
    report.accepted += len(releases)
    report.named |= process.named
    for item in items:
        # All but organisations bear the process in their key, and are said once by it.
        said = once.new(item) if isinstance(item, Record) and item.type == "Organisation" else item
        if said is not None:
            yield said


def _whole(releases: Sequence[Found]) -> Merged:
    """The process as its releases leave it; as its publisher merged it, where it is given so."""
    compiled = [found.release for found in releases if found.compiled]
    if compiled:
        return Merged(without_null(compiled[-1]), compiled=True)
    told: list[Json] = [found.release for found in releases]
    tell_apart(told)
    return merged(told)


def _reject(report: Report, found: Found, problem: ValueProblem) -> None:
    """A release that is not read keeps no other from being replaced: a newer file names what it is about."""
    report.reject(found.file, found.number, getattr(problem, "name", ""), problem)
    report.explained.add((found.file, found.number))
