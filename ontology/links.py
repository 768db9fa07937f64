"""The link types, in the direction risk flows, with what passes along each. See docs/ontology.md."""

from __future__ import annotations

from decimal import Decimal

import ontology.nodes  # noqa: F401  (the ends must be declared first)
from ontology.model import Properties, Tells, Walk, link, prop

Text = str | None
KINDS = "Product Material Category"


class Goods(Properties):
    share: float | None = prop("Andel", "Share", "Share of the buyer's input, 0 to 1.", ge=0, le=1)
    share_unit: Text = prop("Andelens enhet", "Unit of the share", "value or mass.", pattern="^(value|mass)$")
    slot: Text = prop("Plats i receptet", "Slot", "Inputs in one slot are alternatives; all slots are needed.")


class Role(Properties):
    role: Text = prop("Roll", "Role", "In what role.")


@link(
    "PERFORMS",
    "utför",
    "performs",
    "Site",
    "Step",
    walk=Walk.ACTOR,
    resolves=True,
    passes="HD",
    told=Tells.WHOLE,
    shares=True,
)
class Performs(Properties):
    """The site where a step takes place."""


@link("RUNS", "driver", "runs", "Organisation", "Step", walk=Walk.ACTOR, passes="OSD", told=Tells.WHOLE)
class Runs(Properties):
    """The company that runs a step; its own conduct enters the step, a harm elsewhere does not."""


@link(
    "OPERATES", "driver anläggning", "operates", "Organisation", "Site", walk=Walk.ACTOR, passes="OSD", told=Tells.WHOLE
)
class Operates(Properties):
    """The company that operates a site; one site says nothing of the next."""


@link(
    "OWNS",
    "äger",
    "owns",
    "Organisation",
    "Organisation",
    walk=Walk.ACTOR,
    passes="S",
    by_control=True,
    told=Tells.WHOLE,
)
class Owns(Properties):
    """Ownership or control; sanctions pass at a share of one half or more, also where it may be as much, or with
    control."""

    share: float | None = prop(
        "Andel", "Share", "Share owned, 0 to 1; the least where a range is told.", blank_says=True, ge=0, le=1
    )
    share_max: float | None = prop("Andel, högst", "Share at most", "The most, where a range is told.", ge=0, le=1)
    control: bool | None = prop("Bestämmande inflytande", "Control", "Whether the owner controls it.", blank_says=True)
    indirect: bool | None = prop("Indirekt", "Indirect", "Whether it runs through companies between.")
    component: bool | None = prop(
        "Del av en väg", "Part of a way", "A part of an indirect holding that is told as a whole: never added to it."
    )
    interests: Text = prop(
        "Slag av innehav", "Kinds of interest", "What the owner holds, in the source's words.", wording=True
    )


@link(
    "RECRUITS_FOR",
    "rekryterar till",
    "recruits for",
    "Organisation Place",
    "Site",
    walk=Walk.ACTOR,
    passes="H",
    only_labour=True,
)
class RecruitsFor(Properties):
    """Who recruits workers to a site, or where they are recruited; only labour harms pass."""


@link(
    "SUPPLIES",
    "levererar till",
    "supplies",
    "Step",
    "Step",
    walk=Walk.GOODS,
    tier=True,
    resolves=True,
    passes="HSD",
)
class Supplies(Goods):
    """Goods or services of one step that are an input to the next."""


@link(
    "DELIVERED_UNDER",
    "levereras under",
    "delivered under",
    "Step",
    "Contract",
    walk=Walk.GOODS,
    tier=True,
    resolves=True,
    passes="HSD",
)
class DeliveredUnder(Goods):
    """A step whose output is delivered under a contract."""


@link("HOLDS", "har avtal", "holds", "Organisation", "Contract", walk=Walk.ACTOR, passes="OS", told=Tells.WHOLE)
class Holds(Role):
    """The supplier that holds a contract."""


@link("SELLS_TO", "säljer till", "sells to", "Organisation Site", "Organisation", walk=Walk.LIST, passes="D")
class SellsTo(Properties):
    """A business relation in which the goods are not known: it feeds the company list and no figure."""

    amount: Decimal | None = prop("Belopp", "Amount", "Spent in the period, excluding VAT.")
    currency: Text = prop("Valuta", "Currency", "ISO 4217.", pattern=r"^[A-Z]{3}$", example="SEK")


