"""Large files, from bytes to checked rows: ours beside the parsers that it stands on, which only take them apart."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from lxml import etree
from stdnum.iso7064 import mod_97_10

from benchmarks.measure import Row, same, seconds
from benchmarks.peers import Data
from loaders.base import Report, no_progress
from loaders.gleif.loader import GleifLoader

USUAL = 0.01
"""Part of the links backwards in the networks whose sizes are read."""
A_NODE = 200
"""Bytes read for a node of the network: 200 MB for a million."""
OPTIONS = {"mode": "delta"}


def _address(street: str) -> dict[str, Any]:
    return {
        "FirstAddressLine": street, "AdditionalAddressLine": "Plan 3", "City": "Umeå", "Region": "SE-AC",
        "Country": "SE", "PostalCode": "901 85",
    }  # fmt: skip


def record(number: int) -> dict[str, Any]:
    """An invented LEI record with the elements that most records have."""
    head = f"TEST00DEMO{number:08d}"
    lei = head + mod_97_10.calc_check_digits(head)
    return {
        "LEI": lei,
        "Entity": {
            "LegalName": f"Påhittade Bolaget nr {number} AB",
            "OtherEntityNames": {"OtherEntityName": f"Invented Company no. {number}"},
            "LegalAddress": _address("Storgatan 1"),
            "HeadquartersAddress": _address("Lillgatan 2"),
            "OtherAddresses": {"OtherAddress": _address("Torget 3")},
            "RegistrationAuthority": {
                "RegistrationAuthorityID": "RA000544", "RegistrationAuthorityEntityID": "556036-0793"
            },
            "LegalJurisdiction": "SE",
            "EntityCategory": "GENERAL",
            "LegalForm": {"EntityLegalFormCode": "XJHM"},
            "EntityStatus": "ACTIVE",
            "EntityCreationDate": "1990-01-01T00:00:00.000Z",
        },
        "Registration": {
            "InitialRegistrationDate": "2013-06-12T10:11:12.000Z",
            "LastUpdateDate": "2024-05-02T23:30:00.000+02:00",
            "RegistrationStatus": "ISSUED",
            "NextRenewalDate": "2025-05-02T23:30:00.000+02:00",
            "ManagingLOU": lei,
            "ValidationSources": "FULLY_CORROBORATED",
            "ValidationAuthority": {"ValidationAuthorityID": "RA000544", "ValidationAuthorityEntityID": "556036-0793"},
        },
        "Extension": {
            "Geocoding": {
                name: f"{name} of {number}"
                for name in (
                    "original_address", "relevance", "match_type", "lat", "lng", "geocoding_date", "bounding_box",
                    "match_level", "formatted_address", "mapped_location_id", "mapped_street", "mapped_city",
                )
            }
        },
    }  # fmt: skip


def _xml(name: str, value: Any) -> str:
    inner = "".join(f"\n   {_xml(key, one)}" for key, one in value.items()) if isinstance(value, dict) else value
    return f"<lei:{name}>{inner}</lei:{name}>"


def _wrapped(value: Any) -> Any:
    return {name: _wrapped(one) for name, one in value.items()} if isinstance(value, dict) else {"$": value}


def _written(path: Path, size: int, start: str, make: Callable[[int], str], between: str, end: str) -> int:
    """Write records until a file has some bytes; how many they are."""
    with path.open("w", encoding="utf-8") as file:
        file.write(start)
        number = 0
        while file.tell() < size or not number:
            number += 1
            file.write((between if number > 1 else "") + make(number))
        file.write(end)
    return number


def _files(folder: Path, size: int) -> Iterator[tuple[str, Path, int]]:
    """(name, file, records in it) of each form."""
    root = '<lei:LEIData xmlns:lei="http://www.gleif.org/data/schema/leidata/2016"><lei:LEIRecords>'
    of_xml, of_json = folder / "lei2.xml", folder / "lei2.json"
    end = "</lei:LEIRecords></lei:LEIData>"
    yield "XML", of_xml, _written(of_xml, size, root, lambda n: _xml("LEIRecord", record(n)), "\n", end)
    dump = json.JSONEncoder(ensure_ascii=False).encode
    yield "JSON", of_json, _written(of_json, size, '{"records":[', lambda n: dump(_wrapped(record(n))), ",\n", "]}")


def read(path: Path) -> int:
    """Every record of a file, checked; how many there are."""
    loader, report = GleifLoader(), Report(path.name)
    for _ in loader.read(path, loader.source(path, OPTIONS), OPTIONS, b"k" * 32, report, no_progress):
        pass
    return report.accepted


def _iterparsed(path: Path) -> int:
    count = 0
    for _, element in etree.iterparse(path, events=("end",)):
        if element.tag.endswith("}LEIRecord"):
            count += 1
            element.clear()
    return count


def _loaded(path: Path) -> int:
    return len(orjson.loads(path.read_bytes())["records"])


PARSERS = {"XML": ("lxml, iterparse", _iterparsed), "JSON": ("orjson, loads", _loaded)}


def reading(data: Data) -> list[Row]:
    """LEI records as XML and JSON."""
    size = data.size.vertices * A_NODE
    if data.size.backward < USUAL:  # the same size again
        return []
    rows = []
    with tempfile.TemporaryDirectory() as work:
        for form, path, count in _files(Path(work), size):
            name, parse = PARSERS[form]
            same("LEI records", read(path), count)
            same("LEI records", parse(path), count)
            said = f"{form}, {path.stat().st_size / 1e6:.1f} MB"
            note = f"{count:,} records, streamed and checked"
            rows += [
                Row(said, "Kedja, read and check", seconds(partial(read, path)), note),
                Row(said, name, seconds(partial(parse, path))),
            ]
            path.unlink()
    return rows
