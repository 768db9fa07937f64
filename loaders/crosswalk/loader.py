"""Reviewed matches between schemes of goods, one a row: ``from``, ``to`` (scheme:code), ``relation`` of the target to
the source (exact, broader, narrower), ``confidence``, ``reviewer``; names beside them are told of codes that have
one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

from graph.store import Stays
from loaders.base import Progress, Report, checked
from loaders.crosswalk.format import COLUMNS
from loaders.mapping.tables import table_of
from ontology.errors import FileFormatError, Reason, ValueProblem
from ontology.records import Common, Link, PropertyProblem, Record, Ref, Source, Status
from ontology.values import SCHEMES, parse_key, parse_number

Item = Record | Link

RELATIONS = ("exact", "broader", "narrower")
OURS = "emdn-cpv.csv"


def packaged() -> Path:
    """The crosswalk that comes with Kedja."""
    return Path(str(files("loaders.crosswalk") / OURS))


class CrosswalkLoader:
    """MATCHES between categories, each with who reviewed it."""

    name = "crosswalk"
    version = "1"

    def source(self, path: Path, options: Mapping[str, str]) -> Source:
        """Describe the source.

        Raises:
            FileFormatError: no table, or one that lacks a column.
        """
        header = [name.strip().casefold() for name in table_of(path).header]
        if missing := [name for name in COLUMNS if name not in header]:
            raise FileFormatError(
                f"{path.name} has no column {missing[0]}.", remedy=f"Its columns are {', '.join(COLUMNS)}."
            )
        own = path == packaged()
        return Source(
            series=options.get("series") or f"crosswalk-{path.stem}",
            edition=options.get("edition") or ("2026-11" if own else ""),
            title=f"Crosswalk {path.stem}",
            publisher=options.get("publisher") or ("Kedja" if own else path.stem),
            licence=options.get("licence") or ("Apache-2.0" if own else ""),
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
        """Yield each match, and the codes that the row names.

        Raises:
            FileFormatError: no table.
        """
        table = table_of(path)
        named: set[str] = set()
        for number, given in table.rows:
            report.rows_in += 1
            row = {name.strip().casefold(): text.strip() for name, text in given.items()}
            ends: list[str] = []
            try:
                ends += [_key(row, "from"), _key(row, "to")]
                items = [checked(item) for item in _row(row, ends, f"{number}", named, report)]
            except ValueProblem as problem:
                report.reject("", number, getattr(problem, "name", ""), problem)
                report.keep("", number, "", [Stays("", ends[0], ends[1], "MATCHES")] if len(ends) == 2 else ())
                continue
            report.accepted += 1
            yield from items
            progress(report.rows_in, table.total)


def _key(row: Mapping[str, str], name: str) -> str:
    try:
        key = parse_key(row.get(name, ""))
    except ValueProblem as problem:
        raise PropertyProblem(name, problem.reason, problem.value, **problem.parameters) from problem
    types = SCHEMES[key.partition(":")[0]].identifies
    if types and "Category" not in types:
        raise PropertyProblem(name, Reason.BAD_IDENTIFIER, row[name], scheme="a code of goods")
    return key


def _row(row: Mapping[str, str], ends: list[str], at: str, named: set[str], report: Report) -> Iterator[Item]:
    relation, reviewer = row.get("relation", "").casefold(), row.get("reviewer", "")
    if relation not in RELATIONS:
        raise PropertyProblem("relation", Reason.NOT_UNDERSTOOD, relation, one_of=", ".join(RELATIONS))
    if not reviewer:
        report.notes["not_reviewed"] += 1
        return
    said = row.get("confidence", "")
    confidence = float(parse_number(said)) if said else None
    cites = ", ".join(filter(None, (row.get("source", ""), row.get("reviewed", ""), row.get("note", ""))))
    common = Common(status=Status.DECLARED, confidence=confidence, cites=cites)
    for key, name in zip(ends, ("from", "to"), strict=True):
        if (called := row.get(f"{name} name", "")) and key not in named:
            named.add(key)
            scheme = key.partition(":")[0].upper()
            facts = {"name": called, "name_sv": row.get(f"{name} namn", "") or None, "scheme": scheme}
            yield Record("Category", key, facts, locator=at)
    properties = {"relation": relation, "reviewer": reviewer}
    yield Link("MATCHES", Ref("Category", ends[0]), Ref("Category", ends[1]), properties, common, locator=at)
