"""What each way of asking sets by itself, where the reader chose nothing. All else is as the question declares it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from graph.questions.question import Question

RISK = "forced-labour"
"""The risk that people are shown until they choose one. A program that asks over HTTP says which."""


class Skin(StrEnum):
    COMMAND = "command"
    PAGE = "page"
    DOWNLOAD = "download"
    EXPORT = "export"
    TOOL = "tool"


_OWN: Mapping[Skin, Mapping[str, Mapping[str, Any]]] = {
    Skin.COMMAND: {
        "trace": {"max_nodes": 1_000},
        "exposure": {"risk": RISK, "members": 20},
        "figures": {"risk": RISK, "members": 20},
    },
    Skin.PAGE: {
        "search": {"limit": 40},
        "trace": {"risk": RISK, "max_nodes": 2_000},
        "exposure": {"risk": RISK},
        "sites": {"risk": RISK},
        "tiers": {"risk": RISK},
        "figures": {"risk": RISK},
    },
    Skin.DOWNLOAD: {
        "trace": {"risk": RISK, "max_nodes": 2_000},
        "exposure": {"risk": RISK, "members": 2_000},
        "sites": {"risk": RISK},
        "tiers": {"risk": RISK},
        "figures": {"risk": RISK, "members": 2_000},
    },
    Skin.EXPORT: {
        "trace": {"risk": RISK, "max_nodes": 5_000},
        "exposure": {"risk": RISK, "members": 5_000},
        "sites": {"risk": RISK},
        "tiers": {"risk": RISK},
        "figures": {"risk": RISK, "members": 5_000},
    },
    Skin.TOOL: {  # an assistant reads all of it
        "search": {"limit": 10},
        "trace": {"max_nodes": 100},
        "exposure": {"members": 10},
        "figures": {"members": 10},
    },
}


def own(skin: Skin, question: type[Question]) -> Mapping[str, Any]:
    """The values that a skin sets of a question's parameters."""
    return _OWN[skin].get(question.name, {})
