"""The command that proposes a mapping."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands import common
from api.commands.app import app
from ontology.errors import InputError


@app.command("map")
def propose(
    file: Annotated[str | None, typer.Argument(help="A table, or the neo4j:// address of a graph.")] = None,
    out: Annotated[Path, typer.Option("--out", help="The TOML file to write; - is standard output.")] = Path("-"),
    listed: Annotated[bool, typer.Option("--list", help="List the mappings that come with Kedja.")] = False,
) -> None:
    """Propose a mapping of a table or a graph, to be edited; each line says why it stands there.

    It goes by headings in Swedish and English and by what stands in the columns (check digits, countries). What neither
    tells is commented out. Then: kedja load table FILE --map MAP.toml

    Example: kedja map register.csv --out register.toml
    """
    from loaders.mapping.files import presets
    from loaders.mapping.formats import NEO4J
    from loaders.mapping.proposing import propose_graph, propose_table

    if listed:
        for name, told in presets().items():
            typer.echo(f"{name}\t{told}")
        return
    if file is None:
        raise InputError("No table is named.", remedy="kedja map register.csv --out register.toml")
    if file.startswith(NEO4J.addresses):
        from api.publishing import opened

        with opened(file) as server:
            common.write(out, propose_graph(server))
        return
    if not Path(file).is_file():
        raise InputError(f"There is no file {file}.", remedy="Check the path.")
    common.write(out, propose_table(Path(file)))
