"""An answer drawn: on one page that opens offline, or as a picture that stands alone."""

from __future__ import annotations

from ontology.label import Label
from visualisation.exporters import Exporter, Given


def _write(given: Given) -> bytes:
    from visualisation.pyvis_snapshot import snapshot_html

    assert given.answer is not None
    return snapshot_html(given.answer, given.words)


HTML = Exporter(
    "html",
    Label("Bild (HTML)", "Picture (HTML)"),
    Label(
        "Svaret ritat på en sida som öppnas utan nät (kräver pyvis).",
        "The answer drawn on one page that opens offline (needs pyvis).",
    ),
    "text/html; charset=utf-8",
    _write,
    shows=lambda view: view.drawing is not None,
)


def _write_svg(given: Given) -> bytes:
    from visualisation.still import still_svg

    assert given.answer is not None
    return still_svg(given.answer, given.words)


SVG = Exporter(
    "svg",
    Label("Bild (SVG)", "Picture (SVG)"),
    Label(
        "Det som sidan ritar, helt, med förklaring, båda klockorna, frågan och vad som är avkortat.",
        "What the page draws, whole, with its legend, both clocks, the question and what is cut.",
    ),
    "image/svg+xml",
    _write_svg,
)
