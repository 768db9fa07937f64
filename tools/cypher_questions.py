"""Write graph/cypher/: the questions as Cypher, from the templates in tools/cypher/ and the ontology.

`python -m tools.cypher_questions`. The same templates and ontology give the same bytes; a test holds the files equal.
A template says what is asked. What depends on the declaration (which link types walk as goods, what passes for a
family, which stages end a chain) and what every question repeats (what a reader sees, what holds on the day) is put in
here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import ontology.links  # noqa: F401  (declares the links)
from graph.identity import entity_id, ghost_id
from graph.neo4j.questions import FOLDER, PUBLIC_NOW
from ontology.errors import DeclarationError
from ontology.method import method
from ontology.model import LINKS, LinkType, Walk
from ontology.records import Status
from ontology.vocabulary import is_labour, risk_family, vocabulary

TEMPLATES = Path(__file__).resolve().parent / "cypher"
CONTEXT = "day, run, hidden, clearance, now"
"""The variables of every question: the day asked about, and what a reader sees."""


# -- what every question repeats -------------------------------------------------------------------------------


def seen(e: str, *, secrecy: bool = True) -> str:
    """A version is visible to the reader.

    ``coalesce`` in place of IS NULL OR: with OR the planner would look through the index of what has been retracted.
    """
    may = f" AND {e}.secrecy <= clearance" if secrecy else ""
    return (
        f"{e}.added <= run AND NOT {e}.added IN hidden{may}\n"
        f"  AND coalesce({e}.retracted > run OR {e}.retracted IN hidden, true)"
    )


def on_the_day(e: str) -> str:
    return f"coalesce({e}.valid_from <= day, true) AND coalesce({e}.valid_to > day, true)"


def live(e: str) -> str:
    """A link is visible, asserted and holds on the day."""
    return f"{seen(e)}\n  AND NOT {e}.denied AND {on_the_day(e)}"


def alive(n: str) -> str:
    """An entity is valid on the day: its projection says so or, where that is not the reader's, its records do."""
    return "\n".join(
        [
            f"CASE WHEN now AND coalesce({n}.valid_from <= day, true)",
            f"    AND coalesce({n}.valid_to > day, true) THEN true",
            f"  ELSE all(recs IN [COLLECT {{ MATCH (rec:KedjaRecord {{entity: {n}.node}})",
            f"    WHERE {_indented(seen('rec'), 4)} RETURN rec }}]",
            "    WHERE recs = [] OR any(rec IN recs WHERE coalesce(rec.valid_from <= day, true))",
            "      AND any(rec IN recs WHERE coalesce(rec.valid_to > day, true))) END",
        ]
    )


def sound(path: str, *, views: Sequence[str] = (), generic: bool = False, more: str = "") -> str:
    """Every link of a path is live and names the goods (unless ``generic``, or of the types ``views``); every entity on
    it is valid on the day."""
    item = "e.status <> 'generic'" + (f" OR type(e) IN {literal(list(views))}" if views else "")
    also = [] if generic else [f"({item})" if views else item]
    also += [more] if more else []
    return (
        f"all(e IN relationships({path}) WHERE {live('e')}{''.join(f'{chr(10)}  AND {one}' for one in also)})\n"
        f"AND all(n IN nodes({path}) WHERE {alive('n')})"
    )


def link_id(order: str) -> str:
    """A link's id from its number: ``ontology.records.link_id``."""
    digit = "substring('0123456789abcdef', x[1] % 16, 1)"
    return f"'l' + reduce(x = ['', {order}], i IN range(1, 16) |\n      [{digit} + x[0], x[1] / 16])[0]"


def confidence(e: str) -> str:
    """c_e: as stated, else the method's by status."""
    by_status = method().confidence
    cases = " ".join(f"WHEN '{status}' THEN {by_status[status]}" for status in Status)
    return f"coalesce({e}.confidence,\n          CASE {e}.status {cases} END)"


def _indented(text: str, width: int) -> str:
    return text.replace("\n", "\n" + " " * width)


# -- what the declaration says -----------------------------------------------------------------------------------


def walks(*ways: Walk) -> str:
    """The link types that walk in some way, for a relationship pattern."""
    return "|".join(name for name, link in sorted(LINKS.items()) if link.walk in ways)


