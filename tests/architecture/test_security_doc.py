"""Every point of OWASP's ASVS 5.0.0 of level 1 and 2 has its answer in docs/developer/security.md, once."""

from __future__ import annotations

import re
from collections import Counter

from tests.architecture import source

# Section -> the levels of its points in turn: 1.2.10 is the tenth of 1.2, and of level 3.
_LEVELS = {
    "1.1": "22", "1.2": "1111122223", "1.3": "112222222223", "1.4": "222", "1.5": "123",
    "2.1": "122", "2.2": "112", "2.3": "12223", "2.4": "23",
    "3.1": "3", "3.2": "113", "3.3": "12223", "3.4": "11222233", "3.5": "11122333", "3.6": "3", "3.7": "22333",
    "4.1": "12233", "4.2": "23333", "4.3": "22", "4.4": "1222",
    "5.1": "2", "5.2": "112333", "5.3": "113", "5.4": "222",
    "6.1": "122", "6.2": "111111112222", "6.3": "11223333", "6.4": "112233", "6.5": "22222333", "6.6": "2223",
    "6.7": "33", "6.8": "2222",
    "7.1": "222", "7.2": "1111", "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22",
    "8.1": "1233", "8.2": "1123", "8.3": "133", "8.4": "23",
    "9.1": "111", "9.2": "1222",
    "10.1": "22", "10.2": "223", "10.3": "22223", "10.4": "1111122222233333", "10.5": "22222", "10.6": "22",
    "10.7": "222",
    "11.1": "2233", "11.2": "22233", "11.3": "11233", "11.4": "1222", "11.5": "23", "11.6": "23", "11.7": "33",
    "12.1": "12233", "12.2": "11", "12.3": "22223",
    "13.1": "2333", "13.2": "222223", "13.3": "2233", "13.4": "1222233",
    "14.1": "22", "14.2": "1222333", "14.3": "122",
    "15.1": "12233", "15.2": "12233", "15.3": "1222222", "15.4": "3333",
    "16.1": "2", "16.2": "22222", "16.3": "2222", "16.4": "222", "16.5": "2223",
    "17.1": "23", "17.2": "22223333", "17.3": "22",
}  # fmt: skip


def _rows() -> list[tuple[str, str, str]]:
    """Points, how they are met, what shows it."""
    text = (source.PROJECT / "docs" / "developer" / "security.md").read_text(encoding="utf-8")
    return re.findall(r"^\| (\d+\.\d+\.\d+[\d., ]*) \| (.+?) \| ?(.*?) ?\|$", text, re.M)


def test_every_point_of_both_levels_is_answered_once() -> None:
    wanted = {
        f"{section}.{place}"
        for section, levels in _LEVELS.items()
        for place, level in enumerate(levels, start=1)
        if level in "12"
    }
    assert len(wanted) == 253  # 70 of the first level, 183 of the second
    given = Counter(point for points, _how, _shown in _rows() for point in points.split(", "))
    assert {point for point, times in given.items() if times > 1} == set()
    assert given.keys() == wanted


def test_what_is_said_to_hold_names_what_shows_it() -> None:
    """A point that does not apply or is open may name none; of the rest these are seen by looking at the page."""
    seen = {"3.5.4", "6.2.10", "6.4.2"}
    without = [
        points for points, how, shown in _rows() if not shown and not how.startswith("No:") and "**Open**" not in how
    ]
    assert set(without) == seen
