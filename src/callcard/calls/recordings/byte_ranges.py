"""Which part of a file a browser asks for (RFC 9110, section 14)."""

from __future__ import annotations

import re

_ONE_RANGE = re.compile(r"bytes=\s*([0-9]{0,19})\s*-\s*([0-9]{0,19})\s*")


class NotSatisfiable(ValueError):
    """Nothing of what was asked for is there (416)."""


def read_range(asked: str, size: int) -> tuple[int, int] | None:
    """(first, last) byte, both sent; None: the whole file, also when several parts or other units are asked for.

    Raises NotSatisfiable.
    """
    found = _ONE_RANGE.fullmatch(asked.strip())
    if found is None or found[1] == found[2] == "":
        return None
    if found[1] == "":  # the last so many
        length = int(found[2])
        if length == 0 or size == 0:
            raise NotSatisfiable
        return max(0, size - length), size - 1
    first = int(found[1])
    if found[2] and int(found[2]) < first:
        return None
    if first >= size:
        raise NotSatisfiable
    return first, min(int(found[2]), size - 1) if found[2] else size - 1