def literal(value: Any) -> str:
    """A value as Cypher writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"`{key}`: {literal(one)}" for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(literal, value)) + "]"
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"


def group(risk: str) -> str:
    """What decides along which links a risk type passes, in a word: its family, and L for labour."""
    return risk_family(risk).value + ("L" if is_labour(risk) else "")


def passing() -> dict[str, list[str]]:
    """The link types along which each group of risk types passes."""
    risks = {group(risk): risk for risk in vocabulary("risk-types").terms}
    return {name: [one for one, link in sorted(LINKS.items()) if _passes(link, risk)] for name, risk in risks.items()}


def _passes(link: LinkType, risk: str) -> bool:
    return link.flows and risk_family(risk) in link.passes and (is_labour(risk) or not link.only_labour)


def passed() -> str:
    """Every link type along which some risk passes, for a relationship pattern."""
    return "|".join(sorted({name for names in passing().values() for name in names}))


def controlled(e: str) -> str:
    """A link that passes by control does so only with control, or at a share of one half or more."""
    names = [name for name, link in sorted(LINKS.items()) if link.by_control]
    return f"(NOT type({e}) IN {literal(names)} OR coalesce({e}.control, false) OR coalesce({e}.share, 0) >= 0.5)"


def risks() -> list[tuple[str, str, list[str]]]:
    """Each risk type, its group, and the ids of the entities of it and the narrower ones.

    Raises:
        DeclarationError: a risk type within which some pass along other links; the questions walk for all at once.
    """
    terms = vocabulary("risk-types")
    found = []
    for risk in terms.terms:
        within = sorted(terms.within(risk))
        if {group(one) for one in within} != {group(risk)}:
            raise DeclarationError(f"Risk types within {risk} pass along different links.")
        found.append((risk, group(risk), [entity_id(ghost_id("RiskType", f"risk:{one}")) for one in within]))
    return found


def levels() -> dict[str, dict[str, Any]]:
    """What each published level counts as, by the method file."""
    return {
        level: {"severity": row.severity, "likelihood": row.likelihood, "unknown": row.unknown}
        for level, row in method().levels.items()
    }


def silent_standings() -> list[str]:
    return [term.id for term in vocabulary("standings").terms.values() if term.extra["live"] != "yes"]


def ending_stages() -> list[str]:
    """Stages at which a chain ends, so that nothing is missing above them."""
    return [term.id for term in vocabulary("chain-stages").terms.values() if term.extra.get("end") == "yes"]


def narrower_stages() -> dict[str, list[str]]:
    stages = vocabulary("chain-stages")
    within = {stage: sorted(stages.within(stage) - {stage}) for stage in stages.terms}
    return {stage: narrower for stage, narrower in within.items() if narrower}


def clause_tiers() -> dict[str, int]:
    """How many tiers up each clause level that entitles to ask does so."""
    tiers = {"chain": 2**31 - 1, "direct": 1}
    terms = vocabulary("clause-levels").terms.values()
    return {term.id: tiers[term.extra["entitles"]] for term in terms if term.extra["entitles"] in tiers}


# -- the files -----------------------------------------------------------------------------------------------------


def environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, autoescape=False,  # noqa: S701  (Cypher, and no input of anybody's)
    )  # fmt: skip
    made.globals.update(
        seen=seen, live=live, alive=alive, sound=sound, link_id=link_id,
        confidence=confidence, controlled=controlled, literal=literal, ctx=CONTEXT, public_now=PUBLIC_NOW,
        goods=walks(Walk.GOODS), actors=walks(Walk.ACTOR), lists=walks(Walk.LIST),
        goods_and_actors=walks(Walk.GOODS, Walk.ACTOR), passed=passed(), passing=passing(), risks=risks(),
        levels=levels(), silent_standings=silent_standings(), ending_stages=ending_stages(),
        narrower_stages=narrower_stages(), clause_tiers=clause_tiers(),
        statuses={status.value: value for status, value in method().confidence.items()},
    )  # fmt: skip
    return made


def rendered() -> dict[str, str]:
    """Every file by name."""
    made = environment()
    names = sorted(path.name for path in TEMPLATES.glob("*.cypher"))
    return {name: made.get_template(name).render() for name in names}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in rendered().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(f"wrote graph/cypher/{name}")


if __name__ == "__main__":
    main()
