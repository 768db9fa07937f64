"""What a clearance may know of the store's life: the runs and publications that concern it, numbered without the rest.

A load above the clearance leaves no gap in the numbers and no count: a store answers as one in which it never was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from graph.sqlite import runs
from graph.sqlite.core import Core
from graph.sqlite.entities import was_shown
from graph.sqlite.reading import AMONG
from graph.sqlite.schema import SHIFT
from graph.store import At, Publication, RunInfo
from ontology.records import Mode, Secrecy

HIGHEST = max(Secrecy)


class Seeing:
    """Remembers what it found: what a published run holds changes only when something is erased."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self._concerns: dict[tuple[int, Secrecy], bool] = {}
        self._counts: dict[tuple[int, Secrecy, int], Mapping[str, int]] = {}
        self._published: dict[tuple[Secrecy, int], list[Publication]] = {}

    def runs(self, clearance: Secrecy) -> list[RunInfo]:
        """The runs that concern a clearance, oldest first, with counts of what it may read."""
        if clearance is HIGHEST:
            return runs.runs(self.core)
        erased = self._erasures()
        found: list[RunInfo] = []
        published = 0
        for info in self._concerning(clearance):
            number = len(found) + 1
            publication = None
            if info.publication:
                published += 1
                publication = Publication(published, number, info.publication.at)
            counts = self._counted(info, clearance, erased)
            found.append(replace(info, run=number, publication=publication, counts=counts))
        return found

    def stored(self, clearance: Secrecy) -> dict[int, int]:
        """The number in the store of each run that concerns a clearance, by the number that it has there."""
        if clearance is HIGHEST:
            return {info.run: info.run for info in runs.runs(self.core)}
        return {number: info.run for number, info in enumerate(self._concerning(clearance), 1)}

    def told(self, published: Publication, clearance: Secrecy) -> Publication:
        """The last publication, up to one, that concerns a clearance, under the number that it has there."""
        if clearance is HIGHEST or published.number == 0:
            return published
        known = self._published.get((clearance, published.number))
        if known is None:
            seen = [info.publication for info in self._concerning(clearance) if info.publication]
            known = [one for one in seen if one.number <= published.number]
            self._published = {(clearance, published.number): known} | dict(list(self._published.items())[:8])
        if not known:
            return Publication(0, 0, published.at.fromtimestamp(0, published.at.tzinfo))
        return replace(known[-1], number=len(known))

    def _concerning(self, clearance: Secrecy) -> Iterator[RunInfo]:
        secrecy = dict(self.core.reader().execute("SELECT run, secrecy FROM run WHERE secrecy IS NOT NULL").fetchall())
        for info in runs.runs(self.core):
            if info.run in secrecy:
                if secrecy[info.run] <= clearance:
                    yield info
            elif self._about(info, clearance):
                yield info

    def _about(self, info: RunInfo, clearance: Secrecy) -> bool:
        """Whether a run of no source concerns a clearance: a judgement does where it may see both sides."""
        key = (info.run, clearance)
        if key not in self._concerns or info.publication is None:
            self._concerns[key] = self._judged(info, clearance)
        return self._concerns[key]

    def _judged(self, info: RunInfo, clearance: Secrecy) -> bool:
        rows = self.core.reader().execute(
            f"SELECT a, b FROM judgement WHERE (row >> {SHIFT}) = ?1 OR retracted = ?1", (info.run,)
        )
        sides = rows.fetchall()
        if not sides:
            return True
        view = self.core.view(At(info.publication.number if info.publication else 0, clearance))
        return any(was_shown(self.core, view, a) and was_shown(self.core, view, b) for a, b in sides)

    def _counted(self, info: RunInfo, clearance: Secrecy, erased: int) -> Mapping[str, int]:
        if info.publication is None:
            return dict.fromkeys(info.counts, 0)
        key = (info.run, clearance, erased)
        if key not in self._counts:
            hidden = self._hidden(info, clearance)
            self._counts[key] = dict(info.counts) if hidden is None else self._seen(info, clearance, hidden)
        return self._counts[key]

    def _hidden(self, info: RunInfo, clearance: Secrecy) -> tuple[int, int] | None:
        """What a clearance may not read of an edition: rows of the file, and statements that it repeats.

        None where the run touched nothing of that sort.
        """
        source = info.source
        own = [info.run]
        if source and source.mode is Mode.FULL:  # what an edition repeats stands with the run that said it first
            rows = self.core.reader().execute(
                "SELECT run FROM run WHERE series = ? AND run < ?", (source.series_key, info.run)
            )
            own += [run for (run,) in rows]
        view = self.core.view(At(info.publication.number if info.publication else 0, HIGHEST))
        places: set[str] = set()
        touched, repeated = False, 0
        for name in ("record", "link"):
            rows = self.core.reader().execute(
                f"SELECT d.locator, (r.row >> {SHIFT}) < ? FROM {name} r JOIN {name}_body d ON d.body = r.body"
                f" WHERE r.said {AMONG} AND r.secrecy > ? AND {view.sql('r')}",
                (info.run, str(own), int(clearance)),
            )
            for locator, earlier in rows:
                places.add(locator)
                repeated += earlier
            touched = touched or self._count(name, "retracted = :run AND secrecy > :c", info, clearance) > 0
        return (len(places), repeated) if places or touched else None

    def _seen(self, info: RunInfo, clearance: Secrecy, hidden: tuple[int, int]) -> dict[str, int]:
        """Counts of a run that touched what a clearance may not read: of the rest, and 0 where that is not known."""
        found = dict.fromkeys(info.counts, 0)
        places, repeated = hidden
        for name, less in (("rows_in", places), ("accepted", places), ("unchanged", repeated)):
            if name in found:
                found[name] = max(info.counts[name] - less, 0)
        if "rejected" in found:
            found["rejected"] = info.counts["rejected"]
        taken = 0
        for name in ("record", "link"):
            if f"{name}s" in found:
                added = "row >= :low AND row < :high AND secrecy <= :c"
                found[f"{name}s"] = self._count(name, added, info, clearance)
            taken += self._count(name, "retracted = :run AND secrecy <= :c", info, clearance)
        if "retracted" in found:
            found["retracted"] = taken
        return found

    def _count(self, table: str, which: str, info: RunInfo, clearance: Secrecy) -> int:
        span = {"low": info.run << SHIFT, "high": (info.run + 1) << SHIFT, "c": int(clearance), "run": info.run}
        used = {name: value for name, value in span.items() if f":{name}" in which}
        row = self.core.reader().execute(f"SELECT count(*) FROM {table} WHERE {which}", used).fetchone()
        return int(row[0])

    def _erasures(self) -> int:
        return int(self.core.reader().execute("SELECT count(*) FROM tombstone").fetchone()[0])
