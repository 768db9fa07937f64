"""Sentences about named actors: attributed, dated, "linked to" or "may contain", never "uses"; see docs/method.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graph.answer import Answer, Ask, Cited, End, Fact, Resolution, Truncated
from graph.asked import OfGroup, OtherDays
from graph.data import (
    AffectedContract,
    AffectedCount,
    AffectedData,
    Conflict,
    ExposureData,
    Figure,
    LinkData,
    Listed,
    Node,
    Path,
    PathsData,
    Said,
    StatementData,
    TraceData,
)
from graph.snapshot.topology import ALL_KNOWN
from ontology.roles import STATEMENTS
from visualisation.marks import Level, figure_level, span
from visualisation.svg import node_name
from visualisation.views import views
from visualisation.words import Words


@dataclass(frozen=True, slots=True)
class Told:
    """A statement in words: the attributed sentence, and the details beside it as (label, value)."""

    sentence: str
    details: tuple[tuple[str, str], ...]
    sources: tuple[Cited, ...]
    level: Level


@dataclass(frozen=True, slots=True)
class Hop:
    """One link of a path in words, from the upstream end: what it leads to, how surely, on whose word."""

    node: str
    name: str
    link: str
    evidence: str
    weakest: bool


def _nodes_of(data: Any) -> Iterable[Node]:
    for name in ("nodes", "neighbours", "buyers", "others", "denied_nodes", "contracts", "members", "formerly"):
        for item in getattr(data, name, ()) if not isinstance(getattr(data, name, ()), int) else ():
            if isinstance(item, Node):
                yield item
            else:
                yield from (
                    n for n in (getattr(item, "node", None), getattr(item, "contract", None)) if isinstance(n, Node)
                )
    for name in ("subject", "start", "node"):
        if isinstance(found := getattr(data, name, None), Node):
            yield found


class Teller:
    """Puts what one answer says into the words of one language."""

    def __init__(self, answer: Answer[Any], words: Words) -> None:
        self.answer = answer
        self.words = words
        self.nodes: Mapping[str, Node] = {node.id: node for node in _nodes_of(answer.data)}
        found = [
            *getattr(answer.data, "links", ()),
            *getattr(answer.data, "denied", ()),
            *getattr(answer.data, "buyer_links", ()),
        ]
        self.links: Mapping[str, LinkData] = {link.id: link for link in found}
        self.facts: Mapping[str, Fact] = {fact.id: fact for fact in answer.evidence.facts}
        self.cited: Mapping[str, Cited] = {source.id: source for source in answer.evidence.cited}
        self.statements: Mapping[str, StatementData] = {s.id: s for s in getattr(answer.data, "statements", ())}

    def name(self, id: str | None) -> str:
        """The name of a node of the answer; the id where the answer does not describe it."""
        if id is None:
            return self.words("unknown")
        node = self.nodes.get(id)
        return node_name(node, self.words) if node else id

    # -- where sources disagree ---------------------------------------------------------------------------------
    def conflicts(self) -> list[tuple[str, str, str]]:
        """(what, property, the values) of everything in the answer that sources are in conflict about."""
        found = {node.id: (self.name(node.id), node.type, node.conflicts) for node in self.nodes.values()}
        found |= {said.id: (self._wording(said), said.type, said.conflicts) for said in self.statements.values()}
        rows = [
            (name, type, conflict) for _, (name, type, conflicts) in sorted(found.items()) for conflict in conflicts
        ]
        return [(name, self.words.property(type, c.property), self.differing(type, c)) for name, type, c in rows]

    def differing(self, type: str, conflict: Conflict) -> str:
        """``Alleged ≠ Refuted``."""
        return " ≠ ".join(self.words.said(type, conflict.property, value) for value in conflict.values)

    def noted(self, of: Node | StatementData, name: str, text: str) -> str:
        """What counts of a property, with what sources say differently of it."""
        for conflict in of.conflicts:
            if conflict.property == name:
                return self.words("conflict.noted", text=text, values=self.differing(of.type, conflict))
        return text

    def only_denied(self) -> list[str]:
        """What the question is about that some source denies and none asserts."""
        return [self.name(node.id) for node in getattr(self.answer.data, "denied_nodes", ())]

    # -- statements -------------------------------------------------------------------------------------------
    def _wording(self, said: StatementData) -> str:
        return said.name_sv if self.words.lang == "sv" and said.name_sv else said.name

    def statement(self, said: StatementData) -> Told:
        w = self.words
        sources = tuple(self.cited[id] for id in said.sources if id in self.cited)
        sentence = w("statement.says", who=self._who(said, sources), date=w.day(said.issued), what=self._wording(said))
        details = [
            (w("statement.kind"), w.node_type(said.type)),
            (w("statement.risk"), ", ".join(w.risk(risk) for risk in said.risk) or w("unknown")),
            (w("statement.severity"), self.noted(said, "severity", w.severity(said.severity))),
        ]
        if said.type == "RiskAssessment":
            likelihood = w("not_stated") if said.likelihood is None else w.probability(said.likelihood)
            details.append((w("statement.likelihood"), self.noted(said, "likelihood", likelihood)))
        if said.level:
            details.append((w("statement.level"), self.noted(said, "level", w.term("levels", said.level))))
        if said.type == "Finding":
            standing = w.term("standings", said.standing)
            details.append((w("statement.standing"), self.noted(said, "standing", standing)))
        if said.specific:
            details.append((w("statement.reply"), said.reply or w("statement.no_reply")))
        if said.valid_from or said.valid_to:
            details.append((w("statement.valid"), w.period(said.valid_from, said.valid_to)))
        level = Level.UNSTATED if said.severity is None else Level(str(said.severity))
        return Told(sentence, tuple(details), sources, level)

    def _who(self, said: StatementData, sources: tuple[Cited, ...]) -> str:
        if said.cites:
            return said.cites
        names = dict.fromkeys(source.publisher or source.title for source in sources)
        return ", ".join(names) or self.words("source_unknown")

    def said_by(self, said: Said) -> str:
        """On whose word a record is: what it cites itself, with its source's publisher and title."""
        source = self.cited.get(said.source)
        named = ", ".join(part for part in (source.publisher, source.title) if part) if source else ""
        return "; ".join(part for part in (said.cites, named) if part) or self.words("source_unknown")

    def source(self, cited: Cited) -> str:
        dates = [self.words("source.published", date=cited.published)] if cited.published else []
        if cited.retrieved:
            dates.append(self.words("source.retrieved", date=cited.retrieved))
        parts = (cited.publisher, cited.title, *dates, cited.licence)
        return ", ".join(part for part in parts if part)

    # -- links and paths --------------------------------------------------------------------------------------
    def evidence(self, link: LinkData) -> str:
        """``Declared · confidence 0.70 · 2024-01-01 to (end unknown) · Supplier list, row 12``."""
        w = self.words
        parts = [
            w.term("statuses", link.status),
            w("confidence", c=w.probability(link.confidence)),
            w.period(link.valid_from, link.valid_to),
        ]
        if link.rests_on:
            parts.append(w("derived"))
        facts = [self.facts[id] for id in (link.id, *link.rests_on) if id in self.facts]
        parts += dict.fromkeys(self._fact(fact) for fact in facts[:3])
        return " · ".join(part for part in parts if part)

    def _fact(self, fact: Fact) -> str:
        source = self.cited.get(fact.source)
        title = fact.cites or ((source.publisher or source.title) if source else self.words("source_unknown"))
        return f"{title}, {fact.locator}" if fact.locator else title

    def hops(self, path: Path) -> list[Hop]:
        """The path from the contract up to where the risk enters, as a reader walks it."""
        found = [Hop(path.nodes[-1], self.name(path.nodes[-1]), "", "", weakest=False)]
        links: list[str | None] = list(reversed(path.links))
        if path.left_out:
            links.insert(len(links) // 2, None)
        for node, id in zip(reversed(path.nodes[:-1]), links, strict=True):
            if id is None:
                left_out = self.words("path.left_out", n=path.left_out)
                found.append(Hop(node, self.name(node), left_out, "", weakest=False))
                continue
            link = self.links.get(id)
            verb = self.words(f"from.{link.type}") if link and self.words.has(f"from.{link.type}") else ""
            evidence = self.evidence(link) if link else ""
            found.append(Hop(node, self.name(node), verb, evidence, weakest=id == path.weakest))
        return found

    def weakest(self, path: Path) -> str:
        """The weakest link in a sentence; a path without links has none."""
        link = self.links.get(path.weakest or "")
        if link is None:
            return self.words("path.no_links")
        return self.words(
            "path.weakest",
            source=self.name(link.source),
            target=self.name(link.target),
            status=self.words.term("statuses", link.status),
            c=self.words.probability(link.confidence),
        )

    def linked(self, path: Path) -> str:
        """``Contract X is linked to Y by 3 links: the goods may come from there``."""
        key = "path.linked" if path.links else "path.itself"
        start, end = self.name(path.nodes[0]), self.name(path.nodes[-1])
        return self.words(key, end=end, start=start, n=len(path.links) + path.left_out)

    def figure(self, figure: Figure) -> str:
        """``Forced labour: very severe, 0.35–0.60``."""
        w = self.words
        if figure.severity_unknown:
            severity = w("level.unstated")
        else:
            severity = w.severity(figure.severity) if figure.severity else w("level.unknown")
        level = figure_level(figure)
        bounds = "" if level is Level.NONE_FOUND else span(figure.low, figure.high, figure.upper_open, w)
        return f"{w.risk(figure.risk)}: {severity}" + (f", {bounds}" if bounds else "")

    # -- where there is nothing to ask about -------------------------------------------------------------------
    def when(self) -> str:
        """The day, or the period, that the answer is about."""
        as_of = self.answer.as_of
        if as_of.during:
            return self.words.period(*as_of.during)
        return self.words.day(as_of.valid_at)

    def no_contracts(self, days: OtherDays | None) -> list[str]:
        """That a group has no contract when it is asked about, and when the nearest ones were valid."""
        if found := self._other_days(days, "no_contract"):
            return [self.words("no_contract.valid", when=self.when()), *found]
        return [self.words("no_contract.ever")]

    def of_group(self, data: OfGroup) -> list[str]:
        """Why a group has no contracts to ask about, and which may belong to it."""
        alone = data.other_days is not None and not data.may_belong
        found = self.no_contracts(data.other_days) if alone else []
        for row in data.may_belong:
            key = "unknown.may_belong_matched" if row.matched else "unknown.may_belong"
            found.append(self.words(key, n=row.contracts_n, kind=self.name(row.kind)))
        return found

    def not_then(self, data: TraceData | PathsData) -> list[str]:
        """That nothing of what was asked about holds then, or of a part of it, and on which days it does."""
        found = self._other_days(data.other_days, "not_then")
        if found:
            return [self.words("not_then.valid", when=self.when()), *found]
        alone = data.not_there if isinstance(data, TraceData) and data.start else ()
        return [self.words("not_then.one", what=self.name(id), when=self.when()) for id in alone]

    def _other_days(self, days: OtherDays | None, key: str) -> list[str]:
        told = (("until", days.until), ("since", days.since)) if days else ()
        return [self.words(f"{key}.{side}", day=day) for side, day in told if day]

    # -- what is not known ------------------------------------------------------------------------------------
    def end(self, end: End) -> str:
        w = self.words
        known = w.term("inputs-known", end.inputs_known) if end.inputs_known else w("end.nobody_said")
        if node := self.nodes.get(end.node):
            known = self.noted(node, "inputs_known", known)
        key = "end.untold" if end.inputs_known == ALL_KNOWN else "end.at"
        return w(key, node=self.name(end.node), known=known)

    def ask(self, ask: Ask | None) -> str:
        if ask is None:
            return self.words("ask.nobody")
        if not ask.entitled:
            return self.words("ask.nearest", who=self.name(ask.organisation))
        clause = self.words.term("clause-levels", ask.clause_level)
        return self.words(
            "ask.entitled", who=self.name(ask.organisation), contract=self.name(ask.contract), clause=clause
        )

    def listed(self, row: Listed) -> str:
        """A row of the company list in words."""
        company = self.name(row.company)
        if row.contracts:
            return self.words(f"listed.{row.why}", company=company, n=len(row.contracts))
        counts = {"above": len(row.above), "told": row.told, "outside": row.outside}
        for key, n in counts.items():
            if n:
                return self.words(f"listed.{key}", company=company, n=n)
        return self.words("listed.no_contract", company=company)

    def clause(self, contract: Node) -> str:
        """The clause level of a contract."""
        return self.noted(contract, "clause_level", self.words.term("clause-levels", contract.clause_level))

    def _is_company(self, id: str) -> bool:
        return id in self.nodes and self.nodes[id].type == "Organisation"

    def _linking(self, contract: str) -> Listed | None:
        """The row by which a contract of the company list is linked by ownership or recruitment alone."""
        rows = [row for row in getattr(self.answer.data, "company_list", ()) if contract in row.contracts]
        apart = [row for row in rows if row.why in ("owns", "recruits_for")]
        return apart[0] if apart and len(apart) == len(rows) else None

    def resolution(self, row: AffectedContract) -> str:
        """How a contract is affected."""
        link = self._linking(row.contract.id) if row.resolution is Resolution.COMPANY else None
        return self.words(f"resolution.{link.why}") if link else self.words.resolution(row.resolution)

    def of_all(self, data: AffectedData) -> str:
        """Of how many contracts an answer tells, and when they are valid."""
        return self.words("affected.of_period" if self.answer.as_of.during else "affected.of_all", n=data.contracts_all)

    def question(self, row: AffectedContract) -> str:
        """What to ask the supplier of an affected contract: about where its path starts, else about what was asked."""
        assert isinstance(self.answer.data, AffectedData)
        start = self.answer.data.start
        what = self.name(start.id)
        link = self._linking(row.contract.id) if row.resolution is Resolution.COMPANY else None
        if row.path is not None:
            what = self.name(next((id for id in row.path.nodes if not self._is_company(id)), row.path.nodes[0]))
        elif link is not None and link.why == "owns":
            what = self.name(link.company)
        elif link is not None:
            sites = [self.name(self.links[id].target) for id in link.via if id in self.links]
            what = ", ".join(dict.fromkeys(sites)) or what
        elif start.type == "Incident":
            what = self.words("question.of_incident", what=what)
        elif start.type in STATEMENTS:
            what = self.words("question.of_statement", what=what)
        return self.words(f"question.{row.question}", what=what)

    def truncated(self, cut: Truncated) -> str:
        key = f"truncated.{cut.why}"
        limit = cut.limit if cut.limit is not None else self.words("unknown")
        return self.words(key if self.words.has(key) else "truncated.other", n=limit, why=cut.why)

    def unknown(self) -> list[str]:
        """What the answer does not know, a sentence each; never empty."""
        w, known = self.words, self.answer.completeness
        ends = known.ends_total or len(known.ends)
        found = self._unknown_of(self.answer.data)
        if known.unassessed:
            found.append(w("unknown.unassessed", n=known.unassessed, steps=known.steps))
        if ends:
            found.append(w("unknown.ends", n=ends))
        if known.truncated is not None:
            found.append(self.truncated(known.truncated))
        found += [w("cut", list=w(f"cut.{c.list}"), listed=c.listed, total=c.total) for c in known.cut]
        if not found:
            looked = known.unassessed == 0 and known.steps > 0
            found.append(w("unknown.nothing_counted" if looked else "unknown.not_counted"))
        return found

    def _unknown_of(self, data: Any) -> list[str]:
        """What a question itself counts as unknown."""
        if isinstance(data, AffectedData):
            return [self.count(row) for row in data.counts if row.what in ("may_apply", "untold") and row.contracts]
        if isinstance(data, TraceData | PathsData):
            return self.not_then(data)
        found = self.of_group(data) if isinstance(data, OfGroup) else []
        if isinstance(data, ExposureData):
            may = self.total("may_apply", len(data.may_apply))
            return [*found, *([self.words("unknown.may_apply", n=may)] if may else [])]
        view = views().known.get(self.answer.question.partition(" ")[0])
        return [*found, *(view.unknown(data, self) if view and data is not None else ())]

    def by_match(self) -> list[str]:
        """Which of the contracts that are counted are so by a match between schemes, and by which."""
        found = []
        for row in getattr(self.answer.data, "by_match", ()):
            links = (self.links[id] for id in row.links if id in self.links)
            ends = [f"{self.name(link.source)} – {self.name(link.target)}" for link in links if link.type == "MATCHES"]
            found.append(self.words("by_match", n=row.contracts_n, kind=self.name(row.kind), match=", ".join(ends)))
        return found

    def total(self, name: str, listed: int) -> int:
        """How many entries a list of the answer has, those that are not listed too."""
        return next((cut.total for cut in self.answer.completeness.cut if cut.list == name), listed)

    def count(self, row: AffectedCount) -> str:
        """``2 affected contracts, traced to the article (for 3 buyers)``."""
        label = self.words(f"affected.count.{row.what}", n=row.contracts)
        return f"{self.words.number(row.contracts)} {label} ({self.words('affected.in_regions', n=row.regions)})"

    def counts(self) -> list[AffectedCount]:
        """The figures of what is affected: the first always, the others where there are any."""
        rows = getattr(self.answer.data, "counts", ())
        return [row for row in rows if row.contracts or row.what == "item"]

    def formerly(self) -> list[str]:
        """Contracts that are affected on another day, a sentence each."""
        found = []
        for row in getattr(self.answer.data, "formerly", ()):
            key = "both" if row.until and row.since else "until" if row.until else "since"
            name = self.name(row.contract.id)
            found.append(self.words(f"formerly.{key}", contract=name, until=row.until, since=row.since))
        return found
