"""What a PBX is told of a caller before any phone rings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

CallerKind = Literal["withheld", "unknown", "known", "several", "own"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerTold:
    """`name`: one line that fits a display; `extension`: whose phone should ring first. Both may be empty."""

    kind: CallerKind = "unknown"
    name: str = ""
    extension: str = ""
    is_blocked: bool = False


LookUp = Callable[[str], Awaitable[CallerTold]]
"""Asked with a number as the PBX presents it. May raise anything: the PBX goes on without."""
