"""The filters of addressbook-query (RFC 6352, section 10.5), over the properties of a vCard."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from callcard.api.dav_xml import c
from callcard.customers.models import folded

Properties = Sequence[tuple[str, str]]


def fits(properties: Properties, asked: Element | None) -> bool:
    """Without a filter everything fits."""
    tests = [] if asked is None else asked.findall(c("prop-filter"))
    if not tests or asked is None:
        return True
    return _combined(asked, [_fits_property(properties, test) for test in tests])


def _combined(element: Element, results: list[bool]) -> bool:
    return all(results) if element.get("test", "anyof") == "allof" else any(results)


def _fits_property(properties: Properties, test: Element) -> bool:
    wanted = (test.get("name") or "").upper().rpartition(".")[2]
    values = [value for name, value in properties if name.partition(";")[0] == wanted]
    if test.find(c("is-not-defined")) is not None:
        return not values
    matches = test.findall(c("text-match"))
    if not matches:
        return bool(values)
    return _combined(test, [_fits_text(values, match) for match in matches])


def _fits_text(values: list[str], match: Element) -> bool:
    wanted, kind = folded(match.text or ""), match.get("match-type", "contains")
    found = any(_compare(folded(value), wanted, kind) for value in values)
    return found != (match.get("negate-condition") == "yes")


def _compare(value: str, wanted: str, kind: str) -> bool:
    if kind == "equals":
        return value == wanted
    if kind == "starts-with":
        return value.startswith(wanted)
    return value.endswith(wanted) if kind == "ends-with" else wanted in value
