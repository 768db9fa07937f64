"""A picture of an answer as one file that opens offline, drawn by pyvis with our positions and our own page.

pyvis's own template is not used: it loads from the network, has no escaping, and lets a title become markup.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from graph.answer import Answer
from graph.data import TraceData
from ontology.errors import InputError
from visualisation.drawing import Drawing, Mark
from visualisation.grouping import grouped
from visualisation.layout import Layout, lay_out
from visualisation.marks import FILLS, WHITE_TEXT, Level, digit, level_name, reach_span
from visualisation.pages import environment
from visualisation.sentences import Teller
from visualisation.sheets import stamp
from visualisation.svg import heading_of, line_of, name_of, spoken, who
from visualisation.text import shown
from visualisation.views import view_of
from visualisation.words import Words

PITCH, GAP, WIDTH = 330, 62, 236
LONGEST_LABEL = 34


def snapshot_html(answer: Answer[Any], words: Words) -> bytes:
    """The whole HTML file, UTF-8.

    Raises:
        InputError: the answer holds nothing to draw, or pyvis is not installed.
    """
    drawing, view = _drawing(answer), view_of(answer)
    vis_js, vis_css = _library()
    start_js = (files("visualisation") / "static" / "snapshot.js").read_text("utf-8")
    html = (
        environment()
        .get_template("snapshot.html")
        .render(
            w=words,
            title=view.title(answer.data, Teller(answer, words)),
            demonstration=answer.demonstration,
            snapshot=answer.snapshot,
            stamp=[(n, v) for n, v in stamp(answer, words) if v != words("app.demonstration")],
            rows=[_row(mark, drawing, words) for mark in drawing.marks],
            shown_marks=drawing.shown,
            total=drawing.total,
            grouped=drawing.grouped,
            data=_network(drawing, words, _risk(answer)),
            vis_js=Markup(vis_js),  # noqa: S704  (a library and our own script, no text from outside)
            vis_css=Markup(vis_css),  # noqa: S704
            start_js=Markup(start_js),  # noqa: S704
            hashes=[_sha256(vis_js), _sha256(start_js)],
        )
    )
    return html.encode("utf-8")


def _row(mark: Mark, drawing: Drawing, words: Words) -> dict[str, str]:
    members = [other for other in drawing.marks if other.column == mark.column]
    if mark.group:
        severity = ", ".join(f"{level_name(level, words)}: {n}" for level, n in mark.counts.items())
    else:
        severity = words("table.not_applicable") if mark.level is Level.NO_RISK else level_name(mark.level, words)
    return {
        "name": name_of(mark, words),
        "column": heading_of(mark.column, members, words)[0],
        "who": who(mark, words),
        "severity": severity,
        "bounds": reach_span(mark.reach, words),
    }


def answer_to_pyvis(answer: Answer[Any], words: Words) -> Any:
    """The drawing of an answer as a pyvis ``Network``.

    Raises:
        InputError: the answer holds nothing to draw, or pyvis is not installed.
    """
    drawing = _drawing(answer)
    return _drawn(drawing, words, _risk(answer))


def _risk(answer: Answer[Any]) -> str | None:
    return answer.data.risk if isinstance(answer.data, TraceData) else None


def _drawing(answer: Answer[Any]) -> Drawing:
    if answer.data is None:
        raise InputError("There is nothing to draw: it is not in the graph.", remedy="Ask about something that is.")
    view = view_of(answer)
    if view.drawing is None:
        raise InputError("This answer is not drawn.", remedy="Export csv, xlsx or json.")
    return grouped(view.drawing(answer.data))


def _network(drawing: Drawing, words: Words, risk: str | None) -> Mapping[str, Any]:
    """Nodes, edges and options as pyvis makes them, JSON-ready."""
    nodes, edges, _, _, _, options = _drawn(drawing, words, risk).get_network_data()
    return {"nodes": nodes, "edges": edges, "options": json.loads(options)}


def _drawn(drawing: Drawing, words: Words, risk: str | None) -> Any:
    try:
        from pyvis.network import Network
    except ImportError:
        raise InputError("pyvis is not installed.", remedy='Install it: pip install "kedja[pyvis]".') from None
    layout = lay_out([(m.id, m.column) for m in drawing.marks], [(w.source, w.target) for w in drawing.wires])
    net = Network(directed=True, cdn_resources="in_line")
    for mark in drawing.marks:
        net.add_node(mark.id, label=_label(mark, words), **_look(mark, layout, words, risk))
    _headings(net, drawing, layout, words)
    for wire in drawing.wires:
        net.add_edge(
            wire.source,
            wire.target,
            color="#8A8A8A",
            width=1,
            title=words.resolution(wire.resolution) if wire.resolution else "",
            dashes=_dashes(wire.resolution, wire.uncertain),
        )
    net.set_options(json.dumps(_OPTIONS))
    return net


def _dashes(resolution: str | None, uncertain: bool) -> bool | list[int]:
    if resolution == "generic":
        return [2, 4]
    return [6, 3] if uncertain else False


_OPTIONS: Mapping[str, Any] = {
    "physics": {"enabled": False},
    "layout": {"hierarchical": {"enabled": False}, "improvedLayout": False},
    "interaction": {
        "hover": True,
        "keyboard": {"enabled": True, "bindToWindow": False},
        "navigationButtons": False,
        "dragNodes": False,
    },
    "nodes": {"shape": "box", "labelHighlightBold": False, "margin": 6},
    "edges": {
        "arrows": {"to": {"enabled": True, "scaleFactor": 0.4}},
        "smooth": {"type": "cubicBezier", "forceDirection": "horizontal"},
    },
}


def _label(mark: Mark, words: Words) -> str:
    name = name_of(mark, words)
    if len(name) > LONGEST_LABEL:
        name = name[: LONGEST_LABEL - 1] + "…"
    if mark.group:
        return f"{name} · {words.number(mark.size)}"
    line = reach_span(mark.reach, words)
    first = f"{digit(mark.level)} · {name}" if digit(mark.level) else name
    return first + (f"\n{line}" if line else "")


def _look(mark: Mark, layout: Layout, words: Words, risk: str | None) -> dict[str, Any]:
    unknown = mark.level in (Level.UNKNOWN, Level.UNSTATED)
    fill = "#FFFFFF" if mark.group else FILLS[mark.level]
    border = "#1B1B1B" if unknown else "#525252"
    ink = "#FFFFFF" if mark.level in WHITE_TEXT and not mark.group else "#1B1B1B"
    line = line_of(mark, words)
    title = "\n".join(part for part in (spoken(mark, words, risk).replace("; ", "\n"), line) if part)
    return {
        "x": layout.x[mark.id] * PITCH,
        "y": round(layout.y[mark.id] * GAP, 1),
        "physics": False,
        "shape": "box",
        "title": defused(title),
        "borderWidth": 1,
        "shapeProperties": {"borderDashes": [4, 3] if unknown else False},
        "color": {
            "background": fill,
            "border": border,
            "highlight": {"background": fill, "border": "#000000"},
            "hover": {"background": fill, "border": "#0B57D0"},
        },
        "font": {"color": ink, "size": 13, "align": "left", "multi": False},
        "widthConstraint": {"minimum": WIDTH, "maximum": WIDTH},
    }


def defused(title: str) -> str:
    """A title that pyvis cannot take for markup: it looks for the letters ``href`` and then trusts the whole text."""
    return shown(title).replace("href", "hr\u200cef")


def _headings(net: Any, drawing: Drawing, layout: Layout, words: Words) -> None:
    columns = sorted({mark.column for mark in drawing.marks})
    for number in columns:
        members = [mark for mark in drawing.marks if mark.column == number]
        title, _ = heading_of(number, members, words)
        net.add_node(
            f"heading:{number}",
            label=title,
            shape="text",
            x=layout.x[members[0].id] * PITCH,
            y=-70,
            physics=False,
            font={"size": 15, "color": "#1B1B1B"},
            title=defused(title),
        )


@cache
def _library() -> tuple[str, str]:
    """The script and the style sheet that pyvis carries."""
    try:
        folder = files("pyvis") / "templates" / "lib" / "vis-9.1.2"
    except ModuleNotFoundError:
        raise InputError("pyvis is not installed.", remedy='Install it: pip install "kedja[pyvis]".') from None
    script = (folder / "vis-network.min.js").read_text("utf-8").replace("</script", "<\\/script")
    return script, (folder / "vis-network.css").read_text("utf-8")


def _sha256(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode()
