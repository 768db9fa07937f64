"""A record of level 2 -> who owns whom. The start is the child.

Consolidation in accounts is control, and says no share: the percentage that one record in nine has is the consolidated
part of the accounts, and is kept as it stands. A fund's manager, umbrella and master own nothing of it. A branch is the
legal person that its head office is.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation

from graph.store import Stays
from loaders.base import Report
from loaders.gleif.entities import Item, status_of
from loaders.gleif.trees import Tree, day_of, deleted, several, text
from ontology.errors import Reason, ValueProblem
from ontology.records import Common, Link, PropertyProblem, Record, Ref
from ontology.values import make_key

DIRECT = "IS_DIRECTLY_CONSOLIDATED_BY"
ULTIMATE = "IS_ULTIMATELY_CONSOLIDATED_BY"
BRANCH = "IS_INTERNATIONAL_BRANCH_OF"
FUNDS = frozenset({"IS_FUND-MANAGED_BY", "IS_SUBFUND_OF", "IS_FEEDER_TO"})
TYPES = (DIRECT, ULTIMATE, BRANCH, *sorted(FUNDS))
DATING = "RELATIONSHIP_PERIOD"
VOID = frozenset({"ANNULLED", "DUPLICATE"})
"""Registrations of relationships that were entered in error: nothing is said by them."""
DOUBTFUL = Decimal(1)
"""A percentage of at most so much beside those of 100 may be a fraction."""
Period = tuple[date | None, date | None]


def items_of(tree: Tree, at: str, report: Report) -> list[Item]:
    """What a record says.

    Raises:
        ValueProblem: an end without a valid LEI, an unknown type, or a value that is none.
    """
    relation = tree.get("Relationship") or {}
    type_ = text(relation, "RelationshipType")
    if type_ not in TYPES:
        if not type_:
            raise PropertyProblem("RelationshipType", Reason.MISSING, "", column="RelationshipType")
        raise PropertyProblem("RelationshipType", Reason.NOT_UNDERSTOOD, type_, one_of=", ".join(TYPES))
    child, parent = _end(relation, "StartNode"), _end(relation, "EndNode")
    if type_ in FUNDS:
        report.notes["fund_link"] += 1
        return []
    if child == parent:
        raise PropertyProblem("EndNode", Reason.NOT_UNDERSTOOD, text(relation, "EndNode", "NodeID"))
    if text(tree, "Registration", "RegistrationStatus") in VOID:
        report.notes["relation_void"] += 1
        return []
    periods = _periods(tree, relation, report)
    if type_ == BRANCH:
        return _branch(child, parent, at, periods)
    raw = _quantifiers(relation, report)
    common = Common(status=status_of(tree.get("Registration") or {}))
    link = Link(
        "OWNS",
        Ref("Organisation", parent),
        Ref("Organisation", child),
        {"control": True} if type_ == DIRECT else {"control": True, "indirect": True},
        raw=raw,
        locator=at,
        row_key=type_,
        table=type_,
    )
    return [replace(link, common=replace(common, valid_from=a, valid_to=b)) for a, b in periods]


def _end(relation: Tree, name: str) -> str:
    node = text(relation, name, "NodeID")
    if not node:
        raise PropertyProblem(name, Reason.MISSING, "", column=f"{name}.NodeID")
    kind = text(relation, name, "NodeIDType")
    if kind not in ("LEI", ""):  # whoever it is, it is no company that we may name
        raise PropertyProblem(f"{name}.NodeIDType", Reason.NOT_UNDERSTOOD, kind, one_of="LEI")
    try:
        return make_key("lei", node)
    except ValueProblem as problem:
        raise PropertyProblem(name, problem.reason, node, **problem.parameters) from None


def _branch(branch: str, head: str, at: str, periods: list[Period]) -> list[Item]:
    """One legal person under two numbers. Which of its names is its own, level 1 says."""
    facts = {"name": branch.partition(":")[2]}
    record = Record("Organisation", branch, facts, also=(head,), locator=at, row_key=BRANCH, table=BRANCH)
    over = all(end is not None for _, end in periods)
    return [] if over else [record]


def _periods(tree: Tree, relation: Tree, report: Report) -> list[Period]:
    """The days on which a relation holds, by its own periods alone; those of accounts and filings date nothing.

    An inactive relation of which no end is told ended before its record was last changed.
    """
    gone = deleted(tree)
    found = [
        (day_of(one, "StartDate"), day_of(one, "EndDate", end=True))
        for one in several(relation, "RelationshipPeriods", "RelationshipPeriod")
        if text(one, "PeriodType") == DATING
    ]
    if not found:
        report.notes["period_not_told"] += 1
        found = [(None, None)]
    status = text(relation, "RelationshipStatus")
    if not status:
        report.notes["status_not_told"] += 1
    over = status == "INACTIVE" or text(tree, "Registration", "RegistrationStatus") == "RETIRED"
    last = gone
    if over and all(end is None for _, end in found):
        report.notes["end_not_told"] += 1
        last = gone or day_of(tree, "Registration", "LastUpdateDate")
        if last is None:
            return []
    return [period for period in (_ended(period, last) for period in found) if period is not None]


def _ended(period: Period, last: date | None) -> Period | None:
    """A period up to a day; None where nothing of it comes before.

    Raises:
        PropertyProblem: it ends before it starts.
    """
    start, end = period
    if start and end and start >= end:
        raise PropertyProblem("EndDate", Reason.PERIOD_REVERSED, str(end))
    if last is None:
        return period
    if start and start >= last:
        return None
    return start, min(end, last) if end else last


def _quantifiers(relation: Tree, report: Report) -> dict[str, str]:
    """The percentage as stated, for whoever looks; no share is read from it."""
    for one in several(relation, "RelationshipQuantifiers", "RelationshipQuantifier"):
        amount = text(one, "QuantifierAmount")
        if amount:
            if _is_doubtful(amount):
                report.notes["percentage_doubtful"] += 1
            return {"QuantifierAmount": amount, "QuantifierUnits": text(one, "QuantifierUnits")}
    return {}


def _is_doubtful(amount: str) -> bool:
    try:
        return Decimal(amount) <= DOUBTFUL
    except InvalidOperation:
        return True


def said_before(tree: Tree) -> set[Stays]:
    """What the relation's key, its start and type, said in the edition before; nothing where it has none."""
    relation = tree.get("Relationship") or {}
    type_ = text(relation, "RelationshipType")
    try:
        child = _end(relation, "StartNode")
    except ValueProblem:
        return set()
    if type_ not in TYPES:
        return {stay for one in TYPES for stay in _of(one, child)}
    return _of(type_, child)


def _of(type_: str, child: str) -> set[Stays]:
    if type_ == BRANCH:
        return {Stays(type_, child)}
    return {Stays(type_, "", child, "OWNS")}
