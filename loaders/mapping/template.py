"""How a mapping writes a value: ``{column}`` for what stands in a column, anything else for itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ontology.errors import Reason, ValueProblem
from ontology.values import parse_number

Cells = Callable[[tuple[str, ...]], str]
"""Gives the text of the first of some columns that is filled; empty where none is."""

Several = Annotated[tuple[str, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)]

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]+)\}|[{}]")


@dataclass(frozen=True, slots=True)
class Template:
    """A text with places: each is a column, or several of which the first that is filled counts (``{a|b}``)."""

    text: str
    parts: tuple[str | tuple[str, ...], ...]

    @staticmethod
    def read(text: str) -> Template:
        """Raises ValueError where a brace stands alone; ``{{`` and ``}}`` are braces."""
        parts: list[str | tuple[str, ...]] = []
        end = 0
        for found in _PIECE.finditer(text):
            if before := text[end : found.start()]:
                parts.append(before)
            end = found.end()
            if found[1]:
                parts.append(tuple(name.strip() for name in found[1].split("|")))
            elif found[0] in ("{{", "}}"):
                parts.append(found[0][0])
            else:
                raise ValueError(f"a brace stands alone in {text!r}: write {{column}}, or {{{{ for the sign itself")
        if text[end:]:
            parts.append(text[end:])
        return Template(text, tuple(parts))

    @property
    def places(self) -> tuple[tuple[str, ...], ...]:
        return tuple(part for part in self.parts if isinstance(part, tuple))

    def fill(self, cells: Cells) -> str:
        """The text for a row; empty where it has places and none of them is filled."""
        filled = [part if isinstance(part, str) else cells(part) for part in self.parts]
        said = [text for part, text in zip(self.parts, filled, strict=True) if isinstance(part, tuple)]
        return "" if said and not any(said) else " ".join("".join(filled).split())


def is_like(text: str, pattern: str) -> bool:
    """Whether a text is the pattern, letter case aside; ``*`` stands for anything."""
    if "*" not in pattern:
        return text.casefold() == pattern.casefold()
    wanted = ".*".join(re.escape(part) for part in pattern.casefold().split("*"))
    return re.fullmatch(wanted, text.casefold(), re.DOTALL) is not None


def _written(value: Any) -> Any:
    """A constant as a cell would hold it: TOML has numbers, days and yes/no of its own."""
    if isinstance(value, bool):
        return {"from": "yes" if value else "no"}
    if isinstance(value, str):
        return {"from": value}
    return value if isinstance(value, dict) else {"from": str(value)}


def near(name: str, known: Collection[str]) -> str:
    """What to say of a name that is not known: those that it may be, or all."""
    found = get_close_matches(name, list(known), n=3, cutoff=0.6) or sorted(known)
    return ", ".join(found)


class Strict(BaseModel):
    """What every block of a mapping is: no field that is not known, nothing changed once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _known(cls, given: Any) -> Any:
        fields = {field.alias or name for name, field in cls.model_fields.items()}
        if isinstance(given, dict) and (unknown := [name for name in given if name not in fields]):
            raise ValueError(f"there is no {unknown[0]!r} here; is one of these meant: {near(unknown[0], fields)}?")
        return given


class Text(Strict):
    """A value: the template it is made by, and what becomes of the text before it is read as the property's type."""

    text: str = Field(alias="from")
    translate: dict[str, str | int | float | bool] = {}
    other: str | None = None
    missing: tuple[str, ...] = ()
    date: Several = ()
    decimal: Literal[",", "."] | None = None
    times: Decimal | None = None

    @model_validator(mode="after")
    def _readable(self) -> Text:
        assert self.template is not None  # raises where it cannot be read
        return self

    @cached_property
    def template(self) -> Template:
        return Template.read(self.text)

    @cached_property
    def meanings(self) -> dict[str, str]:
        """The translation, letter case aside."""
        return {key.strip().casefold(): _written(value)["from"] for key, value in self.translate.items()}

    def read(self, cells: Cells) -> tuple[str, str]:
        """(the value as text, what the row says): both empty where it says nothing.

        Raises:
            ValueProblem: no date of the form declared, or no number.
        """
        said = self.template.fill(cells)
        if not said or any(is_like(said, pattern) for pattern in self.missing):
            return "", ""
        known = self.meanings.get(said.casefold())
        if known is not None:
            return known, said
        if self.other is not None:
            return self.other, said
        return self._changed(said), said

    def _changed(self, said: str) -> str:
        for form in self.date:
            with suppress(ValueError):
                return datetime.strptime(said, form).date().isoformat()  # noqa: DTZ007 (a day has no zone)
        if self.date:
            raise ValueProblem(Reason.NOT_A_DATE, said, form=" or ".join(self.date))
        if self.decimal:
            said = said.replace("." if self.decimal == "," else ",", "").replace(self.decimal, ".")
        if self.times is not None:
            said = format((parse_number(said) * self.times).normalize(), "f")
        return said


Value = Annotated[Text, BeforeValidator(_written)]
