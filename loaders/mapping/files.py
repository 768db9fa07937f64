"""Mappings as files: read, checked, and told where they are wrong; those that come with Kedja by name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from loaders.glimpse import glimpse
from loaders.mapping.model import Map, SourceBlock
from loaders.mapping.template import near
from ontology.errors import FileFormatError, ValueProblem
from ontology.records import Mode, Secrecy, Source
from ontology.values import parse_day

REQUIRED = ("publisher", "series", "title")
_PRESETS = Path(__file__).with_name("presets")
_FAULTS = 10
_BETWEEN = re.compile(r"""[,;\t"<>]+""")
"""What stands between the headings of a table, the texts of a spreadsheet's XML and the names of JSON."""
_GUIDE = "See docs/how-to/map.md; `kedja map FILE` proposes one."


def presets() -> dict[str, str]:
    """The mappings that come with Kedja: what the first line of each says of it, by name."""
    found = {path.stem: path.read_text("utf-8") for path in sorted(_PRESETS.glob("*.toml"))}
    return {name: text.partition("\n")[0].removeprefix("# ") for name, text in found.items()}


def path_of(name: str) -> Path:
    """The file of a mapping, by its path or, if it comes with Kedja, by its name.

    Raises:
        FileFormatError: there is none.
    """
    for path in (Path(name), _PRESETS / f"{name}.toml"):
        if path.is_file():
            return path
    raise FileFormatError(
        f"There is no mapping {name}.",
        remedy=f"Give a TOML file, or one of those that come with Kedja: {near(name, presets())}.",
    )


def fitting(text: str) -> list[str]:
    """The mappings that come with Kedja and whose columns all stand in the beginning of a file, by name."""
    of_table = not text.lstrip().startswith(("<", "{", "["))  # else XML of a spreadsheet, or JSON
    begins = text.lstrip("\ufeff").splitlines()[:1] if of_table else [text]
    found = {word.strip(" \ufeff").casefold() for line in begins for word in _BETWEEN.split(line)}

    def fits(mapping: Map) -> bool:
        places = (place for rows in mapping.rows for place in rows.asked if not set(place) & set(rows.optional))
        return all(any(name.casefold() in found for name in place) for place in places)

    return [name for name in presets() if fits(read_map(path_of(name)))]


def map_for(name: str | None, table: Path | None) -> Path:
    """The mapping that is named; where none is, the one that comes with Kedja and fits the table.

    Raises:
        FileFormatError: there is none, or several fit.
    """
    if name:
        return path_of(name)
    found = fitting(glimpse(table).text) if table and table.is_file() else []
    if len(found) == 1:
        return path_of(found[0])
    raise FileFormatError(
        f"{table.name if table else 'A graph'} needs a mapping.",
        remedy=f"Give --map {' or --map '.join(found) or 'FILE'}; `kedja map` proposes one.",
    )


def read_map(path: Path) -> Map:
    """A mapping.

    Raises:
        FileFormatError: not TOML, or not a mapping; with the place and what to do.
    """
    return parse_map(path.read_bytes(), path.name)


def parse_map(content: bytes, name: str) -> Map:
    """A mapping from its text; see ``read_map``."""
    try:
        given = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise FileFormatError(f"{name} is not UTF-8 text.", remedy="Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise FileFormatError(f"{name} is not well-formed TOML: {error}.", remedy=_GUIDE) from error
    try:
        return Map.model_validate(given)
    except ValidationError as error:
        faults = [f"{_place(fault['loc'])}{_said(fault)}" for fault in error.errors()]
        more = f" And {len(faults) - _FAULTS} more." if len(faults) > _FAULTS else ""
        told = "; ".join(faults[:_FAULTS])
        raise FileFormatError(f"{name}: {told}.{more}", remedy=_GUIDE) from None


def _place(path: tuple[int | str, ...]) -> str:
    """``rows[1].node.site.key: ``, counted from 1."""
    text = ""
    for part in path:
        if part == "values":  # where the model keeps what the file says of a type
            continue
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return f"{text.lstrip('.')}: " if text else ""


def _said(fault: object) -> str:
    assert isinstance(fault, dict)
    if fault["type"] == "value_error":
        return str(fault["ctx"]["error"])
    if fault["type"] == "missing":
        return "is missing"
    return f"{str(fault['msg'])[:1].lower()}{str(fault['msg'])[1:]}"


def source_of(mapping: Map, given: Mapping[str, str], name: str, day: str) -> Source:
    """The source that a mapping names, with what is given beside it; the edition is the day where nobody says one.

    Raises:
        FileFormatError: a field that is missing, or a value that is not understood.
    """
    said = {field: str(value) for field, value in mapping.source.model_dump().items() if value}
    said |= {field: text for field, text in given.items() if field in SourceBlock.model_fields}
    if missing := [field for field in REQUIRED if not said.get(field)]:
        raise FileFormatError(
            f"{name} does not say the source's {', '.join(missing)}.",
            remedy=f"Write it under [source], or give --{', --'.join(missing)}.",
        )
    try:
        return Source(
            edition=said.pop("edition", "") or day,
            published=_day(said.pop("published", "")),
            retrieved=_day(said.pop("retrieved", "")),
            mode=Mode(said.pop("mode")),
            secrecy=Secrecy.read(said.pop("secrecy")),
            **said,
        )
    except (ValueError, ValueProblem) as error:
        raise FileFormatError(f"{name}: [source] is not understood: {error}.", remedy=_GUIDE) from error


def _day(text: str) -> date | None:
    return parse_day(text)[0] if text else None
