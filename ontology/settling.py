"""Which value of a property counts where several are live, and whether their sources are in conflict.

As the declaration of each property says: the worst of what bears on risk, the least of what clears it (of lists what
all give); of the rest the value of most sources, then of the newest source, then of the smallest record id. So it
never depends on the order in which sources were loaded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ontology.model import Property, Settle
from ontology.values import guess_keys
from ontology.vocabulary import vocabulary


@dataclass(frozen=True, slots=True)
class Claim:
    """A value as one record gives it; ``published`` is the day of its source, in days since 1970-01-01."""

    value: Any
    source: str
    published: int
    record: str


def settled(declared: Property, claims: Sequence[Claim]) -> Any:
    """The value that counts of one or more live ones. A number in a name's place counts where nobody gives a name."""
    if declared.name == "name" and len(claims) > 1:
        claims = [claim for claim in claims if not is_number(str(claim.value))] or claims
    if declared.settle is Settle.COMMON:
        return sorted(set[Any].intersection(*(set(claim.value) for claim in claims)))
    if declared.settle is not Settle.MOST and len(claims) > 1:
        sign = 1 if declared.settle is Settle.GREATEST else -1
        weights = [sign * weight(declared, claim.value) for claim in claims]
        claims = [claim for claim, w in zip(claims, weights, strict=True) if w == max(weights)]
    groups = by_value(declared, claims)
    best = min(groups.values(), key=_precedence)
    return min(best, key=lambda claim: claim.record).value


def is_number(name: str) -> bool:
    """Whether what stands for a name is an identifier: so a source calls a thing of which it knows only the number."""
    return name[-1:].isdecimal() and " " not in name and bool(guess_keys(name))


def in_conflict(declared: Property, claims: Sequence[Claim]) -> bool:
    """Whether different sources give different values of what can have but one."""
    return declared.single and differ(by_value(declared, claims).values())


def differ(groups: Collection[Sequence[Claim]]) -> bool:
    """Whether there are several groups, not all of one source alone."""
    return len(groups) > 1 and len({claim.source for group in groups for claim in group}) > 1


def by_value(declared: Property, claims: Sequence[Claim]) -> dict[Hashable, list[Claim]]:
    """Claims by what they say: 900 and 900.0 are the same, as are 5 and 5.00 SEK."""
    groups: dict[Hashable, list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[_same(declared, claim.value)].append(claim)
    return groups


def weight(declared: Property, value: Any) -> float:
    """By what values are compared: a number, a day, or the weight of a term in its vocabulary."""
    if declared.vocabulary:
        return float(vocabulary(declared.vocabulary)[str(value)].extra["weight"])
    return float(date.fromisoformat(value).toordinal() if isinstance(value, str) else value)


def silences(declared: Property, value: Any) -> bool:
    """Whether a value takes back what is said: *refuted*. A list of terms says each of them, and takes back nothing."""
    if declared.many or not declared.vocabulary:
        return False
    return vocabulary(declared.vocabulary)[str(value)].extra.get("live") == "no"


def _precedence(claims: Sequence[Claim]) -> tuple[int, int, str]:
    sources = {claim.source for claim in claims}
    return -len(sources), -max(claim.published for claim in claims), min(claim.record for claim in claims)


def _same(declared: Property, value: Any) -> Hashable:
    if declared.many:
        return tuple(sorted(map(str, value)))
    return Decimal(value).normalize() if "Decimal" in str(declared.annotation) else value
