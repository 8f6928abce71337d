"""What is quoted in the server's log stays within its line."""

from __future__ import annotations

import logging
import sys

from callcard.config.log_lines import OneLine

_FORGED = "x\n2026-11-23 INFO callcard: all is well\r\x1b[2J\u2028"


def _line(exc_info: object = None) -> str:
    record = logging.LogRecord("callcard", logging.INFO, "", 0, "Name %s", (_FORGED,), exc_info)  # type: ignore[arg-type]
    return OneLine("%(levelname)s %(message)s").format(record)


def test_a_line_break_in_a_name_makes_no_line() -> None:
    assert _line() == r"INFO Name x\x0a2026-11-23 INFO callcard: all is well\x0d\x1b[2J\u2028"


def test_an_error_that_quotes_one_is_indented() -> None:
    try:
        raise ValueError(_FORGED)
    except ValueError:
        lines = _line(sys.exc_info()).split("\n")
    assert len(lines) > 3
    assert all(line.startswith("    ") for line in lines[1:])
