"""OS IDs of Open Supply Hub, and when one identifies a facility.

Its check is a plain sum, so that swapped characters pass (opensupplyhub/open-supply-hub 2dccd953, ``os_id.py``): an
id that passes is no proof. It identifies only beside a name, and where one list uses it for two names it identifies
neither after the first. The country in it is that of creation and says nothing of where the facility is.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ontology.errors import Reason, ValueProblem
from ontology.values import make_key

SCHEME = "os-id"
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LEAST = 70
"""Likeness of two names, of 100, from which they may be one facility's: what is written of it changes over the
years."""


def passes(os_id: str) -> bool:
    """Whether the check sign of an OS ID of 15 characters is right."""
    if len(os_id) != 15 or set(os_id[2:]) - set(_SIGNS):
        return False
    total = ord(os_id[0]) + ord(os_id[1]) + sum(map(_SIGNS.index, os_id[2:-1]))
    return _SIGNS[total % 32] == os_id[-1]


@dataclass(slots=True)
class OsIds:
    """The OS IDs of one file, each with the name that it first stood beside, and where."""

    first: dict[str, tuple[str, str]] = field(default_factory=dict)

    def key(self, text: str, name: str, place: str) -> str:
        """The key of an OS ID that stands beside a name.

        Raises:
            ValueProblem: it is none, its check sign is wrong, no name stands beside it, or it stood beside another.
        """
        key = make_key(SCHEME, text.replace("-", ""))
        if not passes(key.partition(":")[2]):
            raise ValueProblem(Reason.BAD_IDENTIFIER, text, scheme=SCHEME)
        if not name.strip():
            raise ValueProblem(Reason.MISSING, text, column="name")
        known, where = self.first.setdefault(key, (name, place))
        if known != name and not alike(known, name):
            raise ValueProblem(Reason.SHARED_IDENTIFIER, text, first_row=where)
        return key


def alike(one: str, other: str) -> bool:
    """Whether two names may be one facility's."""
    from rapidfuzz import fuzz, utils

    return fuzz.token_set_ratio(one, other, processor=utils.default_process) >= LEAST
