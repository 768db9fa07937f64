"""The commands that formats declare: ``kedja load KIND FILE``, ``kedja load FILE``, and ``kedja formats``."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from api.commands import common
from api.commands.app import app
from api.commands.common import Lang
from loaders import registry
from loaders.registry import Format, Option
from ontology.extensions import Extensions

Rejects = Annotated[Path | None, typer.Option("--rejects", help="Write what was not accepted to this CSV.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Try it in a copy: what it would change, by risk type.")]
COMMON = {
    "dry_run": DryRun, "store": common.Store, "rejects": Rejects, "lang": Lang, "publish": common.Publish,
}  # fmt: skip
FINDER = "Find the format of a file, a folder or an address, and load it.\n\nExample: kedja load mina-kedjor.xlsx"

Run = Callable[[Format, str | None, Mapping[str, Any]], None]
"""Loads: the format, its argument, and what was given for ``COMMON`` and for the format's options."""
RunFound = Callable[[str, Mapping[str, Any]], None]
"""The same where no format is named."""


def command(name: str, told: str, parameters: Mapping[str, Any], run: Callable[..., None]) -> Any:
    """A command with these parameters by their annotations."""

    def called(**given: Any) -> None:
        run(**given)

    kind = inspect.Parameter.KEYWORD_ONLY
    signature = [
        inspect.Parameter(key, kind, default=_default(annotation), annotation=annotation)
        for key, annotation in parameters.items()
    ]
    called.__signature__ = inspect.Signature(signature)  # type: ignore[attr-defined]
    called.__annotations__ = dict(parameters)
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    alone.command(name, help=told)(called)
    return typer.main.get_command(alone)


def _default(annotation: Any) -> Any:
    """What a parameter is where it is not given: a flag is False, a text that is needed has none, else None."""
    return {str: inspect.Parameter.empty, bool: False}.get(annotation.__origin__)


def command_of(format: Format, run: Run) -> Any:
    """``kedja load KIND``: the argument, the format's options, and those of every load."""
    parameters: dict[str, Any] = {}
    taken = str | None if format.default else str
    parameters["argument"] = Annotated[taken, typer.Argument(metavar=metavar(format), help=f"{format.takes.en}.")]
    parameters |= {attribute(option): given(option, option.required) for option in format.options}

    def called(argument: str | None, **given: Any) -> None:
        run(format, argument, given)

    told = f"{format.help.en}\n\nExample: {format.example}"
    return command(format.kind, told, parameters | COMMON, called)


def attribute(option: Option) -> str:
    return option.name.replace("-", "_")


def given(option: Option, required: bool = False) -> Any:
    """A parameter that gives an option."""
    told = typer.Option(f"--{option.name}", help=option.help.en, metavar="FILE" if option.file else "TEXT")
    return Annotated[str if required else str | None, told]


def metavar(format: Format) -> str:
    return "ADDRESS" if format.addresses else "FILE"


def finder(run_found: RunFound) -> Any:
    """``kedja load FILE``, with the options of every format: which it is, is known when the file has been seen."""
    every = [option for format in registry.formats().known.values() for option in format.options]
    options = {attribute(option): given(option) for option in reversed(every)}
    said = Annotated[str, typer.Argument(metavar="FILE", help="A file, a folder or an address.")]

    def called(argument: str, **given: Any) -> None:
        run_found(argument, given)

    return command("FILE", FINDER, {"argument": said} | options | COMMON, called)


def group_of(run: Run, run_found: RunFound) -> type[TyperGroup]:
    """The group ``kedja load``: a command for each format; what is no kind is a file whose kind is found."""

    class Kinds(TyperGroup):
        def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
            return list(registry.formats().known)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
            format = registry.formats().known.get(cmd_name)
            return command_of(format, run) if format else None

        def resolve_command(self, ctx: Any, args: list[str]) -> Any:
            """The first argument that is a kind, whatever options stand before it; else the file's kind is found."""
            given = args if args[0].startswith("-") else args[:1]
            kind = next((text for text in given if text in registry.formats().known), None)
            if kind is None:
                return "", finder(run_found), args
            return kind, self.get_command(ctx, kind), [text for text in args if text is not kind]

    return Kinds


@app.command()
def formats(lang: Lang = None, as_json: common.Json = False) -> None:
    """The formats that kedja load reads, those of other installed packages too, and how each is recognised.

    Example: kedja formats
    """
    found = registry.formats()
    language = common.language(lang)
    typer.echo(formats_json(found) if as_json else formats_text(found, language))
    for where, why in found.broken.items():
        typer.echo(f"kedja: {where} declares no format: {why}", err=True)


def formats_json(found: Extensions[Format]) -> str:
    told = [
        {
            "kind": format.kind,
            **{name: getattr(format, name)._asdict() for name in ("title", "help", "takes", "looks_for")},
            "options": [asdict(option) | {"help": option.help._asdict()} for option in format.options],
            "addresses": format.addresses,
            "example": format.example,
            "version": format.make().version,
        }
        for format in found.known.values()
    ]
    return json.dumps(told, ensure_ascii=False, indent=2)


def formats_text(found: Extensions[Format], lang: str) -> str:
    """Some lines for each format."""
    from visualisation.words import Words

    words = Words(lang)
    parts = []
    for format in found.known.values():
        lines = [f"{format.kind}: {format.title.get(lang)} ({format.takes.get(lang)})"]
        lines.append("  " + words("formats.recognised", by=format.looks_for.get(lang)))
        lines += [f"  --{option.name}: {option.help.get(lang)}" for option in format.options]
        parts.append("\n".join([*lines, f"  {format.example}"]))
    return "\n\n".join(parts)
