"""A reporting exception -> why an organisation does not tell its parent. Never that it has none."""

from __future__ import annotations

from graph.store import Stays
from loaders.base import Report
from loaders.gleif.entities import Item
from loaders.gleif.trees import Tree, deleted, text, texts
from ontology.errors import Reason
from ontology.records import Common, PropertyProblem, Record
from ontology.values import make_key

CATEGORIES = {
    "DIRECT_ACCOUNTING_CONSOLIDATION_PARENT": "owner_not_told",
    "ULTIMATE_ACCOUNTING_CONSOLIDATION_PARENT": "ultimate_owner_not_told",
}
REASONS = {
    "NATURAL_PERSONS": "natural-persons",
    "NO_KNOWN_PERSON": "no-known-person",
    "NON_CONSOLIDATING": "non-consolidating",
    "NO_LEI": "no-lei",
    "NON_PUBLIC": "non-public",
    "BINDING_LEGAL_COMMITMENTS": "binding-commitments",
    "LEGAL_OBSTACLES": "legal-obstacles",
    "CONSENT_NOT_OBTAINED": "consent-not-obtained",
    "DISCLOSURE_DETRIMENTAL": "detriment",
    "DETRIMENT_NOT_EXCLUDED": "detriment",
}


def items_of(tree: Tree, at: str, report: Report) -> list[Item]:
    """What a record says: of the organisation, why a parent is not told. Its references may name persons: left out.

    Raises:
        ValueProblem: no valid LEI, or an unknown category.
    """
    category = text(tree, "ExceptionCategory")
    key = make_key("lei", text(tree, "LEI"))
    if category not in CATEGORIES:
        raise PropertyProblem("ExceptionCategory", Reason.NOT_UNDERSTOOD, category, one_of=", ".join(CATEGORIES))
    given = texts(tree, "ExceptionReason")
    if not given:
        report.notes["reason_not_told"] += 1
    if any(reason not in REASONS for reason in given):
        report.notes["reason_not_known"] += 1
    reasons = list(dict.fromkeys(REASONS.get(reason, "other") for reason in given)) or ["unknown"]
    facts = {"name": key.partition(":")[2], CATEGORIES[category]: tuple(reasons)}
    raw = {"ExceptionReason": ", ".join(given)} if "other" in reasons else {}
    common = Common(valid_to=deleted(tree))
    return [Record("Organisation", key, facts, common=common, raw=raw, locator=at, row_key=category, table=category)]


def said_before(tree: Tree) -> set[Stays]:
    """What the exception's LEI said in the edition before, in its category or, where that is not known, in both."""
    lei, category = text(tree, "LEI"), text(tree, "ExceptionCategory")
    if not lei:
        return set()
    tables = [category] if category in CATEGORIES else list(CATEGORIES)
    return {Stays(table, f"lei:{lei}") for table in tables}
