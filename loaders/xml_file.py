"""A small XML file as a tree: gzipped or not, bounded, without entities or anything from outside."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from xml.etree.ElementTree import Element

from ontology.errors import FileFormatError

MAX_BYTES = 200_000_000


def parsed(path: Path) -> Element:
    """The root of a file; its document type is read as text and never fetched.

    Raises:
        FileFormatError: it is no XML, or unpacks to more than ``MAX_BYTES``.
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(_bytes(path), forbid_entities=True, forbid_external=True)
    except (ParseError, DefusedXmlException, LookupError, ValueError, OSError, EOFError, zlib.error) as error:
        raise FileFormatError(
            f"{path.name} is not readable as XML ({error}).", remedy="Fetch the file again."
        ) from error
    return root


def _bytes(path: Path) -> bytes:
    if path.suffix != ".gz":
        return path.read_bytes()
    with gzip.open(path) as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise FileFormatError(f"{path.name} unpacks to more than {MAX_BYTES} bytes.", remedy="Fetch it again.")
    return data
