"""The ``kedja`` command. Each command imports what it needs when it runs, so that ``--help`` is quick."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ontology.errors import KedjaError

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


def main() -> None:
    """Run the command; an error of ours is one message with its remedy, exit status 2; Ctrl+C is 130."""
    import api.commands  # noqa: F401  (registers the commands)

    try:
        app()
    except KedjaError as error:
        typer.echo(f"kedja: {error.message}", err=True)
        if error.remedy:
            typer.echo(f"       {error.remedy}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


if __name__ == "__main__":  # as the module that the commands import, not a second copy of it
    from api.cli import main as run

    run()
