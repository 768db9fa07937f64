"""A method for each question. Made by `python -m tools.surface` from the declarations; do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what the answers are is imported when they come
    from collections.abc import Sequence
    from datetime import date, datetime
    from typing import Literal

    from graph.answer import Answer
    from graph.compared import CompareData
    from graph.data import AffectedData, EntityData, ExposureData, PathsData, TraceData
    from graph.placed import MapData
    from graph.questions.conflicts import ConflictsData
    from graph.questions.coverage import CoverageData
    from graph.questions.figures import FiguresData
    from graph.questions.found import SearchAnswer
    from graph.questions.heat import HeatData
    from graph.questions.listed import ListedData
    from graph.questions.risk_lines import RisksData
    from graph.questions.told import LoadsData, SourcesData, TermsData
    from graph.tiered import TiersData
    from graph.timed import TimelineData
    from kedja.result import Result


class Questions:
    """The questions that Kedja brings; those of other packages are asked by ``ask``."""

    def ask(self, name: str, **given: Any) -> Result[Any]:
        raise NotImplementedError

    def affected(
        self, start: str, *, goods: str | None = None, risk: str | None = None, skip: int = 0
    ) -> Result[Answer[AffectedData]]:
        """Which contracts a factory, company, place, kind of goods or incident touches, and how surely.

        Args:
            start: Site, company, place, kind of goods or incident.
            goods: The kind of goods, for a company.
            risk: Only statements of this risk type, by id or name.
            skip: Contracts to pass over, where not all are listed.
        """
        return self.ask("affected", start=start, goods=goods, risk=risk, skip=skip)

    def compare(
        self,
        *,
        subject: str = "all",
        risk: str | None = None,
        before: date | None = None,
        before_known: datetime | None = None,
        most: int = 200,
    ) -> Result[Answer[CompareData]]:
        """What has changed since another day, or since what was known then, and why: risen, fallen, expired,
        corrected. What was unknown and became known, or the reverse, is a kind of its own and never a fall.
        Without ``before`` and ``before_known`` it is compared with the day a year earlier.

        Args:
            subject: Contract, buyer, supplier, category, area, product or place; all for every contract.
            risk: One risk type; without it all that somebody assessed.
            before: The day that it is compared with (valid_at).
            before_known: The time whose knowledge it is compared with (known_at).
            most: Most changes listed.
        """
        return self.ask("compare", subject=subject, risk=risk, before=before, before_known=before_known, most=most)

    def conflicts(
        self, *, type: str | None = None, property: str | None = None, skip: int = 0, rows: int = 200
    ) -> Result[Answer[ConflictsData]]:
        """Everything that sources are in conflict about: who says what, what counts, and by which rule.

        Args:
            type: Only this node or link type, for instance Site.
            property: Only this property, by its id, for instance severity.
            skip: Conflicts to pass over, where not all are listed.
            rows: How many conflicts to list.
        """
        return self.ask("conflicts", type=type, property=property, skip=skip, rows=rows)

    def coverage(
        self, *, subject: str = "all", risk: str | None = None, rows: int = 50
    ) -> Result[Answer[CoverageData]]:
        """Where knowledge ends: by tier, supplier, category and age of the sources, and who could tell more.

        Args:
            subject: Contract, buyer, supplier, category, area, product or place; all for every contract.
            risk: Count steps as assessed for this risk type, else for any.
            rows: How many rows of each table.
        """
        return self.ask("coverage", subject=subject, risk=risk, rows=rows)

    def entity(self, id: str) -> Result[Answer[EntityData]]:
        """Everything said about one thing, by whom, and where its sources disagree.

        Args:
            id: An id, an identifier with or without its scheme (se-orgnr:2321000131, 2321000131), or an exact name.
        """
        return self.ask("entity", id=id)

    def exposure(self, subject: str, risk: str, *, members: int = 200) -> Result[Answer[ExposureData]]:
        """How exposed a group of contracts is to a risk: by severity, by resolution, and what is not known.

        Args:
            subject: Contract, buyer, supplier, category, area, product or place; all for every contract.
            risk: Risk type, by id or name.
            members: How many contracts to list.
        """
        return self.ask("exposure", subject=subject, risk=risk, members=members)

    def figures(self, subject: str, risk: str, *, lens: str = "A", members: int = 200) -> Result[Answer[FiguresData]]:
        """What one lens says of each contract of a group, in its own unit: the highest first, unknown as
        unknown.

        Args:
            subject: Contract, buyer, supplier, category, area, product or place; all for every contract.
            risk: Risk type, by id or name.
            lens: Which lens: A (worst credible path).
            members: How many contracts to list.
        """
        return self.ask("figures", subject=subject, risk=risk, lens=lens, members=members)

    def heat(
        self,
        *,
        by: Literal["category-risk", "area-stage", "country-tier"] = "category-risk",
        subject: str = "all",
        risk: str | None = None,
        row: str | None = None,
        column: str | None = None,
        rows: int = 40,
    ) -> Result[Answer[HeatData]]:
        """Where risks sit: the worst level in each cell, how many of how many are reached, and what nobody
        assessed.

        Args:
            by: What rows and columns are: category and risk, cooperation area and stage, or country and tier.
            subject: Contract, buyer, supplier, category, area, product or place; all for every contract.
            risk: Only this risk type and those within it, by id or name.
            row: List what belongs to this row, by its id here.
            column: List what belongs to this column, by its id here.
            rows: How many rows, the most severe first.
        """
        return self.ask("heat", by=by, subject=subject, risk=risk, row=row, column=column, rows=rows)

    def listed(
        self, *, subject: str = "all", scheme: str = "dol", risk: str | None = None, most: int = 1000
    ) -> Result[Answer[ListedData]]:
        """Which contracts lie in categories with goods on a published list, from where, and which sites and
        owners are known of their suppliers: a company list, since no link says where the goods come from.

        Args:
            subject: Contract, buyer, supplier, category, area, product or place; all for every contract.
            scheme: The list's kinds of goods: dol, the US Department of Labor's.
            risk: Risk type, by id or name.
            most: Most rows of each list.
        """
        return self.ask("listed", subject=subject, scheme=scheme, risk=risk, most=most)

    def loads(self, *, run: int | None = None, skip: int = 0, rows: int = 100) -> Result[Answer[LoadsData]]:
        """What was loaded, judged and taken back, newest first, and what a load did not accept.

        Args:
            run: List what this load did not accept, by number.
            skip: Loads to pass over, where not all are listed.
            rows: How many loads to list.
        """
        return self.ask("loads", run=run, skip=skip, rows=rows)

    def paths(self, source: Sequence[str], target: Sequence[str], *, k: int | None = None) -> Result[Answer[PathsData]]:
        """The surest paths from one thing down to another, with the weakest link of each. Of several things at
        either end: the surest path of each pair that one joins.

        Args:
            source: The upstream end, one or several.
            target: The downstream end, one or several.
            k: How many paths: 5 between two things, 100 between several.
        """
        return self.ask("paths", source=source, target=target, k=k)

    def risks(self, subject: str) -> Result[Answer[RisksData]]:
        """How exposed a group of contracts is to every risk type: the most severe reached, and what is not
        known.

        Args:
            subject: Contract, buyer, supplier, category, area, product or place; all for every contract.
        """
        return self.ask("risks", subject=subject)

    def search(
        self, q: str, *, type: str | None = None, risk: str | None = None, limit: int = 20
    ) -> Result[SearchAnswer]:
        """Find an entity by name or identifier, or by words of its name, kind, country and whole.

        Args:
            q: A name, part of one, or an identifier.
            type: Only this node type, for instance Site.
            risk: The risk whose level each hit shows.
            limit: How many hits.
        """
        return self.ask("search", q=q, type=type, risk=risk, limit=limit)

    def sites(
        self,
        *,
        subject: str = "all",
        risk: str | None = None,
        level: str | None = None,
        area: str | None = None,
        most: int = 1000,
    ) -> Result[Answer[MapData]]:
        """Where the sites behind a group of contracts lie, what is said of the risk there, and what is not
        known.

        Args:
            subject: Contract, buyer, supplier, category, area, product or place; all for every contract.
            risk: Risk type, by id or name.
            level: 4 to 0, unstated or unknown.
            area: What the map shows: west, south, east and north in degrees, separated by commas.
            most: Most sites listed.
        """
        return self.ask("sites", subject=subject, risk=risk, level=level, area=area, most=most)

    def sources(self, *, publisher: str | None = None, licence: str | None = None) -> Result[Answer[SourcesData]]:
        """Every source: publisher, title, edition, licence, how it is attributed, its age, and what rests on
        it.

        Args:
            publisher: Only this publisher's sources, by its whole name.
            licence: Only sources of this licence; none: none is stated.
        """
        return self.ask("sources", publisher=publisher, licence=licence)

    def terms(self, *, vocabulary: str | None = None) -> Result[Answer[TermsData]]:
        """What the words mean: the rules of the method, and each risk type, level, stage and status with its
        source.

        Args:
            vocabulary: Only this vocabulary, by its id, for instance risk-types.
        """
        return self.ask("terms", vocabulary=vocabulary)

    def tiers(
        self,
        *,
        subject: str = "all",
        risk: str | None = None,
        by: Literal["supplier", "category", "stage", "country", "certainty"] = "supplier",
        between: str | None = None,
        level: str | None = None,
        tier: int | None = None,
        certainty: Literal["item", "generic"] | None = None,
        country: str | None = None,
        opened: str | None = None,
    ) -> Result[Answer[TiersData]]:
        """The chains of a group of contracts, tier by tier, in groups with counts: any number of contracts at
        once.

        Args:
            subject: Contract, buyer, supplier, category, area, product or place; all for every contract.
            risk: Risk type, by id or name.
            by: What the boxes of each tier are.
            between: Show only what lies between the contracts and this (a site, a company, a country).
            level: 4 to 0, unstated or unknown.
            tier: The number of a tier.
            certainty: Traced to the article, or only typical.
            country: A country's code, or unknown: what nobody tells the country of.
            opened: Ids of the boxes that are open, comma separated.
        """
        return self.ask(
            "tiers",
            subject=subject,
            risk=risk,
            by=by,
            between=between,
            level=level,
            tier=tier,
            certainty=certainty,
            country=country,
            opened=opened,
        )

    def timeline(
        self, subject: str, *, first: date | None = None, last: date | None = None, most: int = 300
    ) -> Result[Answer[TimelineData]]:
        """What was so of a thing when, and when we learnt it: its links and statements along both clocks, and
        the gaps.

        Args:
            subject: An id, an identifier or an exact name.
            first: The first day shown.
            last: The last day shown.
            most: Most things listed.
        """
        return self.ask("timeline", subject=subject, first=first, last=last, most=most)

    def trace(
        self,
        start: Sequence[str],
        *,
        direction: Literal["upstream", "downstream"] = "upstream",
        risk: str | None = None,
        max_tier: int = 50,
        max_nodes: int = 1000000,
    ) -> Result[Answer[TraceData]]:
        """What lies upstream (or downstream), tier by tier, and where knowledge ends.

        Args:
            start: Ids, identifiers or exact names.
            direction: Upstream to the raw material, or downstream to the contracts.
            risk: Say for each node how this risk reaches it: an id or name.
            max_tier: Most tiers.
            max_nodes: Most steps and contracts; their actors come with them.
        """
        return self.ask("trace", start=start, direction=direction, risk=risk, max_tier=max_tier, max_nodes=max_nodes)
