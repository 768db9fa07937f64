"""Facilities of Open Supply Hub: sites, where they are, what they make. See ``docs/how-to/chains.md``.

Read after the serializers and the download of opensupplyhub/open-supply-hub 2dccd953 and its API's two forms: GeoJSON
(``/api/facilities``) and ``/api/v1/production-locations``. The columns of a download are those, flattened. The
country in an OS ID is that of its creation; ids that were merged live on as ``historical_os_id``; an empty
``is_closed`` is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loaders.base import Progress, Report, called, checked
from loaders.fields import Fields, Unread
from loaders.json_records import Damaged, records
from loaders.mapping.tables import table_of
from loaders.os_ids import OsIds
from loaders.streams import opened, start_of, unpacked_size
from ontology.errors import FileFormatError, Reason, ValueProblem
from ontology.records import Link, PropertyProblem, Record, Ref, Source, digest
from ontology.values import make_key

Item = Record | Link

LISTS = ("features", "data")
TABLES = (".csv", ".tsv", ".xlsx", ".xls", ".ods")
NAME = 500
EVERY = 1_000
_SPLIT = re.compile(r"\s*\|\s*")


def _rows(path: Path) -> Iterator[tuple[int, Any, int]]:
    """(number, facility, bytes read so far)."""
    if path.suffix.lower() in TABLES:
        for row, cells in table_of(path).rows:
            yield int(row), {name.strip().casefold(): text for name, text in cells.items()}, 0
        return
    with opened(path) as file:
        for place, one in records(file, LISTS, {}):
            yield place, _flat(one) if isinstance(one, Mapping) else one, file.done


def _flat(one: Mapping[str, Any]) -> Mapping[str, Any]:
    """A feature of GeoJSON as the other form has it."""
    inner = one.get("properties")
    if not isinstance(inner, Mapping):
        return one
    point = one.get("geometry")
    pair = point.get("coordinates") if isinstance(point, Mapping) else None
    place = dict(zip(("lng", "lat"), pair, strict=False)) if isinstance(pair, list) else {}
    return {"os_id": one.get("id"), **place, **inner}


class OshLoader:
    """Sites with their OS IDs."""

    name = "osh"
    version = "1"

    def source(self, path: Path, options: Mapping[str, str]) -> Source:
        """Describe the source; the edition is what is given.

        Raises:
            FileFormatError: nothing in it that Open Supply Hub gives out.
        """
        if path.suffix.lower() in TABLES:
            header = {name.strip().casefold() for name in table_of(path).header}
            if not {"os_id", "name"} <= header:
                raise FileFormatError(
                    f"{path.name} has no columns os_id and name.", remedy="Give a download of Open Supply Hub."
                )
        elif b'"os_id"' not in start_of(path, 1 << 20):
            raise FileFormatError(
                f"{path.name} holds no facility of Open Supply Hub in JSON.",
                remedy="Give a download, or an answer of its API; unpack a table.",
            )
        return Source(
            series=f"osh-{called(path)}",
            edition=options.get("edition", ""),
            title=f"Open Supply Hub, {path.name}",
            publisher="Open Supply Hub",
            url="https://opensupplyhub.org",
            licence=options.get("licence") or "ODbL-1.0",
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
        """Yield what is said of each facility.

        Raises:
            FileFormatError: the file cannot be read to its end.
        """
        reading, size = _Reading(report), unpacked_size(path)
        for number, given, done in _rows(path):
            report.rows_in += 1
            yield from reading.one(number, given)
            if number % EVERY == 0:
                progress(done or number, size if done else None)
        reading.unread.tell(report)
        report.accepted = report.rows_in - report.rejected


@dataclass(slots=True)
class _Reading:
    report: Report
    os_ids: OsIds = field(default_factory=OsIds)
    unread: Unread = field(default_factory=Unread)

    def one(self, number: int, given: Any) -> list[Item]:
        try:
            of = _object(given)
            items = [checked(item) for item in self._facility(of, number)]
        except ValueProblem as problem:
            self.report.reject("", number, getattr(problem, "name", ""), problem)
            self.report.keep("", number, "", ())
            return []
        self.unread.note(of)
        return items

    def _facility(self, of: Fields, number: int) -> Iterator[Item]:
        os_id, name = of.text("os_id"), of.text("name")[:NAME]
        if not os_id:
            raise PropertyProblem("os_id", Reason.MISSING, "", column="os_id")
        own = make_key("local", f"osh/{os_id}")
        also = self._also(of, os_id, name, number)
        workers = of.text("number_of_workers")
        count = workers.replace(",", "").replace(" ", "")
        raw = {
            "os_id": os_id,
            "processing": "; ".join(_several(of, "processing_type")),
            "facility type": "; ".join(_several(of, "facility_type", "location_type")),
            "workers": "" if count.isdecimal() else workers,
            "parent company": "; ".join(_several(of, "parent_company")),
            "is_closed": of.text("is_closed"),
            "new_os_id": of.text("new_os_id"),
            "contributed": of.text("contribution_date"),
        }
        latitude, longitude = self._coordinates(of, number)
        properties: dict[str, Any] = {
            "name": name or os_id,
            "address": of.text("address")[:NAME] or None,
            "latitude": latitude,
            "longitude": longitude,
            "workers": int(count) if count.isdecimal() else None,
        }
        here = Ref("Site", own)
        told = {label: text for label, text in raw.items() if text}
        yield Record("Site", own, properties, also, raw=told, locator=f"{number}")
        yield from self._country(of, here, number)
        closed = of.flag("is_closed")
        if closed is None:
            self.report.notes["closure_not_told"] += 1
        if of.text("new_os_id"):
            self.report.notes["moved"] += 1
        if closed:
            self.report.notes["closed"] += 1
            of.leave("product_type", "sector")
            return
        yield from self._made(of, here, str(properties["name"]), number)

    def _also(self, of: Fields, os_id: str, name: str, number: int) -> tuple[str, ...]:
        """The OS IDs that identify the facility: its own, and those that were merged into it."""
        found = []
        for one in (os_id, *of.texts("historical_os_id")):
            try:
                found.append(self.os_ids.key(one, name, f"{number}"))
            except ValueProblem as problem:
                self.report.notes["os_id_not_identifying"] += 1
                self.report.leave_out("", number, "os_id", problem)
        return tuple(dict.fromkeys(found))

    def _country(self, of: Fields, here: Ref, number: int) -> Iterator[Item]:
        told = of.inner("country")
        told.leave("name", "alpha_3", "numeric")
        country = of.text("country_code") or told.text("alpha_2") or of.text("country_name", "country")
        of.text("country_name")
        if not country:
            self.report.notes["country_not_told"] += 1
            return
        try:
            place = Ref("Place", make_key("iso3166-1", country))
        except ValueProblem as problem:
            self.report.leave_out("", number, "country_code", problem)
            return
        yield Link("LOCATED_IN", here, place, locator=f"{number}")

    def _made(self, of: Fields, here: Ref, name: str, number: int) -> Iterator[Item]:
        """A step for each sort of goods, by the narrower words where there are any."""
        products, sectors = _several(of, "product_type"), _several(of, "sector")
        for word in products or [one for one in sectors if one != "Unspecified"]:
            scheme = "Open Supply Hub product type" if products else "Open Supply Hub sector"
            kind = make_key("local", f"osh/{'product' if products else 'sector'} {word.casefold()}"[:150])
            step = make_key("local", f"osh/step/{digest(here.key, word.casefold())}")
            at = f"{number}"
            yield Record("Category", kind, {"name": word[:NAME], "scheme": scheme}, locator=at)
            yield Record("Step", step, {"name": f"{word}, {name}"[:NAME]}, locator=at)
            yield Link("PERFORMS", here, Ref("Step", step), locator=at)
            yield Link("OUTPUTS", Ref("Step", step), Ref("Category", kind), locator=at)

    def _coordinates(self, of: Fields, number: int) -> tuple[float | None, float | None]:
        point = of.inner("coordinates")
        latitude = of.number("lat") if not point else point.number("lat")
        longitude = of.number("lng") if not point else point.number("lng")
        if latitude is None or longitude is None:
            return None, None
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            said = f"{latitude}, {longitude}"
            self.report.leave_out("", number, "lat, lng", ValueProblem(Reason.OUT_OF_RANGE, said, ge="-90", le="90"))
            return None, None
        return latitude, longitude


def _object(given: Any) -> Fields:
    if isinstance(given, Damaged) or not isinstance(given, Mapping):
        why = getattr(given, "why", "no object")
        raise ValueProblem(Reason.NOT_UNDERSTOOD, getattr(given, "text", "")[:80], detail=why)
    return Fields(given)


def _several(of: Fields, *names: str) -> list[str]:
    """The texts of a cell that holds several, or of a list."""
    return list(dict.fromkeys(part for text in of.texts(*names) for part in _SPLIT.split(text) if part))
