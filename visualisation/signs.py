"""The signs of the legends, (sign, key of its words), and what a picture that stands alone is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from visualisation.svg import Picture

Signs = tuple[tuple[str, str], ...]
CHAIN_SIGNS: Signs = (
    *((name, f"shape.{name}") for name in ("region", "contract", "step", "raw", "generic")),
    *((name, f"legend.{name}") for name in ("link_item", "link_generic", "unsure")),
    ("end", "end_short"),
)
IMPLIED_SIGNS: Signs = (("implied", "legend.implied"),)
MAP_SIGNS: Signs = tuple((name, f"map.{name}") for name in ("told", "estimated", "numbers"))
WAY_SIGNS: Signs = (("way", "map.way"),)
LINE_SIGNS: Signs = tuple((name, f"timeline.key.{name}") for name in ("sure", "less", "learnt", "withdrawn", "gap"))
HEAT_SIGNS: Signs = (("foot", "heat.legend"),)


@dataclass(frozen=True, slots=True)
class Still:
    """What one drawing of a file is made of: its template and what that needs, its size, the signs that it uses
    (``levels``: those of severity), and what else is to be said below it, that something is cut first of all."""

    template: str
    values: dict[str, Any]
    width: float
    height: float
    signs: Signs = ()
    levels: bool = False
    said: tuple[str, ...] = ()


def chain(placed: Picture, *, levels: bool, said: str) -> Still:
    """Marks and wires as they are placed on the page."""
    implied = IMPLIED_SIGNS if any(wire.wire.implied for wire in placed.wires) else ()
    size = placed.width, placed.height + 40
    return Still("_still_chain.svg", {"p": placed}, *size, CHAIN_SIGNS + implied, levels, (said,))
