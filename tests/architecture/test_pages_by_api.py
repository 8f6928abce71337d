"""Whatever a page can change, the API can too, or the developer docs say why not."""

from __future__ import annotations

import re

from tests.architecture import source

DOCS = source.PROJECT / "docs" / "developer"
_LINE = re.compile(r"^\| `([^`]+)` \| (?:`([A-Z]+ /api/v1/[^`]+)`|page only: (.+)) \|$", re.MULTILINE)


def _addresses() -> set[str]:
    told = (DOCS / "access.md").read_text(encoding="utf-8").partition("## Addresses")[2]
    return set(re.findall(r"^\| `([A-Z]+ [^`]+)` \|", told, re.MULTILINE))


def test_every_page_that_changes_something_is_said_to_have_its_operation_or_none() -> None:
    addresses = _addresses()
    lines = _LINE.findall((DOCS / "api-and-pages.md").read_text(encoding="utf-8"))
    deeds = {one.removeprefix("POST ") for one in addresses if one.startswith("POST ") and "/api/v1/" not in one}
    exact = {page for page, _operation, _why in lines if not page.endswith("…")}
    beginnings = tuple(page.removesuffix("…") for page, _operation, _why in lines if page.endswith("…"))
    assert len(lines) > 100
    assert sorted(one for one in deeds if one not in exact and not one.startswith(beginnings)) == []
    assert sorted(exact - deeds) == []
    assert all(any(deed.startswith(one) for deed in deeds) for one in beginnings)
    assert sorted({operation for _page, operation, _why in lines if operation} - addresses) == []
