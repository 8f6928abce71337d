"""Telling browsers. An event is written in the transaction of the change that it tells of."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from callcard.live.models import CHECK_SESSION, LiveEvent
from callcard.live.wakeup import wake_readers

# Any number will do, as long as nothing else in the database uses it.
_COMMIT_ORDER_LOCK = 0x0CA11CA2D
_FORGET_AT_ONCE = 500
# On the way of every ring, so without the ORM.
_INSERT = "INSERT INTO live_liveevent (user_id, kind, payload, received_ns, created_at) VALUES (%s, %s, %s, %s, %s)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """One event for one user, or (None) for everybody, whose desks hear it one after another.

    `received_ns`: monotonic time at which the PBX's bytes that caused it were read.
    """

    user_id: int | None
    kind: str
    payload: dict[str, Any] = field(default_factory=dict)
    received_ns: int | None = None


def tell(events: Iterable[Tell], *, waits_for_disk: bool = True) -> None:
    """Write `events` and wake the readers when they are committed.

    `waits_for_disk=False`: the transaction may be forgotten by a power cut within the next half second, and is told
    sooner for it. For what is known anew after a restart, such as that a phone rings.

    Must be the last thing that a transaction does: from here to its commit nobody else can tell anything. In
    return ids grow in the order of commit, so a reader that reads on from the last id misses nothing (without it a
    lower id may commit later), and no long transaction elsewhere can hold a pop-up back.
    """
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    rows = [(event.user_id, event.kind, json.dumps(event.payload), event.received_ns, now) for event in events]
    if not rows:
        return
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        _keep_commit_order(waits_for_disk)
        for row in rows:
            cursor.execute(_INSERT, row)
        transaction.on_commit(wake_readers)


def check_sessions(*, user_id: int) -> None:
    """Streams of this user whose session is over end now, not at their next look. The last thing of a transaction."""
    tell([Tell(user_id=user_id, kind=CHECK_SESSION)])


def _keep_commit_order(waits_for_disk: bool) -> None:
    """SQLite has one writer at a time and waits for no disk anyway (config.database)."""
    if connection.vendor == "postgresql":
        lazily = "" if waits_for_disk else ", set_config('synchronous_commit', 'off', true)"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock(%s){lazily}", [_COMMIT_ORDER_LOCK])


def forget_events(*, before: datetime) -> int:
    """Drop events older than `before`; a browser that asks for one of them is told to load anew. Returns how many."""
    newest = LiveEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0
    # The newest row stays: it tells a returning browser how far the log had come.
    old = LiveEvent.objects.filter(created_at__lt=before).exclude(id=newest).order_by("id").values_list("id", flat=True)
    forgotten = 0
    while ids := list(old[:_FORGET_AT_ONCE]):  # in small bites, between which a ringing phone gets its turn
        forgotten += LiveEvent.objects.filter(id__in=ids).delete()[0]
    return forgotten
