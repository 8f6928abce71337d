"""Who guesses passwords or codes waits longer and longer; nobody can make somebody else wait.

As OWASP's "device cookies" say: a browser in which somebody signed in before keeps a counter of its own. A stranger's
wrong guesses count for the stranger's address and name, and for all strangers at that name together, never for it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from callcard.staff.rules import folded
from callcard.staff.sign_in.models import Guesses
from callcard.staff.sign_in.rules import (
    FIRST_WAIT,
    FORGOTTEN_AFTER,
    FREE_OF_ADDRESS,
    FREE_OF_ONE,
    FREE_OF_STRANGERS,
    longest_after,
    network_of,
    wait_after,
)


@dataclass(frozen=True, slots=True)
class Counter:
    """`is_own`: only of whoever is asking now, so that being right clears it. `first`: the first wait."""

    key: str
    free: int
    is_own: bool
    first: timedelta = FIRST_WAIT


def counters(*, username: str, address: str, device: str) -> list[Counter]:
    """What counts for a guess. `device`: of a browser known to this user; empty: a stranger's."""
    name, network = folded(username), network_of(address)
    if device:
        return [Counter(_key("device", name, device), FREE_OF_ONE, True)]
    return [
        Counter(_key("address", network), FREE_OF_ADDRESS, False),
        Counter(_key("name", name), FREE_OF_STRANGERS, False),
        Counter(_key("pair", name, network), FREE_OF_ONE, True),
    ]


def counters_elsewhere(*, person: str, device: str, free: int, wait: timedelta) -> list[Counter]:
    """What counts for a password that is passed on to a directory, which may close accounts after a few wrong ones.
    All strangers at one person have `free` together, and each browser known to the person has them for itself."""
    if device:
        return [Counter(_key("elsewhere, device", person, device), free, True, wait)]
    return [Counter(_key("elsewhere", person), free, False, wait)]


def counter_of_doors(*, address: str) -> list[Counter]:
    """What counts for an anonymous browser of which something is to be kept."""
    return [Counter(_key("doors", network_of(address)), FREE_OF_ADDRESS, False)]


def _key(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@transaction.atomic
def begin_guess(counted: Sequence[Counter]) -> timedelta:
    """How long to wait still; nothing: the guess may be looked at, and is counted as a wrong one before it is, so that
    many at once are not more than many one after another."""
    now = timezone.now()
    Guesses.objects.bulk_create([Guesses(key=one.key, last_at=now) for one in counted], ignore_conflicts=True)
    rows = _locked(counted)
    for row in rows.values():
        if row.last_at < now - FORGOTTEN_AFTER:
            row.wrong = 0
    waits = max(_left(rows[one.key], one, now) for one in counted)
    if waits:
        return waits
    for row in rows.values():
        row.wrong, row.last_at = row.wrong + 1, now
        row.save(update_fields=["wrong", "last_at"])
    return timedelta()


def _locked(counted: Sequence[Counter]) -> dict[str, Guesses]:
    keys = [one.key for one in counted]
    return {row.key: row for row in Guesses.objects.filter(key__in=keys).order_by("key").select_for_update()}


def _left(row: Guesses, counter: Counter, now: datetime) -> timedelta:
    return max(row.last_at + wait_after(row.wrong, free=counter.free, first=counter.first) - now, timedelta())


def was_right(counted: Sequence[Counter]) -> None:
    """Clears what is counted of the one who guessed, and takes this guess back from what is counted of many."""
    Guesses.objects.filter(key__in=[one.key for one in counted if one.is_own]).delete()
    many = [one.key for one in counted if not one.is_own]
    Guesses.objects.filter(key__in=many, wrong__gt=0).update(wrong=F("wrong") - 1)


def waits_now(counted: Sequence[Counter]) -> bool:
    """Whether the guess that was just wrong was one too many."""
    now = timezone.now()
    free = {one.key: one for one in counted}
    rows = Guesses.objects.filter(key__in=list(free))
    return any(_left(row, free[row.key], now) for row in rows)


def longest_wait(counted: Sequence[Counter]) -> timedelta:
    """What wrong guesses can make somebody wait at most."""
    return max(longest_after(one.first) for one in counted)


def forget_guesses() -> None:
    """Those that count no more."""
    Guesses.objects.filter(last_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()


def seconds(wait: timedelta) -> int:
    return math.ceil(wait.total_seconds())