@link("SERVES", "avser köpare", "serves", "Contract", "Organisation", tells=Tells.WHOLE)
class Serves(Role):
    """The buyer that a contract serves, in its role."""


@link("OUTPUTS", "ger", "outputs", "Step", KINDS, tells=Tells.KIND, shares=True)
class Outputs(Properties):
    """What a step makes, handles or performs."""


@link("DEDICATED_TO", "endast för", "dedicated to", "Step", "Organisation")
class DedicatedTo(Properties):
    """The only buyer that a step works for."""


@link("LOCATED_IN", "ligger i", "located in", "Organisation Site Step", "Place", tells=Tells.PLACE)
class LocatedIn(Properties):
    """The place of an organisation, a site or a step."""


_PARTS = (("Place", "Place"), ("Lot", "Procurement"), ("Organisation", "Organisation"))


@link(
    "PART_OF",
    "ingår i",
    "part of",
    "Place Lot Organisation",
    "Place Procurement Organisation",
    pairs=_PARTS,
    tells=Tells.WHOLE,
)
class PartOf(Properties):
    """A place within a place, a lot of a procurement, a unit of an organisation, a region of an area."""


@link("FOR_LOT", "avser anbudsområde", "for lot", "Contract", "Lot", tells=Tells.WHOLE, shares=True)
class ForLot(Properties):
    """The lot that a contract was awarded on."""


@link("MARKETED_BY", "marknadsförs av", "marketed by", "Product", "Organisation", tells=Tells.WHOLE)
class MarketedBy(Role):
    """Who places a product on the market: legal manufacturer, marketing authorisation holder or brand."""


@link("MADE_OF", "består av", "made of", KINDS, "Material Category")
class MadeOf(Properties):
    """A generic recipe: what such goods are made of."""

    share: float | None = prop("Andel", "Share", "Share of the goods, 0 to 1.", ge=0, le=1)


@link("IN_CATEGORY", "i kategori", "in category", "Product Lot Contract", "Category", tells=Tells.KIND)
class InCategory(Properties):
    """The category of a product, a lot or a contract."""


@link("BROADER", "underordnad", "broader", "Category", "Category", tells=Tells.WHOLE)
class Broader(Properties):
    """From a category to the broader one of the same scheme."""


@link("MATCHES", "motsvarar", "matches", "Category Material Product", "Category")
class Matches(Properties):
    """A reviewed match between schemes."""

    relation: Text = prop(
        "Förhållande",
        "Relation",
        "The target is exact, broader or narrower than the source.",
        pattern="^(exact|broader|narrower)$",
        required=True,
    )
    reviewer: Text = prop("Granskare", "Reviewer", "Who reviewed the match.")


@link("OF_TYPE", "av typ", "of type", "RiskAssessment Finding", "RiskType", tells=Tells.KIND)
class OfType(Properties):
    """The risk type of an assessment or a finding."""


@link("ABOUT", "gäller", "about", "RiskAssessment Finding", f"Place Organisation Site Step {KINDS}", tells=Tells.ABOUT)
class About(Properties):
    """One part of the scope: a kind of goods, a place or an actor. Parts of several sorts mean *and*."""


@link("INVOLVED_IN", "inblandad i", "involved in", "Organisation", "RiskAssessment Finding")
class InvolvedIn(Properties):
    """How an organisation is involved in an impact."""

    involvement: Text = prop("Grad", "Involvement", "Causing, contributing or linked.", vocabulary="involvement")


@link("EXAMINED", "granskade", "examined", "Audit", "Organisation Site Step", tells=Tells.ABOUT)
class Examined(Properties):
    """What an audit looked at."""


@link("REPORTED", "redovisade", "reported", "Audit", "Finding", told=Tells.WHOLE)
class Reported(Properties):
    """A finding that an audit reported."""


@link("ADDRESSES", "åtgärdar", "addresses", "Measure", "Finding RiskAssessment", tells=Tells.ABOUT)
class Addresses(Properties):
    """What a measure addresses."""


@link("GATHERS", "samlar", "gathers", "Incident", "Finding", told=Tells.WHOLE)
class Gathers(Properties):
    """A finding that belongs to an incident."""


@link("COORDINATES", "samordnar", "coordinates", "Organisation", "Category")
class Coordinates(Properties):
    """A category that a cooperation area coordinates for all regions."""
