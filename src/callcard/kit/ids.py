"""Ids of records, as they come from outside. Pure."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST = 18
"""Digits of an id that every database can hold."""


def is_id(text: str) -> bool:
    """Whether this can be the id of a record. Unlike `isdigit` alone: only ASCII, and not too long to be looked up."""
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST


def id_in(text: str) -> int | None:
    return int(text) if is_id(text) else None


def ids_in(texts: Iterable[str]) -> list[int]:
    """In their order; what is no id is left out."""
    return [int(text) for text in texts if is_id(text)]
