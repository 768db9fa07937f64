"""A process that loads an invented source through the one way in; run as a script by the tests that kill it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from graph.sqlite import Store
from loaders.base import Progress, Report, load
from ontology.records import Link, Record, Source
from tests.contract.saying import company, day, open_store, owns


class Invented:
    """Reads ``series edition count`` from a file: companies in a chain, their names with the edition in them."""

    name = "invented"
    version = "1"

    def source(self, path: Path, options: Mapping[str, str]) -> Source:  # noqa: ARG002
        series, edition, _ = path.read_text(encoding="utf-8").split()
        return Source(series, edition, series, "A publisher")

    def read(
        self, path: Path, source: Source, options: Mapping[str, str], secret: bytes, report: Report,  # noqa: ARG002
        progress: Progress,
    ) -> Iterator[Record | Link]:  # fmt: skip
        count = int(path.read_text(encoding="utf-8").split()[2])
        for n in range(count):
            report.rows_in += 1
            report.accepted += 1
            yield company(f"local:{source.series}-{n}", f"Number {n} of {source.edition}", f"se-stat:{n}")
            yield owns(f"local:{source.series}-{n}", f"local:{source.series}-{n + 1}", share=0.5)
            progress(n, count)


def write(path: Path, series: str, edition: str, count: int) -> Path:
    path.write_text(f"{series} {edition} {count}", encoding="utf-8")
    return path


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def tell_stages(store: Store) -> None:
    """Say when settling and when publishing begins: who kills this process waits for it."""

    def told(stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def said(*given: Any) -> Any:
            tell(stage)
            return work(*given)

        return said

    for stage in ("settle", "publish"):
        setattr(store, stage, told(stage, getattr(store, stage)))


if __name__ == "__main__":
    folder, *files = sys.argv[1:]
    with open_store(Path(folder)) as store:
        tell_stages(store)
        for number, file in enumerate(files):
            tell(f"load {file}")
            load(store, Invented(), Path(file), now=day(number))
            tell(f"done {file}")
