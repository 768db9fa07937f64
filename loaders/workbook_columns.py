"""The workbook's sheets and columns, read from the declaration: one sheet a node type and one a link type.

Nothing about a type is listed here; what stands here is what the declaration does not know: the columns that
every sheet has, and the sheets that are about the file itself.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from importlib.resources import files
from io import StringIO

import ontology.links  # noqa: F401  (declares the types)
from ontology.label import Label
from ontology.model import LINKS, NODES, LinkType, NodeType, Property
from ontology.vocabulary import vocabulary

SEPARATOR = ";"
COMMENT = "#"
EXAMPLE = Label("exempel", "example")
EXAMPLE_IDS = frozenset(f"{COMMENT} {word}-1" for word in EXAMPLE)
"""What the example row of each sheet of the template is known by."""
LISTS = "#lists"
"""The template's sheet that its drop-down lists point to."""


class Role(StrEnum):
    """What a column is for."""

    ID = "id"
    ALSO = "identifiers"
    FROM = "from"
    TO = "to"
    FROM_TYPE = "from type"
    TO_TYPE = "to type"
    ROW = "row id"
    PROPERTY = "property"
    COMMON = "common"
    SHORTCUT = "shortcut"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet. ``name`` is the same in every language: property, common field or link type."""

    role: Role
    name: str
    label: Label
    note: Label
    required: bool = False
    many: bool = False
    vocabulary: str | None = None
    declared: Property | None = None
    link: LinkType | None = None
    incoming: bool = False

    @property
    def headers(self) -> frozenset[str]:
        """The headings that mean this column, folded."""
        return frozenset({fold(self.name), fold(self.label.sv), fold(self.label.en)})

    @property
    def spellings(self) -> dict[str, str]:
        """The same, with the heading as it is written, in the language that it is nearest to."""
        return {fold(self.name): self.label.en, fold(self.label.sv): self.label.sv, fold(self.label.en): self.label.en}

    @property
    def ends(self) -> tuple[str, ...]:
        """The types of what a short cut names."""
        if self.link is None:
            return ()
        return self.link.source if self.incoming else self.link.target


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet for one node type or one link type."""

    declared: NodeType | LinkType
    label: Label
    columns: tuple[Column, ...]

    @property
    def name(self) -> str:
        return self.declared.name

    @property
    def heads(self) -> list[Column]:
        """The columns without which no row can be read: what it is about."""
        return [column for column in self.columns if column.role in (Role.ID, Role.FROM, Role.TO)]

    @property
    def kinds(self) -> frozenset[str]:
        """What a thing on the sheet can be, as its properties' vocabularies have it, folded."""
        named = [vocabulary(c.vocabulary) for c in self.columns if c.role is Role.PROPERTY and c.vocabulary]
        return frozenset(fold(word) for terms in named for term in terms.terms.values() for word in term.label)

    @property
    def titles(self) -> frozenset[str]:
        """The sheet names that mean this sheet, folded."""
        names = {self.name, *self.label, *self.declared.label}
        return frozenset(fold(name) for name in names)

    def column(self, header: str) -> Column | None:
        wanted = fold(header)
        return next((column for column in self.columns if wanted in column.headers), None)

    def nearest(self, header: str, there: Iterable[str]) -> str:
        """The headings nearest to one that is not known, of those that are not there; empty when none is near."""
        taken = [self.column(other) for other in there]
        free = [column for column in self.columns if column not in taken]
        return _nearest(header, free)


def fold(text: str) -> str:
    """Case, spaces, underscores, hyphens and the mark of a required column do not tell two names apart."""
    plain = unicodedata.normalize("NFC", text).casefold().replace("_", " ").replace("-", " ").rstrip("* ")
    return " ".join(plain.split())


def _nearest(text: str, columns: Iterable[Column]) -> str:
    words = {word: (column.name, said) for column in columns for word, said in column.spellings.items()}
    found: dict[str, str] = {}
    for word in get_close_matches(fold(text), list(words), n=3, cutoff=0.6):
        found.setdefault(*words[word])
    return ", ".join(found.values())


