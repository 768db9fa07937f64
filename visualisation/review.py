"""Proposals of identity in words: on the terminal, as a file to fill in, on pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from graph.matching.model import BEFOREHAND, Reason
from graph.matching.profiles import Profile
from graph.matching.proposing import Proposal
from graph.questions.exposed import Standing
from graph.store import Judgement
from visualisation.export_csv import table_csv
from visualisation.text import shown
from visualisation.words import Words

LIKELY = 0.5
FIRST = 5
"""Proposals that a load names."""


class Change(Protocol):
    """See ``api.rehearsal.Change``."""

    @property
    def name(self) -> str: ...
    @property
    def before(self) -> Standing | None: ...
    @property
    def after(self) -> Standing | None: ...


class Changes(Protocol):
    @property
    def changed(self) -> int: ...
    @property
    def added(self) -> int: ...
    @property
    def removed(self) -> int: ...
    @property
    def first(self) -> Sequence[Change]: ...


class Compared(Protocol):
    """See ``api.rehearsal.Compared``."""

    @property
    def changes(self) -> Mapping[str, Changes]: ...
    @property
    def assessed(self) -> int: ...


# -- one proposal -----------------------------------------------------------------------------------------------
def side_lines(one: Profile, words: Words) -> list[tuple[str, str]]:
    """What one side is, as (what, value); what no source says is said to be unknown."""
    names = [name.text for name in one.names]
    unknown = words("review.untold")
    return [
        (words("review.name"), shown(names[0])),
        *(((words("review.also"), ", ".join(map(shown, names[1:]))),) if names[1:] else ()),
        (words("match.aspect.country"), ", ".join(words.country(code) for code in sorted(one.countries)) or unknown),
        (words("match.aspect.address"), "; ".join(shown(address.text) for address in one.addresses) or unknown),
        (words("match.aspect.identifier"), ", ".join(map(shown, one.keys)) or unknown),
    ]


def weight(bits: float, words: Words) -> str:
    """How much something speaks for or against, in words and bits."""
    size = abs(bits)
    if size < 0.25:
        return words("match.neutral")
    strength = "weak" if size < 2 else "clear" if size < 5 else "strong"
    side = "for" if bits > 0 else "against"
    sign = "+" if bits > 0 else "−"
    return words("match.weight", how=words(f"match.{side}.{strength}"), bits=sign + words.number(round(size, 1)))


def reason_cells(reason: Reason, words: Words) -> tuple[str, str, str, str, str]:
    """(aspect, what the left says, what the right says, what was seen, how much that speaks)."""
    said = reason.aspect
    left, right = (_said(said.name, text, words) for text in (said.left, said.right))
    seen = words(f"match.seen.{said.name}.{said.seen}")
    return words(f"match.aspect.{said.name}"), left, right, seen, weight(reason.bits, words)


def _said(aspect: str, text: str, words: Words) -> str:
    if aspect == "country":
        return ", ".join(words.country(code) for code in text.split(", ") if code)
    return shown(text)


def reason_text(proposal: Proposal, words: Words) -> str:
    """All reasons in one line."""
    cells = (reason_cells(reason, words) for reason in proposal.match.reasons if reason.aspect.name != BEFOREHAND)
    return "; ".join(words("review.reason", aspect=aspect, seen=seen, how=how) for aspect, _, _, seen, how in cells)


def proposal_text(proposal: Proposal, words: Words) -> str:
    """A proposal in a few lines, for a list."""
    sides = (_short(one, words) for one in (proposal.a, proposal.b))
    head = words("review.line", id=proposal.id, probability=words.probability(proposal.probability))
    return "\n".join([head, *(f"    {side}" for side in sides), f"    {reason_text(proposal, words)}"])


def _short(one: Profile, words: Words) -> str:
    where = ", ".join(words.country(code) for code in sorted(one.countries))
    keys = ", ".join(one.keys[:3])
    return " · ".join(shown(text) for text in (one.names[0].text, where, keys) if text)


def detail_text(proposal: Proposal, compared: Compared | None, words: Words) -> str:
    """Both sides, every reason, and what a merge would change."""
    lines = [words("review.line", id=proposal.id, probability=words.probability(proposal.probability))]
    for heading, one in (("review.one", proposal.a), ("review.other", proposal.b)):
        lines += [words(heading), *(f"  {what}: {value}" for what, value in side_lines(one, words))]
    lines.append(words("review.reasons"))
    for reason in proposal.match.reasons:
        aspect, left, right, seen, how = reason_cells(reason, words)
        both = f" ({left} / {right})" if left or right else ""
        lines.append(f"  {aspect}: {seen}{both}: {how}")
    if compared is not None:
        lines += [words("review.changes"), *(f"  {line}" for line in changes_lines(compared, words))]
    return "\n".join(lines)


# -- what a merge or a load changes -----------------------------------------------------------------------------
def changes_lines(compared: Compared, words: Words) -> list[str]:
    """By risk type the contracts of which something changes."""
    lines = []
    for risk, changes in compared.changes.items():
        counts = {"changed": changes.changed, "added": changes.added, "removed": changes.removed}
        lines.append(words("rehearsed.risk", risk=words.risk(risk), **counts))
        for change in changes.first:
            sides = {"before": _standing(change.before, words), "after": _standing(change.after, words)}
            lines.append("  " + words("rehearsed.contract", contract=shown(change.name), **sides))
        left = changes.changed + changes.added + changes.removed - len(changes.first)
        if left:
            lines.append("  " + words("rehearsed.more", n=left))
    return [*lines, words("rehearsed.unchanged", n=compared.assessed - len(compared.changes))]


def _standing(standing: Standing | None, words: Words) -> str:
    if standing is None:
        return words("rehearsed.absent")
    if standing.knowledge != "reached":
        return words(f"knowledge.{standing.knowledge}")
    low = words.probability(standing.low)
    return words("rehearsed.level", level=words.severity(standing.severity), low=low)


# -- many -------------------------------------------------------------------------------------------------------
def loaded_proposals(found: Sequence[Proposal] | None, words: Words) -> str:
    """What a load says of the names that may be known already; empty where there is none."""
    if found is None:
        return words("review.too_many")
    return words("review.brought", n=len(found)) if found else ""


def rehearsed_proposals(found: Sequence[Proposal] | None, words: Words) -> list[str]:
    """The same of a load that is tried, with the first of them."""
    if found is None:
        return [words("review.too_many")]
    lines = [words("review.would_bring", n=len(found))]
    for one in found[:FIRST]:
        names = {"one": shown(one.a.names[0].text), "other": shown(one.b.names[0].text)}
        lines.append("  " + words("review.pair", probability=words.probability(one.probability), **names))
    return lines


def listed_text(found: Sequence[Proposal], total: int, words: Words) -> str:
    if not total:
        return words("review.none")
    told = [words("review.listed", n=total), *(proposal_text(one, words) for one in found)]
    if total > len(found):
        told.append(words("review.more", n=total - len(found)))
    return "\n".join([*told, words("review.how")])


def proposals_csv(found: Iterable[Proposal], words: Words) -> bytes:
    """The proposals with an empty column for the decision: same, different or unsure."""
    sides = [words(f"review.column.{name}", side=words(f"review.{side}"))
             for side in ("one", "other") for name in ("name", "also", "country", "address", "identifier")]  # fmt: skip
    header = [words(f"review.column.{name}") for name in ("proposal", "decision", "why", "probability")]
    rows = (
        (one.id, "", "", float(f"{one.probability:.4f}"), *_cells(one.a), *_cells(one.b), reason_text(one, words))
        for one in found
    )
    return table_csv([*header, *sides, words("review.reasons")], rows)


def _cells(one: Profile) -> Iterator[str]:
    names = [name.text for name in one.names]
    yield from (names[0], ", ".join(names[1:]), ", ".join(sorted(one.countries)))
    yield from ("; ".join(address.text for address in one.addresses), ", ".join(one.keys))


def decided_text(judgements: Sequence[Judgement], names: Mapping[str, str], words: Words) -> str:
    """The decisions that stand, each with the id by which it is taken back."""
    if not judgements:
        return words("review.nothing_decided")
    return "\n".join(
        words("review.decided", id=one.id, verdict=words(f"verdict.{one.verdict}"), one=shown(names.get(one.a, one.a)),
              other=shown(names.get(one.b, one.b)), who=shown(one.who), why=shown(one.why))
        for one in judgements
    )  # fmt: skip
