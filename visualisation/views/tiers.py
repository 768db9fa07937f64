"""The tier view in groups: boxes with what each holds, opened and closed by links; the same as a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from graph.answer import Resolution
from graph.questions.declared.tiers import Tiers
from graph.tiered import NOWHERE, REST, UNTOLD, Box, Choice, Member, TiersData
from ontology.label import Label
from visualisation.drawing import REGION, Drawing, Mark, Wire
from visualisation.lines import MOST, heading, wrap
from visualisation.marks import RAMP, Level, level_name
from visualisation.page import Page
from visualisation.pages import form, frame_of, rendered
from visualisation.sentences import Teller
from visualisation.signs import Still, chain
from visualisation.svg import picture
from visualisation.views import CHAINS, Cell, Sheet, View, filled
from visualisation.views.trace import TIER_FRAME
from visualisation.words import Words

if TYPE_CHECKING:
    from graph.answer import Answer

SHOWN = tuple(level for level in Level if level is not Level.NO_RISK)


def box_name(box: Box, data: TiersData, teller: Teller) -> str:
    """What a box is called: its supplier, kind, stage, country or certainty; what is left of an open one says so."""
    words = teller.words
    if box.key == REST:
        name = words("tiers.rest", n=box.groups)
    elif box.tier == REGION:
        name = teller.name(box.key)
    elif box.key == UNTOLD:
        name = words(f"tiers.untold.{data.by}")
    elif data.by == "stage":
        name = words("column.contract") if box.key == "contract" else words.term("chain-stages", box.key)
    elif data.by == "country":
        name = words.country(box.key)
    elif data.by == "certainty":
        name = words("tiers.told") if box.key == "told" else words.resolution(box.key)
    else:
        name = teller.name(box.key)
    return words("tiers.more", n=box.size, name=name) if box.opened else name


def tier_name(tier: int, words: Words) -> str:
    if tier == REGION:
        return words("column.region")
    return words("column.tier", tier=tier) if tier else words("column.contract")


def drawing_of(data: TiersData, teller: Teller) -> Drawing:
    """Boxes and the members of open ones as marks in the column of their tier."""
    marks = [_box_mark(box, box_name(box, data, teller)) for box in (*data.buyers, *data.boxes)]
    marks += [_member_mark(member) for member in data.members]
    wires = [
        Wire(
            link.source,
            link.target,
            Resolution.GENERIC if link.typical == link.links else Resolution.ITEM,
            links=link.links,
        )
        for link in data.wires
    ]
    return Drawing(tuple(marks), tuple(wires), data.size)


def _box_mark(box: Box, name: str) -> Mark:
    counts = {Level(row.level): row.size for row in box.levels}
    worst = min(counts, key=list(Level).index)
    return Mark(
        id=box.id, column=box.tier, node=None, level=worst, tier=box.tier, size=box.size, counts=counts, title=name,
        stands_for=box.groups if box.tier == REGION else 0,
    )  # fmt: skip


def _member_mark(member: Member) -> Mark:
    node = member.node
    return Mark(
        id=node.id,
        column=member.tier,
        node=node,
        level=Level(member.level),
        tier=member.tier,
        end=member.end,
        country=node.country,
    )


def _opened(page: Page) -> list[str]:
    return [box for box in page.value("opened").split(",") if box]


def toggled(page: Page, box: str) -> str:
    """The page with a box opened, or closed where it is open."""
    opened = _opened(page)
    left = [one for one in opened if one != box] if box in opened else [*opened, box]
    return page.url(opened=",".join(left) or None)


def _choice(choice: Choice, page: Page, words: Words) -> tuple[str, int, str, bool]:
    """(words, count, address, whether it is chosen) of a value to filter by; the address undoes a chosen one."""
    chosen = page.value(choice.filter) == choice.value
    if choice.filter == "level":
        name = level_name(choice.value, words)
    elif choice.filter == "tier":
        name = tier_name(int(choice.value), words)
    elif choice.filter == "country":
        name = words("tiers.untold.country") if choice.value == NOWHERE else words.country(choice.value)
    else:
        name = words.resolution(choice.value)
    return name, choice.size, page.url(**{choice.filter: None if chosen else choice.value}), chosen


def levels(choices: Iterable[Choice]) -> list[tuple[Level, int]]:
    found = {Level(choice.value): choice.size for choice in choices if choice.filter == "level"}
    return [(level, found[level]) for level in RAMP if level in found]


def headline(data: TiersData, teller: Teller) -> str:
    words = teller.words
    if not data.contracts:
        return teller.of_group(data)[0]
    if data.between is not None:
        return words("tiers.headline_between", steps=data.total)
    steps = data.total - data.contracts
    contracts = words("map.contracts", n=data.contracts)
    return words("tiers.headline" if steps else "tiers.headline_none", contracts=contracts, steps=steps)


def render_tiers(answer: Answer[TiersData], page: Page) -> str:
    words = Words(page.lang)
    data = answer.data
    assert data is not None
    teller = Teller(answer, words)

    buyers = {box.id: box.key for box in data.buyers}

    def href(mark: Mark) -> str:
        if mark.id in buyers:
            return "#table" if buyers[mark.id] == REST else page.url(subject=buyers[mark.id], opened=None)
        return toggled(page, mark.id) if mark.group else page.url("/entity/" + mark.id)

    whole = drawing_of(data, teller)
    drawn = picture(whole, words, href=href, risk=data.risk, frame=TIER_FRAME)
    whole_boxes = (*data.boxes, *data.buyers)
    by_name = {box.id: box_name(box.model_copy(update={"opened": False}), data, teller) for box in whole_boxes}
    filters = [
        (words(f"tiers.by.{name}"), [_choice(c, page, words) for c in data.choices if c.filter == name])
        for name in dict.fromkeys(choice.filter for choice in data.choices)
    ]
    return rendered(
        "tiers.html",
        page,
        VIEW.title(data, teller),
        frame_of(answer),
        data=data,
        teller=teller,
        picture=drawn,
        headline=headline(data, teller),
        levels=levels(data.choices),
        filters=[(name, found) for name, found in filters if len(found) > 1 or any(c[3] for c in found)],
        fields=[
            field
            for field in form(Tiers, page, {"risk": data.risk})
            if field.name in ("subject", "risk", "by", "between")
        ],
        opened=[(by_name.get(box) or _closed_name(box, data, teller), toggled(page, box)) for box in _opened(page)],
        rows=[
            (box, by_name[box.id], tier_name(box.tier, words), "" if box.id in buyers else toggled(page, box.id))
            for box in whole_boxes
        ],
        counts={box.id: {Level(row.level): row.size for row in box.levels} for box in whole_boxes},
        completeness=answer.completeness,
    )


def _still(data: TiersData | None, teller: Teller) -> Still | None:
    whole = drawing_of(data, teller) if data else None
    if data is None or whole is None or not whole.marks:
        return None
    words = teller.words
    drawn = picture(whole, words, href=lambda _: "", risk=data.risk, frame=TIER_FRAME)
    said = words("tiers.shown", n=data.size, total=data.total, boxes=len(data.boxes))
    return chain(drawn, levels=data.risk is not None, said=said)


def _closed_name(id: str, data: TiersData, teller: Teller) -> str:
    """What an open box of which every member is shown is called."""
    tier, _, key = id.partition(":")
    number = int(tier) if tier.isdigit() else 0
    return box_name(Box(id=id, tier=number, key=key, size=0, levels=(), ends=0), data, teller)


def _sheet(data: TiersData, teller: Teller) -> Sheet:
    words = teller.words
    present = {Level(row.level) for box in data.boxes for row in box.levels} | {Level(m.level) for m in data.members}
    columns = [level for level in SHOWN if level in present]
    names = ("tier", "group", "size", "ends")
    header = (*(words(f"tiers.{name}") for name in names), *(level_name(level, words) for level in columns))
    rows: list[tuple[Cell, ...]] = []
    for box in (*data.boxes, *data.buyers):
        counts = {Level(row.level): row.size for row in box.levels}
        told = (tier_name(box.tier, words), box_name(box, data, teller), box.size, box.ends)
        rows.append((*told, *(counts.get(level, 0) for level in columns)))
    for one in data.members:
        told = (tier_name(one.tier, words), teller.name(one.node.id), 1, int(one.end))
        rows.append((*told, *(int(level == one.level) for level in columns)))
    return filled(Sheet(words("tiers.sheet"), header, tuple(rows)), words("tier.nothing"), words)


def _text(answer: Answer[TiersData], teller: Teller) -> list[str]:
    assert answer.data is not None
    data, words = answer.data, teller.words
    lines = [VIEW.title(data, teller), *wrap(headline(data, teller))]
    lines += [line for text in teller.unknown() for line in wrap(text, "? ", "  ")]
    tier = None
    for box in data.boxes[: MOST * 4]:
        if box.tier != tier:
            tier = box.tier
            lines += heading(tier_name(tier, words))
        told = ", ".join(
            f"{level_name(row.level, words)} {words.number(row.size)}" for row in box.levels if row.level != "plain"
        )
        beside = "; ".join(filter(None, (told, words("n_ends", n=box.ends) if box.ends else "")))
        size = words.number(box.size)
        lines += wrap(f"{box_name(box, data, teller)}: {size}{f' ({beside})' if beside else ''}", "- ", "  ")
        lines += [f"    {teller.name(m.node.id)}" for m in data.members if m.box == box.id]
    left = len(data.boxes) - MOST * 4
    return [*lines, words("terminal.more", n=left)] if left > 0 else lines


VIEW = View(
    "tiers",
    Label("Nivåvy i grupper", "Tiers in groups"),
    about=lambda data, teller: teller.name(data.subject.id),
    sheet=_sheet,
    text=_text,
    page=render_tiers,
    still=lambda answer, teller: _still(answer.data, teller),
    group=CHAINS,
    place=12,
)
