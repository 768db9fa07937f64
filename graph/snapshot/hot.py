"""The texts that are shown of all that an answer names, as columns: read from JSON once, when a topology is frozen."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from graph.snapshot.arrays import I32, Texts

HOT = ("name_sv", "stage", "inputs_known", "clause_level")
"""The properties. A value stands in no other way in canonical JSON: a quotation mark within a text is escaped."""
NONE = -1


@dataclass(frozen=True, eq=False)
class Hot:
    """``value`` are the different texts; ``code[p, v]`` is the place of what vertex v has of ``HOT[p]``, -1 for none,
    shape (properties, n)."""

    code: I32
    value: Texts

    @staticmethod
    def of(properties: Texts) -> Hot:
        """Of the properties of each vertex, JSON texts."""
        blob = properties.blob.tobytes()
        known: dict[bytes, int] = {}
        code = np.full((len(HOT), len(properties)), NONE, np.int32)
        for row, name in enumerate(HOT):
            places, codes = [], []
            for found in re.finditer(rb'[{,]"%b":("(?:[^"\\]|\\.)*")' % name.encode(), blob):
                places.append(found.start())
                codes.append(known.setdefault(found[1], len(known)))
            at = np.searchsorted(properties.start, np.array(places, np.int64), side="right") - 1
            code[row, at] = codes
        return Hot(code, Texts.of(json.loads(text) for text in known))

    @cached_property
    def texts(self) -> list[str | None]:
        """The value of each code; of the last code, -1, none."""
        return [*self.value, None]

    def column(self, name: str) -> I32:
        """The codes of one of ``HOT``, shape (n,)."""
        found: I32 = self.code[HOT.index(name)]
        return found

    def of_value(self, text: str) -> int:
        """The code of a text, one that nothing has where it does not occur."""
        return self.texts.index(text) if text in self.texts else NONE - 1
