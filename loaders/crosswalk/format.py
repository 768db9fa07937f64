"""Crosswalks, declared."""

from __future__ import annotations

from loaders.glimpse import Glimpse
from loaders.registry import EDITION, LICENCE, Format, Option
from ontology.label import Label

COLUMNS = ("from", "to", "relation", "confidence", "reviewer")


def _crosswalk(seen: Glimpse) -> bool:
    first = seen.text.lstrip("\ufeff").partition("\n")[0].casefold()
    words = {word.strip(' "\r') for word in first.replace(";", ",").split(",")}
    return not seen.path.is_dir() and set(COLUMNS) <= words


CROSSWALK = Format(
    kind="crosswalk",
    title=Label("Granskade matchningar mellan koder", "Reviewed matches between codes"),
    help=Label(
        "Matchningar mellan koder för varor (EMDN, CPV, HS, egna kategorier), med säkerhet och granskare. Utan fil: de "
        "medföljande mellan EMDN och CPV.",
        "Matches between codes of goods (EMDN, CPV, HS, own categories), with confidence and reviewer. Without a file: "
        "the packaged ones between EMDN and CPV.",
    ),
    takes=Label("CSV eller XLSX; utan den, den medföljande", "CSV or XLSX; without it, the packaged one"),
    looks_for=Label("kolumnerna " + ", ".join(COLUMNS), "the columns " + ", ".join(COLUMNS)),
    example="kedja load crosswalk",
    loader="loaders.crosswalk.loader:CrosswalkLoader",
    recognises=_crosswalk,
    default="loaders.crosswalk.loader:packaged",
    options=(
        EDITION,
        LICENCE,
        Option("publisher", Label("Vem som har granskat.", "Who reviewed.")),
        Option("series", Label("Serie, om inte filens namn.", "Series, unless the file's name.")),
    ),
    notes={
        "not_reviewed": Label(
            "Matchningar utan granskare: förslag, inte inlästa", "Matches without a reviewer: proposals, not loaded"
        ),
    },
)