_ID = Column(
    Role.ID,
    "id",
    Label("id", "id"),
    Label(
        "Radens id: schema:värde (se-orgnr:2321000131, gln:..., os-id:...) eller ett eget id utan kolon.",
        "The row's id: scheme:value (se-orgnr:2321000131, gln:..., os-id:...) or your own id, no colon.",
    ),
    required=True,
)
_ALSO = Column(
    Role.ALSO,
    "identifiers",
    Label("identifierare", "identifiers"),
    Label(
        "Fler id:n för samma sak, schema:värde, flera åtskilda med semikolon.",
        "Further ids of the same thing, scheme:value, several separated by semicolons.",
    ),
    many=True,
)
_ROW = Column(
    Role.ROW,
    "row id",
    Label("rad-id", "row id"),
    Label(
        "Eget id för raden; behövs bara när två rader säger samma sak för samma tid.",
        "An id of your own for the row; needed only when two rows say the same for the same time.",
    ),
)
_STATUS = Label(
    "Hur väl belagt: generic, declared (förvalt) eller verified.",
    "How well founded: generic, declared (the default) or verified.",
)
COMMON = (
    Column(Role.COMMON, "status", Label("status", "status"), _STATUS, vocabulary="statuses"),
    Column(
        Role.COMMON,
        "confidence",
        Label("tillförlitlighet", "confidence"),
        Label(
            "Hur säkert det är, 0 till 1; tomt: enligt metodfilen.",
            "How certain it is, 0 to 1; blank: as the method file says.",
        ),
    ),
    Column(
        Role.COMMON,
        "polarity",
        Label("påstås eller förnekas", "polarity"),
        Label(
            "denied: någon säger att det inte är så; tomt: asserted.",
            "denied: somebody says that it is not so; blank: asserted.",
        ),
    ),
    Column(
        Role.COMMON,
        "secrecy",
        Label("sekretess", "secrecy"),
        Label(
            "public, internal eller restricted; tomt: som källan.",
            "public, internal or restricted; blank: as the source.",
        ),
        vocabulary="secrecy",
    ),
    Column(
        Role.COMMON,
        "valid_from",
        Label("giltig från", "valid from"),
        Label("Första dagen; även 2026-03 eller 2026.", "First day; also 2026-03 or 2026."),
    ),
    Column(
        Role.COMMON,
        "valid_to",
        Label("giltig till och med", "valid to"),
        Label(
            "Sista dagen, den inräknad; även 2026-03 eller 2026; tomt är okänt, inte tills vidare.",
            "Last day, included; also 2026-03 or 2026; blank is unknown, not open-ended.",
        ),
    ),
    Column(
        Role.COMMON,
        "cites",
        Label("enligt", "cites"),
        Label(
            "Vem som säger det, om annan än arbetsbokens källa: utgivare, titel, webbadress.",
            "Who says so, if other than the workbook's source: publisher, title, web address.",
        ),
    ),
)


@cache
def swedish() -> dict[str, str]:
    """Swedish for the declaration's definitions and notes, by the English: ``workbook_sv.csv``."""
    text = (files("loaders") / "workbook_sv.csv").read_text("utf-8")
    return {row["en"]: row["sv"] for row in csv.DictReader(StringIO(text, newline=""))}


def definition(declared: NodeType | LinkType) -> Label:
    return Label(swedish()[declared.definition], declared.definition)


def _properties(declared: NodeType | LinkType) -> list[Column]:
    return [
        Column(
            Role.PROPERTY, p.name, p.label, Label(swedish()[p.note.en], p.note.en), p.required, p.many, p.vocabulary, p
        )
        for p in declared.properties.values()
    ]


def _ends(types: tuple[str, ...]) -> Label:
    return Label(" / ".join(NODES[t].label.sv for t in types), " / ".join(NODES[t].label.en for t in types))


def _shortcut(link: LinkType, types: tuple[str, ...], *, incoming: bool, marked: bool) -> Column:
    label = Label(f"{link.label.sv} (från)", f"{link.label.en} (from)") if marked else link.label
    ends = _ends(types)
    side = Label("från" if incoming else "till", "from" if incoming else "to")
    note = Label(
        f"Genväg till bladet {link.label.sv}: id för {ends.sv} ({side.sv}), flera med semikolon. "
        "Radens giltighet, status m.m. gäller också länken.",
        f"Short cut to the sheet {link.label.en}: ids ({side.en}) of {ends.en}, several with semicolons. "
        "The row's validity, status and so on hold for the link too.",
    )
    name = f"{link.name} (from)" if marked else link.name
    return Column(Role.SHORTCUT, name, label, note, many=True, link=link, incoming=incoming)


def _shortcuts(node: NodeType) -> list[Column]:
    """Every link type that can be written on a node's own row: those that need no property of their own.

    The plain label means the link that leaves the node, or arrives at it where none can leave; where both
    can, the one that arrives is marked "(from)".
    """
    found = []
    for link in LINKS.values():
        if any(p.required for p in link.properties.values()):
            continue
        leaves = tuple(t for t in link.target if link.allows(node.name, t))
        arrives = tuple(t for t in link.source if link.allows(t, node.name))
        if leaves:
            found.append(_shortcut(link, leaves, incoming=False, marked=False))
        if arrives:
            found.append(_shortcut(link, arrives, incoming=True, marked=bool(leaves)))
    return found


