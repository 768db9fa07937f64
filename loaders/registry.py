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
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loaders.glimpse import Glimpse, glimpse
from ontology.errors import InputError, of_os_error
from ontology.extensions import Extensions, extensions
from ontology.label import Label

if TYPE_CHECKING:
    from loaders.base import Loader

GROUP = "kedja.loaders"


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
SHARED = {
    "shared_identifier": Label(
        "Rader med olika id som delar en identifierare och blir en",
        "Rows of different ids that share an identifier and become one",
    )
}
"""The remark on further identifiers, for the formats that check them."""
STATEMENTS = {
    "of_no_risk": Label(
        "Iakttagelser och bedömningar utan någon av risktyperna i kedja terms risk-types: de räknas inte i några tal",
        "Findings and assessments of none of the risk types of kedja terms risk-types: they count in no figure",
    ),
    "about_nothing": Label(
        "Iakttagelser och bedömningar som inte säger vad de gäller: de räknas inte i några tal",
        "Findings and assessments that do not say what they are about: they count in no figure",
    ),
}
"""Notes of the formats whose statements are anybody's: see ``loaders.statements``."""


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

    @property
    def name(self) -> str:
        return self.kind

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


@cache
def formats() -> Extensions[Format]:
    """The formats of all installed packages by kind, in its order; Kedja's own come first, none can be replaced."""
    found: Extensions[Format] = extensions(None, GROUP, "Format", lambda one: isinstance(one, Format))
    return Extensions(dict(sorted(found.known.items())), found.broken)


def find(argument: str) -> Format:
    """The format of a file, a folder or an address, by what it looks like.

    Raises:
        InputError: there is no such file; none knows it, or several do: it says what was looked for.
        PlaceError: it cannot be opened.
    """
    every = formats().known.values()
    for format in every:
        if argument.startswith(format.addresses or ("\0",)):
            return format
    path = Path(argument)
    if not path.exists():
        kinds = ", ".join(format.kind for format in every)
        raise InputError(
            f"There is no file {argument}, and no kind of file is called so.", remedy=f"The kinds are {kinds}."
        )
    found = _fitting(path)
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


def _fitting(path: Path) -> list[Format]:
    try:
        seen = glimpse(path)
    except OSError as error:
        raise of_os_error(error, path) from error
    fitting = [format for format in formats().known.values() if format.recognises(seen)]
    return [format for format in fitting if not format.general] or fitting


def find_each(folder: Path) -> dict[Path, list[Format]]:
    """The formats of each file of a folder that is of none as a whole; empty where it is, or no file is of any."""
    from loaders.base import files_of

    if not folder.is_dir() or _fitting(folder):
        return {}
    found = {file: _fitting(file) for file in files_of(folder)}
    return found if any(found.values()) else {}
