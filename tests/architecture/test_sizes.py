"""Small files, small functions. Past 350 lines of a file and 40 of a function one looks again; these are the ends of
patience, past which a reason must be written down here."""

from __future__ import annotations

from pathlib import Path

from tests.architecture import source

FILE_LINES = 500
FUNCTION_LINES = 60
# "path" or "path:function" -> why it is better in one piece.
REASONS = {
    "tests/rooms/desk/test_card_query.py:test_a_full_card": "one card, written down and compared as a whole",
}

_WRITTEN = (".py", ".js", ".css", ".html", ".sh")


def _is_written_by_hand(path: Path) -> bool:
    return path.suffix in _WRITTEN and "migrations" not in path.parts


def _too_long() -> dict[str, int]:
    found: dict[str, int] = {}
    for path in filter(_is_written_by_hand, source.files()):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > FILE_LINES:
            found[source.name(path)] = lines
        if path.suffix == ".py":
            for function in source.functions(path):
                size = (function.end_lineno or 0) - function.lineno + 1
                if size > FUNCTION_LINES:
                    found[f"{source.name(path)}:{function.name}"] = size
    return found


def test_what_is_long_has_a_written_reason() -> None:
    unexplained = {where: lines for where, lines in _too_long().items() if where not in REASONS}
    assert unexplained == {}


def test_no_reason_outlives_its_cause() -> None:
    assert REASONS.keys() - _too_long().keys() == set()
