"""How values are declared: immutable for the type checker, and quick to make while the program runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

_Class = TypeVar("_Class")


@dataclass_transform(kw_only_default=True, frozen_default=True)
def value(declared: type[_Class]) -> type[_Class]:
    """A dataclass of slots and keywords, which mypy keeps from being changed.

    Not `frozen`, because that makes each one three times as dear, and each event of a PBX makes several.
    """
    return dataclass(slots=True, kw_only=True, unsafe_hash=True)(declared)
