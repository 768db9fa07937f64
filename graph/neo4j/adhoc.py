"""A statement that somebody typed, run without harm: inspected first, read only, bounded in time, rows and bytes.

It sees the store as it is: every version of every row, of every secrecy, of every run. It is for those who may read
all of the store; see docs/how-to/neo4j-cypher.md.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from neo4j import exceptions as failures

from graph.neo4j import adhoc_plan, adhoc_text
from graph.neo4j.address import Address
from graph.neo4j.core import Core
from graph.store import Store
from ontology.errors import InputError, KedjaError, LimitError, StoreError

CHILD = Path(__file__).with_name("adhoc_child.py")
MAX_PARAMETERS = 1_000_000
"""Most bytes of all parameters, as JSON."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one statement.

    ``seconds``: that the server works, and ``grace``: more, in which it should end by itself; ``rows`` and ``size``
    (bytes of JSON): of the answer, which is cut there; ``estimate``: rows that the server may expect at one operator,
    far more than it could do in the time, since it often expects far too many; ``memory``: bytes that the answer may
    take while it is read, kept on Linux.
    """

    seconds: float = 20.0
    grace: float = 5.0
    rows: int = 10_000
    size: int = 20_000_000
    estimate: float = 1e10
    memory: int = 1 << 30


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Result:
    """An answer.

    ``rows``: lists of JSON-ready values, one for each column; ``truncated``: what cut it, ``rows`` or ``size``;
    ``publication``: the store's last one when asked (whether the statement minds is its own affair); ``notices``: what
    the server warns of, for instance a label that no node has.
    """

    columns: tuple[str, ...]
    rows: list[list[Any]]
    truncated: str | None
    publication: int | None
    notices: tuple[str, ...]


def core_of(store: Store) -> Core:
    """The Neo4j database of a store.

    Raises:
        InputError: a store of another kind.
    """
    core = getattr(store, "core", None)
    if not isinstance(core, Core):
        raise InputError(
            "Cypher is asked of a Neo4j database, and this store is not one.",
            remedy="Give --store neo4j://host:7687, or use kedja's own questions.",
        )
    return core


def run(core: Core, cypher: str, params: Mapping[str, Any] | None = None, limits: Limits = LIMITS) -> Result:
    """The answer of one statement that only reads.

    Args:
        core: the open store.
        cypher: one statement.
        params: a value for each parameter, of the kinds that JSON has.
        limits: see ``Limits``.

    Raises:
        LimitError: a statement or an answer over a limit, before or while it was run.
        InputError: a statement that is wrong, or does more than read; the message says what.
        StoreError: a server that cannot be reached.
    """
    given = _parameters(params or {})
    adhoc_text.check(cypher, given)
    if core.closed:
        raise StoreError(f"The store {core.address.url} has been closed.")
    with _Child(core, limits) as child:
        told = child.tell(_request(core, cypher, given, limits))
        _check_plan(core, told, limits)
        said = child.tell({"run": True})
    return Result(tuple(said["columns"]), said["rows"], said["truncated"], said["publication"], tuple(said["notices"]))


def _parameters(params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters as JSON gives them back, so that the server gets the same twice."""
    try:
        written = json.dumps(dict(params), allow_nan=False)
        given: dict[str, Any] = json.loads(written)
        _check_value(given)
    except (TypeError, ValueError, RecursionError):
        raise InputError(
            "A parameter is not of a kind that JSON has.", remedy="Use texts, numbers, true, false, null, lists, maps."
        ) from None
    if len(written) > MAX_PARAMETERS:
        raise LimitError(
            f"The parameters take {len(written):,} bytes.", remedy=f"At most {MAX_PARAMETERS:,} are taken."
        )
    return given


def _check_value(value: Any) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            _check_value(name)
            _check_value(inner)
    elif isinstance(value, list):
        for inner in value:
            _check_value(inner)
    elif isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise InputError(f"The parameter {value} is beyond 64 bits.", remedy="Give it as a text.")
    elif isinstance(value, str):
        value.encode()  # raises on half a character, which JSON can write


def _request(core: Core, cypher: str, given: Mapping[str, Any], limits: Limits) -> dict[str, Any]:
    """What ``adhoc_child`` reads."""
    address = core.address
    return {
        **asdict(limits), "uri": address.uri, "auth": address.auth, "database": address.database, "text": cypher,
        "params": given, "bookmarks": sorted(core.bookmarks.get_bookmarks()),
        "metadata": {"app": "kedja", "work": "adhoc", "request": uuid.uuid4().hex},
    }  # fmt: skip


