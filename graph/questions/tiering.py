"""The chains of a group of contracts, tier by tier, in groups: as many contracts as there are, counted in arrays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from graph import budget
from graph.answer import Answer, Completeness, Resolution
from graph.data import Node
from graph.kernels.reach import reach
from graph.questions.beside import beside
from graph.questions.common import checked_risk, framed, wording
from graph.questions.describing import country_of, name_key
from graph.questions.ends import Ends, companies
from graph.questions.groups import find, group_of, steps_of
from graph.questions.levels import WORST_FIRST, reached
from graph.questions.naming import Naming
from graph.questions.question import ALL
from graph.questions.survey import STEP, UNASSESSED, Survey, ends_of
from graph.questions.walks import GOODS, TIERS
from graph.snapshot.arrays import I64, Bool, ranges
from graph.snapshot.view import Snapshot
from graph.tiered import NOWHERE, REST, UNTOLD, Box, BoxLink, Choice, LevelSize, Member, TiersData

BOXES, IN_ALL = 14, 56
"""Boxes of one tier, what is left stands in one more; boxes of all tiers together, but for ``FEWEST`` of each."""
FEWEST = 4
DEEPEST = 50
"""The last tier that is drawn; deeper ones are counted."""
MEMBERS = 40
"""Members shown of a box that is opened; those left stay in it."""
BUYERS = -1
"""The tier of the buyers, who are a view of the contracts."""
ENDS = 20
"""Ends of knowledge listed."""
NAMES = ("plain", *reversed(WORST_FIRST))
"""Levels by their code, the least telling first."""


@dataclass(frozen=True, slots=True)
class Only:
    """What is left of a view: things at one level, of one tier, known so surely, upstream of and below a thing."""

    level: str | None = None
    tier: int | None = None
    certainty: str | None = None
    country: str | None = None
    between: str | None = None


def tiers(
    s: Snapshot, subject: str, risk: str | None, *, by: str, only: Only, opened: Iterable[str]
) -> Answer[TiersData]:
    """Contracts and steps of ``subject`` (an id, a key, ``all``) in boxes ``by`` supplier, category, stage, country or
    certainty in each tier, with those in the boxes ``opened``.

    Raises:
        InputError: not a risk type, or ``subject`` is nothing that groups contracts.
    """
    asked: dict[str, object] = {"subject": subject, "risk": risk and checked_risk(risk), "by": by}
    asked |= {"level": only.level, "tier": only.tier, "certainty": only.certainty, "between": only.between}
    asked["country"] = only.country
    question = wording("tiers", asked | {"opened": ",".join(sorted(opened)) or None})
    vertex = None if subject == ALL else find(s, subject)
    middle = find(s, only.between) if only.between else None
    if (vertex is None and subject != ALL) or (only.between and middle is None):
        return framed(s, question, None)
    return _Tiers(s, vertex, risk, by, only, middle).answer(question, frozenset(opened))


class _Tiers:
    """Rows are the contracts and steps reached: shapes (rows,) throughout."""

    def __init__(
        self, s: Snapshot, vertex: int | None, risk: str | None, by: str, only: Only, middle: int | None
    ) -> None:
        self.s, self.asked, self.risk, self.by, self.only = s, vertex, risk, by, only
        self.group = group_of(s, vertex)
        self.naming = Naming(s)
        start = self.group.contracts.astype(np.int32)
        cone = reach(s.network, start, upstream=True, kinds=GOODS, tier_kinds=TIERS)
        keep = self._between(cone.vertex.astype(np.int64), middle)
        self.vertex = cone.vertex[keep].astype(np.int64)
        self.tier = cone.tier[keep].astype(np.int64)
        self.contract = np.isin(self.vertex, self.group.contracts)
        self.place = np.full(s.n, -1, np.int64)
        self.place[self.vertex] = np.arange(len(self.vertex))
        self.survey = Survey(s, risk, self.vertex)
        item = reach(s.item_network, start, upstream=True, kinds=GOODS, tier_kinds=TIERS)
        self.item = np.isin(self.vertex, item.vertex)

    def _between(self, cone: I64, middle: int | None) -> Bool:
        """The rows that lead to a thing: at its steps or downstream of them."""
        if middle is None:
            return np.ones(len(cone), np.bool_)
        starts = np.array(steps_of(self.s, middle) or [middle], np.int32)
        below = reach(self.s.network, starts, upstream=False, kinds=GOODS, tier_kinds=TIERS).vertex
        return np.isin(cone, below)

    @cached_property
    def ends(self) -> Bool:
        """Rows at which knowledge of the actual chain ends."""
        found: Bool = ends_of(self.s)[self.vertex]
        return found

    @cached_property
    def level(self) -> I64:
        """The level of each row, as a code of ``NAMES``."""
        if not self.risk:
            return np.zeros(len(self.vertex), np.int64)
        found: I64 = len(WORST_FIRST) - reached(self.s, self.risk, self.vertex).rank
        return found

    # -- groups -------------------------------------------------------------------------------------------------
    def keys(self) -> list[str]:
        """The group of each row: an id, a code, or ``UNTOLD``."""
        of: Mapping[str, Callable[[int, int], str]] = {
            "supplier": self._supplier,
            "category": self._category,
            "stage": self._stage,
            "country": self._country,
            "certainty": self._certainty,
        }
        key = of[self.by]
        return [key(row, int(vertex)) for row, vertex in enumerate(self.vertex)]

    @cached_property
    def countries(self) -> list[str]:
        """The country of each row, ``NOWHERE`` where nobody tells it."""
        return [self._country(row, int(vertex)) or NOWHERE for row, vertex in enumerate(self.vertex)]

    @cached_property
    def _countries(self) -> dict[tuple[int, ...], str]:
        return {}

    @cached_property
    def _companies(self) -> dict[int, int]:
        return companies(self.s)

    def _supplier(self, _: int, vertex: int) -> str:
        company = self._companies.get(vertex)
        return UNTOLD if company is None else self.s.id(company)

    def _category(self, row: int, vertex: int) -> str:
        pairs = self.s.pairs
        if self.contract[row]:
            kinds = pairs("IN_CATEGORY").targets(vertex) or pairs("IN_CATEGORY").targets(
                *pairs("FOR_LOT").targets(vertex)
            )
        else:
            kinds = pairs("OUTPUTS").targets(vertex)
        if len(kinds) > 1:
            kinds = [min(kinds, key=lambda kind: name_key(self.s, kind))]
        return self.s.id(kinds[0]) if kinds else UNTOLD

    def _stage(self, row: int, vertex: int) -> str:
        return "contract" if self.contract[row] else str(self.s.properties(vertex).get("stage") or UNTOLD)

    def _country(self, row: int, vertex: int) -> str:
        s = self.s
        near = s.pairs("SERVES").targets(vertex) if self.contract[row] else [vertex]
        places = tuple(s.pairs("LOCATED_IN").targets(*near))
        if not places and not self.contract[row]:
            places = tuple(s.pairs("LOCATED_IN").targets(*s.pairs("PERFORMS").sources(vertex)))
        if places not in self._countries:
            self._countries[places] = next((code for place in places if (code := country_of(s, place))), UNTOLD)
        return self._countries[places]

    def _certainty(self, row: int, vertex: int) -> str:
        if self.contract[row]:
            return "told" if self.s.has_input[vertex] else UNTOLD
        return (Resolution.ITEM if self.item[row] else Resolution.GENERIC).value

    # -- the answer ---------------------------------------------------------------------------------------------
    def _kept(self) -> Bool:
        """Rows that the filters leave."""
        kept = np.ones(len(self.vertex), np.bool_)
        if self.only.level:
            kept &= self.level == (NAMES.index(self.only.level) if self.only.level in NAMES else -1)
        if self.only.tier is not None:
            kept &= self.tier == self.only.tier
        if self.only.certainty:
            kept &= self.item == (self.only.certainty == Resolution.ITEM.value)
        if self.only.country:
            kept &= np.array([country == self.only.country for country in self.countries], np.bool_)
        return kept

    def answer(self, question: str, opened: frozenset[str]) -> Answer[TiersData]:
        kept = np.flatnonzero(self._kept())
        shown = kept[self.tier[kept] <= DEEPEST]
        self.naming.left_out("tiers", len(np.unique(self.tier[shown])), len(np.unique(self.tier[kept])))
        boxes, home, members = self._boxes(shown, opened)
        buyers, serves, total = self._buyers(shown, home)
        named = {box.key for box in (*boxes, *buyers) if self.s.vertex(box.key) is not None}
        for id in named:
            self.naming.named(id)
        completeness = self._completeness()
        data = TiersData(
            subject=Node(id=ALL, type=ALL, name=ALL) if self.asked is None else self.naming.node(self.asked),
            view=self.group.view,
            risk=self.risk,
            by=self.by,
            between=None if self.only.between is None else self._named(self.only.between),
            contracts=len(self.group.contracts),
            total=len(self.vertex),
            size=len(kept),
            buyers=tuple(buyers),
            buyers_total=total,
            boxes=tuple(boxes),
            members=tuple(members),
            wires=(*self._links(home), *serves),
            choices=tuple(self._choices()),
            nodes=(),
            **beside(self.naming, self.asked, self.group),
        )
        data = data.model_copy(update={"nodes": self.naming.nodes()})
        return framed(self.s, question, data, completeness=completeness)

    def _named(self, text: str) -> str:
        vertex = find(self.s, text)
        assert vertex is not None
        return self.naming.id(vertex)

    def _boxes(self, kept: I64, opened: frozenset[str]) -> tuple[list[Box], dict[int, str], list[Member]]:
        """The boxes, what each row stands in (a box, or the member that it is), and the members shown."""
        keys = self.keys()
        rows: dict[int, dict[str, list[int]]] = {}
        for row in kept.tolist():
            rows.setdefault(int(self.tier[row]), {}).setdefault(keys[row], []).append(row)
        boxes: list[Box] = []
        home: dict[int, str] = {}
        members: list[Member] = []
        most = min(BOXES, max(FEWEST, IN_ALL // max(1, len(rows)) - 1))
        for tier in sorted(rows):
            budget.check()
            here = sorted(rows[tier].items(), key=lambda item: (-max(self.level[item[1]]), -len(item[1]), item[0]))
            shown, rest = (here, []) if len(here) <= most + 1 else (here[:most], here[most:])
            if rest:
                shown = [*shown, (REST, [row for _, found in rest for row in found])]
            for key, found in shown:
                id = f"{tier}:{key}"
                out = self._opened(found) if id in opened else []
                apart = set(out)
                left = [row for row in found if row not in apart]
                home |= dict.fromkeys(left, id)
                for row in out:
                    members.append(self._member(row, id))
                    home[row] = members[-1].node.id
                if left:
                    boxes.append(self._box(id, tier, key, left, len(rest) if key == REST else 1, opened=bool(out)))
        return boxes, home, members

    def _opened(self, rows: list[int]) -> list[int]:
        """The members of a box that are shown, the worst first."""
        ordered = sorted(rows, key=lambda r: (-self.level[r], self.s.name(int(self.vertex[r])), int(self.vertex[r])))
        return ordered if len(ordered) <= MEMBERS + 1 else ordered[:MEMBERS]

    def _member(self, row: int, box: str) -> Member:
        node = self.naming.node(int(self.vertex[row]))
        return Member(
            node=node, box=box, tier=int(self.tier[row]), level=NAMES[self.level[row]], end=bool(self.ends[row])
        )

    def _box(self, id: str, tier: int, key: str, rows: list[int], groups: int, *, opened: bool) -> Box:
        counts = Counter(self.level[rows].tolist())
        levels = tuple(LevelSize(level=NAMES[code], size=counts[code]) for code in sorted(counts, reverse=True))
        ends = int(self.ends[rows].sum())
        return Box(id=id, tier=tier, key=key, size=len(rows), levels=levels, ends=ends, groups=groups, opened=opened)

    def _buyers(self, kept: I64, home: Mapping[int, str]) -> tuple[list[Box], list[BoxLink], int]:
        """The buyers with the most contracts as boxes, the rest as one; what serves them; how many they are."""
        serves = self.s.pairs("SERVES")
        rows: dict[int, list[int]] = {}
        for row in kept[self.contract[kept]].tolist():
            for buyer in serves.targets(int(self.vertex[row])):
                rows.setdefault(buyer, []).append(row)
        order = sorted(rows, key=lambda buyer: (-len(rows[buyer]), self.s.name(buyer), buyer))
        shown, rest = (order, []) if len(order) <= BOXES + 1 else (order[:BOXES], order[BOXES:])
        groups = [(self.s.id(buyer), rows[buyer], 1) for buyer in shown]
        if rest:
            groups.append((REST, sorted({row for buyer in rest for row in rows[buyer]}), len(rest)))
        boxes = [self._box(f"{BUYERS}:{key}", BUYERS, key, found, n, opened=False) for key, found, n in groups]
        counts = Counter((home[row], f"{BUYERS}:{key}") for key, found, _ in groups for row in found)
        links = [BoxLink(source=a, target=b, links=n, typical=0) for (a, b), n in sorted(counts.items())]
        return boxes, links, len(rows)

    def _links(self, home: Mapping[int, str]) -> Iterable[BoxLink]:
        """The links of goods between boxes and members, counted."""
        network, place = self.s.network, self.place
        edges = network.incoming.edge[ranges(network.incoming.start, np.sort(self.vertex))]
        edges = edges[GOODS[network.kind[edges]] & (place[network.source[edges]] >= 0)]
        typical = np.asarray(self.s.is_generic(self.s.topology.by_id[network.link[edges]]), np.bool_)
        counts: Counter[tuple[str, str]] = Counter()
        only: Counter[tuple[str, str]] = Counter()
        pairs = zip(place[network.source[edges]].tolist(), place[network.target[edges]].tolist(), typical, strict=True)
        for a, b, is_typical in pairs:
            ends = home.get(a), home.get(b)
            if ends[0] and ends[1] and ends[0] != ends[1]:
                counts[ends[0], ends[1]] += 1
                only[ends[0], ends[1]] += int(is_typical)
        for (a_id, b_id), n in sorted(counts.items()):
            yield BoxLink(source=a_id, target=b_id, links=n, typical=only[a_id, b_id])

    def _choices(self) -> Iterable[Choice]:
        """What may be filtered by, counted over everything."""
        if self.risk:
            for code, n in sorted(Counter(self.level.tolist()).items(), reverse=True):
                yield Choice(filter="level", value=NAMES[code], size=n)
        for tier, n in sorted(Counter(self.tier[self.tier <= DEEPEST].tolist()).items()):
            yield Choice(filter="tier", value=str(tier), size=n)
        for resolution, here in ((Resolution.ITEM, self.item), (Resolution.GENERIC, ~self.item)):
            if here.any():
                yield Choice(filter="certainty", value=resolution.value, size=int(here.sum()))
        for country, n in sorted(Counter(self.countries).items(), key=lambda item: (-item[1], item[0])):
            yield Choice(filter="country", value=country, size=n)

    def _completeness(self) -> Completeness:
        rows = np.flatnonzero(self.ends)
        nearest = rows[np.lexsort((self.vertex[rows], self.tier[rows]))]
        asks = Ends(self.s, self.naming, map(int, self.group.contracts))
        marks = self.survey.marks[self.vertex]
        return Completeness(
            tiers_reached=int(self.tier.max(initial=0)),
            ends=asks.ends((int(self.tier[row]), int(self.vertex[row])) for row in nearest[:ENDS]),
            ends_total=len(rows),
            steps=int(marks[:, STEP].sum()),
            unassessed=int(marks[:, UNASSESSED].sum()) if self.risk else None,
            cut=self.naming.cut(),
        )
