"""Where answers come from: a store opened here, or a server asked over HTTP. Both give the same."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Protocol, Self

from graph.answer import Answer
from graph.questions.lines import Line
from graph.questions.question import Question, questions
from kedja.questions import Questions
from kedja.result import Result
from ontology.errors import AmbiguousError, InputError, KedjaError, StoreError

if TYPE_CHECKING:
    from pydantic import BaseModel

Day = date | str
Time = datetime | str


class Clocks:
    """As of when: the parameters of the API, as texts."""

    def __init__(self, valid_at: Day | None, during: tuple[Day, Day] | None, known_at: Time | None) -> None:
        self.given = {"valid_at": _day(valid_at), "known_at": _time(known_at)}
        self.given |= {
            f"during_{end}": _day(day) for end, day in zip(("from", "to"), during or (None, None), strict=True)
        }

    def texts(self) -> dict[str, str]:
        return {name: text for name, text in self.given.items() if text is not None}


def _day(day: Day | None) -> str | None:
    return day.isoformat() if isinstance(day, date) else day


def _time(time: Time | None) -> str | None:
    if isinstance(time, datetime):
        if time.tzinfo is None:
            raise InputError("known_at has no time zone.", remedy="Give a datetime with one.")
        return time.astimezone(UTC).isoformat()
    return time


class Source(Protocol):
    """What answers."""

    def ask(self, question: Question, clocks: Clocks, cursor: str | None = None) -> BaseModel: ...

    def each(
        self, question: type[Question], names: list[str], given: Mapping[str, Any], clocks: Clocks
    ) -> Iterator[Line[Any]]: ...

    def close(self) -> None: ...


class Kedja(Questions):
    """Asks. Each question is a method with its parameters; ``ask`` is for those of other packages too."""

    def __init__(self, source: Source, clocks: Clocks, lang: str = "en") -> None:
        self._source, self._clocks, self._lang = source, clocks, lang

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._source.close()

    def at(
        self, valid_at: Day | None = None, *, during: tuple[Day, Day] | None = None, known_at: Time | None = None,
        lang: str | None = None,
    ) -> Kedja:  # fmt: skip
        """The same, asking as of another day, period or time, or in another language; closed with this one."""
        return Kedja(self._source, Clocks(valid_at, during, known_at), lang or self._lang)

    def ask(self, name: str, **given: Any) -> Result[Any]:
        """A question by its name.

        Raises:
            InputError: there is none, or a parameter does not fit; NotInGraphError, AmbiguousError: what it names.
        """
        if name not in questions():
            raise InputError(f"{name} is no question.", remedy=f"Ask one of {', '.join(questions())}.")
        chosen = {key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
        return self._asked(questions()[name].of(chosen), None)

    def _asked(self, question: Question, cursor: str | None) -> Result[Any]:
        def following(cursor: str) -> Result[Any]:
            return self._asked(question, cursor)

        return Result(self._source.ask(question, self._clocks, cursor), self._lang, following)

    def each(self, name: str, names: Iterable[str], **given: Any) -> Iterator[Line[Any]]:
        """A question about one thing asked of each of up to 10,000: a line for each, answered or explained."""
        question = questions().get(name)
        if question is None or question.one() is None:
            asked = [one for one, question in questions().items() if question.one()]
            raise InputError(f"{name} is not asked of each of many.", remedy=f"Ask one of {', '.join(asked)}.")
        return self._source.each(question, list(names), given, self._clocks)


def open(  # noqa: A001
    where: str | None = None, *, valid_at: Day | None = None, clearance: str = "public", lang: str = "en"
) -> Kedja:
    """Open a store or a server.

    Args:
        where: ``sqlite:///path`` of a store, ``http://host:port`` of a server, ``neo4j://host:port`` of a published
            graph; the user's own store if not given.
        valid_at: the day of questions that name none; today if not given. A server has its own.
        clearance: the highest secrecy to read of a store or graph. A server's is its own.
        lang: language of words, sv or en.

    Raises:
        InputError: it is none of those, or there is no store.
    """
    source: Source
    if where and where.startswith(("http://", "https://")):
        if clearance != "public":
            raise InputError("The clearance is the server's.", remedy="Leave clearance out, or open the store itself.")
        source = Server(where.rstrip("/"))
    else:
        source = Local(where, clearance)
    return Kedja(source, Clocks(valid_at, None, None), lang)


class Local:
    """A store, or a published graph, opened here."""

    def __init__(self, where: str | None, clearance: str) -> None:
        from api.commands.common import asking
        from api.stores import NEO4J

        self._clearance = clearance
        self._open = ExitStack()
        graph = where if where and where.partition("://")[0] in NEO4J else None
        self._service = self._open.enter_context(asking(None if graph else where, graph))

    def ask(self, question: Question, clocks: Clocks, cursor: str | None = None) -> BaseModel:
        from api.parts import MOST_ROWS, Reader

        reader = Reader(self._service, self._when(clocks), question, "full")
        return reader.page(MOST_ROWS, cursor) if question.pages else reader.whole()

    def each(
        self, question: type[Question], names: list[str], given: Mapping[str, Any], clocks: Clocks
    ) -> Iterator[Line[Any]]:
        from api.bulk import MOST, bulk
        from api.names import Line as Written

        if not 0 < len(names) <= MOST:
            raise InputError(f"{len(names):,} names.", remedy=f"Give between 1 and {MOST:,}.")
        written = [Written(number, text.strip()) for number, text in enumerate(names, 1)]
        return bulk(self._service, self._when(clocks), question, given, written)

    def _when(self, clocks: Clocks) -> Any:
        from api.commands.common import when

        said = clocks.given
        during = f"{said['during_from']}/{said['during_to']}" if said["during_from"] else None
        return self._service.standing(when(said["valid_at"], during, said["known_at"], self._clearance))

    def close(self) -> None:
        self._open.close()


class Server:
    """A server over HTTP."""

    def __init__(self, address: str) -> None:
        from httpx2 import Client

        self._client = Client(base_url=address, timeout=60)

    def ask(self, question: Question, clocks: Clocks, cursor: str | None = None) -> BaseModel:
        from api.parts import MOST_ROWS
        from api.routes import PATHS

        told = question.model_dump(mode="json", exclude={*question.unpaged})
        given = {name: value for name, value in told.items() if value is not None}
        if issubclass(question.answers(), Answer):
            given["evidence"] = "full"
        if question.pages:
            given |= {"limit": MOST_ROWS} | ({"cursor": cursor} if cursor else {})
        path = PATHS.get(question.name, f"/v1/{question.name}")
        for name in [name for name in given if f"{{{name}:path}}" in path]:
            path = path.replace(f"{{{name}:path}}", _quoted(str(given.pop(name))))
        body = self._read("GET", path, given | clocks.texts())
        return question.answers().model_validate_json(body)

    def each(
        self, question: type[Question], names: list[str], given: Mapping[str, Any], clocks: Clocks
    ) -> Iterator[Line[Any]]:
        from api.routes import PATHS

        path = PATHS.get(question.name, f"/v1/{question.name}").partition("/{")[0]
        shape: Any = Line.__class_getitem__(question.answers_each())
        body = self._read("POST", path, {**given, **clocks.texts()}, names)
        return (shape.model_validate_json(line) for line in body.splitlines())

    def _read(self, method: str, path: str, params: Mapping[str, Any], names: list[str] | None = None) -> bytes:
        from httpx2 import HTTPError

        try:
            answer = self._client.request(method, path, params=dict(params), json=names)
        except HTTPError as error:
            where = str(self._client.base_url)
            raise StoreError(f"{where} does not answer: {error}", remedy="Start it: kedja serve.") from error
        if answer.status_code != 200:
            raise _problem(answer.content, answer.status_code)
        return answer.content

    def close(self) -> None:
        self._client.close()


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe=":")


def _problem(body: bytes, status: int) -> KedjaError:
    """The error that a problem document tells of."""
    try:
        told = json.loads(body)
        code, title, detail = told["code"], told["title"], told.get("detail", "")
    except (ValueError, KeyError, TypeError):
        return StoreError(f"The server answered {status}, which is no answer of Kedja's.")
    if code == AmbiguousError.code:
        candidates = [(one["id"], one["name"]) for one in told.get("candidates", ())]
        return AmbiguousError(title, candidates, remedy=detail)
    kind = next((kind for kind in _kinds(KedjaError) if kind.code == code), InputError)
    return kind(title, remedy=detail)


def _kinds(of: type[KedjaError]) -> Iterator[type[KedjaError]]:
    for kind in of.__subclasses__():
        if kind.code != of.code:
            yield kind
        yield from _kinds(kind)
