"""What follows a customer who is merged into another. Each room's tables are named here by config.merging, none may be
forgotten: tests/architecture compares this list with every foreign key to a customer."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models

Json = Any
_AT_ONCE = 500


class CannotMerge(ValueError):
    """The words are for the user and say what to do. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Move:
    """Rows of a table that get the other customer. `key`: rows of one key are the same thing written twice, and the
    second one stays where it is."""

    model: type[models.Model]
    field: str
    key: Callable[[Any], Hashable] | None = None

    @property
    def table(self) -> str:
        return table_name(self.model, self.field)


@dataclass(frozen=True, slots=True)
class Back:
    """What an undo is about to return: table -> row id -> whose it becomes. A follower may add rows of its own."""

    kept_id: int
    rows: dict[str, dict[int, int]] = field(default_factory=dict)

    def of(self, model: type[models.Model], name: str = "customer") -> dict[int, int]:
        return self.rows.setdefault(table_name(model, name), {})


@dataclass(frozen=True, slots=True)
class Follower:
    """What is kept beside the rows, such as sums. `merged(kept, gone)` runs when the rows have moved and returns what
    it wants to know later; `undoing(back, that)` runs before they go back, and may raise CannotMerge."""

    name: str
    merged: Callable[[int, Sequence[int]], Json]
    undoing: Callable[[Back, Json], None]


_moves: dict[str, Move] = {}
_stays: dict[str, str] = {}
_followers: dict[str, Follower] = {}


def moves(model: type[models.Model], name: str = "customer", *, key: Callable[[Any], Hashable] | None = None) -> None:
    """Rows of this table go with their customer. They are moved in the order in which they are named."""
    move = Move(model, name, key)
    _moves[move.table] = move


def stays(model: type[models.Model], name: str = "customer", *, why: str) -> None:
    """Rows of this table keep their customer, or are made anew from others."""
    _stays[table_name(model, name)] = why


def follows(name: str, *, merged: Callable[[int, Sequence[int]], Json], undoing: Callable[[Back, Json], None]) -> None:
    _followers[name] = Follower(name, merged, undoing)


def all_moves() -> Sequence[Move]:
    return tuple(_moves.values())


def followers() -> Sequence[Follower]:
    return tuple(_followers.values())


def known_tables() -> Mapping[str, str]:
    """Table -> "moves", or why its rows stay."""
    return {**dict.fromkeys(_moves, "moves"), **_stays}


def table_name(model: type[models.Model], name: str) -> str:
    return f"{model._meta.label_lower}.{name}"


def model_of(table: str) -> type[models.Model]:
    """Of a name as `table_name` writes it."""
    return apps.get_model(table.rpartition(".")[0])


def give(table: str, ids: Sequence[int], *, to_id: int, from_id: int | None = None) -> None:
    """Rows of a table get this customer; with `from_id` only those that are still this one's."""
    name = table.rpartition(".")[2]
    for start in range(0, len(ids), _AT_ONCE):
        rows = model_of(table)._default_manager.filter(pk__in=ids[start : start + _AT_ONCE])
        if from_id is not None:
            rows = rows.filter(**{f"{name}_id": from_id})
        rows.update(**{f"{name}_id": to_id})
