"""XML of WebDAV: what a client asks (read without ever expanding an entity), and answers of many parts (RFC 4918)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from xml.etree.ElementTree import Element, SubElement, TreeBuilder, register_namespace, tostring
from xml.parsers import expat

DAV, CARD, CALENDAR_SERVER = "DAV:", "urn:ietf:params:xml:ns:carddav", "http://calendarserver.org/ns/"
LARGEST_QUESTION = 1_000_000
_DEEPEST = 30
register_namespace("D", DAV)
register_namespace("C", CARD)
register_namespace("CS", CALENDAR_SERVER)


class NotXml(ValueError):
    """It is too large, too deep, not well-formed or brings a document type."""


def d(name: str) -> str:
    return f"{{{DAV}}}{name}"


def c(name: str) -> str:
    return f"{{{CARD}}}{name}"


def read_xml(body: bytes) -> Element | None:
    """None for an empty body. Raises NotXml."""
    if not body.strip():
        return None
    if len(body) > LARGEST_QUESTION:
        raise NotXml
    builder, depth = TreeBuilder(), [0]
    parser = expat.ParserCreate(namespace_separator="}")

    def start(name: str, attributes: dict[str, str]) -> None:
        depth[0] += 1
        if depth[0] > _DEEPEST:
            raise NotXml
        builder.start(_name(name), {_name(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        depth[0] -= 1
        builder.end(_name(name))

    def refuse(*_given: object) -> None:
        raise NotXml

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(body, True)
        return builder.close()
    except (expat.ExpatError, AssertionError, ValueError) as error:
        raise NotXml from error


def _name(name: str) -> str:
    return f"{{{name}" if "}" in name else name


Writer = Callable[[Element], None]
"""Fills the element of a property."""


def said(text: str) -> Writer:
    def write(element: Element) -> None:
        element.text = text

    return write


def leads_to(href: str) -> Writer:
    def write(element: Element) -> None:
        SubElement(element, d("href")).text = href

    return write


def holds(*names: str) -> Writer:
    def write(element: Element) -> None:
        for name in names:
            SubElement(element, name)

    return write


def asked_properties(question: Element | None) -> list[str] | None:
    """The names that are asked for; None: all of them."""
    wanted = None if question is None else question.find(d("prop"))
    return None if wanted is None else [each.tag for each in wanted]


def answer(root: Element, href: str, known: Mapping[str, Writer], wanted: Iterable[str] | None) -> None:
    """One response: what is known of what is wanted, and by name what is not."""
    response = SubElement(root, d("response"))
    SubElement(response, d("href")).text = href
    names = list(known) if wanted is None else list(wanted)
    _properties(response, [(name, known[name]) for name in names if name in known], "HTTP/1.1 200 OK")
    missing = [(name, holds()) for name in names if name not in known]
    if missing:
        _properties(response, missing, "HTTP/1.1 404 Not Found")


def _properties(response: Element, properties: list[tuple[str, Writer]], status: str) -> None:
    part = SubElement(response, d("propstat"))
    prop = SubElement(part, d("prop"))
    for name, write in properties:
        write(SubElement(prop, name))
    SubElement(part, d("status")).text = status


def gone(root: Element, href: str) -> None:
    response = SubElement(root, d("response"))
    SubElement(response, d("href")).text = href
    SubElement(response, d("status")).text = "HTTP/1.1 404 Not Found"


def cut(root: Element, href: str) -> None:
    """There is more than was answered (RFC 6578, section 3.6; RFC 6352, section 8.6.2)."""
    response = SubElement(root, d("response"))
    SubElement(response, d("href")).text = href
    SubElement(response, d("status")).text = "HTTP/1.1 507 Insufficient Storage"
    SubElement(SubElement(response, d("error")), d("number-of-matches-within-limits"))


def multistatus() -> Element:
    return Element(d("multistatus"))


def written(root: Element) -> bytes:
    body: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + body
