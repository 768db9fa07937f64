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


def tree_of(element: Any, leave: Collection[str]) -> Any:
    """An element as a dictionary or text, without the elements named in ``leave``."""
    if not len(element):
        return element.text
    found: Tree = {}
    for child in element:
        name = child.tag
        if type(name) is not str:  # a comment, or an instruction
            continue
        name = name[name.rfind("}") + 1 :]
        if name in leave:
            continue
        value = tree_of(child, leave) if len(child) else child.text
        if name not in found:
            found[name] = value
        elif type(found[name]) is list:
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found


def records(file: Counted, names: Mapping[str, str], leave: Collection[str] = ()) -> Iterator[tuple[str, int, Any]]:
    """The elements of some names, wherever they stand: (what ``names`` calls it, line, the element).

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
            yield names[name[name.rfind("}") + 1 :]], element.sourceline or 0, tree_of(element, leave)
            _forget(element)
        if first:
            _refuse_document_type(context.root, file.name)
    except etree.XMLSyntaxError as error:
        raise FileFormatError(
            f"{file.name} is not well-formed XML (line {error.lineno}: {error.msg}): it is damaged or cut.",
            remedy="Fetch it again.",
        ) from error


def _refuse_document_type(element: Any, name: str) -> None:
    if element is not None and element.getroottree().docinfo.doctype:
        raise FileFormatError(f"{name} has a document type, which is not read.", remedy="Take the line DOCTYPE out.")


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
