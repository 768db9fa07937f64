"""What a search found, in words: the name, what it is, where, of what kind, what it belongs to."""

from __future__ import annotations

from collections.abc import Sequence

from graph.questions.found import Found, Named
from visualisation.words import Words


def found_name(found: Found | Named, words: Words) -> str:
    """The name in the reader's language; of what only its key says, what that stands for."""
    name = (found.name_sv if words.lang == "sv" else None) or found.name
    if name in found.keys:
        return words.coded(name) or words.key(name)
    return name or words("unnamed", id=found.id)


def hit_cells(hit: Found, words: Words) -> tuple[str, ...]:
    """Type, name, identifier, and what the hit is; for a line of text."""
    return hit.type, found_name(hit, words), hit.keys[0] if hit.keys else hit.id, what_it_is(hit, words)


def what_it_is(hit: Found, words: Words) -> str:
    """Where it is, of what kind, what it belongs to; nothing where nobody says."""
    place = ", ".join(map(words.country, hit.countries)) or _listed(hit.places, words)
    told = (("kind", hit.kinds), ("part_of", hit.part_of), ("about", hit.about))
    parts = [words(f"search.{code}", names=_listed(named, words)) for code, named in told if named]
    return " · ".join(part for part in (place if place != found_name(hit, words) else "", *parts) if part)


def _listed(found: Sequence[Named], words: Words) -> str:
    return ", ".join(found_name(one, words) for one in found)
