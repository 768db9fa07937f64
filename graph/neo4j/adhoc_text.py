"""What the text of an ad-hoc statement may hold, seen before the server reads it.

The plan is the better witness, but not of everything: a subquery inside a list expression, ``[x IN [1] | COUNT { LOAD
CSV ... }]``, stands in no plan and is run all the same; functions stand in none. So the text is cut into tokens (that
is enough: Cypher has no way to build a statement from a string) and these are held against lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ontology.errors import InputError, LimitError

PROCEDURES = frozenset(
    {
        "db.labels",
        "db.relationshipTypes",
        "db.propertyKeys",
        "db.schema.nodeTypeProperties",
        "db.schema.relTypeProperties",
        "db.schema.visualization",
        "db.index.fulltext.queryNodes",
        "db.index.fulltext.queryRelationships",
    }
)
"""Procedures that may be called: each only reads this database. None takes a statement as text."""
NAMESPACES = frozenset(
    {"date", "datetime", "localdatetime", "localtime", "time", "duration", "point", "vector", "vector.similarity"}
)
"""Before the last point of a function's name. Neo4j keeps names without a point to itself, plug-ins must have one."""
_OWN_NUMBERS = (
    "gives the server's own number of what it stores, which changes and never leaves the store",
    "Entities have a property id; relationships have row, and ord from which their id is made.",
)
_OPENED = ("is about a file that the server opened", "Leave it out.")
WITHHELD = {
    "ELEMENTID": _OWN_NUMBERS, "ELEMENT_ID": _OWN_NUMBERS, "ID": _OWN_NUMBERS, "FILE": _OPENED, "LINENUMBER": _OPENED,
}  # fmt: skip
MAX_TEXT = 50_000
"""Longest statement, in characters."""
MAX_DEPTH, MAX_SUBQUERIES = 50, 8
"""Most brackets, and among them braces, inside one another: the planner takes twice as long for each EXISTS { ... } in
another and cannot be stopped (10: two seconds; 25: it never came back)."""
MAX_LOOP = 10_000_000
"""Most steps that ``range`` may give inside an expression: the server cannot stop such a loop when time is up."""

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\r\n]*|/\*.*?\*/)
      | (?P<text>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")
      | (?P<quoted>`(?:``|[^`])*`)
      | (?P<number>0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9]+)?)
      | (?P<word>[^\W\d]\w*)
      | (?P<sign>\.\.|.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """``name``: as written, without back quotes. ``key``: to compare with, in capitals; back-quoted words have none."""

    kind: str
    name: str
    key: str

    @property
    def names(self) -> bool:
        return self.kind in ("word", "quoted")


_NONE = Token("none", "", "")


def check(text: str, given: Mapping[str, Any]) -> None:
    """Refuse a text that must not reach the server.

    Raises:
        LimitError: too long, or an expression that could not be stopped.
        InputError: whatever else is refused; the message names it.
    """
    if len(text) > MAX_TEXT:
        raise LimitError(
            f"The statement has {len(text):,} characters; at most {MAX_TEXT:,} are read.",
            remedy="Give long lists as parameters.",
        )
    found = tokens(text)
    if not found or found[0].key == ";":
        raise InputError("There is no statement.", remedy="Example: MATCH (c:Contract) RETURN c.name LIMIT 10")
    _refuse_depth(found)
    _refuse_prefixes(found)
    _refuse_several(found)
    _refuse_clauses(found)
    _refuse_procedures(found)
    _refuse_functions(found)
    _refuse_secret(found)
    _refuse_parameters(found, given)
    _refuse_loops(found, given)


def tokens(text: str) -> list[Token]:
    """The statement without white space and comments.

    Raises:
        InputError: a quote or comment that does not end; an escape that the server would read before it reads tokens.
    """
    if r"\u" in text.lower():
        raise InputError(
            r"The statement has a \u escape, which could hide what it does.",
            remedy="Write the character itself, or give the text as a parameter.",
        )
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InputError("The statement holds half a character.", remedy="Give it as UTF-8.") from None
    return list(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(text):
        kind, written = str(match.lastgroup), match[0]
        if kind == "space":
            continue
        if written in ("'", '"', "`") or (written == "/" and text.startswith("/*", match.start())):
            opened = "/*" if written == "/" else written
            raise InputError(f"What {opened} opens does not end.", remedy="Close it, or give the text as a parameter.")
        if kind == "number" and text[match.end() :][:1].isalnum():
            raise InputError(f"Something follows the number {written} at once.", remedy="Write a space between.")
        name = written[1:-1].replace("``", "`") if kind == "quoted" else written
        # Capitals of the folded word: a long s or a Kelvin sign must not hide a keyword.
        yield Token(kind, name, written.casefold().upper() if kind in ("word", "sign") else "")


def _at(found: Sequence[Token], place: int) -> Token:
    return found[place] if 0 <= place < len(found) else _NONE


def _refuse_prefixes(found: Sequence[Token]) -> None:
    place = 0
    while (word := _at(found, place).key) in ("CYPHER", "EXPLAIN", "PROFILE"):
        if word != "CYPHER":
            raise InputError(
                f"{word} gives a plan and no answer.", remedy=f"Leave {word} out; Neo4j Browser shows plans."
            )
        place += 1
        if _at(found, place).kind == "number":
            place += 1
        if _at(found, place).names and _at(found, place + 1).key == "=":
            raise InputError(
                f"The option {_at(found, place).name} changes how the server plans and runs.",
                remedy="Leave it out; CYPHER 5 or CYPHER 25 may stay.",
            )


def _refuse_depth(found: Sequence[Token]) -> None:
    for most, opening, closing in ((MAX_DEPTH, "([{", ")]}"), (MAX_SUBQUERIES, "{", "}")):
        depth = 0
        for token in found:
            if token.kind == "sign":
                depth += (token.name in opening) - (token.name in closing)
            if depth > most:
                raise LimitError(
                    f"More than {most} of {' '.join(opening)} stand inside one another.",
                    remedy="Ask in steps, by WITH.",
                )


def _refuse_several(found: Sequence[Token]) -> None:
    if any(token.key == ";" for token in found[:-1]):
        raise InputError("There are several statements.", remedy="Give them one at a time.")


def _is_name_of_something(found: Sequence[Token], place: int) -> bool:
    """Whether the word is a property, label, parameter or alias rather than a clause."""
    return _at(found, place - 1).key in (".", ":", "$", "AS")


def _refuse_clauses(found: Sequence[Token]) -> None:
    for place, token in enumerate(found):
        if token.key not in ("LOAD", "USE") or _is_name_of_something(found, place):
            continue
        after = _at(found, place + 1)
        if token.key == "LOAD" and after.kind == "word":
            raise InputError(
                f"LOAD {after.key} makes the server open a file or an address.",
                remedy="Load data with kedja load; give small tables as a parameter.",
            )
        if token.key == "USE" and after.names:
            raise InputError(
                f"USE {after.name} asks another database than the store's.",
                remedy="Leave it out. If use is a name of yours, call it something else.",
            )


def _refuse_procedures(found: Sequence[Token]) -> None:
    for place, token in enumerate(found):
        if token.key == "CALL" and not _is_name_of_something(found, place) and _at(found, place + 1).names:
            parts = [_at(found, place + 1).name]
            place += 2
            while _at(found, place).key == "." and _at(found, place + 1).names:
                parts.append(_at(found, place + 1).name)
                place += 2
            if len(parts) > 1:
                refuse_procedure(".".join(parts))


def refuse_procedure(name: str) -> None:
    """
    Raises:
        InputError: a procedure that is not in the list.
    """
    if name not in PROCEDURES:
        raise InputError(
            f"The procedure {name} is not among those that may be called.",
            remedy=f"Allowed are {', '.join(sorted(PROCEDURES))}.",
        )


def _calls(found: Sequence[Token]) -> Iterator[tuple[int, list[Token]]]:
    """(place of the bracket, name in its parts) of whatever is written as a function; backwards from each bracket, so
    that nothing in front of the name can hide it."""
    for bracket, token in enumerate(found):
        if token.key != "(" or not _at(found, bracket - 1).names:
            continue
        first = bracket - 1
        while _at(found, first - 1).key == "." and _at(found, first - 2).names:
            first -= 2
        if _at(found, first - 1).key != "CALL":
            yield bracket, list(found[first:bracket:2])


def _refuse_functions(found: Sequence[Token]) -> None:
    for _, parts in _calls(found):
        *space, last = (part.name.casefold() for part in parts)
        if space and ".".join(space) not in NAMESPACES:
            raise InputError(
                f"The function {'.'.join(part.name for part in parts)} is not one of Cypher's own.",
                remedy="A plug-in's function may do anything; use Cypher's own.",
            )
        if not space and last.upper() in WITHHELD:
            why, remedy = WITHHELD[last.upper()]
            raise InputError(f"The function {parts[0].name} {why}.", remedy=remedy)


def _refuse_secret(found: Sequence[Token]) -> None:
    if any(token.names and token.name.casefold() == "secret" for token in found):
        raise InputError(
            "The statement names secret, the store's own key.",
            remedy="Leave it out. If secret is a name of yours, call it something else.",
        )


def _parameter(found: Sequence[Token], place: int) -> str | None:
    """The name of the parameter that a ``$`` begins; ``$(...)`` and ``$any(...)`` are dynamic labels."""
    name = _at(found, place + 1)
    if _at(found, place).key != "$" or not (name.names or name.kind == "number"):
        return None
    if name.key in ("ALL", "ANY") and _at(found, place + 2).key == "(":
        return None
    return name.name


def _refuse_parameters(found: Sequence[Token], given: Mapping[str, Any]) -> None:
    used = {name for place in range(len(found)) if (name := _parameter(found, place)) is not None}
    if missing := sorted(used - given.keys()):
        raise InputError(
            f"No value was given for {', '.join(f'${name}' for name in missing)}.",
            remedy="Give each parameter of the statement a value.",
        )
    if unused := sorted(given.keys() - used):
        raise InputError(
            f"The statement has no parameter {', '.join(f'${name}' for name in unused)}.",
            remedy=f"It has {', '.join(f'${name}' for name in sorted(used)) or 'none'}.",
        )


def _refuse_loops(found: Sequence[Token], given: Mapping[str, Any]) -> None:
    """Multiplies the ends of every ``range`` that is not unwound to rows: loops in expressions may be nested."""
    steps = 1.0
    for bracket, parts in _calls(found):
        if [part.key for part in parts] == ["RANGE"] and _at(found, bracket - 2).key != "UNWIND":
            steps *= max(1.0, _largest(found, bracket, given))
    if steps > MAX_LOOP:
        raise LimitError(
            f"An expression loops over up to {steps:,.0f} numbers, and the server could not stop it.",
            remedy=f"At most {MAX_LOOP:,} in all; UNWIND range(...) AS i makes rows, which it can stop.",
        )


def _largest(found: Sequence[Token], bracket: int, given: Mapping[str, Any]) -> float:
    largest, depth, place = 0.0, 0, bracket
    while (token := _at(found, place)) is not _NONE:
        depth += (token.key == "(") - (token.key == ")")
        if depth == 0:
            break
        if token.kind == "number" and _at(found, place - 1).key != "$":
            largest = max(largest, _value(token.name))
        value = given.get(_parameter(found, place) or "")
        if isinstance(value, (int, float)):
            largest = max(largest, abs(value))
        place += 1
    return largest


def _value(number: str) -> float:
    digits = number.replace("_", "")
    if digits[:2].lower() in ("0x", "0o"):
        return float(int(digits, 0))
    return float(digits)
