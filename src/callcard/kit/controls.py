"""Characters that are not seen but act."""

from __future__ import annotations

_CONTROLS = (*range(0x20), *range(0x7F, 0xA0))
_TURNING = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
"""Embeddings, overrides and isolates of the Unicode bidirectional algorithm (UAX #9, 2.1 to 2.5)."""
_BREAKS = (0x2028, 0x2029)
_NOTHING = dict.fromkeys((*_CONTROLS, *_TURNING, *_BREAKS))


def without_controls(text: str) -> str:
    """One line that neither turns the text round it nor hides what it says.

    Joiners stay, without which Persian and Khmer words and many emoji fall apart; so do the marks of direction, which
    turn nothing but themselves.
    """
    return text if text.isprintable() else text.translate(_NOTHING)
