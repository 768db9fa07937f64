"""Flowing links as arrays, in the direction risk flows (supplier -> buyer): what every kernel works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ontology.errors import InputError

F32 = npt.NDArray[np.float32]
U8 = npt.NDArray[np.uint8]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]

LINK_TYPES = 32
"""Link-type codes are below this."""


@dataclass(frozen=True, slots=True, eq=False)
class Csr:
    """Edges by vertex: those of ``v`` are ``edge[start[v] : start[v + 1]]``, in the order of their ``link``."""

    start: I64
    edge: I32
    plain: bool
    """Whether ``edge[i]`` is i: the links stand in the arrays as they do here."""

    @staticmethod
    def by(n: int, vertex: I32, link: I32) -> Csr:
        """Index edges by one of their ends; shapes (m,)."""
        from graph.kernels import index

        return Csr.of(*index.by_vertex(n, vertex, link))

    @staticmethod
    def of(start: I64, edge: I32) -> Csr:
        from graph.kernels import index

        return Csr(start, edge, bool(index.in_order(edge)))


def _check(column: npt.NDArray[Any], length: int, least: int, most: int) -> None:
    # A kernel looks nothing up twice: a vertex that is not there would be read from anywhere in memory.
    if column.shape != (length,) or (length and not (least <= column.min() and column.max() <= most)):
        raise InputError(
            f"A column of {len(column)} links for {length}, or a value in it outside {least} to {most}.",
            remedy="Give vertices below n, link types below 32 and confidences in [0, 1].",
        )


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """``n`` vertices and ``m`` links; ``kind`` is a link-type code, ``confidence`` c_e in [0, 1], ``link`` the caller's
    link index: the order of link ids, which breaks ties."""

    n: int
    source: I32
    target: I32
    kind: U8
    confidence: F64
    link: I32
    incoming: Csr
    outgoing: Csr

    @staticmethod
    def build(n: int, source: Any, target: Any, kind: Any, confidence: Any, link: Any = None) -> Network:
        """Index links both ways. Arrays of the right type, memory-mapped ones too, are not copied.

        Raises:
            InputError: a column of another length or with a value that is out of its range.
        """
        source, target = np.asarray(source, np.int32), np.asarray(target, np.int32)
        link = np.arange(len(source), dtype=np.int32) if link is None else np.asarray(link, np.int32)
        columns = (source, target, np.asarray(kind, np.uint8), np.asarray(confidence, np.float64), link)
        for column, least, most in zip(columns, (0, 0, 0, 0, -(2**31)), (n - 1, n - 1, 31, 1, 2**31), strict=True):
            _check(column, len(source), least, most)
        source, target, kind, confidence, link = columns
        incoming, outgoing = Csr.by(n, target, link), Csr.by(n, source, link)
        return Network(n, source, target, kind, confidence, link, incoming, outgoing)

    def only(self, keep: Bool) -> Network:
        """The network of the links where ``keep``, shape (m,), is true."""
        from graph.kernels import index

        indexes = [(csr.start, csr.edge) for csr in (self.incoming, self.outgoing)]
        columns = (self.source, self.target, self.kind, self.confidence, self.link)
        (source, target, kind, confidence, link), kept = index.part(columns, indexes, keep)
        incoming, outgoing = (Csr.of(*one) for one in kept)
        return Network(self.n, source, target, kind, confidence, link, incoming, outgoing)
