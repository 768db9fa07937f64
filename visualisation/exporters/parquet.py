"""Everything as columns: a zip of Parquet files, for DuckDB, pandas, Spark and R."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from ontology.label import Label
from visualisation.exporters import Exporter, Given

if TYPE_CHECKING:
    from ontology.records import Common

Row = Mapping[str, Any]
MOMENT = (1980, 1, 1, 0, 0, 0)


def write(given: Given) -> bytes:
    """``entities``, ``records`` (what each source says of them), ``links``, ``sources`` and ``about`` (the stamp)."""
    import io
    import zipfile

    tables = {
        "entities": _entities(given),
        "records": _records(given),
        "links": _links(given),
        "sources": _sources(given),
        "about": [{"name": name, "value": value} for name, value in given.stamp().items()],
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, rows in tables.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.parquet", MOMENT), _parquet(COLUMNS[name], rows))
    return out.getvalue()


COLUMNS: Mapping[str, Mapping[str, str]] = {
    "entities": {"id": "text", "type": "text", "name": "text", "keys": "texts", "ghost": "yes"},
    "records": {
        "id": "text", "entity": "text", "type": "text", "properties": "text", "status": "text", "confidence": "number",
        "denied": "yes", "secrecy": "text", "valid_from": "day", "valid_to": "day", "source": "text", "locator": "text",
        "cites": "text",
    },
    "links": {
        "id": "text", "type": "text", "source_id": "text", "target_id": "text", "properties": "text", "status": "text",
        "confidence": "number", "denied": "yes", "secrecy": "text", "valid_from": "day", "valid_to": "day",
        "source": "text", "locator": "text", "cites": "text",
    },
    "sources": {
        "id": "text", "series": "text", "edition": "text", "title": "text", "publisher": "text", "url": "text",
        "licence": "text", "published": "day",
    },
    "about": {"name": "text", "value": "text"},
}  # fmt: skip


def _entities(given: Given) -> Iterable[Row]:
    for one in given.entities():
        yield {"id": one.id, "type": one.type, "name": one.name, "keys": list(one.keys), "ghost": one.ghost}


def _records(given: Given) -> Iterable[Row]:
    from ontology.records import canonical

    for one in given.records():
        own = {"id": one.id, "entity": one.entity, "type": one.type, "properties": canonical(one.properties)}
        yield own | _common(one.common) | {"source": one.source, "locator": one.locator}


def _links(given: Given) -> Iterable[Row]:
    from ontology.records import canonical

    for one in given.links():
        own = {"id": one.id, "type": one.type, "source_id": one.source, "target_id": one.target}
        own["properties"] = canonical(one.properties)
        yield own | _common(one.common) | {"source": one.origin, "locator": one.locator}


def _common(common: Common) -> dict[str, Any]:
    from ontology.records import Polarity

    return {
        "status": common.status.value,
        "confidence": common.confidence,
        "denied": common.polarity is Polarity.DENIED,
        "secrecy": common.secrecy.name.lower(),
        "valid_from": common.valid_from,
        "valid_to": common.valid_to,
        "cites": common.cites,
    }


def _sources(given: Given) -> Iterable[Row]:
    for id, one in sorted(given.store.sources(given.at).items()):
        yield {"id": id, **{name: getattr(one, name) for name in COLUMNS["sources"] if name != "id"}}


def _parquet(columns: Mapping[str, str], rows: Iterable[Row]) -> bytes:
    """The rows as one file. What is not known is null."""
    import io

    from arro3.core import Table
    from arro3.io import write_parquet

    given: dict[str, list[Any]] = {name: [] for name in columns}
    for row in rows:
        for name, values in given.items():
            values.append(row[name])
    table = Table.from_pydict({name: _column(kind, given[name]) for name, kind in columns.items()})
    out = io.BytesIO()
    write_parquet(table, out, compression="zstd(3)")
    return out.getvalue()


def _column(kind: str, values: list[Any]) -> Any:
    from arro3.core import Array, DataType, list_array

    from ontology.values import EPOCH

    if kind == "texts":
        ends = accumulate(map(len, values), initial=0)
        texts = [text for row in values for text in row]
        return list_array(Array(list(ends), type=DataType.int32()), Array(texts, type=DataType.utf8()))
    if kind == "day":
        days = [None if day is None else (day - EPOCH).days for day in values]
        return Array(days, type=DataType.int32()).cast(DataType.date32())
    return Array(values, type={"text": DataType.utf8(), "number": DataType.float64(), "yes": DataType.bool()}[kind])


PARQUET = Exporter(
    "parquet",
    Label("Parquet", "Parquet"),
    Label(
        "Allt som kolumner, en zip med Parquet-filer: saker, vad varje källa säger om dem, länkar, källor.",
        "Everything as columns, a zip of Parquet files: things, what each source says of them, links, sources.",
    ),
    "application/zip",
    write,
    graph=True,
    ending="parquet.zip",
)
