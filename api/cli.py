"""The ``kedja`` command. Each command imports what it needs when it runs, so that ``--help`` is quick."""

from __future__ import annotations

import sys
from typing import NoReturn

import typer

import api.commands.ask
import api.commands.cypher
import api.commands.demo
import api.commands.describe
import api.commands.export
import api.commands.kinds
import api.commands.load
import api.commands.mapping
import api.commands.mcp
import api.commands.publish
import api.commands.review
import api.commands.serve
import api.commands.take_back
import api.commands.verify
import api.commands.whole  # noqa: F401  (each registers its commands)
from api.commands.app import app
from graph.questions.lenses import lenses
from graph.questions.question import declared
from ontology.errors import KedjaError, of_os_error
from visualisation.exporters import exporters

__all__ = ["app", "main"]

# The same order in every help text, whichever module was imported first.
app.registered_commands.sort(key=lambda command: getattr(command.callback, "__name__", ""))


def main() -> None:
    """Run the command; an error, ours or the machine's, is a message with its remedy, exit status 2; Ctrl+C is 130."""
    for what, found in (("question", declared()), ("lens", lenses()), ("export format", exporters())):
        for where, why in found.broken.items():
            typer.echo(f"kedja: {where} declares no {what}: {why}", err=True)
    try:
        app()
    except KedjaError as error:
        _tell(error)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        _tell(of_os_error(error))


def _tell(error: KedjaError) -> NoReturn:
    typer.echo(f"kedja: {error.message}", err=True)
    if error.remedy:
        typer.echo(f"       {error.remedy}", err=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
