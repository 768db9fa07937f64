"""A map: the sites where they lie, with the list of them beside it; without the shapes of countries, the list alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graph.placed import MapData, PlacedSite
from graph.questions.declared.sites import Sites
from graph.questions.question import ALL
from ontology.label import Label
from visualisation.lines import MOST, wrap
from visualisation.mapped import AREAS, WORLD, Spot, drawn, level_of_site, read_area, where, written, zoomed
from visualisation.marks import Level, level_name
from visualisation.page import Page
from visualisation.pages import entity_path, form, frame_of, rendered
from visualisation.sentences import Teller
from visualisation.signs import MAP_SIGNS, WAY_SIGNS, Still
from visualisation.views import CHAINS, Sheet, View, filled
from visualisation.words import Words

if TYPE_CHECKING:
    from graph.answer import Answer


def position(site: PlacedSite, words: Words) -> str:
    """Where a site stands, and on whose word: told, estimated from its country, or not told."""
    if site.latitude is not None and site.longitude is not None:
        return f"{words.number(round(site.latitude, 2))}, {words.number(round(site.longitude, 2))}"
    return words("map.in_country" if site.site.country else "map.nowhere")


def spoken(spot: Spot, teller: Teller) -> str:
    """What a screen reader says of a mark."""
    words = teller.words
    if len(spot.sites) == 1:
        (site,) = spot.sites
        parts = [teller.name(site.site.id), words.country(site.site.country)]
    else:
        parts = [words("map.together", n=len(spot.sites))]
    if spot.level is not Level.NO_RISK:
        parts.append(level_name(spot.level, words))
    if spot.unknown and len(spot.sites) > 1:
        parts.append(words("map.unknown_here", n=spot.unknown))
    if spot.estimated:
        parts.append(words("map.estimated"))
    return "; ".join(parts)


def headline(data: MapData, teller: Teller) -> str:
    words = teller.words
    if not (data.total or data.contracts):
        return teller.of_group(data)[0]
    if not data.total:
        return words("map.headline_none", contracts=words("map.contracts", n=data.contracts))
    key = "map.headline_all" if data.subject.id == ALL else "map.headline"
    return words(key, n=data.total, contracts=words("map.contracts", n=data.contracts))


def unknown(data: MapData, teller: Teller) -> list[str]:
    """What is not known of the sites and of where they lie, then of the chains."""
    words = teller.words
    found = []
    for key, n in (("unknown", data.unknown), ("estimated_n", data.in_country), ("unplaced", data.unplaced)):
        if n:
            found.append(words(f"map.{key}", n=n))
    return [*found, *teller.unknown()]


def levels(data: MapData) -> list[tuple[Level, int]]:
    return [(Level(row.level), row.size) for row in data.levels]


def render_map(answer: Answer[MapData], page: Page) -> str:
    words = Words(page.lang)
    data = answer.data
    assert data is not None
    teller = Teller(answer, words)
    area = read_area(page.value("area"))
    found = drawn(data, area)

    def href(spot: Spot) -> str:
        if len(spot.sites) == 1:
            return page.url(entity_path(spot.sites[0].site.id))
        if spot.area is None:
            return f"#site-{spot.sites[0].site.id}"
        return page.url(area=written(zoomed(spot.area, 1)))

    around = found.area if found else WORLD
    ways = [(words(f"map.area.{name}"), page.url(area=written(edges))) for name, edges in AREAS.items()]
    zooms = [(words("map.nearer"), 0.5), (words("map.farther"), 2.0)]
    listed = [site for site in data.sites if found is None or area is None or site in found.inside]
    return rendered(
        "map.html",
        page,
        VIEW.title(data, teller),
        frame_of(answer),
        data=data,
        teller=teller,
        map=found,
        href=href,
        spoken=spoken,
        position=position,
        level_of_site=level_of_site,
        where=where,
        headline=headline(data, teller),
        unknown=unknown(data, teller),
        levels=levels(data),
        areas=ways,
        zooms=[(name, page.url(area=written(zoomed(around, factor)))) for name, factor in zooms],
        listed=listed,
        stops=[teller.name(stop.node) for stop in reversed(data.stops)],
        fields=[field for field in form(Sites, page, {"risk": data.risk}) if field.name not in ("most", "level")],
        completeness=answer.completeness,
    )


def _still(answer: Answer[MapData], teller: Teller) -> Still | None:
    """The map with every site that a place is known for; None without the shapes of countries."""
    data, words = answer.data, teller.words
    assert data is not None
    if (found := drawn(data, None)) is None:
        return None
    inside = sum(len(spot.sites) for spot in found.spots)
    return Still(
        "_still_map.svg", {"map": found, "teller": teller, "spoken": spoken, "href": None}, found.width, found.height,
        MAP_SIGNS + (WAY_SIGNS if found.way else ()), levels=data.risk is not None,
        said=(words("timeline.shown", shown=inside, total=data.total), words("map.credit")),
    )  # fmt: skip


def _said(site: PlacedSite, teller: Teller) -> str:
    texts = [teller.statement(teller.statements[id]).sentence for id in site.statements if id in teller.statements]
    return " | ".join(texts) or teller.words("map.nothing_said")


def _sheet(data: MapData, teller: Teller) -> Sheet:
    words = teller.words
    names = ("site", "country", "severity", "position", "latitude", "longitude", "said")
    none = words("unknown")
    rows = tuple(
        (
            teller.name(site.site.id),
            words.country(site.site.country),
            words("map.no_risk") if site.assessed is None else level_name(level_of_site(site), words),
            words("map.told") if site.latitude is not None else position(site, words),
            none if site.latitude is None else site.latitude,
            none if site.longitude is None else site.longitude,
            _said(site, teller),
        )
        for site in data.sites
    )
    return filled(Sheet(words("map.sites"), tuple(words(f"map.{n}") for n in names), rows), words("map.none"), words)


def _text(answer: Answer[MapData], teller: Teller) -> list[str]:
    assert answer.data is not None
    data, words = answer.data, teller.words
    lines = [VIEW.title(data, teller), *wrap(headline(data, teller))]
    lines += [f"{level_name(level, words)}: {words.number(n)}" for level, n in levels(data)]
    lines += [line for text in unknown(data, teller) for line in wrap(text, "? ", "  ")]
    for site in data.sites[: MOST * 2]:
        level = "" if site.assessed is None else f" · {level_name(level_of_site(site), words)}"
        country = words.country(site.site.country)
        lines += wrap(f"{teller.name(site.site.id)} · {country} · {position(site, words)}{level}", "- ", "  ")
    left = data.total - min(len(data.sites), MOST * 2)
    return [*lines, words("terminal.more", n=left)] if left > 0 else lines


VIEW = View(
    "sites",
    Label("Karta", "Map"),
    about=lambda data, teller: teller.name(data.subject.id),
    sheet=_sheet,
    text=_text,
    page=render_map,
    still=_still,
    group=CHAINS,
    place=32,
    path="/map",
)
