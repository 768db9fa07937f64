"""What the node and link types are to the questions, as groups of their names: read from the declarations where these
say it. Whoever needs a group of types names it here; there is no such list outside the ontology."""

from __future__ import annotations

from ontology import links
from ontology.model import LINKS, NODES, Walk
from ontology.nodes import Statement

# -- node types -----------------------------------------------------------------------------------------------------

KINDS = tuple(links.KINDS.split())
"""Kinds of goods."""

STATEMENTS = tuple(sorted(name for name, node in NODES.items() if issubclass(node.model, Statement)))
"""What says something of a risk, with a severity."""

CHAIN = tuple(
    sorted({end for link in LINKS.values() if link.walk is Walk.GOODS for end in (*link.source, *link.target)})
)
"""What goods pass through; it stands in tiers and is drawn as a mark."""

LOCATED = LINKS["LOCATED_IN"].source
"""What has a place of its own."""

DATED = tuple(name for name, node in NODES.items() if {"issued", "revoked", "performed"} & node.properties.keys())
"""What was said, revoked or done on a day, which decides what it tells of."""

IN_THE_NEWS = ("Site", "Organisation", "Place", *KINDS, "Incident")
"""What a list of names may stand for."""

ALIKE = ("Organisation", "Site")
"""What goes by several names, so that two of one type may be one thing; what a good or a contract is, its identifiers
say."""

FOUND_FIRST = (
    "Organisation",
    "Contract",
    "Site",
    "Product",
    "Procurement",
    "Lot",
    "Category",
    "Material",
    "Place",
    "Step",
)
"""What a search shows first among hits that are as good, in this order."""
FOUND_LAST = ("Incident", "RiskType", "Measure", "Audit", *STATEMENTS)
"""And what only after everything else, unless its name is the text."""

NEVER_IN_SCOPE = ("Contract", "Lot", "Procurement", "Measure", "Incident")
"""What it does not depend on where a statement enters, nor on links of theirs."""

# -- link types -----------------------------------------------------------------------------------------------------

BY_ACTOR = tuple(name for name, link in LINKS.items() if link.walk is Walk.ACTOR)
"""Who acts at what, the nearest to the goods first."""

AT_STEP = tuple(name for name in BY_ACTOR if "Step" in LINKS[name].target)
"""Who acts at a step itself."""

BY_COMPANY = tuple(
    name for name in BY_ACTOR if LINKS[name].source == ("Organisation",) and {*LINKS[name].target} & {*CHAIN}
)
"""By which a company answers for a step or contract."""

AT_WORK = ("RUNS", "OPERATES")
"""By which a company has an output of its own."""

TELLING_OF_CHAIN = tuple(name for name, link in LINKS.items() if link.tells and {*link.source} & {*CHAIN})
"""What says of a step or contract where it is, of what kind and what it belongs to."""

RELATING = ("LOCATED_IN", "OWNS", "PART_OF")
"""What tells apart, or puts together, two things of like names: where they are, and whose part."""

ORDER_OF_KINDS = ("BROADER", "IN_CATEGORY", "MATCHES")
"""By which one kind lies within another."""
