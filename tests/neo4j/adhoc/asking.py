"""Asking a statement, and being refused."""

from __future__ import annotations

from typing import Any

import pytest

from graph.neo4j import Neo4jStore, adhoc
from graph.neo4j.adhoc import Limits, Result
from ontology.errors import KedjaError


def ask(store: Neo4jStore, text: str, limits: Limits = adhoc.LIMITS, **params: Any) -> Result:
    return adhoc.run(store.core, text, params, limits)


def refusal(store: Neo4jStore, text: str, limits: Limits = adhoc.LIMITS, **params: Any) -> KedjaError:
    with pytest.raises(KedjaError) as caught:
        ask(store, text, limits, **params)
    assert caught.value.remedy
    return caught.value
