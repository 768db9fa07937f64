"""Large XML record by record: each as nested dictionaries, in the memory of one.

Names are without their namespaces. An element with elements in it is a dictionary, in which one that is repeated is a
list; any other is its text, None where it is empty. A document type is refused, so that no entity is ever expanded and
nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from typing import Any

from lxml import etree

from loaders.streams import Counted
from ontology.errors import FileFormatError

Tree = dict[str, Any]


def local(tag: str) -> str:
    """A name without its namespace."""
    return tag[tag.rfind("}") + 1 :]


TEXT = "#text"
"""Where the text of an element stands that is a dictionary for its attributes."""


def tree_of(element: Any, leave: Collection[str], marks: Collection[str] = ()) -> Any:
    """An element as a dictionary or text, without the elements named in ``leave``; of attributes those in ``marks``."""
    marked = {name: element.get(name) for name in marks if element.get(name) is not None} if marks else {}
    if not len(element):
        return {**marked, TEXT: element.text} if marked else element.text
    found: Tree = marked
    for child in element:
        name = child.tag
        if type(name) is not str:  # a comment, or an instruction
            continue
        name = name[name.rfind("}") + 1 :]
        if name in leave:
            continue
        value = tree_of(child, leave, marks) if marks or len(child) else child.text
        if name not in found:
            found[name] = value
        elif type(found[name]) is list:
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found


def records(
    file: Counted, names: Mapping[str, str], leave: Collection[str] = (), marks: Collection[str] = ()
) -> Iterator[tuple[str, int, Any]]:
    """The elements of some names, wherever they stand: (what ``names`` calls it, line, the element by ``tree_of``).

    Raises:
        FileFormatError: not well-formed, with its line; or a document type.
    """
    try:
        context = etree.iterparse(
            file, events=("end",), tag=[f"{{*}}{name}" for name in names], resolve_entities=False, no_network=True,
            load_dtd=False, remove_comments=True, remove_pis=True,
        )  # fmt: skip
        first = True
        for _, element in context:
            if first:
                _refuse_document_type(element, file.name)
                first = False
            name = element.tag
            yield names[name[name.rfind("}") + 1 :]], element.sourceline or 0, tree_of(element, leave, marks)
            _forget(element)
        if first:
            _refuse_document_type(context.root, file.name)
    except etree.XMLSyntaxError as error:
        raise FileFormatError(
            f"{file.name} is not well-formed XML (line {error.lineno}: {error.msg}): it is damaged or cut.",
            remedy="Fetch it again.",
        ) from error


def _refuse_document_type(element: Any, name: str) -> None:
    if element is not None and _has_document_type(element.getroottree().docinfo):
        raise FileFormatError(f"{name} has a document type, which is not read.", remedy="Take the line DOCTYPE out.")


def _has_document_type(info: Any) -> bool:
    """Whether one names or declares something. A bare one, ``<!DOCTYPE project>``, does not: editors write it."""
    if not info.doctype:
        return False
    dtd = info.internalDTD
    named = info.system_url or info.public_id or dtd is None
    return bool(named) or any(True for _ in dtd.iterentities()) or any(True for _ in dtd.iterelements())


def _forget(element: Any) -> None:
    """Let go of an element and all before it, which the parser would keep."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def root_of(start: bytes) -> str:
    """The name of the first element in the start of a document; empty where there is none."""
    parser = etree.XMLPullParser(events=("start",), resolve_entities=False, no_network=True, load_dtd=False)
    with suppress(etree.XMLSyntaxError):  # what came before is told all the same
        parser.feed(start)
    found: Any
    for _, found in parser.read_events():
        return local(found.tag)
    return ""
