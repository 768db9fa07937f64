"""The Common Procurement Vocabulary: codes, their names in Swedish and English, and their hierarchy.

Reads the translation files of the EU's eForms SDK (``code_en.xml``, ``code_sv.xml``, gzipped or not): Java
properties in XML, with entries ``code|name|cpv.33141420``. The hierarchy stands in the digits: two for the
division, then group, class, category and three finer digits, filled up with zeros.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree.ElementTree import Element

from graph.store import Stays
from loaders.base import Progress, Report, checked, files_of
from loaders.xml_file import parsed
from ontology.codes import broader_codes
from ontology.errors import FileFormatError, Reason, ValueProblem
from ontology.records import Link, Record, Ref, Source
from ontology.values import make_key

PREFIX = "code|name|cpv."
EVERY = 1_000
BOTH = "en sv"
"""The table of the codes that both languages name (see ``Record.table``); those of one stand in a table of its own."""


def broader_of(code: str, codes: Container[str]) -> str | None:
    """The nearest broader code that exists; None for a division."""
    broader = (key.partition(":")[2] for key in broader_codes(f"cpv:{code}"))
    return next((found for found in broader if found in codes), None)


@dataclass(frozen=True, slots=True)
class Names:
    """One file: its language, and each entry's number with its key and text."""

    file: str
    language: str
    entries: tuple[tuple[int, str, str], ...]


def read_names(path: Path) -> Names:
    """The names of CPV codes in one translation file; its document type is read as text and never fetched.

    Raises:
        FileFormatError: not XML, or without a single CPV code.
    """
    root = parsed(path)
    language = _language(path, root)
    found = []
    for number, entry in enumerate(root.iter("entry"), start=1):
        key = entry.get("key", "")
        if key.startswith(PREFIX):
            found.append((number, key.removeprefix(PREFIX), " ".join((entry.text or "").split())))
    if not found:
        raise FileFormatError(f"{path.name} names no CPV code.", remedy="Give code_sv.xml or code_en.xml.")
    return Names(path.name, language, tuple(found))


def _language(path: Path, root: Element) -> str:
    comment = root.findtext("comment", "")
    for language, word in (("sv", "Swedish"), ("en", "English")):
        if word in comment or path.name.startswith(f"code_{language}."):
            return language
    raise FileFormatError(f"{path.name} is in a language that is not read.", remedy="Give code_sv.xml or code_en.xml.")


def _raise(file: str, error: FileFormatError) -> None:  # noqa: ARG001
    raise error


def names_in(path: Path, refuse: Callable[[str, FileFormatError], None] = _raise) -> list[Names]:
    """The Swedish and English names in a file or folder, English first. ``refuse`` is told the files of a folder that
    cannot be read, where another can; by default they raise it.

    Raises:
        FileFormatError: no such file in the folder, none that can be read, or two in one language.
    """
    if not path.is_dir():
        return [read_names(path)]
    files = [file for file in files_of(path) if file.name.startswith(("code_sv.xml", "code_en.xml"))]
    found: list[Names] = []
    broken: list[tuple[str, FileFormatError]] = []
    for file in files:
        try:
            found.append(read_names(file))
        except FileFormatError as error:
            broken.append((file.name, error))
    if broken and not found:
        raise broken[0][1]
    if not found or len({names.language for names in found}) != len(found):
        raise FileFormatError(
            f"{path.name} must hold one code_sv.xml and one code_en.xml, or one of them.",
            remedy="Remove the double, or give the file itself.",
        )
    for name, why in broken:
        refuse(name, why)
    return sorted(found, key=lambda names: names.language)


def _pass(file: str, error: FileFormatError) -> None:
    """Leave a file to be told of where the folder is read."""


class CpvLoader:
    """CPV codes as categories, each under its nearest broader code."""

    name = "cpv"
    version = "1"

    def source(self, path: Path, options: Mapping[str, str]) -> Source:
        """Describe the source: the vocabulary of 2008, as the eForms SDK translates it.

        Raises:
            FileFormatError: no CPV names in it.
        """
        languages = [names.language for names in names_in(path, _pass)]
        return Source(
            series="cpv",
            edition=options.get("edition", "2008"),
            title="Common Procurement Vocabulary (CPV) 2008, names from the eForms SDK",
            publisher="Publications Office of the European Union",
            url="https://github.com/OP-TED/eForms-SDK",
            licence="CC-BY-4.0",
            language=" ".join(languages),
        )

    def read(
        self,
        path: Path,
        source: Source,  # noqa: ARG002
        options: Mapping[str, str],  # noqa: ARG002
        secret: bytes,  # noqa: ARG002
        report: Report,
        progress: Progress,
    ) -> Iterator[Record | Link]:
        """Yield a category for each code and its link to the broader one. A row is an entry of a file."""
        files = names_in(path, report.refuse)
        labels = {names.language: _labels(names, report) for names in files}
        english, swedish = labels.get("en", {}), labels.get("sv", {})
        codes = sorted({*english, *swedish})
        everything = dict.fromkeys(codes, "")
        report.tables |= {*labels, " ".join(sorted(labels))}
        report.unread |= {BOTH} if report.unread else set()
        for done, code in enumerate(codes, start=1):
            if len(files) > 1 and (code not in english or code not in swedish):
                report.notes["one_language_only"] += 1
            said_in = " ".join(language for language in sorted(labels) if code in labels[language])
            for item in _category(code, english.get(code), swedish.get(code), broader_of(code, everything)):
                yield replace(item, table=said_in)
            if done % EVERY == 0:
                progress(done, len(codes))
        progress(len(codes), len(codes))


def _labels(names: Names, report: Report) -> dict[str, str]:
    """Code to name; entries that are no code, have no text or say a code again are rejected."""
    labels: dict[str, str] = {}
    first: dict[str, int] = {}
    for number, key, text in names.entries:
        report.rows_in += 1
        try:
            code = make_key("cpv", key).partition(":")[2]
            _check_entry(code, text, first)
        except ValueProblem as problem:
            report.reject(names.file, number, "entry", problem)
            report.keep(names.file, number, names.language, _said_before(key, names.language))
            continue
        first[code] = number
        labels[code] = text
        report.accepted += 1
    return labels


def _said_before(text: str, language: str) -> set[Stays]:
    """What a rejected entry said before, alone or with the other language; nothing where it is no code."""
    try:
        key = make_key("cpv", text)
    except ValueProblem:
        return set()
    return {stay for table in (language, BOTH) for stay in (Stays(table, key), Stays(table, key, ""))}


def _check_entry(code: str, text: str, first: Mapping[str, int]) -> None:
    if code in first:
        raise ValueProblem(Reason.DUPLICATE_KEY, code, first_row=str(first[code]))
    if not text:
        raise ValueProblem(Reason.MISSING, "", column="entry")


def _category(code: str, english: str | None, swedish: str | None, broader: str | None) -> list[Record | Link]:
    key = make_key("cpv", code)
    properties = {"name": english or swedish, "name_sv": swedish, "scheme": "cpv"}
    items: list[Record | Link] = [Record("Category", key, properties, locator=f"cpv.{code}")]
    if broader:
        there = Ref("Category", make_key("cpv", broader))
        items.append(Link("BROADER", Ref("Category", key), there, locator=f"cpv.{code}"))
    return [checked(item) for item in items]
