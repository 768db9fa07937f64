"""A timeline: what was so when as bars, when it was learnt as marks, what is not told hatched; the same as a table."""

from __future__ import annotations

from itertools import groupby
from math import inf
from typing import TYPE_CHECKING

from graph.questions.declared.timeline import Timeline
from graph.timed import Telling, TimelineData
from ontology.label import Label
from visualisation.lines import MOST, heading, wrap
from visualisation.page import Page
from visualisation.pages import form, frame_of, rendered
from visualisation.sentences import Teller
from visualisation.signs import LINE_SIGNS, Still
from visualisation.timelined import drawn, gaps_told, lane_title, learnt, named, period, spoken
from visualisation.views import CHAINS, Sheet, View, filled
from visualisation.words import Words

if TYPE_CHECKING:
    from graph.answer import Answer


def _unknown(data: TimelineData, teller: Teller) -> list[str]:
    gaps = gaps_told(data.gaps, data.subject.type, teller.words)
    known = teller.answer.completeness
    return [*gaps, *teller.unknown()] if known.ends_total or known.cut or not gaps else gaps


def _headline(data: TimelineData, teller: Teller) -> list[str]:
    words = teller.words
    found = [words("timeline.current", n=data.current, total=len(data.tellings), when=teller.when())]
    if data.tellings:
        latest = max(data.tellings, key=lambda one: one.learnt)
        found.append(words("timeline.latest", day=words.day(latest.learnt), n=latest.learnt_in))
    withdrawn = sum(one.withdrawn is not None for one in data.tellings)
    return [*found, words("timeline.n_withdrawn", n=withdrawn)] if withdrawn else found


def _sources(one: Telling, data: TimelineData, words: Words) -> str:
    known = {source.id: source.publisher or source.title for source in data.sources}
    return ", ".join(dict.fromkeys(known[id] for id in one.sources if id in known)) or words("source_unknown")


def render_timeline(answer: Answer[TimelineData], page: Page) -> str:
    words = Words(page.lang)
    data = answer.data
    assert data is not None
    teller = Teller(answer, words)
    as_of = answer.as_of
    fields = [field for field in form(Timeline, page) if field.name != "most"]
    return rendered(
        "timeline.html",
        page,
        VIEW.title(data, teller),
        frame_of(answer),
        data=data,
        teller=teller,
        drawn=drawn(data, teller, as_of.valid_at, as_of.known_at.date()),
        headline=_headline(data, teller),
        unknown=_unknown(data, teller),
        fields=fields,
        rows=[(one, *cells) for one, cells in zip(data.tellings, _rows(data, teller), strict=True)],
        completeness=answer.completeness,
    )


def _still(answer: Answer[TimelineData], teller: Teller) -> Still | None:
    data, as_of = answer.data, answer.as_of
    assert data is not None
    whole = drawn(data, teller, as_of.valid_at, as_of.known_at.date(), inf)
    said = (teller.words("timeline.shown", shown=len(whole.bars), total=len(data.tellings)),)
    values = {"drawn": whole, "data": data, "teller": teller}
    return Still("_still_line.svg", values, whole.width, whole.height, LINE_SIGNS, said=said) if whole.lanes else None


HEADER = ("what", "other", "period", "day", "severity", "confidence", "learnt_on", "withdrawn", "source")


def _rows(data: TimelineData, teller: Teller) -> list[tuple[str, ...]]:
    words, never = teller.words, teller.words("table.not_applicable")
    return [
        (
            lane_title(one.lane, data.subject.type, words),
            named(one, teller),
            period(one, words) + (f" ({words('entity.denied')})" if one.denied else ""),
            str(one.day) if one.day else never,
            words.severity(one.severity) if one.lane == "statement" else never,
            words.probability(one.confidence) if one.confidence is not None else words("not_stated"),
            learnt(one, words),
            words.day(one.withdrawn) if one.withdrawn else words("timeline.stands"),
            _sources(one, data, words),
        )
        for one in data.tellings
    ]


def _sheet(data: TimelineData, teller: Teller) -> Sheet:
    words = teller.words
    header = tuple(words(f"timeline.{name}") for name in HEADER)
    return filled(Sheet(words("timeline.sheet"), header, tuple(_rows(data, teller))), words("timeline.none"), words)


def _text(answer: Answer[TimelineData], teller: Teller) -> list[str]:
    assert answer.data is not None
    data, words = answer.data, teller.words
    lines = [VIEW.title(data, teller), *(line for text in _headline(data, teller) for line in wrap(text))]
    lines += [line for text in _unknown(data, teller) for line in wrap(text, "? ", "  ")]
    for lane, group in groupby(data.tellings[: MOST * 3], key=lambda one: one.lane):
        lines += heading(lane_title(lane, data.subject.type, words))
        lines += [line for one in group for line in wrap(spoken(one, teller), "- ", "  ")]
    left = len(data.tellings) - MOST * 3
    return [*lines, words("terminal.more", n=left)] if left > 0 else lines


VIEW = View(
    "timeline",
    Label("Tidslinje", "Timeline"),
    about=lambda data, teller: teller.name(data.subject.id),
    sheet=_sheet,
    text=_text,
    page=render_timeline,
    still=_still,
    group=CHAINS,
    place=47,
)
