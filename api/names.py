"""A pasted list of names -> proposed matches -> the contracts that the certain ones touch. Similar only proposes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from api import ask
from api.settings import MAX_TEXT
from graph.answer import Answer
from graph.data import AffectedData
from ontology.errors import AmbiguousError, InputError, NotInGraphError

if TYPE_CHECKING:
    from api.service import Service, When
    from graph.snapshot.view import Snapshot
    from visualisation.words import Words

STARTS = ("Site", "Organisation", "Place", "Product", "Material", "Category", "Incident")
MAX_NAMES = 1_000
PROPOSALS = 3
LEAST_SIMILAR = 70.0


@dataclass(frozen=True, slots=True)
class Match:
    """What a pasted name was taken for. ``entity`` only where it is certain: an identifier or one exact name."""

    text: str
    entity: str | None
    proposals: tuple[tuple[str, str, float], ...]
    """(key or id, name, similarity in per cent), most similar first."""


def read_names(path: Path) -> list[str]:
    """The names in a file, one a line; empty lines and those that begin with # are passed over.

    Raises:
        InputError: the file cannot be read, holds no names, or too many.
    """
    from loaders.tabular import decode

    try:
        text = decode(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", remedy="Check the path.") from error
    names = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not 0 < len(names) <= MAX_NAMES:
        raise InputError(f"{path} holds {len(names)} names.", remedy=f"Give between 1 and {MAX_NAMES}, one a line.")
    return [name[:MAX_TEXT] for name in names]


def matches(service: Service, when: When, names: list[str]) -> list[Match]:
    """Match each name: certain where it is an identifier or the exact name of one entity, else proposed."""
    snapshot = service.snapshot(when)
    choices = _choices(snapshot)
    found = []
    for name in names:
        try:
            found.append(Match(name, service.resolve_exactly(name, when).id, ()))
        except AmbiguousError as error:
            found.append(Match(name, None, tuple((id, other, 100.0) for id, other in error.candidates)))
        except NotInGraphError:
            found.append(Match(name, None, _similar(name, choices)))
    return found


def _choices(snapshot: Snapshot) -> dict[str, str]:
    """Names by a key that finds them, for entities that a question may start at."""
    vertices = (int(v) for name in STARTS for v in snapshot.of_type(name))
    return {next(iter(snapshot.keys(v)), snapshot.id(v)): snapshot.name(v) for v in vertices}


def _similar(name: str, choices: dict[str, str]) -> tuple[tuple[str, str, float], ...]:
    from rapidfuzz import fuzz, process, utils

    best = process.extract(
        name,
        choices,
        scorer=fuzz.token_sort_ratio,
        processor=utils.default_process,
        limit=PROPOSALS,
        score_cutoff=LEAST_SIMILAR,
    )
    return tuple((key, other, round(score, 1)) for other, score, key in best)


def affected_by(service: Service, when: When, found: list[Match]) -> list[Answer[AffectedData]]:
    """The affected contracts of every certain match, each entity once."""
    entities = dict.fromkeys(match.entity for match in found if match.entity)
    return [ask.affected(service, when, entity, None, None) for entity in entities]


def matches_text(found: list[Match], words: Words) -> str:
    """What each name was taken for, tab separated: name, how surely, identifier, the entity's name, per cent."""
    lines = []
    for match in found:
        if match.entity:
            lines.append(f"{match.text}\t{words('names.certain')}\t{match.entity}\t\t100")
        for key, name, similar in match.proposals:
            lines.append(f"{match.text}\t{words('names.proposed')}\t{key}\t{name}\t{similar:g}")
        if not match.entity and not match.proposals:
            lines.append(f"{match.text}\t{words('names.nothing')}\t\t\t")
    return "\n".join(lines)
