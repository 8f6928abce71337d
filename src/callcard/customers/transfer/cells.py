"""Cells that a spreadsheet program will open."""

from __future__ import annotations

import re

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are =+-@ in the width of Chinese letters, which some spreadsheets read as the narrow ones."""
_NUMBER = re.compile(r"^[+-]?[\d\s().,-]{1,30}$")


def harmless(text: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would take for a formula and run.

    A plain number ("+856 20 5551 2345", "-12.50") is none and stays as it is, so that telephone numbers stay usable.
    """
    if text.startswith(_FORMULA) and not _NUMBER.match(text):
        return f"'{text}"
    return text
