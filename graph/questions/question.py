"""What a question is: parameters declared once, what they compute of a snapshot, and what that costs.

A question is a frozen pydantic class: its fields are the parameters, its docstring (``sv`` in Swedish) says what it
asks. The HTTP route, the command, the page, the exports, the reference and the key under which an answer is kept are
made from it. A package of its own adds one by the entry point group ``kedja.questions``; see docs/how-to/extend.md.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast, get_args, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ontology.errors import DeclarationError, InputError
from ontology.extensions import Extensions, extensions
from ontology.label import Label

if TYPE_CHECKING:
    from graph.snapshot.view import Snapshot
    from graph.sqlite import Store
    from ontology.records import Secrecy

GROUP = "kedja.questions"
ALL = "all"
"""The subject that is every contract."""
MAX_TEXT = 300
"""Longest search text or name, in characters."""


def _nowhere_else(valid_at: date | None, known_at: datetime | None) -> Snapshot:
    raise InputError(f"Nothing else can be read here: neither {valid_at} nor what was known at {known_at}.")


@dataclass(frozen=True, slots=True)
class Part:
    """``limit`` rows of the list that an answer is about, after the first ``skip``; of each list beside it the first
    ``beside``, and with the first rows only. Totals and counts are of the whole all the same."""

    skip: int
    limit: int
    beside: int = 25


@dataclass(frozen=True, slots=True)
class Reading:
    """What a question is asked of: a snapshot, the store for what only that tells, and what the reader wrote of each
    thing, by the id that it was found to have. ``elsewhen`` gives the snapshot of another day (None: of the same) and
    of what was known at another time (None: the same). ``part`` is what is asked for of the answer (None: all)."""

    snapshot: Snapshot
    store: Store
    written: Mapping[str, str] = field(default_factory=dict)
    elsewhen: Callable[[date | None, datetime | None], Snapshot] = _nowhere_else
    part: Part | None = None


def param(
    label: Label,
    note: Label,
    default: Any = ...,
    *,
    names: bool = False,
    besides: tuple[str, ...] = (),
    vocabulary: str | None = None,
    example: str = "",
    **bounds: Any,
) -> Any:
    """Declare a parameter.

    Args:
        label: what it is called on a form.
        note: what it means, one sentence.
        names: its text names a thing, by id, identifier or name, and is resolved to an id before the question is asked.
        besides: texts that are no names of things, and stay as they are.
        vocabulary: its text is a term of this vocabulary, by id or label.
        example: a value, for OpenAPI and the help of the command.
        bounds: as for ``pydantic.Field``; a text is of at most ``MAX_TEXT`` characters.
    """
    extra: dict[str, Any] = {"label": label, "note": note, "names": names, "besides": besides}
    extra |= {"vocabulary": vocabulary, "example": example}
    return Field(default, description=note.en, json_schema_extra=extra, **bounds)


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter as the rest of the code sees it."""

    name: str
    label: Label
    note: Label
    names: bool
    besides: tuple[str, ...]
    vocabulary: str | None
    example: str
    annotation: Any
    bounds: tuple[Any, ...]
    required: bool
    default: Any

    @property
    def many(self) -> bool:
        return str(self.annotation).startswith("tuple")

    @property
    def optional(self) -> bool:
        """Whether it may be left empty."""
        return not self.required and self.default is None


