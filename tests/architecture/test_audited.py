"""Every address is in the audit, or it is said that it need not be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from callcard.staff.audit.acts import DEEDS, LOOKS, UNWRITTEN_DEEDS, UNWRITTEN_LOOKS, WRITTEN_BY_THEMSELVES
from tests.architecture import source

_LINE = re.compile(r"^\| `(GET|POST|PATCH|DELETE) ([^`]*)`", re.MULTILINE)


def _names(patterns: list[URLPattern | URLResolver], before: str = "/") -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _names(pattern.url_patterns, address)
        else:
            yield address, str(pattern.name)


def _addresses() -> set[tuple[str, str, str]]:
    """Method, address and name of everything that access.md lists, which another test compares with what there is."""
    names = dict(_names(get_resolver().url_patterns))
    page = (source.PROJECT / "docs" / "developer" / "access.md").read_text(encoding="utf-8")
    return {(method, address, names[address]) for method, address in _LINE.findall(page) if address in names}


def test_every_deed_is_written_down_or_said_not_to_be() -> None:
    deeds = {name for method, _address, name in _addresses() if method != "GET"}
    assert sorted(deeds - DEEDS.keys() - UNWRITTEN_DEEDS - WRITTEN_BY_THEMSELVES) == []
    assert sorted((DEEDS.keys() | UNWRITTEN_DEEDS) - deeds) == []


def test_every_look_at_one_record_is_written_down_or_said_not_to_be() -> None:
    looks = {(name, address) for method, address, name in _addresses() if method == "GET"}
    of_one_record = {name for name, address in looks if "<int:" in address or "<id:" in address}
    assert sorted(of_one_record - LOOKS.keys() - UNWRITTEN_LOOKS) == []
    assert sorted((LOOKS.keys() | UNWRITTEN_LOOKS) - {name for name, _address in looks}) == []


def test_every_file_that_is_taken_out_is_written_down() -> None:
    files = {
        name for method, _, name in _addresses() if method == "GET" and name.endswith(("-file", "-report", "-pdf"))
    }
    assert sorted(files - LOOKS.keys()) == []
