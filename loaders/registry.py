"""Which formats there are. Each declares itself: a ``Format`` that the entry point group ``kedja.loaders`` names.

From the declaration come the command ``kedja load KIND``, what ``kedja load FILE`` looks for, ``kedja formats``, the
reference pages and the words of what a load remarks. A declaration is read for ``--help``, so its module imports
nothing heavy; the loader stands in a module of its own and is imported when a file is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loaders.glimpse import Glimpse, glimpse
from ontology.errors import DeclarationError, InputError, of_os_error
from ontology.label import Label

if TYPE_CHECKING:
    from loaders.base import Loader

GROUP = "kedja.loaders"
OURS = "kedja"


@dataclass(frozen=True, slots=True)
class Option:
    """What may be given beside the file: ``--name TEXT``. The loader finds it in its options, under its name.

    ``file``: the text is the path of a file; its content, and not where it lies, is part of what the run is.
    ``named`` (``module:name``) gives that path for the text, or for none, and for what is loaded.
    """

    name: str
    help: Label
    file: bool = False
    required: bool = False
    named: str = ""

    def path(self, text: str | None, argument: Path | None) -> Path | None:
        """The file that the text means."""
        if self.named:
            found: Path | None = _named(self.named)(text, argument)
            return found
        return Path(text) if text else None


EDITION = Option("edition", Label("Utgåva, om filen inte säger den.", "Edition, where the file does not say it."))
LICENCE = Option("licence", Label("Källans licens.", "The source's licence."))


@dataclass(frozen=True, slots=True)
class Format:
    """A format that Kedja loads.

    ``kind`` is the command's name, ``takes`` what its argument is, ``looks_for`` by what ``recognises`` tells it.
    ``loader`` and ``default`` (a function that gives the path where none is given) are named as ``module:name``.
    ``addresses``: how the argument begins where it is an address and no file; the loader then finds it in its options
    under ``address``, and the path that it is given is that of the first of its options that is a file.
    ``each_file``: every file of a folder is a source of its own. ``general``: it may fit what is another format's, and
    is taken only where none else is recognised.
    ``notes`` are the words of what ``Report.notes`` counts.
    """

    kind: str
    title: Label
    help: Label
    takes: Label
    looks_for: Label
    example: str
    loader: str
    recognises: Callable[[Glimpse], bool]
    options: tuple[Option, ...] = ()
    default: str = ""
    addresses: tuple[str, ...] = ()
    each_file: bool = False
    general: bool = False
    notes: Mapping[str, Label] = field(default_factory=dict)

    def make(self) -> Loader:
        """The loader, imported now."""
        made: Loader = _named(self.loader)()
        return made

    def default_path(self) -> Path | None:
        if not self.default:
            return None
        path: Path = _named(self.default)()
        return path


def _named(name: str) -> Callable[..., Any]:
    module, _, attribute = name.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), attribute)
    return found


@dataclass(frozen=True, slots=True)
class Known:
    """The formats by kind, in its order; and the entry points that give none, with why."""

    formats: Mapping[str, Format]
    broken: Mapping[str, str]


@cache
def known() -> Known:
    """The formats of all installed packages. Kedja's own come first: none can be replaced from outside."""
    formats: dict[str, Format] = {}
    broken: dict[str, str] = {}
    for entry in sorted(entry_points(group=GROUP), key=_own_first):
        where = f"{entry.value} of {_package(entry)}"
        try:
            format = _declared(entry)
        except Exception as error:  # noqa: BLE001  whatever another package does when imported: it is told, not hidden
            broken[where] = f"{type(error).__name__}: {error}"
            continue
        if format.kind in formats:
            broken[where] = f"there is another {format.kind}"
        else:
            formats[format.kind] = format
    return Known(dict(sorted(formats.items())), broken)


def _own_first(entry: EntryPoint) -> tuple[bool, str, str]:
    return _package(entry) != OURS, _package(entry), entry.name


def _package(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else "?"


def _declared(entry: EntryPoint) -> Format:
    found = entry.load()
    if not isinstance(found, Format):
        raise DeclarationError(f"{entry.value} is no Format.")
    return found


def find(argument: str) -> Format:
    """The format of a file, a folder or an address, by what it looks like.

    Raises:
        InputError: there is no such file; none knows it, or several do: it says what was looked for.
        PlaceError: it cannot be opened.
    """
    every = known().formats.values()
    for format in every:
        if argument.startswith(format.addresses or ("\0",)):
            return format
    path = Path(argument)
    if not path.exists():
        kinds = ", ".join(format.kind for format in every)
        raise InputError(
            f"There is no file {argument}, and no kind of file is called so.", remedy=f"The kinds are {kinds}."
        )
    try:
        seen = glimpse(path)
    except OSError as error:
        raise of_os_error(error, path) from error
    fitting = [format for format in every if format.recognises(seen)]
    found = [format for format in fitting if not format.general] or fitting
    if len(found) == 1:
        return found[0]
    if found:
        kinds = " or ".join(format.kind for format in found)
        raise InputError(f"{path.name} may be {kinds}.", remedy=f"Say which: kedja load {found[0].kind} {path}")
    looked = "\n".join(f"  {format.kind}: {format.looks_for.en}" for format in every if not format.addresses)
    raise InputError(
        f"{path.name} is of no format that Kedja recognises. It looked for\n{looked}",
        remedy="Name the kind, kedja load KIND FILE; kedja formats tells of each.",
    )
