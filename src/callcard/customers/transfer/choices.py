"""What somebody chooses for an import beside the columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

SKIP, FILL, OVERWRITE, BOTH = "skip", "fill", "overwrite", "both"
MATCHES = ("phone", "email", "name")


@dataclass(frozen=True, slots=True)
class Choices:
    """`duplicates`: what becomes of a row whose customer is there already: SKIP it, FILL what is empty, OVERWRITE what
    the row says otherwise, or BOTH are kept. `match`: by what they are the same. Ids are None for nothing."""

    region: str = ""
    duplicates: str = SKIP
    match: tuple[str, ...] = MATCHES
    responsible: int | None = None
    category: int | None = None
    source: int | None = None
    stage: int | None = None
    tags: tuple[int, ...] = ()
    add_entries: bool = False

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Choices:
        """As `kept` in a row; what is not understood is left out."""
        known = {name: value for name, value in kept.items() if name in cls.__dataclass_fields__}
        for name in ("match", "tags"):
            if name in known:
                known[name] = tuple(known[name])
        return cls(**known)

    def kept(self) -> dict[str, Any]:
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}
