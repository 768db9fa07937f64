"""Which link types a question walks, read from the ontology: masks by network link type, shape (32,)."""

from __future__ import annotations

import numpy as np

from graph.snapshot.arrays import Bool
from graph.snapshot.topology import LINK_TYPES
from graph.snapshot.view import WEAK_OWNERSHIP
from ontology import model
from ontology.model import Walk


def _mask(*walks: Walk) -> Bool:
    mask = np.zeros(32, np.bool_)
    for code, name in enumerate(LINK_TYPES):
        mask[code] = model.LINKS[name].walk in walks
    return mask


GOODS = _mask(Walk.GOODS)
ACTORS = _mask(Walk.ACTOR)
ACTORS[WEAK_OWNERSHIP] = True
TIERS = np.zeros(32, np.bool_)
TIERS[: len(LINK_TYPES)] = [model.LINKS[name].tier for name in LINK_TYPES]
