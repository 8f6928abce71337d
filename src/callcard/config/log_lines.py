"""The server's log: one line for each message, whatever it quotes."""

from __future__ import annotations

import logging
import textwrap
from typing import Any

# What some reader takes for the end of a line, or a terminal for a command.
_CODES = (*range(0x20), *range(0x7F, 0xA0))
_ESCAPED = {code: f"\\x{code:02x}" for code in _CODES} | {0x2028: "\\u2028", 0x2029: "\\u2029"}


class OneLine(logging.Formatter):
    """Nobody writes a line of the log by a name with a line break. Traces are indented, so that none looks like one."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  the library's name
        return super().formatMessage(record).translate(_ESCAPED)

    def formatException(self, ei: Any) -> str:  # noqa: N802
        return textwrap.indent(super().formatException(ei), "    ")