def _check_plan(core: Core, told: Mapping[str, Any], limits: Limits) -> None:
    try:
        adhoc_plan.check(told["plan"], told["kind"], limits.estimate, told["nodes"])
    except RecursionError:
        raise LimitError("The plan of the statement is too deep.", remedy="Ask for less at once.") from None
    if told["database"] not in (None, core.address.database):
        raise InputError(f"The statement asks the database {told['database']}.", remedy="Ask the store's own.")


# -- the child -------------------------------------------------------------------------------------------------


class _Child:
    """The process in which the server is asked, ended when its time is up; see ``adhoc_child``."""

    def __init__(self, core: Core, limits: Limits) -> None:
        self._address, self._limits = core.address, limits
        self._late = threading.Event()

    def __enter__(self) -> Self:
        # -P: the folder of the script, which has modules with common names, is not on the path.
        command = [sys.executable, "-P", str(CHILD)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._timer = threading.Timer(self._limits.seconds + self._limits.grace, self._give_up)
        self._timer.daemon = True
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._process.kill()
        with suppress(OSError):  # what was not written when it ended
            self._process.communicate()

    def _give_up(self) -> None:
        self._late.set()
        self._process.kill()

    def tell(self, line: Mapping[str, Any]) -> dict[str, Any]:
        """Its next answer.

        Raises:
            LimitError, InputError, StoreError: as ``run``.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(OSError):  # it has ended: there is no answer either
            self._process.stdin.write(json.dumps(line).encode() + b"\n")
            self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer.endswith(b"\n"):
            raise self._without_answer()
        told: dict[str, Any] = json.loads(answer)
        if "error" in told:
            raise _of_child(self._address, self._limits, told["error"], told["code"], told["message"])
        return told

    def _without_answer(self) -> KedjaError:
        if self._late.is_set():
            waited = self._limits.seconds + self._limits.grace
            return LimitError(
                f"The statement was given up after {waited:g} seconds; the server may still be planning it, or"
                " computing one expression, which it does not interrupt.",
                remedy="Ask for less; SHOW TRANSACTIONS in Neo4j Browser shows what still runs.",
            )
        if self._process.wait() < 0:  # by the system: most likely no memory was left
            return _too_large(self._limits)
        return StoreError("The process that asks the server could not do it.", remedy="Run kedja doctor.")


def _refusal(limits: Limits, code: str, message: str) -> KedjaError | None:
    """Our error for one of the server's; None when it is not for the statement's sake."""
    if "TransactionTimedOut" in code or "Terminated" in code:
        return LimitError(
            f"The server ended the statement after {limits.seconds:g} seconds.",
            remedy="Start from a named thing, bound the number of hops, or count with DISTINCT.",
        )
    if "OutOfMemory" in code or "MemoryPool" in code:
        return LimitError("The statement takes more memory than the server gives.", remedy="Ask for less at once.")
    if code == "Neo.ClientError.Statement.AccessMode":
        return InputError("The statement writes.", remedy="Only reading is done.")
    if code.startswith(("Neo.ClientError.Statement.", "Neo.ClientError.Procedure.", "Neo.ClientError.Fabric.")):
        return InputError(
            f"Neo4j does not understand the statement, or cannot do it: {_moved(message)[:1_000].strip()}",
            remedy="Correct the statement.",
        )
    return None


def _moved(message: str) -> str:
    """The message with places as in the user's statement, without the line that ``EXPLAIN`` took."""

    def place(found: re.Match[str]) -> str:
        line, offset = int(found[1]), int(found[3])
        return f"line {line - 1}, column {found[2]} (offset: {offset - len('EXPLAIN ')})" if line > 1 else found[0]

    return re.sub(r"line (\d+), column (\d+) \(offset: (\d+)\)", place, message)


def _too_large(limits: Limits) -> LimitError:
    return LimitError(
        f"One row is larger than a whole answer may be ({limits.size:,} bytes).",
        remedy="Return rows rather than one collected list, and the properties that you need.",
    )


def _of_child(address: Address, limits: Limits, kind: str, code: str, message: str) -> KedjaError:
    if kind == "server" and (refusal := _refusal(limits, code, message)):
        return refusal
    if kind == "size":
        return _too_large(limits)
    if kind == "secret":
        return InputError("The answer holds the store's own key.", remedy="Leave the node KedjaStore out.")
    if kind == "value":
        return InputError(
            f"The answer holds a value that cannot be read: {message}.", remedy="Return toString() of it."
        )
    if kind == "driver":
        return address.problem(failures.ServiceUnavailable(message))
    return StoreError(f"Neo4j at {address.uri} could not do it: {message}", remedy="Run kedja doctor.")
