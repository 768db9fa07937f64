"""An assistant's client of the official SDK talks to ``kedja mcp``, a process of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import jsonschema
import pytest
from mcp import Client, StdioServerParameters
from mcp_types import CallToolResult

from api.service import Service, When
from api.settings import Settings
from api.tools import answered
from graph.questions.question import questions
from ontology.vocabulary import vocabulary

KALMAR = "se-orgnr:2321000073"


def asked(settings: Settings, ask: Callable[[Client], Awaitable[None]]) -> None:
    """Talk to a process that answers from the demonstration."""
    arguments = ["-m", "api.cli", "mcp", "--store", settings.store, "--valid-at", "2026-11-01"]

    async def talk() -> None:
        async with Client(StdioServerParameters(command=sys.executable, args=arguments)) as client:
            await ask(client)

    anyio.run(talk)


def text(result: Any) -> str:
    return "\n".join(block.text for block in result.content)


def test_an_assistant_finds_the_questions_and_asks_them(demo_settings: Settings, demo: Service) -> None:
    async def ask(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert tools.keys() == questions().keys()
        for name, question in questions().items():
            shape = tools[name].input_schema
            jsonschema.Draft202012Validator.check_schema(shape)
            assert shape["additionalProperties"] is False
            assert shape["properties"].keys() >= {*question.params(), "valid_at", "known_at"}
            assert all(one.get("description") for one in shape["properties"].values())
            hints = tools[name].annotations
            assert hints
            assert hints.read_only_hint
        takes = tools["exposure"].input_schema["properties"]
        assert takes["risk"]["enum"] == [*vocabulary("risk-types").terms]
        assert (takes["members"]["minimum"], takes["members"]["maximum"]) == (0, 5_000)
        assert tools["trace"].input_schema["properties"]["direction"]["enum"] == ["upstream", "downstream"]

        hits = (await client.call_tool("search", {"q": "region kalmar"})).structured_content["hits"]
        found = await client.call_tool("exposure", {"subject": hits[0]["id"], "risk": "forced-labour"})
        whole = found.structured_content
        assert not found.is_error
        assert (whole["data"]["subject"]["name"], whole["as_of"]["valid_at"]) == ("Region Kalmar län", "2026-11-01")
        assert whole["evidence"]["links"]
        assert whole["completeness"]["ends"]
        said = text(found)
        assert "What we do not know" in said
        assert whole["evidence"]["links"][0] in said
        assert whole["evidence"]["cited"][0]["title"] in said

        # What is wrong comes as an answer that says what to do; a misspelt filter is never dropped.
        for name, given, told in (
            ("exposure", {"subject": KALMAR, "risk": "forced-labour", "member": 3}, "member"),
            ("exposure", {"subject": KALMAR, "risk": "forced"}, "forced-labour"),
            ("exposure", {"subject": "no such thing", "risk": "forced-labour"}, "not in the graph"),
            ("exposure", {"subject": KALMAR}, "risk"),
            ("trace", {"start": [KALMAR], "max_tier": 99}, "max_tier"),
            ("affected", {"start": "demo:site-klang-4", "valid_at": "2026-13-01"}, "YYYY-MM-DD"),
            ("nothing", {}, "exposure"),
        ):
            refused = await client.call_tool(name, given)
            assert refused.is_error, (name, given)
            assert told in text(refused)

        # A text that looks like JSON is a text.
        for written in ("null", '["EU"]', "12"):
            assert (await client.call_tool("search", {"q": written})).structured_content["query"] == written
        absent = await client.call_tool("exposure", {"subject": "se-orgnr:5566778899", "risk": "forced-labour"})
        assert "says nothing of its risks" in text(absent)

    asked(demo_settings, ask)


@pytest.mark.parametrize("name", questions())
def test_every_question_is_answered_as_its_example(demo: Service, name: str) -> None:
    question = questions()[name]
    given = {p.name: [p.example] if p.many else p.example for p in question.params().values() if p.required}
    found = answered(demo, When(), name, given)
    assert isinstance(found, CallToolResult)
    assert not found.is_error, text(found)
    assert json.dumps(found.structured_content, allow_nan=False)
    assert text(found)
