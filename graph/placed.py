"""What a map holds: sites with their positions and what is known of the risk there. Codes and numbers only."""

from __future__ import annotations

from pydantic import Field

from graph.answer import Frozen
from graph.asked import OfGroup
from graph.data import Node, Path, StatementData
from graph.tiered import LevelSize


class PlacedSite(Frozen):
    """A site. Without a position it stands somewhere in its country, if a source says in which."""

    site: Node
    latitude: float | None
    longitude: float | None
    steps: int = Field(description="steps that it is told to perform")
    severity: int | None = Field(description="of what is said of the site, its steps or who runs them; null: nothing")
    severity_unknown: bool = Field(False, description="nobody gave the severity of what is said")
    assessed: bool | None = Field(description="whether all its steps were assessed for the risk; null: no risk asked")
    statements: tuple[str, ...] = ()


class Stop(Frozen):
    """A thing on the worst path, and the sites where it happens; none: not told."""

    node: str
    sites: tuple[str, ...]


class MapData(OfGroup):
    """``sites`` most severe first, then unknown, by name, those at a level where one is asked; ``total`` and the counts
    are of all of them."""

    subject: Node
    view: str = Field(description="as in the exposure of the subject")
    risk: str | None
    contracts: int
    total: int
    placed: int = Field(description="sites whose position a source gives")
    in_country: int = Field(description="sites of which only the country is told")
    unplaced: int = Field(description="sites of which not even the country is told")
    unknown: int = Field(description="sites that nobody assessed for the risk and of which nothing is said")
    levels: tuple[LevelSize, ...] = Field(
        (), description="how many of all stand at each level of the risk, worst first"
    )
    sites: tuple[PlacedSite, ...]
    path: Path | None = Field(None, description="the worst path of the subject to the risk")
    stops: tuple[Stop, ...] = ()
    statements: tuple[StatementData, ...] = ()
    nodes: tuple[Node, ...]
