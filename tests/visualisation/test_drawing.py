"""What is drawn of an answer: steps and contracts in their tier, actors inside, boxes when there are too many."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.answer import Resolution
from graph.data import Reach, TraceData
from ontology.errors import InputError
from tests.visualisation import made
from visualisation.arranged import Arrangement, arranged
from visualisation.drawing import REGION, Wire, joined, lit, of_affected, of_exposure, of_paths, of_trace
from visualisation.grouping import LIMIT, grouped
from visualisation.labels import label_width, text_width, wrapped
from visualisation.marks import Level, level_of, reach_span, severity_level
from visualisation.pyvis_snapshot import snapshot_html
from visualisation.svg import ROOM, bar, heading_of, picture
from visualisation.words import Words

SV, EN = Words("sv"), Words("en")


def trace() -> TraceData:
    data = made.gloves().data
    assert data is not None
    return data


def test_steps_and_contracts_are_marks_and_actors_stand_inside_them() -> None:
    drawing = of_trace(trace())
    assert [m.id for m in drawing.marks] == ["region", "contract", "dipping", "spare", "latex"]
    by_id = {m.id: m for m in drawing.marks}
    assert [a.node.name for a in by_id["dipping"].actors] == ["Klang plant 4"]
    assert [a.node.name for a in by_id["contract"].actors] == ["Nordsken Grossist AB"]


def test_the_column_is_the_tier_with_buyers_left_of_the_contracts() -> None:
    by_id = {m.id: m.column for m in of_trace(trace()).marks}
    assert by_id == {"region": REGION, "contract": 0, "dipping": 1, "spare": 1, "latex": 2}


def test_downstream_the_contract_stands_left_all_the_same() -> None:
    nodes = (
        made.traced(made.DIPPING, 0),
        made.traced(made.node("brand", "Step"), 1),
        made.traced(made.CONTRACT, 2),
        made.traced(made.node("near", "Contract"), 1),
    )
    links = (
        made.link("SUPPLIES", "dipping", "brand"),
        made.link("DELIVERED_UNDER", "brand", "contract"),
        made.link("DELIVERED_UNDER", "dipping", "near"),
    )
    data = TraceData(
        asked=("dipping",), start=("dipping",), direction="downstream", risk=None, nodes=nodes, links=links, cycles=()
    )
    assert {m.id: m.column for m in of_trace(data).marks} == {"contract": 0, "near": 0, "brand": 1, "dipping": 2}


def test_a_denied_link_is_not_drawn() -> None:
    denied = made.link("SUPPLIES", "latex", "spare", denied=True)
    drawing = of_trace(trace().model_copy(update={"links": (*trace().links, denied)}))
    assert ("latex", "spare") not in {(w.source, w.target) for w in drawing.wires}
    assert ("latex", "dipping") in {(w.source, w.target) for w in drawing.wires}


def test_parallel_links_are_one_line_as_sure_as_the_surest() -> None:
    doubt = made.link("SUPPLIES", "latex", "dipping", 0.9).model_copy(update={"id": "other"})
    drawing = of_trace(trace().model_copy(update={"links": (*trace().links, doubt)}))
    wire = next(w for w in drawing.wires if w.source == "latex")
    assert (wire.links, wire.resolution) == (2, Resolution.ITEM)


@pytest.mark.parametrize(
    ("reached", "level"),
    [
        (None, Level.NO_RISK),
        (made.reach(None, assessed=True), Level.NONE_FOUND),
        (made.reach(None, assessed=False), Level.UNKNOWN),
        (made.reach(None, assessed=True, below=1), Level.UNKNOWN),
        (made.reach(None, assessed=True, upper_open=True), Level.UNKNOWN),
        (made.reach(0, assessed=True), Level.NONE_FOUND),
        (made.reach(2, 0.1, 0.4, below=7, upper_open=True), Level.MODERATE),
        (made.reach(4, 0.0, 1.0, severity_unknown=True), Level.UNSTATED),
    ],
)
def test_none_found_only_where_everything_was_assessed(reached: Reach | None, level: Level) -> None:
    assert level_of(reached) is level


@given(st.sampled_from([None, 0]), st.booleans())
def test_what_is_not_known_is_never_none_found(severity: int | None, unstated: bool) -> None:
    assert severity_level(severity, unstated=unstated, known=False) in (Level.UNKNOWN, Level.UNSTATED)


def test_the_figure_says_at_least_where_something_below_is_unknown() -> None:
    assert reach_span(made.reach(4, 0.65, 1.0, upper_open=True, below=3), EN) == "≥\u00a00.65 · 3 not assessed"
    assert reach_span(made.reach(4, 0.65, 0.9), EN) == "0.65–0.90"
    assert reach_span(made.reach(None, assessed=False, below=1), SV) == "okänd · 1 ej bedömt"


def test_a_selection_lights_all_that_lies_upstream_and_downstream_and_nothing_else() -> None:
    assert lit(of_trace(trace()), "dipping") == {"region", "contract", "dipping", "latex"}


def test_at_most_so_many_marks_are_drawn_and_none_is_lost() -> None:
    whole = of_trace(made.network(1500).data)  # type: ignore[arg-type]
    small = grouped(whole)
    assert len(small.marks) <= LIMIT
    assert sum(m.size for m in small.marks) == len(whole.marks) == small.total
    assert small.counts() == whole.counts(), "a box counts its members by level, the unknown too"
    assert small.shown == sum(1 for m in small.marks if not m.group)


@settings(max_examples=15)
@given(st.integers(301, 700), st.integers(1, 9), st.data())
def test_opening_a_box_keeps_the_limit_and_loses_nothing(steps: int, tiers: int, data: st.DataObject) -> None:
    whole = of_trace(made.network(steps, tiers).data)  # type: ignore[arg-type]
    boxes = [m.id for m in grouped(whole).marks if m.group]
    opened = frozenset(data.draw(st.lists(st.sampled_from(boxes), max_size=5)))
    small = grouped(whole, opened)
    assert len(small.marks) <= LIMIT
    assert sum(m.size for m in small.marks) == len(whole.marks)
    assert Counter(small.counts()) == Counter(whole.counts())
    present = {m.id for m in small.marks}
    assert all(w.source in present and w.target in present for w in small.wires)


def test_a_small_drawing_is_not_grouped() -> None:
    whole = of_trace(trace())
    assert grouped(whole) is whole


def test_what_is_affected_stands_between_the_regions_and_the_start() -> None:
    data = made.affected().data
    assert data is not None
    assert {m.id: m.column for m in of_affected(data).marks} == {
        "region": REGION,
        "contract": 0,
        "dipping": 1,
        "site": 2,
    }


def test_a_severity_that_nobody_gave_is_not_drawn_as_the_worst() -> None:
    data = made.exposed().data
    assert data is not None
    vague = data.model_copy(update={"worst": (made.figure(4, severity_unknown=True),), "members": ()})
    assert {m.level for m in of_exposure(vague).marks} == {Level.UNSTATED}
    assert {m.level for m in of_exposure(data).marks} == {Level.VERY_SEVERE}


def test_a_path_is_drawn_from_the_contract_up() -> None:
    data = made.paths().data
    assert data is not None
    assert [m.id for m in of_paths(data).marks] == ["contract", "dipping", "site"]


def test_what_cannot_be_drawn_says_so() -> None:
    with pytest.raises(InputError):
        snapshot_html(made.entity(), SV)


def test_no_two_marks_of_the_picture_overlap() -> None:
    drawn = picture(of_trace(made.network(135).data), SV, href=lambda m: m.id)  # type: ignore[arg-type]
    places = [(m.x, m.y) for m in drawn.marks]
    for i, (x, y) in enumerate(places):
        for other_x, other_y in places[i + 1 :]:
            assert x != other_x or abs(y - other_y) >= 24, "a target of 24 px each"


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=120), st.integers(60, 240))
def test_a_name_is_broken_and_never_cut(name: str, width: int) -> None:
    lines = wrapped(name, width)
    assert "".join(lines).replace(" ", "") == name.replace(" ", "")
    assert all(text_width(line) <= width or len(line) == 1 for line in lines)


def test_a_name_of_80_characters_stands_on_three_lines() -> None:
    names = ["Nitrilhandskar för undersökning, avtal för Region Kalmar län, Region Östergötland", "Skruv"]
    width = label_width(names)
    assert [len(wrapped(name, width)) for name in names] == [3, 1]


def test_a_heading_says_tier_commonest_stage_and_count() -> None:
    drawing = of_trace(trace())
    column = [m for m in drawing.marks if m.column == 1]
    assert heading_of(1, column, SV) == ("Led 1", "Sluttillverkning m.fl. · 2")
    assert heading_of(0, [m for m in drawing.marks if m.column == 0], EN)[0] == "Contract"


@given(st.dictionaries(st.sampled_from(list(Level)), st.integers(1, 5000), min_size=1))
def test_every_level_of_a_box_is_seen_in_its_bar(counts: dict[Level, int]) -> None:
    parts = bar(counts, 150)
    assert {level for level, _, _ in parts} == set(counts)
    assert all(width > 1 for _, _, width in parts)
    assert abs(sum(width for _, _, width in parts) - 150) < 1


@pytest.mark.parametrize("size", [40, 60, 135, 300])
def test_a_line_bends_between_columns_and_passes_labels_in_lanes(size: int) -> None:
    """``M x y`` then, for each column passed, ``H x C ... x y``: level past the labels of a column, bent after them."""
    whole = of_trace(made.network(size).data)  # type: ignore[arg-type]
    far = [
        Wire(a.id, b.id, Resolution.ITEM)
        for a, b in zip(whole.marks, reversed(whole.marks), strict=True)
        if abs(a.column - b.column) > 1
    ]
    drawing = grouped(replace(whole, wires=joined([*whole.wires, *far[:20]])))
    chosen = frozenset((wire.source, wire.target) for wire in drawing.wires)
    drawn = picture(drawing, Words("sv"), href=lambda mark: mark.id, chosen=chosen)
    several = 0
    for wire in drawn.wires:
        ends = sorted((drawn.marks[wire.target], drawn.marks[wire.source]), key=lambda mark: mark.x)
        if ends[0].x == ends[1].x:
            continue
        (x, y), *steps = [
            [float(n) for n in re.findall(r"-?[0-9.]+", part)] for part in re.split("H", wire.path.removeprefix("M"))
        ]
        several += len(steps) > 1
        for number, (level, *_, to, below) in enumerate(steps):
            assert x <= level <= to, "it never turns back"
            column = ends[0].x + number * drawn.pitch
            assert level >= column + drawn.pitch - ROOM - 1, "it bends right of the labels"
            assert to <= column + drawn.pitch, "and has arrived at the next column's symbols"
            for other in drawn.marks:
                if other.x == column and other is not ends[0] and not other.mark.group:
                    assert abs(other.y - y) >= other.height / 2, "no label in its way"
            x, y = to, below
    assert several, "some pass a column"


def test_a_line_within_a_column_passes_outside_the_labels() -> None:
    data = made.gloves().data
    assert data is not None
    steps = [item.node.id for item in data.nodes if item.node.type == "Step" and item.tier == 1][:2]
    beside = made.link("SUPPLIES", steps[0], steps[1], 0.9)
    drawing = of_trace(data.model_copy(update={"links": (*data.links, beside)}))
    drawn = picture(drawing, Words("sv"), href=lambda mark: mark.id)
    (wire,) = (w for w in drawn.wires if (w.wire.source, w.wire.target) == tuple(steps))
    column = drawn.marks[wire.source].x
    assert all(float(x) < column for x in re.findall(r"[MC ](-?[0-9.]+) -?[0-9.]+", wire.path))


def test_what_is_hidden_or_folded_leaves_its_ways_as_implied_links() -> None:
    whole = of_trace(trace())
    gone = Arrangement(folded=(1,))
    drawn = arranged(whole, gone)
    assert {mark.column for mark in whole.marks} - {mark.column for mark in drawn.marks} == {1}
    assert [(w.source, w.target) for w in drawn.wires if w.implied] == [("latex", "contract")]
    assert drawn.total == whole.total
    assert arranged(whole, Arrangement()) is whole


def test_what_is_pinned_stays_out_of_the_boxes_and_none_is_lost() -> None:
    data = made.network(1500).data
    assert data is not None
    whole = of_trace(data)
    some = [mark.id for mark in whole.marks if mark.column == 2][:3]
    drawn = grouped(whole, pinned=frozenset(some))
    assert {mark.id for mark in drawn.marks} >= set(some)
    assert sum(mark.size for mark in drawn.marks) == len(whole.marks)
