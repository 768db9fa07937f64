"""Who won which lot of a notice. Its references contradict each other often enough to need a rule.

A winner is a tender that the lot's result names and one of that result's contracts names too. Where there is none, the
award is uncertain: all that the result names are candidates, none is the first; but where it says that a winner was
chosen, names one tender and no contract is told at all, that is the winner. A tender that names another lot than
the result does leaves the amount in doubt, not the winner.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from loaders.eforms.notice import Contract, Money, Notice, Result, Tender

AWARDED = "selec-w"
NOT_AWARDED = frozenset({"open-nw", "clos-nw"})
CANDIDATE = "candidate, winner not certain"


@dataclass(frozen=True, slots=True)
class Award:
    """A contract with the lots that it was awarded on.

    ``holders`` are (organisation, role, confidence); where the winner is not certain, each has an equal share of it.
    """

    id: str
    reference: str
    signed: date | None
    lots: tuple[str, ...]
    holders: tuple[tuple[str, str, float | None], ...]
    subcontractors: tuple[str, ...]
    value: Money | None
    rank: int | None
    raw: Mapping[str, str]


def awards(notice: Notice, notes: Counter[str]) -> Iterator[Award]:
    """The contracts of a notice, with those whose winner is not certain after them."""
    won: dict[str, list[tuple[str, str]]] = {}
    uncertain: list[Result] = []
    for result in notice.results:
        if result.code in NOT_AWARDED:
            notes["not_awarded"] += 1
            continue
        winners = [
            (id, tender)
            for id in result.contracts
            if id in notice.contracts
            for tender in notice.contracts[id].tenders
            if tender in result.tenders and tender in notice.tenders
        ]
        if not winners and (result.tenders or result.code == AWARDED):
            uncertain.append(result)
        for id, tender in winners:
            won.setdefault(id, []).append((result.lot, tender))
    for result in [one for one in uncertain if one.code == AWARDED and _sole(notice, one)]:
        uncertain.remove(result)
        notes["sole_tender"] += 1
        yield _certain(notice, Contract(result.lot, "", None, result.tenders), [(result.lot, result.tenders[0])], notes)
    told = {result.lot for result in notice.results}
    notes["lot_without_result"] += sum(lot not in told for lot in notice.lots) if told else 0
    for id, contract in notice.contracts.items():
        pairs = won.get(id, [])
        if not notice.results:  # a change of a contract, or a direct award: its own tenders won
            pairs = [(notice.tenders[t].lot, t) for t in contract.tenders if t in notice.tenders]
        if pairs:
            yield _certain(notice, contract, pairs, notes)
    for result in uncertain:
        notes["winner_uncertain"] += 1
        yield _uncertain(notice, result)


def _sole(notice: Notice, result: Result) -> bool:
    """Whether a result names one tender and the lot has no contract that could name another."""
    named = [id for id in result.tenders if id in notice.tenders]
    return len(result.tenders) == len(named) == 1 and not any(id in notice.contracts for id in result.contracts)


def _certain(notice: Notice, contract: Contract, pairs: Sequence[tuple[str, str]], notes: Counter[str]) -> Award:
    tenders = [notice.tenders[id] for id in dict.fromkeys(tender for _, tender in pairs)]
    doubt = any(notice.tenders[tender].lot not in ("", lot) for lot, tender in pairs)
    notes["amount_in_doubt"] += doubt
    value = None if doubt else _sum(tenders, notes)
    raw = {tender.id: f"{tender.value.amount} {tender.value.currency}" for tender in tenders if tender.value}
    if doubt:
        raw["doubt"] = "a tender names another lot than its result"
    ranks = {tender.rank for tender in tenders}
    parties = [notice.parties[tender.party] for tender in tenders if tender.party in notice.parties]
    members = dict.fromkeys(member for party in parties for member in party.tenderers)
    leads = {party.lead for party in parties if party.lead}
    several = len(members) > 1
    return Award(
        id=contract.id,
        reference=contract.reference,
        signed=contract.signed,
        lots=tuple(dict.fromkeys(lot for lot, _ in pairs)),
        holders=tuple((id, "lead" if several and id in leads else "", None) for id in members),
        subcontractors=tuple(dict.fromkeys(sub for party in parties for sub in party.subcontractors)),
        value=value,
        rank=ranks.pop() if len(ranks) == 1 else None,
        raw=raw,
    )


def _sum(tenders: Sequence[Tender], notes: Counter[str]) -> Money | None:
    """What the tenders come to: only where each has a value and all are in one currency."""
    values = [tender.value for tender in tenders if tender.value]
    currencies = {value.currency for value in values}
    if len(currencies) > 1:
        notes["several_currencies"] += 1
    if len(values) < len(tenders) or len(currencies) != 1:
        return None
    return Money(sum((value.amount for value in values), Decimal()), currencies.pop())


def _uncertain(notice: Notice, result: Result) -> Award:
    """The lot's contract with everybody who may hold it: of each tender those who made it together."""
    tenders = [notice.tenders[id] for id in result.tenders if id in notice.tenders]
    parties = [notice.parties[id] for id in dict.fromkeys(tender.party for tender in tenders) if id in notice.parties]
    members = dict.fromkeys(member for party in parties for member in party.tenderers)
    share = round(1 / max(len(parties), 2), 2)  # one alone is as likely as not: no contract names its tender
    return Award(
        id=result.lot,
        reference="",
        signed=None,
        lots=(result.lot,),
        holders=tuple((id, CANDIDATE, share) for id in members),
        subcontractors=(),
        value=None,
        rank=None,
        raw={"doubt": "no contract of the lot names a tender that its result names"},
    )
