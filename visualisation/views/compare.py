"""A comparison: what became of each contract between two days or publications, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from graph.compared import Altered, Cause, Changed, CompareData, Kind, Known, Side
from graph.questions.declared.compare import Compare
from ontology.label import Label
from ontology.model import LINKS, NODES
from visualisation.lines import MOST, heading, wrap
from visualisation.marks import RAMP, Level, level_name
from visualisation.page import Page
from visualisation.pages import Field, form, frame_of, rendered
from visualisation.sentences import Teller
from visualisation.views import Sheet, View, filled
from visualisation.words import Words

if TYPE_CHECKING:
    from graph.answer import Answer

SHOWN = 4
"""Causes told of one change on the page before the rest must be opened."""


@dataclass(frozen=True, slots=True)
class Row:
    """A change in words."""

    changed: Changed
    name: str
    kind: str
    before: tuple[Level, str] | None
    after: tuple[Level, str] | None
    why: tuple[str, ...]


class Comparison:
    """Puts a comparison into words."""

    def __init__(self, data: CompareData, teller: Teller) -> None:
        self.data = data
        self.teller = teller
        self.words = teller.words
        self.sources = {source.id: source for source in data.sources}

    def rows(self) -> list[Row]:
        return [self.row(changed) for changed in self.data.changes]

    def row(self, changed: Changed) -> Row:
        why = [self.cause(cause) for cause in changed.causes]
        if changed.causes_total > len(why):
            why.append(self.words("terminal.more", n=changed.causes_total - len(why)))
        return Row(
            changed,
            self.teller.name(changed.contract),
            self.words(f"compare.kind.{changed.kind}"),
            self.level(changed.before),
            self.level(changed.after),
            tuple(why) or (self.words("compare.no_cause"),),
        )

    def level(self, known: Known | None) -> tuple[Level, str] | None:
        if known is None:
            return None
        if known.knowledge != "reached":
            level = Level.NONE_FOUND if known.knowledge == "none_found" else Level.UNKNOWN
            return level, self.words(f"knowledge.{known.knowledge}")
        level = Level.UNSTATED if known.unstated else Level(str(known.severity))
        least = f", ≥\u00a0{self.words.probability(known.low)}" if known.low else ""
        return level, level_name(level, self.words) + least

    def side(self, known: tuple[Level, str] | None) -> str:
        return known[1] if known else self.words("compare.absent")

    def cause(self, cause: Cause) -> str:
        """``Withdrawn: Klang plant 4 performs Dipping (Invented Watch)``."""
        altered = "; ".join(self.altered(cause, one) for one in cause.altered)
        who = ", ".join(dict.fromkeys(self._publisher(source) for source in cause.sources))
        text = self.words(f"compare.how.{cause.how}", what=self.what(cause))
        return text + (f": {altered}" if altered else "") + f" ({who or self.words('source_unknown')})"

    def what(self, cause: Cause) -> str:
        if cause.type in LINKS:
            ends = [self.teller.name(id) for id in cause.nodes]
            return f"{ends[0]} {self.words.link_type(cause.type)} {ends[1]}"
        return f"{self.words.node_type(cause.type)} {self.teller.name(cause.fact)}"

    def altered(self, cause: Cause, one: Altered) -> str:
        words, key = self.words, f"compare.property.{one.property}"
        name = words(key) if words.has(key) else words.property(cause.type, one.property)
        return f"{name.lower()} {self._value(cause, one, one.before)} → {self._value(cause, one, one.after)}"

    def _value(self, cause: Cause, one: Altered, value: str | None) -> str:
        if value is None:
            return self.words("not_stated")
        if one.property == "status":
            return self.words.term("statuses", value)
        if one.property == "confidence":
            return self.words.probability(float(value))
        return self.words.said(cause.type, one.property, value) if cause.type in NODES else value

    def _publisher(self, id: str) -> str:
        source = self.sources[id]
        return source.publisher or source.title

    def counts(self, risk: str) -> list[tuple[Kind, str, int]]:
        """How many contracts of each kind, those of a kind that there is none of left out."""
        found = [(c.kind, c.contracts) for c in self.data.counts if c.risk == risk]
        return [(kind, self.words(f"compare.kind.{kind}"), n) for kind, n in found]

    def bars(self, risk: str) -> list[tuple[str, list[tuple[Level, int]]]]:
        """The contracts by level on each side, the unknown ones apart."""
        levels = self._levels(risk)
        return [
            (
                self.words("compare.then", when=self.when(self.data.before)),
                [(level, then) for level, then, _ in levels],
            ),
            (self.words("compare.now", when=self.when(self.data.after)), [(level, now) for level, _, now in levels]),
        ]

    def _levels(self, risk: str) -> list[tuple[Level, int, int]]:
        found = {Level(shift.level): shift for shift in self.data.levels if shift.risk == risk}
        return [(level, found[level].before, found[level].after) for level in RAMP if level in found]

    def shifts(self, risk: str) -> list[tuple[Level, int, int, str]]:
        """(level, contracts then, contracts now, what moved) of each level: how many came and left, and how many rose
        or fell within it, which its numbers would hide. Of a list that is cut, the difference and at least so many."""
        changes = [change for change in self.data.changes if change.risk == risk]
        whole = len(changes) == sum(count.contracts for count in self.data.counts if count.risk == risk)
        sides = [(self._at(change.before), self._at(change.after)) for change in changes]
        inside = Counter((self._at(c.after), _way(c)) for c in changes if self._at(c.before) is self._at(c.after))
        found = []
        for level, then, now in self._levels(risk):
            came = sum(after is level is not before for before, after in sides) if whole else max(0, now - then)
            parts = [f"+{came}"] * bool(came) + [f"−{came + then - now}"] * bool(came + then - now)
            for way in (Kind.RISEN, Kind.FALLEN):
                if n := inside[level, way]:
                    number = ("" if whole else "≥\u00a0") + self.words.number(n)
                    parts.append(self.words(f"compare.within.{way}", number=number))
            found.append((level, then, now, ", ".join(parts) or "±0"))
        return found

    def _at(self, known: Known | None) -> Level | None:
        told = self.level(known)
        return told[0] if told else None

    def when(self, side: Side) -> str:
        words = self.words
        day = words.period(*side.during) if side.during else words.day(side.valid_at)
        if self.data.before.publication == self.data.after.publication:
            return day
        return words("compare.side", day=day, n=side.publication, at=words.moment(side.known_at))

    def headline(self) -> str:
        data = self.data
        if not (data.contracts_after or data.contracts_before):
            return self.words("compare.none")
        total = max(data.contracts_after, data.contracts_before, data.contracts_changed)
        return self.words("compare.changed", n=data.contracts_changed, total=total)

    def between(self) -> str:
        sides = {"before": self.when(self.data.before), "after": self.when(self.data.after)}
        return self.words("compare.between", **sides)


def _way(changed: Changed) -> Kind:
    """Whether the least that is known of a contract is more than it was, whatever the reason."""
    then, now = (known.low if known else 0.0 for known in (changed.before, changed.after))
    return Kind.RISEN if now > then else Kind.FALLEN if now < then else Kind.OTHERWISE


def render_compare(answer: Answer[CompareData], page: Page) -> str:
    """The counts by kind, then every change with its causes."""
    words = Words(page.lang)
    data = answer.data
    assert data is not None
    teller = Teller(answer, words)
    told = Comparison(data, teller)
    return rendered(
        "compare.html",
        page,
        VIEW.title(data, teller),
        frame_of(answer),
        data=data,
        teller=teller,
        told=told,
        rows=told.rows(),
        fields=_fields(data, page),
        completeness=answer.completeness,
        SHOWN=SHOWN,
    )


def _fields(data: CompareData, page: Page) -> list[Field]:
    """The form, with the day that was compared with where the reader named none."""
    found = [field for field in form(Compare, page) if field.name != "most"]
    day = data.before.valid_at
    asked = page.value("before") or page.value("before_known")
    return [replace(f, value=str(day)) if f.name == "before" and day and not asked else f for f in found]


def _sheet(data: CompareData, teller: Teller) -> Sheet:
    told, words = Comparison(data, teller), teller.words
    names = ("contract", "risk", "kind", "before", "after", "why")
    rows = tuple(
        (
            row.name,
            words.risk(row.changed.risk),
            row.kind,
            told.side(row.before),
            told.side(row.after),
            " | ".join(row.why),
        )
        for row in told.rows()
    )
    header = tuple(words(f"compare.{name}") for name in names)
    return filled(Sheet(words("compare.sheet"), header, rows), words("compare.nothing"), words)


def _text(answer: Answer[CompareData], teller: Teller) -> list[str]:
    assert answer.data is not None
    data, words = answer.data, teller.words
    told = Comparison(data, teller)
    lines = [VIEW.title(data, teller), *wrap(told.between()), *wrap(told.headline())]
    for risk in data.risks or ("",):
        if counts := told.counts(risk):
            listed = ", ".join(f"{name} {words.number(n)}" for _, name, n in counts)
            lines += wrap(f"{words.risk(risk)}: {listed}" if risk else listed, "", "  ")
    for row in told.rows()[:MOST]:
        lines += heading(row.name)
        lines.append(f"{row.kind}: {told.side(row.before)} → {told.side(row.after)}")
        if row.changed.risk:
            lines.append(f"{words('risk')}: {words.risk(row.changed.risk)}")
        lines += [line for why in row.why[:SHOWN] for line in wrap(why, "- ", "  ")]
    left = sum(count.contracts for count in data.counts) - min(MOST, len(data.changes))
    return [*lines, "", words("terminal.more", n=left)] if left > 0 else lines


VIEW = View(
    "compare",
    Label("Jämförelse", "Comparison"),
    about=lambda data, teller: teller.name(data.subject.id),
    sheet=_sheet,
    text=_text,
    page=render_compare,
    place=42,
)
