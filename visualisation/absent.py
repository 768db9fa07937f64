"""What is said where what was asked about is not in the graph."""

from __future__ import annotations

from typing import Any

from graph.answer import Answer
from visualisation.words import Words


def absent(answer: Answer[Any], words: Words) -> str:
    """That nothing is known of it, and which narrower codes there are and what to do, where it is a code."""
    return " ".join(filter(None, (words("not_in_graph.none"), narrower(answer, words))))


def narrower(answer: Answer[Any], words: Words) -> str:
    """The narrower codes that there are, and what to do; empty where there are none."""
    found = answer.narrower
    if found is None:
        return ""
    more = words("not_in_graph.more", n=found.total - len(found.codes)) if found.total > len(found.codes) else ""
    codes = ", ".join(found.codes) + more
    listed = words("not_in_graph.load_cpv") if found.codes[0].startswith("cpv:") else words("not_in_graph.ask_one")
    return f"{words('not_in_graph.narrower', n=found.total, codes=codes)} {listed}"