class Question(BaseModel):
    """Base of every question. ``name`` is its word in addresses and commands."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ClassVar[str]
    sv: ClassVar[str]
    of_history: ClassVar[bool] = False
    """Whether only the record can answer it: a published graph knows no history."""

    @classmethod
    def beside(cls, store: Store, clearance: Secrecy) -> str:  # noqa: ARG003  (most show what the snapshot holds)
        """What its answers show that the snapshot does not hold, for the key under which they are kept."""
        return ""

    pages: ClassVar[str] = ""
    """The list of its answer's data that comes in parts; ``compute`` then heeds ``Reading.part``."""
    unpaged: ClassVar[tuple[str, ...]] = ()
    """Parameters that a part takes the place of."""

    def compute(self, reading: Reading) -> BaseModel:
        """The answer; ids stand where parameters name things."""
        raise NotImplementedError

    def cost(self, s: Snapshot) -> int:
        """Vertices that it will look at, estimated before it is answered: it may look at all."""
        from graph.questions.costs import cost_of_graph

        return cost_of_graph(s)

    def each(self, reading: Reading) -> Callable[[str], BaseModel]:
        """What answers for one after another of many things (ids) in the place of ``one()``: as ``compute``, unless a
        question has a shorter answer of which it computes what they share once."""
        one = type(self).one()
        assert one is not None
        return lambda id: self.model_copy(update={one.name: id}).compute(reading)

    # -- the declaration, as the skins read it ------------------------------------------------------------------
    @classmethod
    def title(cls) -> Label:
        """What it asks, in one line."""
        return Label(cls.sv, cls.said().split("\n\n")[0].rstrip("."))

    @classmethod
    def said(cls) -> str:
        return inspect.cleandoc(cls.__doc__ or "")

    @classmethod
    def answers(cls) -> type[BaseModel]:
        """The shape of its answer: what ``compute`` is declared to return."""
        shape: type[BaseModel] = _returned(cls.compute)
        return shape

    @classmethod
    def answers_each(cls) -> type[BaseModel]:
        """The shape of what ``each`` answers with."""
        (*_, shape) = get_args(_returned(cls.each))
        return cls.answers() if shape is BaseModel else shape

    @classmethod
    def one(cls) -> Param | None:
        """The parameter that names the one thing that the question is about: many may be asked about in its place."""
        named = [param for param in cls.params().values() if param.names and param.required]
        return named[0] if len(named) == 1 and not named[0].many else None

    @classmethod
    def params(cls) -> Mapping[str, Param]:
        return _params(cls)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """The question with these parameters; one text where several things may be named is a list of one.

        Raises:
            InputError: one does not fit; says which, and why.
        """
        several = {p.name for p in cls.params().values() if p.many}
        listed = {name: (given[name],) for name in several & given.keys() if isinstance(given[name], str)}
        try:
            return cls.model_validate({**given, **listed})
        except ValidationError as error:
            where = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise InputError("The request does not fit.", remedy=where) from error


def _returned(method: Callable[..., Any]) -> Any:
    named = _for_the_type_checker(sys.modules[method.__module__])
    return get_type_hints(method, localns=named)["return"]


def _for_the_type_checker(module: ModuleType) -> dict[str, Any]:
    """What a module imports for the type checker alone, so that ``--help`` does not: imported now, by name."""
    blocks = (node.body for node in ast.parse(inspect.getsource(module)).body if isinstance(node, ast.If))
    imports = (one for body in blocks for one in body if isinstance(one, ast.ImportFrom) and one.module)
    return {n.asname or n.name: getattr(import_module(str(i.module)), n.name) for i in imports for n in i.names}


@cache
def _params(question: type[Question]) -> Mapping[str, Param]:
    found = {}
    for name, info in question.model_fields.items():
        extra = info.json_schema_extra
        if not isinstance(extra, dict):
            raise DeclarationError(f"{question.__name__}.{name} is not declared with param().")
        found[name] = Param(
            name=name,
            annotation=info.annotation,
            bounds=tuple(info.metadata),
            required=info.is_required(),
            default=None if info.is_required() else info.default,
            **cast("dict[str, Any]", extra),
        )
    return found


@cache
def declared() -> Extensions[type[Question]]:
    """The questions by name, and what other packages declare and is none."""
    import graph.questions.declared as ours

    return extensions(ours, GROUP, "Question", _is_question)


def _is_question(one: Any) -> bool:
    return isinstance(one, type) and issubclass(one, Question) and one is not Question


def questions() -> Mapping[str, type[Question]]:
    return declared().known
