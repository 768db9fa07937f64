"""The ``kedja`` application, which the commands join."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(
    name="kedja",
    help="Supply chains and their sustainability risks, with evidence and with what is not known.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"kedja {version('kedja')}")
        raise typer.Exit


@app.callback()
def options(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Supply chains and their sustainability risks, with evidence and with what is not known.

    Begin with: kedja demo
    """
