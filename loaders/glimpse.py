"""A bounded look at a file or folder, by which a format is recognised before anything is read."""

from __future__ import annotations

import codecs
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ontology.errors import FileFormatError

BEGINNING = 65_536
"""Bytes that are looked at of a file, and of each part of a spreadsheet."""
MOST_FILES = 200
PARTS = ("xl/workbook.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "content.xml")
"""Where XLSX and ODS name their sheets and keep their first texts."""
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What can be seen of a file or folder without reading it.

    ``text`` is a file's beginning: unpacked where it is gzipped, or alone in a zip; of a spreadsheet, the beginnings of
    the XML that names its sheets and holds its texts, or the first row of an old one; empty of a folder, whose
    ``files`` (the first 200 by name) are seen each.
    """

    path: Path
    text: str
    files: tuple[Glimpse, ...] = ()

    @property
    def name(self) -> str:
        """The file's name in lower case, without ``.gz``."""
        return self.path.name.lower().removesuffix(".gz")

    def each(self) -> Iterator[Glimpse]:
        """The file, or the files of the folder."""
        return iter(self.files if self.path.is_dir() else (self,))


def glimpse(path: Path) -> Glimpse:
    """Look at a file or folder.

    Raises:
        OSError: it cannot be opened.
    """
    if not path.is_dir():
        return Glimpse(path, text_of(beginning(path)))
    files = sorted(islice((p for p in path.rglob("*") if p.is_file() and not p.name.startswith(".")), MOST_FILES))
    return Glimpse(path, "", tuple(Glimpse(file, text_of(beginning(file))) for file in files))


def beginning(path: Path) -> bytes:
    """The first bytes, of what is inside where the file is packed; no more of a packed file that is damaged."""
    with path.open("rb") as file:
        start = file.read(BEGINNING)
    if start.startswith(b"PK\x03\x04"):
        return b"\n".join(_parts(path))
    if start.startswith(OLD_EXCEL):
        return _first_row(path)
    if start.startswith(b"\x1f\x8b"):
        unpack = zlib.decompressobj(16 + zlib.MAX_WBITS)
        try:
            return unpack.decompress(start, BEGINNING)
        except zlib.error:
            return b""
    return start


def _first_row(path: Path) -> bytes:
    from loaders.old_excel import sheet_of

    try:
        _, rows, _ = sheet_of(path)
        return "\t".join(map(str, next(rows)[1])).encode()
    except (FileFormatError, StopIteration):
        return b""


def _parts(path: Path) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(path) as packed:
            alone = packed.namelist() if len(packed.NameToInfo) == 1 else ()
            for name in (*PARTS, *alone):
                if name in packed.NameToInfo:
                    with packed.open(name) as part:
                        yield part.read(BEGINNING)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
        return


def text_of(content: bytes) -> str:
    """Text by its byte-order mark, else as UTF-8, else as Windows-1252; a last character that is cut is left out."""
    encoding = next((name for mark, name in MARKS if content.startswith(mark)), "utf-8")
    try:
        return codecs.getincrementaldecoder(encoding)().decode(content)
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
