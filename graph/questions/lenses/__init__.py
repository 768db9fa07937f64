"""Lenses: each answers one question about a risk, in a unit of its own, and they are never blended (docs/method.md). A
module here declares one; a package of its own does by the entry point group ``kedja.lenses`` (docs/how-to/extend.md).
A declaration is read for ``--help``: what it computes with is imported when it looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from ontology.errors import InputError
from ontology.extensions import Extensions, extensions
from ontology.label import Label

if TYPE_CHECKING:
    from graph.snapshot.arrays import F64, I64, Bool
    from graph.snapshot.view import Snapshot

GROUP = "kedja.lenses"


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """What a lens says of its targets, shapes (t,), in its unit. ``low`` and ``high`` are NaN where it says nothing.

    ``open``: there may be more upstream, unknown; where the lens says nothing, that tells *unknown* from *none found*.
    ``severity`` is the level that the figures are of, -1 where none is; None: the lens has no levels.
    """

    low: F64
    high: F64
    open: Bool
    severity: I64 | None = None


class Lens:
    """Base of every lens. ``name`` is its word; ``unit`` what a figure of 1 would mean."""

    name: ClassVar[str]
    title: ClassVar[Label]
    unit: ClassVar[Label]

    def figures(self, s: Snapshot, risk: str, targets: I64) -> Figures:
        """The figures of a risk type (narrower ones rolled up) at some contracts, vertices of shape (t,)."""
        raise NotImplementedError


@cache
def lenses() -> Extensions[type[Lens]]:
    """Every lens by its name, and what other packages declare and is none."""
    import graph.questions.lenses as ours

    return extensions(ours, GROUP, "Lens", _is_lens)


def _is_lens(one: Any) -> bool:
    return isinstance(one, type) and issubclass(one, Lens) and one is not Lens


def lens(name: str) -> Lens:
    """The lens of that name.

    Raises:
        InputError: there is none; the remedy names those that there are.
    """
    known = lenses().known
    if name not in known:
        raise InputError(f"{name} is not a lens.", remedy=f"Use one of {', '.join(known)}.")
    return known[name]()
