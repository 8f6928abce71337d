"""Missed callers of a customer who is merged into another."""

from __future__ import annotations

from collections.abc import Sequence

from callcard.calls.missed.following import look_again
from callcard.calls.missed.models import MissedCaller
from callcard.customers.merging import Back, Json, follows, stays


def name_tables() -> None:
    stays(MissedCaller, why="made anew from the calls of the one who is kept")
    follows("missed", merged=_merged, undoing=_undoing)


def _merged(kept_id: int, gone_ids: Sequence[int]) -> Json:
    look_again(f"c:{pk}" for pk in (kept_id, *gone_ids))
    return list(gone_ids)


def _undoing(back: Back, told: Json) -> None:
    look_again(f"c:{pk}" for pk in (back.kept_id, *(told or ())))
