"""Every address says what right it needs, and nobody asks for a right that there is not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from callcard.config.needs import EVERYBODY, NEEDS
from callcard.customers.veil import FIELDS_OF
from callcard.staff.roles.rules import FIELDS, RIGHTS
from tests.architecture import source

_ASKED = re.compile(r"""(?:\bmay\(|\bwho_may\(|\|may:)["']([^"']+)["']""")


def _names(patterns: list[URLPattern | URLResolver]) -> Iterator[str | None]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _names(pattern.url_patterns)
        else:
            yield pattern.name


def test_every_address_says_what_it_needs() -> None:
    names = list(_names(get_resolver().url_patterns))
    assert sorted(str(name) for name in names if name not in NEEDS) == []
    assert len(names) == len(set(names)), "two addresses of one name would need the same"
    assert sorted(NEEDS.keys() - set(names)) == []


def _asked() -> dict[str, set[str]]:
    """Right -> the files that ask for it."""
    found: dict[str, set[str]] = {}
    for path in source.files(".py", ".html", under=source.PACKAGE):
        for right in _ASKED.findall(path.read_text(encoding="utf-8")):
            found.setdefault(right, set()).add(source.name(path))
    return found


def test_every_right_decides_something_and_nothing_else_is_asked_for() -> None:
    """A tick that changes nothing would be a lie."""
    needed = {right for need in NEEDS.values() for right in (need.look, need.do)} - {EVERYBODY}
    asked = _asked()
    assert {right: files for right, files in asked.items() if right not in RIGHTS} == {}
    assert needed <= RIGHTS
    of_fields = {right for field in FIELDS for right in field.rights}  # asked for by the field's name: see below
    assert sorted(RIGHTS - needed - asked.keys() - of_fields) == []


def test_every_field_of_the_roles_is_a_field_of_some_record() -> None:
    """Its rights decide what is seen and changed there: tests/architecture/test_fields_hidden.py walks them."""
    assert {field for fields in FIELDS_OF.values() for field in fields.values()} == {field.key for field in FIELDS}


def test_nobody_asks_for_a_role_by_its_name() -> None:
    """What a role lets somebody do is for the administrator to say."""
    by_name = re.compile(r"\buser\.role\b|\.Role\.ADMINISTRATOR\b|\.Role\.OWNER\b")
    asking = {source.name(path) for path in source.files(".py", ".html", under=source.PACKAGE)}
    asking = {name for name in asking if by_name.search((source.PROJECT / name).read_text(encoding="utf-8"))}
    assert asking == {
        "src/callcard/calls/missed/models.py",  # who is told is chosen among kinds of roles
        "src/callcard/customers/own_field_forms.py",  # and who sees a field
        "src/callcard/staff/demo.py",
        "src/callcard/switchboard/dial_settings.py",  # and whose rules for calls are which
    }