def _end_columns(link: LinkType) -> list[Column]:
    def end(role: Role, sv: str, types: tuple[str, ...]) -> Column:
        ends = _ends(types)
        note = Label(f"Id för {ends.sv}.", f"Id of {ends.en}.")
        return Column(role, role.value, Label(sv, role.value), note, required=True)

    def kind(role: Role, sv: str, types: tuple[str, ...]) -> Column:
        note = Label(
            f"Behövs bara när id:t inte finns i arbetsboken: {', '.join(types)}.",
            f"Needed only when the id is not in the workbook: {', '.join(types)}.",
        )
        return Column(role, role.value, Label(sv, role.value), note)

    columns = [end(Role.FROM, "från", link.source), end(Role.TO, "till", link.target)]
    if len(link.source) > 1:
        columns.append(kind(Role.FROM_TYPE, "från typ", link.source))
    if len(link.target) > 1:
        columns.append(kind(Role.TO_TYPE, "till typ", link.target))
    return columns


@cache
def sheets() -> tuple[Sheet, ...]:
    """Every sheet, nodes first, in the order of the declaration."""
    nodes = [
        Sheet(node, node.plural, (_ID, _ALSO, *_properties(node), *_shortcuts(node), *COMMON))
        for node in NODES.values()
    ]
    links = [
        Sheet(link, link.label, (*_end_columns(link), *_properties(link), *COMMON, _ROW)) for link in LINKS.values()
    ]
    return (*nodes, *links)


def find_sheet(title: str) -> Sheet | None:
    wanted = fold(title)
    return next((sheet for sheet in sheets() if wanted in sheet.titles), None)


def nearest_sheets(title: str, header: Iterable[str]) -> list[str]:
    """The types whose sheets a title may mean, of those that the headings fit: by the name of the sheet, or by what a
    thing on it can be (Suppliers, Leverantörsregister are organisations)."""
    fitting = [sheet for sheet in sheets() if all(any(c is sheet.column(h) for h in header) for c in sheet.heads)]
    said = fold(title)
    words = {word: sheet.name for sheet in reversed(fitting) for word in sheet.titles}
    kinds = {word: sheet.name for sheet in reversed(fitting) for word in sheet.kinds}
    near = [words[word] for word in get_close_matches(said, list(words), n=3, cutoff=0.6)]
    near += [kinds[word] for word in kinds if said.startswith(word)]
    return list(dict.fromkeys(near + [kinds[word] for word in get_close_matches(said, list(kinds), n=1, cutoff=0.8)]))


SOURCE_TITLE = Label("källa", "source")
NOTES_TITLE = Label("läs mig", "notes")
NOTES_TITLES = frozenset({"läs mig", "notes", "read me", "readme"})
SOURCE_TITLES = frozenset({"källa", "source"})

_YES_NO = Label("ja eller nej", "yes or no")
SOURCE_FIELDS = (
    Column(
        Role.PROPERTY,
        "series",
        Label("serie", "series"),
        Label(
            "Kort namn som är lika för alla utgåvor, till exempel region-x-avtal.",
            "A short name, the same for every edition, for instance region-x-contracts.",
        ),
        True,
    ),
    Column(
        Role.PROPERTY,
        "edition",
        Label("utgåva", "edition"),
        Label(
            "Vilken i ordningen, helst ett datum: 2026-11-01. Senare text sorteras efter tidigare.",
            "Which in order, preferably a date: 2026-11-01. Later ones sort after earlier ones.",
        ),
        True,
    ),
    Column(Role.PROPERTY, "title", Label("titel", "title"), Label("Vad det är.", "What it is."), True),
    Column(
        Role.PROPERTY, "publisher", Label("utgivare", "publisher"), Label("Vem som säger det.", "Who says it."), True
    ),
    Column(Role.PROPERTY, "url", Label("webbadress", "url"), Label("Var den finns.", "Where it is.")),
    Column(Role.PROPERTY, "licence", Label("licens", "licence"), Label("Hur den får användas.", "How it may be used.")),
    Column(Role.PROPERTY, "language", Label("språk", "language"), Label("sv eller en", "sv or en")),
    Column(Role.PROPERTY, "published", Label("utgiven", "published"), Label("Datum.", "Date.")),
    Column(Role.PROPERTY, "retrieved", Label("hämtad", "retrieved"), Label("Datum.", "Date.")),
    Column(
        Role.PROPERTY,
        "mode",
        Label("läge", "mode"),
        Label(
            "full (förvalt): det som inte längre står här dras tillbaka; append: inget dras tillbaka.",
            "full (the default): what no longer stands here is retracted; append: nothing is.",
        ),
    ),
    Column(
        Role.PROPERTY,
        "secrecy",
        Label("sekretess", "secrecy"),
        Label("public (förvalt), internal eller restricted.", "public (the default), internal or restricted."),
        vocabulary="secrecy",
    ),
    Column(Role.PROPERTY, "demonstration", Label("demonstration", "demonstration"), _YES_NO),
)


def source_field(text: str) -> Column | None:
    wanted = fold(text)
    return next((field for field in SOURCE_FIELDS if wanted in field.headers), None)


def nearest_field(text: str) -> str:
    return _nearest(text, SOURCE_FIELDS)
