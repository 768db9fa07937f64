"""Events of EPCIS: steps, who performs them, what supplies what. See ``docs/how-to/chains.md``.

Read after gs1/EPCIS 2b888bef: the JSON schema, the XML schemas of 2.0 and 1.2, and the examples of its folders
``JSON``, ``JSON-simple-context``, ``XML`` and ``XSL/1.2``. A declaration that an event did not occur repeats the
event with its id and its hash, so the two are told apart by the declaration and never by the id.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loaders.base import Progress, Report, called, files_of
from loaders.epcis.reading import EVENTS, found_in, is_xml, word
from loaders.fields import Fields, Unread
from loaders.gs1 import gs1_of
from loaders.streams import opened, start_of, unpacked_size
from loaders.tracing.chain import Chain, Item, chain
from loaders.tracing.events import NOBODY, Actor, Event, Good, What, moment
from ontology.errors import FileFormatError, Reason, ValueProblem
from ontology.records import PropertyProblem, Source, digest
from ontology.values import make_key

LONGEST = 150
EVERY = 1_000
ENDINGS = (".json", ".jsonld", ".jsonl", ".ndjson", ".xml", ".gz", ".zip")
NAMES = ("#name", "name", "descriptionshort", "tradeitemdescription", "regulatedproductname")
"""Master data that call a thing something, the surest first."""
KINDS = {"epcclass": "Product", "location": "Site", "readpoint": "Site"}
"""What a vocabulary of master data is about, by its type; any other is about parties."""
MAKING = frozenset({"commissioning", "creating_class_instance"})
MOVING = frozenset({"shipping", "departing", "transporting", "receiving", "arriving", "consigning"})
_LEFT = ("recordTime", "certificationInfo")
_NOT_CONTENT = ("eventID", "errorDeclaration", "recordTime", "@context")


def _files(path: Path) -> list[Path]:
    return [file for file in files_of(path) if not path.is_dir() or file.name.lower().endswith(ENDINGS)]


def _is_epcis(path: Path) -> bool:
    from loaders.epcis.format import EPCIS
    from loaders.glimpse import glimpse

    return EPCIS.recognises(glimpse(path))


class EpcisLoader:
    """What events say of a chain; a folder is read as one, so that a retraction in one file counts in all."""

    name = "epcis"
    version = "1"

    def source(self, path: Path, options: Mapping[str, str]) -> Source:
        """The events that somebody gives; the edition is the day of the newest document.

        Raises:
            FileFormatError: no events in it.
        """
        editions = [_created(file) for file in _files(path) if _is_epcis(file)]
        if not editions:
            raise FileFormatError(
                f"{path.name} holds no events of EPCIS.", remedy="Give an EPCISDocument, in JSON or XML."
            )
        return Source(
            series=options.get("series") or f"epcis-{called(path)}",
            edition=options.get("edition") or max(editions),
            title=f"EPCIS events, {path.name}",
            publisher=options.get("publisher") or called(path),
            licence=options.get("licence", ""),
        )

    def read(
        self,
        path: Path,
        source: Source,  # noqa: ARG002
        options: Mapping[str, str],  # noqa: ARG002
        secret: bytes,  # noqa: ARG002
        report: Report,
        progress: Progress,
    ) -> Iterator[Item]:
        """Lay every event by, then yield what those say that were not retracted.

        Raises:
            FileFormatError: a file cannot be read to its end.
        """
        names: dict[str, str] = {}
        unread = Unread()
        with chain(report, names=lambda type_, key: names.get(f"{type_} {key}", "")) as events:
            for file in _files(path):
                if path.is_dir() and not _is_epcis(file):
                    report.pass_over(str(file.relative_to(path)))
                    continue
                reading = _Reading(report, events, names, unread, str(file.relative_to(path)) if path.is_dir() else "")
                reading.file(file, progress)
            if not report.rows_in:
                raise FileFormatError(
                    f"{path.name} holds no event of EPCIS.",
                    remedy="Master data alone say nothing: give them in a folder with the events that they name.",
                )
            yield from events.read()
        unread.tell(report)
        report.accepted = report.rows_in - report.rejected


def _created(file: Path) -> str:
    """The moment that a document says it was made at; of one that does not say, that of its first event."""
    from loaders.glimpse import text_of

    text = text_of(start_of(file))
    for name in ("creationDate", "eventTime"):
        _, found, rest = text.partition(name)
        if found:
            digits = rest.lstrip("\"'=:> \n\r\t")[:35]
            return digits.partition('"')[0].partition("<")[0].partition("'")[0]
    return ""


@dataclass(slots=True)
class _Reading:
    report: Report
    events: Chain
    names: dict[str, str]
    unread: Unread
    sheet: str
    count: int = field(default=0)

    def file(self, path: Path, progress: Progress) -> None:
        size = unpacked_size(path)
        with opened(path) as file:
            for what, given in found_in(file, is_xml(path)):
                if what == "master":
                    self._master(*given)
                    continue
                self.count += 1
                self.report.rows_in += 1
                try:
                    self._event(given)
                except (ValueProblem, RecursionError) as error:
                    self._reject(error)
                if self.count % EVERY == 0:
                    progress(file.done, size)
            progress(file.done, size)

    def _reject(self, error: Exception) -> None:
        deep = ValueProblem(Reason.NOT_UNDERSTOOD, "", detail="nested too deeply")
        problem = error if isinstance(error, ValueProblem) else deep
        self.report.reject(self.sheet, self.count, getattr(problem, "name", ""), problem)
        self.report.keep(self.sheet, self.count, "", ())

    def _master(self, kind: str, given: Mapping[str, Any]) -> None:
        of = Fields(given)
        uri = of.text("id")
        told = {one.text("id").casefold(): one.text("attribute") for one in of.each("attributes")}
        found = [text for name in NAMES for id_, text in told.items() if id_.endswith(name) and text]
        gs1 = gs1_of(uri)
        if found and uri:
            key = f"gtin:{gs1.gtin}" if gs1 and gs1.gtin else f"gln:{gs1.gln}" if gs1 else own_key(uri)
            type_ = next((type_ for mark, type_ in KINDS.items() if mark in kind.casefold()), "Organisation")
            self.names.setdefault(f"{type_} {key}", found[0])

    def _event(self, given: Any) -> None:
        kind = given.get("type", given.get("isA", "")) if isinstance(given, Mapping) else ""
        if kind not in EVENTS:
            text = str(getattr(given, "text", kind))[:80]
            raise PropertyProblem("type", Reason.NOT_UNDERSTOOD, text, one_of=", ".join(EVENTS))
        of = Fields(given)
        of.leave("type", "isA", "eventID", "errorDeclaration", "@context", *_LEFT)
        content = digest(json.dumps({k: v for k, v in given.items() if k not in _NOT_CONTENT}, sort_keys=True))
        id_ = of.text("eventID")
        if "errorDeclaration" in given:  # also an empty one
            self.report.notes["retraction"] += 1
            self.events.retract(id_ or content)
            return
        offset = of.text("eventTimeZoneOffset")
        said = of.text("eventTime")
        at, day = moment(said, offset)
        if not at:
            raise PropertyProblem("eventTime", Reason.NOT_A_DATE, said, day=said)
        self.events.lay_by(self._read(of, str(kind), id_, at, day), content)
        self.unread.note(of)

    def _read(self, of: Fields, kind: str, id_: str, at: str, day: str) -> Event:
        step, action = word(of.text("bizStep")), of.text("action").upper()
        sources, targets = _ends(of, "sourceList", "source"), _ends(of, "destinationList", "destination")
        read_point, location = of.inner("readPoint").text("id"), of.inner("bizLocation").text("id")
        what, goods, inputs = self._goods(of, kind, step, action, bool(sources or targets))
        here = sources.get("location") or read_point if what is What.MOVE else location or read_point
        return Event(
            id=id_,
            what=what,
            at=at,
            day=day,
            place=_actor(here),
            to=_actor(targets.get("location", "")),
            sender=_actor(sources.get("owning_party") or sources.get("possessing_party", "")),
            receiver=_actor(targets.get("owning_party") or targets.get("possessing_party", "")),
            inputs=inputs,
            outputs=goods,
            process=step,
            of=of.text("transformationID"),
            locator=f"{self.sheet}:{self.count}" if self.sheet else f"{self.count}",
            parent=of.text("parentID"),
        )

    def _goods(
        self, of: Fields, kind: str, step: str, action: str, moved: bool
    ) -> tuple[What, tuple[Good, ...], tuple[Good, ...]]:
        """(what the event does, to which goods, of which)."""
        if kind == "TransformationEvent":
            made = self._listed(of, "outputEPCList", "outputQuantityList")
            return What.MAKE, made, self._listed(of, "inputEPCList", "inputQuantityList")
        if kind == "AggregationEvent":
            packed = self._listed(of, "childEPCs", "childQuantityList")
            return What.UNPACK if action == "DELETE" else What.PACK, packed, ()
        goods = self._listed(of, "epcList", "quantityList")
        if kind == "TransactionEvent" and (parent := of.text("parentID")):
            goods = (*goods, *self._good(parent))
        if kind == "ObjectEvent" and action == "ADD" and step in MAKING:
            return What.MAKE, goods, ()
        moves = action != "DELETE" and (step == "shipping" or (step in MOVING and moved))  # DELETE ends something
        if kind in ("ObjectEvent", "TransactionEvent") and moves:
            return What.MOVE, goods, ()
        return What.OTHER, goods, ()

    def _listed(self, of: Fields, items: str, amounts: str) -> tuple[Good, ...]:
        found = [good for uri in of.texts(items) for good in self._good(uri)]
        for one in of.each(amounts):
            one.leave("quantity", "uom")
            found += self._good(one.text("epcClass"))
        return tuple(dict.fromkeys(found))

    def _good(self, uri: str) -> tuple[Good, ...]:
        if not uri:
            return ()
        gs1 = gs1_of(uri)
        if gs1 and gs1.gtin:
            return (Good(make_key("gtin", gs1.gtin), "", gs1.piece),)
        if "sscc" in uri or "/00/" in uri:
            return (Good("", "", uri),)
        self.report.notes["good_not_known"] += 1
        return (Good(own_key(uri), "", uri),)


def own_key(uri: str) -> str:
    return make_key("local", f"epcis/{uri if len(uri) <= LONGEST else digest(uri)}")


def _actor(uri: str) -> Actor:
    if not uri:
        return NOBODY
    gs1 = gs1_of(uri)
    return Actor(make_key("gln", gs1.gln) if gs1 and gs1.gln else own_key(uri))


def _ends(of: Fields, lists: str, name: str) -> dict[str, str]:
    """Who or where, by what it is: owning_party, possessing_party, location."""
    return {word(one.text("type")): one.text(name) for one in of.each(lists) if one.text(name)}
