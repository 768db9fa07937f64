"""The questions as tools of an assistant, by the Model Context Protocol (MCP): read only, each from its declaration.

What a tool takes is checked by the question itself, so that a misspelt parameter is refused, a text that looks like
JSON stays a text, and what is wrong is said with its remedy.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from anyio import to_thread
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp_types import CallToolResult, ListToolsResult, TextContent, Tool, ToolAnnotations
from pydantic import BaseModel, Field, ValidationError

from api.ask import ask
from api.service import Service, When
from api.settings import MAX_SECONDS
from api.skins import Skin, own
from graph import budget
from graph.answer import Answer
from graph.questions.found import SearchAnswer
from graph.questions.question import Question, questions
from ontology.errors import AmbiguousError, InputError, KedjaError
from ontology.vocabulary import vocabulary
from visualisation.absent import absent
from visualisation.hits import hit_cells
from visualisation.terminal import answer_text
from visualisation.words import Words

INSTRUCTIONS = """\
Kedja answers questions about supply chains and their risks from what sources say, with the ids of its evidence.
Begin with search, and use the ids or identifiers that it gives. Repeat what an answer says is not known: unknown is
never low, not zero and no all-clear; "none found" means none in the sources. A figure is an interval with a basis, no
score; exposure is neither a deviation nor a ground for exclusion. Name the sources (evidence.cited) of what you say."""
_LISTED = 60
"""Ids of links and records that stand in the text; all are in the structured answer."""


class Clocks(BaseModel):
    """As of when a question is asked."""

    valid_at: str | None = Field(None, description="When it was so, YYYY-MM-DD; today in Stockholm if not given")
    known_at: str | None = Field(
        None, description="When we knew it, a time with its zone, 2026-11-01T12:00:00Z; now if not given"
    )

    @classmethod
    def when(cls, given: Mapping[str, Any], otherwise: When) -> When:
        """
        Raises:
            InputError: one is no day or time.
        """
        from api.commands.common import when

        try:
            asked = cls.model_validate(given)
        except ValidationError as error:
            raise InputError("A clock is no text.", remedy="Write valid_at as YYYY-MM-DD.") from error
        said = when(asked.valid_at, None, asked.known_at, otherwise.clearance.name.lower())
        return When(said.valid_at or otherwise.valid_at, None, said.known_at, otherwise.clearance)


def takes(question: type[Question]) -> dict[str, Any]:
    """The JSON Schema of what a tool takes: the question's parameters with types, bounds, terms and examples, and the
    clocks."""
    made: dict[str, Any] = question.model_json_schema()
    chosen = own(Skin.TOOL, question)
    found: dict[str, Any] = {}
    for param in question.params().values():
        shape = {k: v for k, v in made["properties"][param.name].items() if k not in _OF_PARAM}
        shape["description"] = f"{param.note.en}."
        if param.vocabulary:
            terms = vocabulary(param.vocabulary).terms.values()
            named = {"type": "string", "enum": [term.id for term in terms]}
            shape = {k: v for k, v in shape.items() if k not in ("type", "anyOf", "maxLength")}
            shape |= {"anyOf": [named, {"type": "null"}]} if param.optional else named
        if param.example:
            shape["examples"] = [[param.example] if param.many else param.example]
        if param.name in chosen:
            shape["default"] = chosen[param.name]
        found[param.name] = shape
    clocks = Clocks.model_json_schema()["properties"]
    needed = [name for name in made.get("required", ()) if name not in chosen]
    return {"type": "object", "properties": found | clocks, "required": needed, "additionalProperties": False}


_OF_PARAM = ("label", "note", "names", "besides", "vocabulary", "example", "title")


def tool_of(question: type[Question]) -> Tool:
    said = f"{question.said()}\n\nThe answer says what it rests on (evidence) and what is not known (completeness)."
    hints = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
    return Tool(
        name=question.name,
        title=question.title().en,
        description=said,
        input_schema=takes(question),
        annotations=hints,
    )


def answered(service: Service, when: When, name: str, arguments: Mapping[str, Any]) -> CallToolResult:
    """The answer, in words and whole; what cannot be asked so is told with its remedy."""
    try:
        with budget.within(budget.Budget(MAX_SECONDS)) as mine:
            try:
                return _answer(service, when, name, arguments)
            finally:
                mine.end()
    except KedjaError as error:
        told = f"{error.message} {error.remedy}".strip()
        if isinstance(error, AmbiguousError):
            told += "".join(f"\n{id}: {called}" for id, called in error.candidates)
        return CallToolResult(content=[TextContent(text=told)], is_error=True)


def _answer(service: Service, when: When, name: str, arguments: Mapping[str, Any]) -> CallToolResult:
    question = questions().get(name)
    if question is None:
        raise InputError(f"{name} is no question.", remedy=f"Ask one of {', '.join(questions())}.")
    clocks = {key: value for key, value in arguments.items() if key in Clocks.model_fields}
    rest = {key: value for key, value in arguments.items() if key not in clocks}
    asked = question.of({**own(Skin.TOOL, question), **rest})
    answer = ask(service, service.standing(Clocks.when(clocks, when)), asked)
    whole = answer.model_dump(mode="json")
    return CallToolResult(content=[TextContent(text=_words(answer))], structured_content=whole)


def _words(answer: BaseModel) -> str:
    words = Words("en")
    if isinstance(answer, SearchAnswer):
        lines = [f"{hit.id}: {'; '.join(filter(None, hit_cells(hit, words)))}" for hit in answer.hits]
        return "\n".join(lines) or "Nothing is called anything like it. That says nothing of its risks."
    assert isinstance(answer, Answer)
    if answer.data is None:
        return f"{words('not_in_graph.title')}. {absent(answer, words)}"
    return "\n\n".join((answer_text(answer, words), _evidence(answer)))


def _evidence(answer: Answer[Any]) -> str:
    said = answer.evidence
    ids = (*said.links, *said.records)
    cited = [f"- {one.id}: {one.publisher}, {one.title} {one.edition}".rstrip() for one in said.cited]
    more = f" and {len(ids) - _LISTED:,} more" if len(ids) > _LISTED else ""
    return "\n".join((f"Evidence (links and records): {', '.join(ids[:_LISTED]) or 'none'}{more}", "Sources:", *cited))


async def serve(service: Service, when: When) -> None:
    """Answer on standard input and output until the client goes."""

    async def listed(_context: Any, _params: Any) -> ListToolsResult:
        return ListToolsResult(tools=[tool_of(question) for question in questions().values()])

    async def called(_context: Any, params: Any) -> CallToolResult:
        return await to_thread.run_sync(answered, service, when, params.name, params.arguments or {})

    server: Server[Any] = Server(
        "kedja", version=version("kedja"), title="Kedja", instructions=inspect.cleandoc(INSTRUCTIONS),
        on_list_tools=listed, on_call_tool=called,
    )  # fmt: skip
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())
