"""Parameters that several questions have, declared once."""

from __future__ import annotations

from typing import Any

from graph.questions.question import ALL, MAX_TEXT, param
from ontology.label import Label

_RISK = Label("Risktyp", "Risk type")
_BY_ID_OR_NAME = Label("Risktypens id eller namn", "Risk type, by id or name")


def subject_param(default: Any = ...) -> Any:
    """The group of contracts that a question is about."""
    note = Label(
        "Avtal, köpare, leverantör, kategori, område, produkt eller plats; all för alla avtal",
        "Contract, buyer, supplier, category, area, product or place; all for every contract",
    )
    return param(
        Label("Vad", "Subject"), note, default, names=True, besides=(ALL,), example="se-orgnr:2321000073",
        max_length=MAX_TEXT,
    )  # fmt: skip


def risk_param(default: Any = ..., *, label: Label = _RISK, note: Label = _BY_ID_OR_NAME) -> Any:
    """The risk type that a question is about; those within it count as it."""
    return param(label, note, default, vocabulary="risk-types", example="forced-labour", max_length=60)


def level_param() -> Any:
    """The level that what is shown stands at."""
    return param(
        Label("Bara nivån", "Only the level"),
        Label("4 till 0, unstated eller unknown", "4 to 0, unstated or unknown"),
        None,
        pattern="^([0-4]|unstated|unknown)$",
        example="unknown",
    )


def members_param() -> Any:
    """How many contracts of a group are listed."""
    note = Label("Hur många avtal som listas", "How many contracts to list")
    return param(Label("Avtal", "Contracts"), note, 200, ge=0, le=5_000)
