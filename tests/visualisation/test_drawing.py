"""What is drawn of an answer: steps and contracts in their tier, actors inside, boxes when there are too many."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.answer import Resolution
from graph.data import Reach, TraceData
from ontology.errors import InputError
from tests.visualisation import made
from visualisation.drawing import REGION, drawing_of, lit, of_affected, of_paths, of_trace
from visualisation.grouping import LIMIT, grouped
from visualisation.marks import Level, level_of, reach_span, severity_level
from visualisation.svg import TIGHT, bar, broken, heading_of, picture
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
        start=("dipping",), direction="downstream", risk=None, nodes=nodes, links=links, cycles=(), statements=()
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
    assert {m.level for m in drawing_of(vague).marks} == {Level.UNSTATED}
    assert {m.level for m in drawing_of(data).marks} == {Level.VERY_SEVERE}


def test_a_path_is_drawn_from_the_contract_up() -> None:
    data = made.paths().data
    assert data is not None
    assert [m.id for m in of_paths(data).marks] == ["contract", "dipping", "site"]


def test_what_cannot_be_drawn_says_so() -> None:
    with pytest.raises(InputError):
        drawing_of(made.entity().data)  # type: ignore[arg-type]


def test_no_two_marks_of_the_picture_overlap() -> None:
    drawn = picture(of_trace(made.network(135).data), SV, href=lambda m: m.id)  # type: ignore[arg-type]
    places = [(m.x, m.y) for m in drawn.marks]
    for i, (x, y) in enumerate(places):
        for other_x, other_y in places[i + 1 :]:
            assert x != other_x or abs(y - other_y) >= 24, "a target of 24 px each"


def test_a_long_name_is_broken_not_cut() -> None:
    name = "Handskar, Region Kalmar län och Region Östergötland"
    assert " ".join(broken(name, 128)) == name
    assert len(broken(name, 128)) == 2
    assert broken("x" * 300, 128) == ("x" * 300,)


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


def test_a_line_stays_between_the_columns_that_it_joins() -> None:
    """However wide its labels: a line that began beyond its end would tie a knot. ``number`` is every x of a curve."""
    data = made.network(60).data
    assert data is not None
    drawing = grouped(of_trace(data))
    chosen = frozenset((wire.source, wire.target) for wire in drawing.wires)
    drawn = picture(drawing, Words("sv"), href=lambda mark: mark.id, chosen=chosen, pitch=TIGHT)
    forward = 0
    for wire in drawn.wires:
        left, right = drawn.marks[wire.target], drawn.marks[wire.source]
        if left.x < right.x:
            numbers = [float(number) for number in re.findall(r"-?[0-9.]+", wire.path)]
            assert left.x < numbers[0] <= min(numbers[::2])
            assert max(numbers[::2]) <= numbers[6] <= right.x
            forward += 1
    assert forward > 60


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
