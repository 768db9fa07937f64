"""Traceability events as UNTP writes them: like EPCIS up to 0.6, as making, moving and changing in 0.7."""

from __future__ import annotations

from collections.abc import Iterable

from loaders.fields import Fields
from loaders.gs1 import gs1_of
from loaders.tracing.events import NOBODY, Actor, Event, Good, What
from loaders.untp.subjects import day, parties
from loaders.untp.things import Things, own_key
from ontology.errors import Reason, ValueProblem
from ontology.records import PropertyProblem
from ontology.values import make_key

_LEFT = ("type", "sensorElementList", "sensorData", "disposition", "action", "relatedDocument", "bizTransaction")
"""What an event says besides: readings, states and papers, for which there is no place. They are counted as not read,
but for its own type and action."""
MAKING = frozenset({"commissioning", "creatingclassinstance"})
SENDERS = frozenset({"consignor", "shipper", "exporter", "supplier"})
RECEIVERS = frozenset({"consignee", "receiver", "importer"})


def event_of(things: Things, of: Fields, credential: str, number: int) -> Event:
    """One event of a credential.

    Raises:
        PropertyProblem: it is of no kind that UNTP has, or of no day.
    """
    kinds = of.texts("type")
    kind = next((one for one in kinds if one not in ("Event", "LifecycleEvent")), "")
    moment = of.text("eventDate", "eventTime")
    when = day(moment)
    if when is None:
        raise PropertyProblem("eventDate", Reason.NOT_A_DATE, moment, day=moment)
    people = parties(of)
    whole = Event(
        id=of.text("id") or f"{credential}#{number}",
        what=What.OTHER,
        at=moment,
        day=when.isoformat(),
        place=_place(of, "madeAtFacility", "fromFacility", "modifiedAtFacility", "bizLocation"),
        to=_place(of, "toFacility"),
        made_by=_party(things, people, frozenset({"manufacturer", "producer", "processor", "operator"})),
        sender=_party(things, people, SENDERS) or _uri(of.text("sourceParty")),
        receiver=_party(things, people, RECEIVERS) or _uri(of.text("destinationParty")),
        process=_process(of),
        locator=f"{things.place}",
    )
    return _with_goods(of, kind, whole)


def _with_goods(of: Fields, kind: str, event: Event) -> Event:
    from dataclasses import replace

    action = of.text("action").casefold()
    step = of.text("bizStep").rpartition("-")[2].rpartition("/")[2].rpartition(":")[2].replace("_", "").casefold()
    if kind in ("MakeEvent", "TransformationEvent"):
        made = [*_products(of, "outputProduct"), *_items(of, "outputEPCList"), *_amounts(of, "outputQuantityList")]
        used = [*_products(of, "inputProduct"), *_items(of, "inputEPCList"), *_amounts(of, "inputQuantityList")]
        return replace(event, what=What.MAKE, outputs=_once(made), inputs=_once(used))
    if kind in ("MoveEvent", "TransactionEvent"):
        goods = [*_products(of, "movedProduct"), *_items(of, "epcList"), *_amounts(of, "quantityList")]
        return replace(event, what=What.MOVE, outputs=_once(goods))
    if kind == "AggregationEvent":
        goods = [*_items(of, "childEPCList"), *_amounts(of, "childQuantityList")]
        parent = of.inner("parentEPC").text("id")
        what = What.UNPACK if action == "delete" else What.PACK
        return replace(event, what=what, outputs=_once(goods), parent=parent)
    if kind == "ObjectEvent":
        goods = [*_items(of, "epcList"), *_amounts(of, "quantityList")]
        what = What.MAKE if action == "add" and step in MAKING else What.MOVE if step == "shipping" else What.OTHER
        return replace(event, what=what, outputs=_once(goods))
    if kind in ("ModifyEvent", "AssociationEvent"):
        return event
    raise PropertyProblem("type", Reason.NOT_UNDERSTOOD, kind, one_of="MakeEvent, MoveEvent, ModifyEvent")


def _once(goods: Iterable[Good]) -> tuple[Good, ...]:
    return tuple(dict.fromkeys(goods))


def _good(uri: str, name: str, piece: str) -> Good | None:
    if not uri:
        return None
    gs1 = gs1_of(uri)
    if gs1 and gs1.gtin:
        return Good(make_key("gtin", gs1.gtin), name, piece or gs1.piece)
    return Good(own_key(uri), name, piece)


def _products(of: Fields, name: str) -> list[Good]:
    found = []
    for one in of.each(name):
        one.leave("disposition", "type", "quantity")
        told = one.inner("product")
        told.leave("type", "modelNumber")
        batch, item = told.text("batchNumber"), told.text("itemNumber", "serialNumber")
        uri, level = told.text("id", "@id"), told.text("idGranularity")
        piece = f"21/{item}" if item else f"10/{batch}" if batch else uri if level in ("item", "batch") else ""
        found.append(_good(uri, told.text("name"), piece))
    return [good for good in found if good]


def _items(of: Fields, name: str) -> list[Good]:
    found = []
    for one in of.each(name):
        one.leave("type")
        uri = one.text("id", "@id")
        gs1 = gs1_of(uri)
        found.append(_good(uri, one.text("name"), "" if gs1 and gs1.gtin else uri))
    found += [_good(uri, "", "" if gs1_of(uri) else uri) for uri in of.texts(name)]
    return [good for good in found if good]


def _amounts(of: Fields, name: str) -> list[Good]:
    found = []
    for one in of.each(name):
        one.leave("quantity", "uom", "type")
        found.append(_good(one.text("productId"), one.text("productName"), ""))
    return [good for good in found if good]


def _place(of: Fields, *names: str) -> Actor:
    for name in names:
        told = of.inner(name)
        told.leave("type", "registeredId", "idScheme", "address", "countryOfOperation")
        uri = of.text(name) or told.text("id", "@id")
        if uri:
            return _uri(uri, told.text("name"))
    return NOBODY


def _uri(uri: str, name: str = "") -> Actor:
    if not uri:
        return NOBODY
    gs1 = gs1_of(uri)
    return Actor(make_key("gln", gs1.gln) if gs1 and gs1.gln else own_key(uri), name)


def _party(things: Things, people: list[tuple[str, Fields]], roles: frozenset[str]) -> Actor:
    for role, party in people:
        if role in roles:
            try:
                return Actor(things.organisation(party).key)
            except ValueProblem as problem:
                things.leave_out("relatedParty", problem)
    return NOBODY


def _process(of: Fields) -> str:
    kind = of.inner("activityType")
    kind.leave("type", "definition", "schemeId", "schemeID", "schemeName", "id", "code")
    return of.text("processType") or kind.text("name") or of.text("name")
