"""A folder whose files are sources of their own: each is loaded and published for itself, the oldest edition first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path

from graph.store import Settled
from loaders.base import Loaded, Loader, Report, files_of
from ontology.errors import FileFormatError, InputError
from ontology.records import edition_order


def load_each(loader: Loader, folder: Path, options: Mapping[str, str], load: Callable[[Path], Loaded]) -> Loaded:
    """Load the files of a folder by ``load``, and tell of them as of one.

    Files that cannot be read are refused, each for itself; editions older than what shows are counted as superseded.

    Raises:
        InputError: there is no file in it.
        FileFormatError: none of its files can be read; the first is named.
    """
    whole = Report(file=folder.name)
    ordered = []
    for file in files_of(folder):
        try:
            ordered.append((edition_order(loader.source(file, options).edition), str(file), file))
        except FileFormatError as error:
            whole.refuse(str(file.relative_to(folder)), error)
    if not ordered:
        if whole.refused:
            raise whole.refused[0]
        raise InputError(f"{folder} holds no file.", remedy="Name a file, or a folder with some.")
    done = []
    for *_, file in sorted(ordered):
        done.append(load(file))
        _add(whole, done[-1])
    # Were all of them older, the folder would be: it is told as one file is.
    older = all(one.settled.older_edition for one in done)
    return Loaded(
        whole, _sum([one.settled for one in done], older), done[-1].publication, all(o.unchanged for o in done)
    )


def _add(whole: Report, one: Loaded) -> None:
    report = one.report
    whole.rows_in += report.rows_in
    whole.accepted += report.accepted
    whole.rejects += report.rejects
    whole.rejected_rows |= {(f"{report.file}!{sheet}", row) for sheet, row in report.rejected_rows}
    whole.notes += report.notes
    whole.notes += Counter(superseded=one.settled.older_edition, loaded_before=one.unchanged)


def _sum(settled: list[Settled], older: bool) -> Settled:
    counted = [field.name for field in fields(Settled) if field.name not in ("kept_in", "older_edition")]
    sums = {name: sum(getattr(one, name) for one in settled) for name in counted}
    kept = sorted({name for one in settled for name in one.kept_in})
    return Settled(**sums, kept_in=tuple(kept), older_edition=older)
