"""EPCIS documents in JSON and XML, event by event, in one form: that of the JSON of 2.0."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from loaders import xml_records
from loaders.json_records import Damaged, records
from loaders.streams import Counted, start_of
from loaders.xml_records import TEXT

Json = dict[str, Any]

EVENTS = ("ObjectEvent", "AggregationEvent", "TransformationEvent", "TransactionEvent", "AssociationEvent")
MASTER = "Vocabulary"
TYPE = "type"
_LISTS = {
    "epcList": "epc", "childEPCs": "epc", "inputEPCList": "epc", "outputEPCList": "epc",
    "quantityList": "quantityElement", "childQuantityList": "quantityElement",
    "inputQuantityList": "quantityElement", "outputQuantityList": "quantityElement",
    "bizTransactionList": "bizTransaction", "sourceList": "source", "destinationList": "destination",
    "sensorElementList": "sensorElement", "correctiveEventIDs": "correctiveEventID",
}  # fmt: skip
"""The lists that XML wraps, and what their members are called."""
_WRAPPERS = ("extension", "baseExtension")
"""Where 1.2 put what 1.0 did not have."""


def is_xml(path: Path) -> bool:
    return start_of(path, 64).lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")


def found_in(file: Counted, xml: bool) -> Iterator[tuple[str, Any]]:
    """(what, its fields): ``event``, ``master`` ((vocabulary, an element of it: a place, a company, an article)), or
    ``damaged``.

    Raises:
        FileFormatError: not well-formed.
    """
    if xml:
        names = {name: name for name in (*EVENTS, MASTER)}
        for name, _, tree in xml_records.records(file, names, marks=("type", "id")):
            if name == MASTER:
                yield from _masters_of_xml(tree)
            else:
                yield "event", {"type": name, **_flat(tree)} if isinstance(tree, dict) else tree
        return
    around: Json = {}
    for _, value in records(file, ("eventList",), around):
        yield from _of_json(value)
    yield from _masters(around)


def _of_json(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Damaged):
        yield "damaged", value
        return
    body = value.get("epcisBody")
    if not isinstance(body, dict):
        yield "event", value
        return
    yield from _masters(value)
    results = body.get("queryResults")
    within = results.get("resultsBody", {}) if isinstance(results, dict) else body
    events = within.get("eventList") if isinstance(within, dict) else None
    events = events or within.get("event") if isinstance(within, dict) else None
    for one in events if isinstance(events, list) else [events]:
        yield "event", one


def _masters(around: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    header = around.get("epcisHeader")
    data = header.get("epcisMasterData") if isinstance(header, dict) else None
    lists = data.get("vocabularyList") if isinstance(data, dict) else None
    for vocabulary in lists if isinstance(lists, list) else ():
        elements = vocabulary.get("vocabularyElementList") if isinstance(vocabulary, dict) else None
        for one in elements if isinstance(elements, list) else ():
            if isinstance(one, dict):
                yield "master", (str(vocabulary.get("type", "")), one)


def _flat(tree: Json) -> Json:
    """An XML event in JSON's form: lists unwrapped, extensions of 1.2 laid in."""
    found: Json = {}
    for name, value in tree.items():
        if name in _WRAPPERS and isinstance(value, dict):
            found |= _flat(value)
        elif name in _LISTS:
            found[name] = [_named(_LISTS[name], one) for one in _members(value, _LISTS[name])]
        elif isinstance(value, dict) and name in ("errorDeclaration", "ilmd"):
            found[name] = _flat(value)
        else:
            found[name] = value
    return found


def _members(value: Any, name: str) -> list[Any]:
    within = value.get(name) if isinstance(value, dict) else None
    return within if isinstance(within, list) else [] if within is None else [within]


def _named(name: str, one: Any) -> Any:
    """``<source type="t">x</source>`` as ``{"type": "t", "source": "x"}``."""
    if isinstance(one, dict) and TEXT in one:
        return {TYPE: one.get(TYPE), name: one[TEXT]}
    return {name: one} if name in ("source", "destination", "bizTransaction") and isinstance(one, str) else one


def _masters_of_xml(tree: Any) -> Iterator[tuple[str, Any]]:
    within = tree.get("VocabularyElementList") if isinstance(tree, dict) else None
    for element in _members(within, "VocabularyElement"):
        if not isinstance(element, dict):
            continue
        attributes = [
            {"id": one.get("id"), "attribute": one[TEXT]}
            for one in _members(element, "attribute")
            if isinstance(one, dict) and isinstance(one.get(TEXT), str)
        ]
        yield "master", (str(tree.get("type", "")), {"id": element.get("id", ""), "attributes": attributes})


def word(text: str) -> str:
    """The last word of a standard term, however it is written: ``shipping``, ``urn:epcglobal:cbv:bizstep:shipping``,
    ``https://ref.gs1.org/cbv/BizStep-shipping``."""
    return re.split(r"[:/]|(?:BizStep|Disp|SDT|BTT|ER)-", text)[-1].casefold()
