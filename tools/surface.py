"""Write kedja/questions.py: a typed method for each question, from its declaration.

`python -m tools.surface`. The same program gives the same bytes; a test holds the file equal.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime

from graph.answer import Answer
from graph.questions.question import Param, Question, questions

FILE = Path(__file__).resolve().parent.parent / "kedja" / "questions.py"
OURS = "graph.questions.declared"
HEAD = '''"""A method for each question. Made by `python -m tools.surface` from the declarations; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what the answers are is imported when they come
{imports}


class Questions:
    """The questions that Kedja brings; those of other packages are asked by ``ask``."""

    def ask(self, name: str, **given: Any) -> Result[Any]:
        raise NotImplementedError
'''
WIDTH = 112


def ours() -> list[type[Question]]:
    """The questions that are packaged, by name, whatever else is installed."""
    return [one for _, one in sorted(questions().items()) if one.__module__.startswith(OURS)]


def written(annotation: Any) -> str:
    """A type as it is written; a list may be any sequence."""
    kind, inner = get_origin(annotation), get_args(annotation)
    if kind is Literal:
        return f"Literal[{', '.join(map(repr, inner))}]".replace("'", '"')
    if kind is tuple:
        return f"Sequence[{written(inner[0])}]"
    if kind in (Union, UnionType):
        return " | ".join("None" if one is NoneType else written(one) for one in inner)
    return str(named(annotation).__name__)


def named(kind: type) -> type:
    """The class that a caller gives: of a checked time, a time."""
    return datetime if kind is AwareDatetime else kind


def types_of(annotation: Any) -> Iterator[type]:
    """The classes that a type names."""
    if inner := get_args(annotation):
        for one in inner:
            yield from types_of(one)
    elif isinstance(annotation, type):
        yield named(annotation)


def answer_of(question: type[Question]) -> tuple[str, list[type]]:
    """The type of the answer as written, and the classes that it names."""
    shape = question.answers()
    if issubclass(shape, Answer):
        (data,) = shape.__pydantic_generic_metadata__["args"]
        return f"Answer[{data.__name__}]", [Answer, data]
    return shape.__name__, [shape]


def default(param: Param) -> str:
    value = list(param.default) if isinstance(param.default, tuple) else param.default
    return "()" if value == [] else repr(value).replace("'", '"')


def method(question: type[Question]) -> str:
    params = sorted(question.params().values(), key=lambda one: not one.required)
    needed = [f"{one.name}: {written(one.annotation)}" for one in params if one.required]
    rest = [f"{one.name}: {written(one.annotation)} = {default(one)}" for one in params if not one.required]
    taken = ", ".join(["self", *needed, *(["*"] if rest else []), *rest])
    answer, _ = answer_of(question)
    given = ", ".join(f"{one.name}={one.name}" for one in params)
    said = textwrap.fill(" ".join(question.said().split()), WIDTH - 8, initial_indent='"""')
    notes = [textwrap.fill(f"{one.name}: {one.note.en}.", WIDTH - 8, subsequent_indent="    ") for one in params]
    doc = textwrap.indent("\n".join([said, "", "Args:", *(textwrap.indent(n, "    ") for n in notes), '"""']), " " * 4)
    body = f"    return self.ask({question.name!r}, {given})".replace("'", '"')
    return textwrap.indent(f"def {question.name}({taken}) -> Result[{answer}]:\n{doc}\n{body}\n", " " * 4)


def page() -> str:
    """The module, before ruff has laid it out."""
    modules: dict[str, set[str]] = {"typing": set(), "kedja.result": {"Result"}}
    for question in ours():
        for param in question.params().values():
            text = written(param.annotation)
            if "Literal[" in text:
                modules["typing"].add("Literal")
            if "Sequence[" in text:
                modules.setdefault("collections.abc", set()).add("Sequence")
            for kind in types_of(param.annotation):
                if kind.__module__ != "builtins":
                    modules.setdefault(kind.__module__, set()).add(kind.__name__)
        for kind in answer_of(question)[1]:
            modules.setdefault(kind.__module__, set()).add(kind.__name__)
    imported = [(module, ", ".join(sorted(found))) for module, found in sorted(modules.items()) if found]
    imports = "\n".join(f"    from {module} import {names}" for module, names in imported)
    return HEAD.format(imports=imports) + "\n" + "\n".join(map(method, ours()))


def laid_out() -> str:
    """The module as it stands in the repository."""
    import subprocess
    import sys

    ruff = Path(sys.executable).parent / "ruff"
    text = page()
    for command in (["check", "--quiet", "--select", "I", "--fix", "-"], ["format", "-"]):
        asked = [str(ruff), *command, "--stdin-filename", str(FILE)]
        text = subprocess.run(asked, input=text, text=True, capture_output=True, check=True, cwd=FILE.parent).stdout
    return text


def main() -> None:
    """Write the module."""
    FILE.write_text(laid_out(), encoding="utf-8")
    print(f"wrote {FILE.name}")


if __name__ == "__main__":
    main()
