"""A question asked of a list of names: a line for each, printed, or written as a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from api.commands import common
from ontology.errors import InputError

if TYPE_CHECKING:
    from api.commands.ask import Shared
    from graph.questions.question import Question

ENDINGS = (".csv", ".xlsx", ".ndjson")


def of_each(question: type[Question], shared: Shared, given: Mapping[str, Any], file: Path, out: Path | None) -> None:
    """Ask of each line of a file; each is printed with what became of it, and written where ``out`` says.

    Raises:
        InputError: the file cannot be read, or the ending of ``out`` is none that can be written.
    """
    from api.ask import nothing_asked
    from api.bulk import MOST, bulk
    from api.names import read_names
    from graph.questions.lines import Outcome
    from visualisation.export_csv import table_csv
    from visualisation.export_xlsx import names_xlsx
    from visualisation.group_lines import lines_sheet
    from visualisation.text import shown
    from visualisation.words import Words

    if out is not None and out.suffix.lower() not in ENDINGS:
        raise InputError(f"{out} has no ending that says how to write it.", remedy=f"Use one of {', '.join(ENDINGS)}.")
    names, blank = read_names(file, MOST)
    with common.asking(shared.store, shared.graph) as service, common.working(f"Asking about {len(names):,} names"):
        chosen = {name: value for name, value in given.items() if value is not None}
        found = list(bulk(service, shared.when, question, chosen, names))
        frame = nothing_asked(question.name, service.snapshot(shared.when))
    words = Words(shared.language)
    sheet, raw = lines_sheet(found, words), "".join(f"{line.model_dump_json()}\n" for line in found)
    if shared.as_json:
        typer.echo(raw, nl=False)
    else:
        for row in (sheet.header, *sheet.rows):
            typer.echo(shown("\t".join(str(cell).replace("\t", " ") for cell in row)))
    if blank:
        typer.echo(f"Blank lines passed over: {blank}.", err=True)
    if out is not None:
        made = {".csv": table_csv(sheet.header, sheet.rows), ".ndjson": raw.encode()}
        common.write(out, made.get(out.suffix.lower()) or names_xlsx(sheet, [], frame, words))
    if not any(line.outcome is Outcome.ANSWERED for line in found):
        typer.echo("No line is answered: put an identifier in its place and try again.", err=True)
        raise typer.Exit(1)
